"""Objects of Google Cloud by name and place, and who uses whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.fixes.api_server.store import Store
from tests.fixes.gcloud.command import Call, GcloudError

_API = "https://www.googleapis.com/compute/v1"
_ZONED = frozenset({"disks", "instances", "networkEndpointGroups", "instanceGroups"})


def place_of(call: Call) -> str:
    """`global`, `regions/R` or `zones/Z`, as the flags say; empty where they do not."""
    if "zone" in call.flags:
        return f"zones/{call.flags['zone']}"
    if "region" in call.flags:
        return f"regions/{call.flags['region']}"
    return "global" if "global" in call.flags else ""


def link(call: Call, plural: str, name: str, store: Store, place: str = "") -> str:
    """The selfLink of an object that a command creates."""
    return f"{_API}/projects/{project_of(call, store)}/{place or place_of(call) or 'global'}/{plural}/{name}"


def project_of(call: Call, store: Store) -> str:
    """The project that is named, else the cluster's."""
    return call.project or store.first.manifest.project or "teratail-prod"


def find(store: Store, call: Call, plural: str, name: str = "") -> dict[str, Any]:
    """The object that a command names. GcloudError where there is none."""
    wanted = (name or call.name).rpartition("/")[2]
    place = place_of(call)
    for item in store.cloud.get(f"compute.{plural}", []):
        if item.get("name") == wanted and _is_at(item, place):
            return item
    if not store.first.collection(f"compute.{plural}").objects:
        if call.command.writes:  # the case has none of them: what is there is not known
            store.unseen.append(f"gcloud {' '.join(call.group)}")
        return {"name": wanted, "selfLink": link(call, plural, wanted, store, place)}
    where = f"{project_of(call, store)}/{place or 'global'}/{plural}/{wanted}"
    raise GcloudError(f"Could not fetch resource:\n - The resource 'projects/{where}' was not found")


def _is_at(item: Mapping[str, Any], place: str) -> bool:
    if not place:
        return True
    here = str(item.get("selfLink") or "")
    if place == "global":
        return "region" not in item and "zone" not in item
    kind, _, name = place.partition("/")
    own = str(item.get(kind.rstrip("s")) or "").rpartition("/")[2]
    return own == name or f"/{place}/" in here


def new(store: Store, plural: str, item: dict[str, Any]) -> None:
    """Adds an object. GcloudError where its name is taken."""
    found = store.cloud.setdefault(f"compute.{plural}", [])
    if any(other.get("selfLink") == item["selfLink"] for other in found):
        raise GcloudError(f"Could not fetch resource:\n - The resource '{item['selfLink']}' already exists")
    found.append(item)


def delete(store: Store, call: Call, plural: str) -> None:
    """Deletes objects. GcloudError where another one uses it."""
    for name in call.names:
        item = find(store, call, plural, name)
        user = next(_users(store, item, plural), None)
        if user is not None:
            raise GcloudError(
                f"Could not fetch resource:\n - The {plural} resource '{name}' is already being used by '{user}'"
            )
        found = store.cloud.get(f"compute.{plural}", [])
        if item in found:
            found.remove(item)
        _release(store, item)
        store.cloud_deleted.append((plural, name))


def _release(store: Store, item: Mapping[str, Any]) -> None:
    """What the deleted object used is in use no more."""
    for others in store.cloud.values():
        for other in others:
            if item.get("selfLink") in (other.get("users") or ()):
                other["users"] = [user for user in other["users"] if user != item["selfLink"]]
                if not other["users"] and other.get("status") == "IN_USE":
                    other["status"] = "RESERVED"


def _users(store: Store, item: Mapping[str, Any], plural: str) -> Iterator[str]:
    for user in item.get("users") or []:
        yield str(user)
    own = str(item.get("selfLink") or "").partition("/projects/")[2]
    if not own:
        return
    for collection, items in store.cloud.items():
        if collection in ("compute.backendServicesHealth", "compute.networkEndpoints") or not items:
            continue
        for other in items:
            if other is not item and own in json.dumps({k: v for k, v in other.items() if k != "users"}):
                yield str(other.get("selfLink") or other.get("name"))


def shown(call: Call, items: Sequence[Mapping[str, Any]]) -> str:
    """What `list` and `describe` print: the fields of `--format=value(…)`, else the names."""
    fields = re.fullmatch(r"(?:value|csv\[no-heading\])\((?P<names>.*)\)", call.flags.get("format", ""))
    if fields is None:
        return "\n".join(str(item.get("name")) for item in items)
    names = [name.strip().removesuffix(".basename()") for name in fields["names"].split(",")]
    return "\n".join("\t".join(_text(_at(item, name.split("."))) for name in names) for item in items)


def _at(item: Any, path: Sequence[str]) -> Any:
    for step in path:
        item = item.get(step.removesuffix("[]")) if isinstance(item, Mapping) else None
    return item


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else str(value)
