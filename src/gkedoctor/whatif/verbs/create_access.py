"""`kubectl create role|clusterrole|rolebinding|clusterrolebinding|serviceaccount`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.whatif.change import Invocation
from gkedoctor.whatif.flags import Arguments
from gkedoctor.whatif.verbs.create_data import Generator, metadata
from gkedoctor.whatif.verbs.set import subjects

_GROUP = "rbac.authorization.k8s.io"


def _rules(arguments: Arguments) -> list[dict[str, Any]]:
    verbs = _words(arguments, "verb")
    resources, names = _words(arguments, "resource"), _words(arguments, "resource-name")
    urls = _words(arguments, "non-resource-url")
    if not verbs or not (resources or urls):
        raise ChangeError("a role needs --verb and --resource")
    groups: dict[str, list[str]] = {}
    for word in resources:
        resource, subresource = (*word.partition("/")[::2],)
        plural, _, group = resource.partition(".")
        plural, group = _resource(plural, group)
        groups.setdefault(group, []).append(f"{plural}/{subresource}" if subresource else plural)
    rules: list[dict[str, Any]] = [
        {"apiGroups": [group], "resources": found, "verbs": verbs} | ({"resourceNames": names} if names else {})
        for group, found in groups.items()
    ]
    return [*rules, *([{"nonResourceURLs": urls, "verbs": verbs}] if urls else [])]


def _resource(word: str, group: str) -> tuple[str, str]:
    """(plural, API group) of a word; kubectl finds the group by discovery, here the table of kinds has it."""
    if word == "*":
        return word, group
    for kind in (*COLLECTIONS.values(), *listed_kinds()):
        named = word.lower() in (kind.resource, kind.name.lower(), *kind.short_names)
        if named and not getattr(kind, "cloud", False) and group in ("", kind.group):
            return kind.resource, kind.group
    return word, group


def _words(arguments: Arguments, flag: str) -> list[str]:
    return [word for text in arguments.many(flag) for word in text.split(",") if word]


def _role(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{_GROUP}/v1", "kind": "Role", "metadata": metadata(arguments, name),
        "rules": _rules(arguments),
    }  # fmt: skip


def _cluster_role(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{_GROUP}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": _rules(arguments),
    }  # fmt: skip


def _binding(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    flags = [flag for flag in ("clusterrole", "role") if arguments.has(flag)]
    if len(flags) != 1:
        raise ChangeError("a role binding needs either --role or --clusterrole")
    kind = "Role" if flags == ["role"] else "ClusterRole"
    return {
        "apiVersion": f"{_GROUP}/v1", "kind": "RoleBinding", "metadata": metadata(arguments, name),
        "roleRef": {"apiGroup": _GROUP, "kind": kind, "name": arguments.one(flags[0])},
        "subjects": subjects(arguments),
    }  # fmt: skip


def _cluster_binding(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{_GROUP}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": arguments.required("clusterrole")},
        "subjects": subjects(arguments),
    }  # fmt: skip


def _account(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(arguments, name)}


ACCESS: Mapping[str, Generator] = MappingProxyType(
    {
        "role": _role, "clusterrole": _cluster_role, "rolebinding": _binding,
        "clusterrolebinding": _cluster_binding, "serviceaccount": _account, "sa": _account,
    }
)  # fmt: skip
