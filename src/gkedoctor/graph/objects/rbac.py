"""What Roles and bindings allow a ServiceAccount, and what is missing where they do not allow a request.

RBAC only adds: a request is allowed if one rule of one bound role allows it. Source:
https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and plugin/pkg/auth/authorizer/rbac.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_NAMELESS = frozenset({"create", "deletecollection", "list", "watch"})
"""Verbs that come without the name of an object."""

_INFORMER = ("list", "watch")
"""What a client that keeps a copy of all objects does, one after the other (client-go, tools/cache/reflector.go)."""

_ELECTION = ("get", "create", "update")
"""What a client does with its lease to become the leader (client-go, tools/leaderelection/leaderelection.go)."""

_KINDS = ("RoleBinding", "ClusterRoleBinding", "Role", "ClusterRole")


@edge("role_bindings", "Pod", reads=_KINDS, record="RoleBindingRecord")
def role_bindings_of(graph: Graph, item: Object) -> Facts:
    """Every RoleBinding and ClusterRoleBinding with its role, for the function `access`."""
    for kind in _KINDS:
        doubt = graph.why_incomplete(kind, None if kind.startswith("Cluster") else namespace_of(item))
        if doubt is not None:
            return doubt
    return known_bindings(graph)


def known_bindings(graph: Graph) -> list[Record]:
    """Every binding of the snapshot with its role, also where listings are not complete."""
    return graph.index(_bindings)


def _bindings(graph: Graph) -> list[Record]:
    items = (item for kind in ("RoleBinding", "ClusterRoleBinding") for item in graph.all(kind))
    return [{"binding": item, "role": _role(graph, item)} for item in items]


def _role(graph: Graph, binding: Object) -> Object | Unknown | None:
    reference = binding.get("roleRef") or {}
    kind = str(reference.get("kind"))
    if kind not in ("Role", "ClusterRole"):
        return None
    return graph.find(kind, namespace_of(binding) or None, str(reference.get("name")))


class Request(NamedTuple):
    """What a ServiceAccount asked the API server for. `namespace`: empty at the cluster scope."""

    account: str
    home: str
    verb: str
    resource: str
    group: str
    namespace: str
    name: str

    @property
    def where(self) -> str:
        """The scope in words."""
        return f"in namespace {self.namespace}" if self.namespace else "at the cluster scope"


def request_of(said: Mapping[str, Any]) -> Request | None:
    """The request that the groups of the message `rbac/refused-request` name; without a scope, one at home."""
    if not all(isinstance(said.get(key), str) for key in ("sa", "ns", "verb", "resource")):
        return None
    verb, name = said["verb"], said.get("name") or ""
    return Request(
        account=said["sa"],
        home=said["ns"],
        verb=verb,
        resource=said["resource"],
        group=said.get("group") or "",
        namespace=(said["namespace"] or "") if "namespace" in said else said["ns"],
        name="" if verb in _NAMELESS else name,
    )


def access_of(bindings: Sequence[Record] | Unknown, request: Request) -> Record:
    """Whether roles allow the request now, and what to change where they do not.

    {allowed, says, commands, binding, role, scope}: `says` names a binding or role that almost allows it.
    """
    base: Record = {
        "allowed": bindings if isinstance(bindings, Unknown) else False,
        "says": "",
        "binding": None,
        "role": None,
        "scope": request.where,
        "commands": _created(request),
    }
    if isinstance(bindings, Unknown):
        return base
    mine = [record for record in bindings if _names(record["binding"], request)]
    for record in mine:
        if _reaches(record["binding"], request) and _grants(record["role"], request):
            return base | {"allowed": True, "binding": record["binding"], "role": record["role"], "commands": []}
    found = _near(bindings, mine, request)
    return base | found if found is not None else base


def _names(binding: Object, request: Request) -> bool:
    """Whether the ServiceAccount is among the subjects, by itself or by its groups."""
    groups = ("system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{request.home}")
    for subject in binding.get("subjects") or []:
        kind, name = subject.get("kind"), subject.get("name")
        if kind == "ServiceAccount" and name == request.account and subject.get("namespace") == request.home:
            return True
        if kind == "Group" and name in groups:
            return True
        if kind == "User" and name == f"system:serviceaccount:{request.home}:{request.account}":
            return True
    return False


def _reaches(binding: Object, request: Request) -> bool:
    """Whether the scope of a binding holds that of the request."""
    return not namespace_of(binding) or namespace_of(binding) == request.namespace


def _grants(role: Any, request: Request) -> bool:
    return isinstance(role, Mapping) and any(_allows(rule, request) for rule in role.get("rules") or [])


def _allows(rule: Mapping[str, Any], request: Request) -> bool:
    return (
        _has(rule.get("verbs"), request.verb)
        and _has(rule.get("apiGroups"), request.group)
        and _has_resource(rule.get("resources"), request.resource)
        and (not rule.get("resourceNames") or request.name in rule["resourceNames"])
    )


def _has(listed: Iterable[str] | None, wanted: str) -> bool:
    return bool({wanted, "*"} & set(listed or ()))


def _has_resource(listed: Iterable[str] | None, resource: str) -> bool:
    main, _, part = resource.partition("/")
    return bool({resource, "*", *((f"*/{part}",) if part else ())} & set(listed or ())) and bool(main)


def _near(bindings: Sequence[Record], mine: Sequence[Record], request: Request) -> Record | None:
    """What almost allows it, the smallest change first."""
    found = (
        _lost_role(mine, request)
        or _narrow(mine, request)
        or _other_subject(bindings, request)
        or _incomplete_role(mine, request)
    )
    if found is None:
        return None
    record, says, commands = found
    return {"binding": record["binding"], "role": record["role"], "says": says, "commands": commands}


_Change = tuple[Record, str, list[str]]


def _lost_role(mine: Sequence[Record], request: Request) -> _Change | None:
    """A binding of the account whose role does not exist."""
    for record in mine:
        binding = record["binding"]
        if record["role"] is None and _reaches(binding, request) and _is_own(binding, request):
            kind, name = _role_ref(binding)
            says = f"{_title(binding)} binds it to {kind} {name}, which does not exist"
            place = f"-n {namespace_of(binding)} " if kind == "Role" else ""
            return record, says, [f"kubectl {place}create {kind.lower()} {name} {_rule(request)}"]
    return None


def _narrow(mine: Sequence[Record], request: Request) -> _Change | None:
    """A binding of the account to a role that allows it, in another namespace or in one where all are asked for."""
    for record in mine:
        binding = record["binding"]
        if _reaches(binding, request) or not _grants(record["role"], request):
            continue
        kind, name = _role_ref(binding)
        says = f"{_title(binding)} allows it in namespace {namespace_of(binding)} only"
        if kind == "ClusterRole":
            return record, says, [_bind(request, "clusterrole", name)]
        return record, says, _created(request)
    return None


def _other_subject(bindings: Sequence[Record], request: Request) -> _Change | None:
    """A binding that would allow it and names the account of another namespace, or another of this one."""
    near: _Change | None = None
    for record in bindings:
        binding = record["binding"]
        if not _reaches(binding, request) or not _grants(record["role"], request) or _is_built_in(binding):
            continue
        for subject in binding.get("subjects") or []:
            if subject.get("kind") != "ServiceAccount":
                continue
            name, home = str(subject.get("name")), str(subject.get("namespace") or "")
            change = (record, f"{_title(binding)} allows it for ServiceAccount {home or '(no namespace)'}/{name}",
                      [_subject(binding, request)])  # fmt: skip
            if name == request.account and home != request.home:
                return change
            if home == request.home and near is None and _may_be_meant(name, request):
                near = change
    return near


def _may_be_meant(name: str, request: Request) -> bool:
    """Whether a Pod without an account of its own was to have that one, or the two names are alike."""
    return request.account == "default" or name in request.account or request.account in name


def _incomplete_role(mine: Sequence[Record], request: Request) -> _Change | None:
    """A role of the account alone that speaks of the resource without the verb, or else any that is bound here."""
    for record in mine:
        binding, role = record["binding"], record["role"]
        if not isinstance(role, Mapping) or not _reaches(binding, request) or not _is_own(binding, request):
            continue
        if _is_built_in(role):
            continue
        kind, name = _role_ref(binding)
        place = f"-n {namespace_of(binding)} " if kind == "Role" else ""
        verbs = ",".join(f'"{verb}"' for verb in _verbs(request))
        value = f'{{"apiGroups":["{request.group}"],"resources":["{request.resource}"],"verbs":[{verbs}]}}'
        patch = f'[{{"op":"add","path":"/rules/-","value":{value}}}]'
        return (
            record,
            f"{kind} {name}, to which {_title(binding)} binds it, has no such rule",
            [f"kubectl {place}patch {kind.lower()} {name} --type=json -p '{patch}'"],
        )
    return None


def _is_own(binding: Object, request: Request) -> bool:
    """Whether a binding names the account itself, not a group that it is in."""
    subjects = binding.get("subjects") or []
    return any(s.get("kind") == "ServiceAccount" and s.get("name") == request.account for s in subjects)


def _is_built_in(item: Object) -> bool:
    """Whether it comes with Kubernetes: `system:…`, and the roles for people."""
    labels = item["metadata"].get("labels") or {}
    return name_of(item).startswith("system:") or labels.get("kubernetes.io/bootstrapping") == "rbac-defaults"


def _role_ref(binding: Object) -> tuple[str, str]:
    reference = binding.get("roleRef") or {}
    return str(reference.get("kind")), str(reference.get("name"))


def _title(item: Object) -> str:
    return f"{item.get('kind')} {name_of(item)}"


def _subject(binding: Object, request: Request) -> str:
    place = f"-n {namespace_of(binding)} " if namespace_of(binding) else ""
    kind = str(binding.get("kind")).lower()
    return f"kubectl {place}set subject {kind} {name_of(binding)} --serviceaccount={request.home}:{request.account}"


def _rule(request: Request) -> str:
    main, _, part = request.resource.partition("/")
    resource = f"{main}.{request.group}" if request.group else main
    verbs = ",".join(_verbs(request))
    names = f" --resource-name={request.name}" if request.name and "create" not in _verbs(request) else ""
    return f"--verb={verbs} --resource={resource}{f'/{part}' if part else ''}{names}"


def _verbs(request: Request) -> tuple[str, ...]:
    """The refused verb, with those that the same client sends next."""
    for together in (_INFORMER, _ELECTION if request.resource == "leases" else ()):
        if request.verb in together:
            return together
    return (request.verb,)


def _name(request: Request) -> str:
    return f"{request.account}-{request.verb}-{request.resource.replace('/', '-')}"


def _bind(request: Request, kind: str, role: str) -> str:
    account, name = f"--serviceaccount={request.home}:{request.account}", _name(request)
    if request.namespace:
        return f"kubectl -n {request.namespace} create rolebinding {name} --{kind}={role} {account}"
    return f"kubectl create clusterrolebinding {name} --{kind}={role} {account}"


def _created(request: Request) -> list[str]:
    """A role for the request alone and its binding, in the scope of the request."""
    name = _name(request)
    if request.namespace:
        role = f"kubectl -n {request.namespace} create role {name} {_rule(request)}"
        return [role, _bind(request, "role", name)]
    return [f"kubectl create clusterrole {name} {_rule(request)}", _bind(request, "clusterrole", name)]
