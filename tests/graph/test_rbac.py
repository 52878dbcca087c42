"""What Roles and bindings allow a ServiceAccount, and what is said where one almost allows it."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.rbac import access_of, request_of
from gkedoctor.messages import message

LINE = 'pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods" in API group "" '


def request(line: str) -> Any:
    found = message("rbac/refused-request").groups(line)
    assert found is not None
    return request_of(found)


HERE, EVERYWHERE = LINE + 'in the namespace "shop"', LINE + "at the cluster scope"
LEASE = (
    'leases.coordination.k8s.io \\"web\\" is forbidden: User \\"system:serviceaccount:shop:web\\" cannot update'
    ' resource \\"leases\\" in API group \\"coordination.k8s.io\\" in the namespace \\"shop\\"'
)
LOG = LINE.replace('"pods"', '"pods/log"').replace("list", "get") + 'in the namespace "shop"'


def rule(verbs: str = "list", resources: str = "pods", groups: str = "", names: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"verbs": verbs.split(), "resources": resources.split(), "apiGroups": [groups]}
    return found | ({"resourceNames": names.split()} if names else {})


def bound(
    *rules: dict[str, Any],
    subject: str = "ServiceAccount/shop/web",
    namespace: str = "shop",
    role_kind: str = "",
    lost: bool = False,
) -> dict[str, Any]:
    """A binding (of the cluster where `namespace` is empty) to a role with these rules."""
    kind, _, rest = subject.partition("/")
    home, _, name = rest.rpartition("/")
    place = {"namespace": namespace} if namespace else {}
    role_kind = role_kind or ("Role" if namespace else "ClusterRole")
    who = {"kind": kind, "name": name} | ({"namespace": home} if home else {})
    binding = {
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": "b", **place},
        "subjects": [who],
        "roleRef": {"kind": role_kind, "name": "r"},
    }
    role = {
        "kind": role_kind,
        "metadata": {"name": "r", **(place if role_kind == "Role" else {})},
        "rules": list(rules),
    }
    return {"binding": binding, "role": None if lost else role}


@pytest.mark.parametrize(
    ("line", "binding"),
    [
        (HERE, bound(rule())),
        (HERE, bound(rule("*", "*", "*"))),
        (HERE, bound(rule(), namespace="")),
        (HERE, bound(rule(), role_kind="ClusterRole")),
        (HERE, bound(rule(), subject="Group/system:serviceaccounts")),
        (HERE, bound(rule(), subject="Group/system:serviceaccounts:shop")),
        (HERE, bound(rule(), subject="User/system:serviceaccount:shop:web")),
        (EVERYWHERE, bound(rule(), namespace="")),
        (LEASE, bound(rule("update", "leases", "coordination.k8s.io", "web"))),
        (LOG, bound(rule("get", "*/log"))),
        (LOG, bound(rule("get", "pods/log"))),
    ],
)
def test_what_is_allowed_is_allowed(line: str, binding: dict[str, Any]) -> None:
    assert access_of([bound(subject="ServiceAccount/a/b"), binding], request(line))["allowed"] is True


CREATED = (
    "kubectl -n shop create role web-list-pods --verb=list,watch --resource=pods",
    "kubectl -n shop create rolebinding web-list-pods --role=web-list-pods --serviceaccount=shop:web",
)
CREATED_EVERYWHERE = (
    "kubectl create clusterrole web-list-pods --verb=list,watch --resource=pods",
    "kubectl create clusterrolebinding web-list-pods --clusterrole=web-list-pods --serviceaccount=shop:web",
)


@pytest.mark.parametrize(
    ("line", "binding", "says", "commands"),
    [
        (HERE, None, "", CREATED),
        (EVERYWHERE, None, "", CREATED_EVERYWHERE),
        (HERE, bound(rule(), subject="ServiceAccount/default/web"), "ServiceAccount default/web",
         ("kubectl -n shop set subject rolebinding b --serviceaccount=shop:web",)),
        (HERE, bound(rule(), subject="ServiceAccount/web"), "(no namespace)/web",
         ("kubectl -n shop set subject rolebinding b --serviceaccount=shop:web",)),
        (EVERYWHERE, bound(rule(), subject="ServiceAccount/shop/webapp", namespace=""), "shop/webapp",
         ("kubectl set subject clusterrolebinding b --serviceaccount=shop:web",)),
        (HERE, bound(rule(), subject="ServiceAccount/shop/billing"), "", CREATED),
        (HERE, bound(rule(), lost=True), "Role r, which does not exist",
         ("kubectl -n shop create role r --verb=list,watch --resource=pods",)),
        (EVERYWHERE, bound(rule(), role_kind="ClusterRole"), "in namespace shop only",
         ("kubectl create clusterrolebinding web-list-pods --clusterrole=r --serviceaccount=shop:web",)),
        (HERE, bound(rule(), namespace="web"), "in namespace web only", CREATED),
        (HERE, bound(rule("get")), "has no such rule",
         ('kubectl -n shop patch role r --type=json -p \'[{"op":"add","path":"/rules/-","value":'
          '{"apiGroups":[""],"resources":["pods"],"verbs":["list","watch"]}}]\'',)),
        (LOG, bound(rule("get", "pods")), "has no such rule", None),
        (LEASE, bound(rule("get update", "leases", "coordination.k8s.io", "other")), "has no such rule", None),
        (LEASE, None, "", (
            "kubectl -n shop create role web-update-leases --verb=get,create,update"
            " --resource=leases.coordination.k8s.io",
            "kubectl -n shop create rolebinding web-update-leases --role=web-update-leases --serviceaccount=shop:web",
        )),
        (HERE, bound(rule("get"), subject="Group/system:authenticated", namespace=""), "", CREATED),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(
    line: str, binding: dict[str, Any] | None, says: str, commands: tuple[str, ...] | None
) -> None:
    found = access_of([binding] if binding is not None else [], request(line))
    assert found["allowed"] is False
    assert says in found["says"] and bool(says) is bool(found["says"])
    if commands is not None:
        assert tuple(found["commands"]) == commands


def test_roles_that_cannot_be_seen_prove_nothing() -> None:
    found = access_of(Unknown("roles", "forbidden"), request(HERE))
    assert isinstance(found["allowed"], Unknown)
    assert tuple(found["commands"]) == CREATED


def test_a_line_without_a_scope_is_about_the_own_namespace() -> None:
    said = {"sa": "web", "ns": "shop", "verb": "list", "resource": "pods", "group": ""}
    assert access_of([], request_of(said))["commands"] == list(CREATED)  # type: ignore[arg-type]
