"""The same recording as another cluster would have given it: other Pods, Nodes, UIDs, hashes and cluster name."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from gkedoctor.graph.cloud import names as gce_names
from gkedoctor.graph.cloud.descriptions import owner_in_description
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Object, Snapshot

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NODE = re.compile(r"\bgke-teratail-([a-z-]+?)-[0-9a-f]{8}-[0-9a-z]{4}\b")


def renamed(snapshot: Snapshot, salt: str) -> Snapshot:
    """The snapshot under other names. Names that somebody chose stay."""
    everything = json.dumps({name: c.objects for name, c in snapshot.collections.items()})
    names = _names(snapshot, everything, salt)
    for old in sorted(names, key=len, reverse=True):
        everything = everything.replace(old, names[old])
    everything = _NODE.sub(
        lambda m: f"gke-phoenix-{m[1]}-{_hash(m[0], salt)[:8]}-{_hash(m[0], salt)[8:12]}", everything
    )
    everything = re.sub(r"\bclusters/teratail\b", "clusters/phoenix", everything)
    objects = json.loads(everything)
    for cluster in objects.get("container.clusters", []):
        cluster["name"] = "phoenix" if cluster["name"] == "teratail" else cluster["name"]
    gathered = Gathered(source="renamed")
    for name, collection in snapshot.collections.items():
        if name == LOGS:
            for log in objects[LOGS]:
                text = "\n".join(log["lines"])
                gathered.add_log(log["namespace"], log["pod"], log["container"], text, previous=log["previous"])
        else:
            gathered.add(name, objects[name], collection.state)
    return build_snapshot(gathered, recorded_at=snapshot.clock)


def _hash(text: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def _uuid(old: str, salt: str) -> str:
    h = _hash(old, salt)
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}"


def _names(snapshot: Snapshot, everything: str, salt: str) -> dict[str, str]:
    names = {uuid: _uuid(uuid, salt) for uuid in _UUID.findall(everything)}
    for kind in ("pods", "replicasets"):
        for item in snapshot.collection(kind).objects:
            names |= _generated(item, salt)
    uids = {gce_names.content_hash(uuid): uuid for uuid in _UUID.findall(everything)}
    for name, kind in COLLECTIONS.items():
        for item in snapshot.collection(name).objects if kind.cloud else ():
            names |= _cloud(item, uids, salt)
    return names


def _generated(item: Object, salt: str) -> dict[str, str]:
    """`web-5d9c7f4b8-2xk9p` gets other last parts: the hash of its template, the suffix of the Pod."""
    metadata = item["metadata"]
    owners = metadata.get("ownerReferences") or []
    if not owners or owners[0]["kind"] in ("Node", "StatefulSet"):
        return {}
    found: dict[str, str] = {}
    template = (metadata.get("labels") or {}).get("pod-template-hash")
    if template:
        found[template] = _hash(template, salt)[:10]
    suffix = metadata["name"].rpartition("-")[2]
    if item.get("kind") == "Pod" and len(suffix) == 5:
        found[metadata["name"]] = (
            metadata["name"].replace(template or "\0", found.get(template or "", ""))[:-5] + _hash(suffix, salt)[:5]
        )
    return found


def _cloud(item: Object, uids: dict[str, str], salt: str) -> dict[str, str]:
    name = str(item.get("name") or "")
    parsed, owner = gce_names.parsed(name), owner_in_description(item)
    if parsed is None:
        return {}
    short = _hash("uid", salt)[:16]
    if parsed.scheme == "l7-firewall":
        return {name: gce_names.l7_firewall(short)}
    if parsed.scheme == "frontend":
        old_uid = uids.get(parsed.cluster, parsed.cluster)
        place = (owner.namespace, owner.name) if owner and owner.name else _split(parsed, old_uid)
        return {name: gce_names.frontend(parsed.prefix, _uuid(old_uid, salt), *place)} if place else {}
    if parsed.scheme == "backend":
        place = (owner.namespace, owner.name) if owner and owner.name else gce_names.owner_by_hash(parsed)
        port = parsed.part.rpartition("-")[2]
        return {name: gce_names.backend(short, *place, port)} if place else {}
    return {}


def _split(parsed: gce_names.Parsed, uid: str) -> tuple[str, str] | None:
    fits = [
        place
        for place in gce_names.splits(parsed.part)
        if gce_names.content_hash(f"{uid};{place[0]};{place[1]}") == parsed.hash
    ]
    return fits[0] if fits else next(iter(gce_names.splits(parsed.part)), None)


def changed_names(before: Snapshot, after: Snapshot) -> int:
    """How many names of objects are not the same any more."""
    return len(_all(before) - _all(after))


def _all(snapshot: Snapshot) -> set[Any]:
    return {
        (name, (item.get("metadata") or item).get("name"))
        for name, collection in snapshot.collections.items()
        if name != LOGS
        for item in collection.objects
    }
