"""All recordings as one big cluster: every namespace at its place, every recording moved to the same moment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")


def merged(snapshots: Iterable[Snapshot], *, clouds: bool = False, clock: datetime | None = None) -> Snapshot:
    """One snapshot of many. Of cluster-scoped objects of one name the one that ails counts, else the first.

    `clock`: the moment to which all are moved; the latest of theirs where none is given.
    """
    parts = list(snapshots)
    clock = clock or max(s.clock for s in parts)
    gathered = Gathered(source="merged")
    taken: dict[str, dict[tuple[str, str], Any]] = {}
    for part in parts:
        for name, collection in part.collections.items():
            kind = COLLECTIONS.get(name)
            if kind is not None and kind.cloud and not clouds:
                continue
            gathered.mark(name, CollectionState(Status.COMPLETE))
            for item in collection.objects:
                moved = _moved(item, clock - part.clock)
                place = _place(name, moved)
                if place not in taken.setdefault(name, {}) or _ails(moved):
                    taken[name][place] = moved
    for name, items in taken.items():
        if name == "logs":
            for log in items.values():
                text = "\n".join(log["lines"])
                gathered.add_log(log["namespace"], log["pod"], log["container"], text, previous=log["previous"])
        else:
            gathered.objects[name] = list(items.values())
    return build_snapshot(gathered, recorded_at=clock)


def _place(collection: str, item: Any) -> tuple[str, str]:
    if collection == "logs":
        return item["namespace"], f"{item['pod']}/{item['container']}/{item['previous']}"
    metadata = item.get("metadata") or {}
    if metadata:
        return metadata.get("namespace", ""), metadata["name"]
    return str(item.get("zone") or item.get("region") or ""), str(item.get("name") or item.get("selfLink") or item)


def _ails(item: Any) -> bool:
    conditions = (item.get("status") or {}).get("conditions") or [] if item.get("kind") == "Node" else []
    return any(c.get("type") == "Ready" and c.get("status") != "True" for c in conditions)


def _moved(item: Any, by: timedelta) -> Any:
    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[1]) + by
        return moment.isoformat(timespec="seconds") + (found[2] or "") + "Z"

    return json.loads(_TIME.sub(later, json.dumps(item))) if by else item
