"""People in a snapshot as `user-1`, `user-2`, …: for a recording that is sent on.

People are named by operations, audit logs and the subjects of role bindings. Service accounts and users of the system
are programs and stay, as field managers do. One person has one pseudonym in the whole snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.snapshot.kinds import AUDIT_LOGS, COMPUTE_OPERATIONS
from gkedoctor.snapshot.model import Collection, Object, Snapshot

Rename = Callable[[Any], Any]


class _Pseudonyms:
    """Gives each person the next number."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, user: Any) -> Any:
        """The pseudonym of a person; anything else as it is."""
        return self._known.setdefault(user, f"user-{len(self._known) + 1}") if _is_person(user) else user


def _is_person(user: Any) -> bool:
    is_program = isinstance(user, str) and (user.startswith("system") or user.endswith(".gserviceaccount.com"))
    return isinstance(user, str) and bool(user) and not is_program


def _operation(item: Object, rename: Rename) -> Object:
    return {**item, "user": rename(item["user"])} if "user" in item else item


def _audit_log(item: Object, rename: Rename) -> Object:
    payload = item.get("protoPayload") or {}
    login = payload.get("authenticationInfo") or {}
    if "principalEmail" not in login:
        return item
    known = {**login, "principalEmail": rename(login["principalEmail"])}
    return {**item, "protoPayload": {**payload, "authenticationInfo": known}}


def _binding(item: Object, rename: Rename) -> Object:
    subjects = item.get("subjects")
    if not isinstance(subjects, list):
        return item
    return {**item, "subjects": [_subject(one, rename) for one in subjects]}


def _subject(one: Any, rename: Rename) -> Any:
    is_user = isinstance(one, Mapping) and one.get("kind") == "User"
    return {**one, "name": rename(one.get("name"))} if is_user else one


def _application(item: Object, rename: Rename) -> Object:
    """Who started the syncs of an Application of Argo CD."""
    found = dict(item)
    if isinstance(operation := item.get("operation"), Mapping):
        found["operation"] = _started(operation, rename)
    status = item.get("status")
    if not isinstance(status, Mapping):
        return found
    found["status"] = kept = dict(status)
    if isinstance(listed := status.get("history"), list):
        kept["history"] = [_started(one, rename) for one in listed]
    state = status.get("operationState")
    if isinstance(state, Mapping):
        kept["operationState"] = {**state, "operation": _started(state.get("operation"), rename)}
    return found


def _started(one: Any, rename: Rename) -> Any:
    by = one.get("initiatedBy") if isinstance(one, Mapping) else None
    if not isinstance(by, Mapping) or "username" not in by:
        return one
    return {**one, "initiatedBy": {**by, "username": rename(by["username"])}}


_PLACES: Mapping[str, Callable[[Object, Rename], Object]] = MappingProxyType(
    {
        COMPUTE_OPERATIONS: _operation,
        AUDIT_LOGS: _audit_log,
        "applications.argoproj.io": _application,
        "rolebindings": _binding,
        "clusterrolebindings": _binding,
    }
)


def pseudonymized(snapshot: Snapshot) -> Snapshot:
    """The snapshot with pseudonyms in place of people."""
    rename = _Pseudonyms()
    return Snapshot(snapshot.manifest, [_renamed(found, rename) for found in snapshot.collections.values()])


def _renamed(collection: Collection, rename: Rename) -> Collection:
    place = _PLACES.get(collection.name)
    if place is None or not len(collection):
        return collection
    return Collection(collection.name, collection.state, [place(item, rename) for item in collection])
