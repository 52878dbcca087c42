"""A snapshot that follows a cluster is what a whole reading at the same moment would be, masks and states included."""

from __future__ import annotations

import base64
import copy
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gkedoctor.snapshot.incremental import IncrementalSnapshot
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered, build_snapshot
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMPLETE = CollectionState(Status.COMPLETE)
VALUES = ("hunter2-Zk81xQ", "Xy7pQ2mN8rT5vB3c", "c0rrect-h0rse-91xZ", "web")
NAMESPACES = ("blue", "green", "")
Key = tuple[str, str, str]


def secret(choose: random.Random, namespace: str, name: str) -> dict[str, Any]:
    value = base64.b64encode(choose.choice(VALUES).encode()).decode()
    return {"metadata": {"namespace": namespace, "name": name}, "data": {"password": value}, "type": "Opaque"}


def pod(choose: random.Random, namespace: str, name: str) -> dict[str, Any]:
    value = choose.choice(VALUES)
    env = [{"name": "DB_PASSWORD", "value": value}] if choose.random() < 0.5 else []
    container = {"name": choose.choice(("app", *VALUES)), "image": "app:1", "env": env}
    spec = {"containers": [container]} if choose.random() < 0.9 else {"containers": "broken"}
    return {"metadata": {"namespace": namespace, "name": name}, "spec": spec, "status": {"phase": "Running"}}


def event(choose: random.Random, namespace: str, name: str) -> dict[str, Any]:
    message = f"login as root with {choose.choice(VALUES)} failed, not {choose.choice(VALUES)}"
    about = {"kind": "Pod", "name": "app", "namespace": namespace}
    return {"metadata": {"namespace": namespace, "name": name}, "involvedObject": about, "message": message}


def node(_: random.Random, __: str, name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"images": [{"names": ["a"]}]}}


MAKERS = {"secrets": secret, "pods": pod, "events": event, "nodes": node}


def objects(choose: random.Random) -> tuple[Key, dict[str, Any]]:
    """An object of a name that comes up again and again."""
    collection = choose.choice(list(MAKERS))
    namespace = "" if collection == "nodes" else choose.choice(NAMESPACES[:2])
    name = choose.choice(("x", "y", *VALUES[3:]))
    return (collection, namespace, name), MAKERS[collection](choose, namespace, name)


def gathered(items: dict[Key, Any], logs: dict[Any, str]) -> Gathered:
    """As an API server lists them."""
    found = Gathered("test", recorded_at=NOW)
    for collection in MAKERS:
        own = [items[key] for key in sorted(items, key=lambda key: f"{key[1]}/{key[2]}") if key[0] == collection]
        found.add(collection, copy.deepcopy(own), COMPLETE)
    found.mark(LOGS, LOGS_STATE)
    for key, text in logs.items():
        found.add_log(*key[:3], text, previous=key[3])
    return found


def seen(snapshot: Snapshot) -> Iterator[Any]:
    """All of a snapshot that can be compared."""
    yield snapshot.manifest
    for name, collection in sorted(snapshot.collections.items()):
        yield name, collection.state, [*collection.objects]


@pytest.mark.parametrize("seed", range(40))
def test_changes_one_by_one_are_a_whole_reading_at_the_end(seed: int) -> None:
    choose = random.Random(seed)
    items, logs = dict(objects(choose) for _ in range(12)), {("blue", "x", "app", False): f"token={VALUES[0]}"}
    live = IncrementalSnapshot(gathered(items, logs))
    for _ in range(25):
        key, item = objects(choose)
        if choose.random() < 0.35 and items:
            key = choose.choice(sorted(items))
            live.remove(key[0], items.pop(key))
        elif choose.random() < 0.1:
            fresh = {key: item}
            items = {k: v for k, v in items.items() if k[0] != key[0]} | fresh
            live.replace(key[0], copy.deepcopy([item]))
        elif choose.random() < 0.2:
            log = ("green", choose.choice("xy"), "app", choose.random() < 0.5)
            logs[log] = f"said {choose.choice(VALUES)} and password={choose.choice(VALUES)}"
            live.put_log(log, logs[log])
        else:
            items[key] = item
            live.put(key[0], copy.deepcopy(item))
        if choose.random() < 0.5:
            live.snapshot(NOW)
    assert [*seen(live.snapshot(NOW))] == [*seen(build_snapshot(gathered(items, logs)))]


def test_what_did_not_change_is_the_same_value() -> None:
    live = IncrementalSnapshot(gathered({("pods", "blue", n): pod(random.Random(1), "blue", n) for n in "abc"}, {}))
    before = live.snapshot(NOW)
    live.put("events", event(random.Random(1), "blue", "e"))
    after = live.snapshot(NOW)
    assert after.collections["pods"] is before.collections["pods"]
    live.put("pods", pod(random.Random(1), "blue", "b") | {"status": {"phase": "Failed"}})
    last = live.snapshot(NOW)
    assert [a is b for a, b in zip(last.collection("pods").objects, after.collection("pods").objects, strict=True)] == [
        True, False, True,
    ]  # fmt: skip


def test_a_list_of_one_namespace_leaves_the_others() -> None:
    choose = random.Random(2)
    items = {("events", n, "e"): event(choose, n, "e") for n in ("blue", "green")}
    live = IncrementalSnapshot(gathered(items, {}))
    live.replace("events", [], "blue")
    assert [e["metadata"]["namespace"] for e in live.snapshot(NOW).collection("events").objects] == ["green"]


def test_pods_of_one_template_share_their_parts_also_after_a_change() -> None:
    """Else indexes by template take each Pod by itself, and a watched cluster grows with each change."""

    def made(name: str, phase: str) -> dict[str, Any]:
        env = [{"name": "DB_PASSWORD", "value": VALUES[0]}, {"name": "MODE", "value": "web"}]
        mounts = [{"name": f"token-{name}", "mountPath": "/token"}]
        container = {"name": "app", "image": "app:1", "env": env, "args": ["--serve"], "volumeMounts": mounts}
        metadata = {"namespace": "blue", "name": name, "labels": {"app": "web"}, "ownerReferences": [{"name": "rs"}]}
        return {"metadata": metadata, "spec": {"containers": [container]}, "status": {"phase": phase}}

    whole = Gathered("x", recorded_at=NOW)
    whole.add("pods", [made("a", "Running"), made("b", "Running")])
    followed = IncrementalSnapshot(whole)
    for phase in ("Running", "Failed"):
        followed.put("pods", made("b", phase))
        one, other = followed.snapshot(NOW).collection("pods").objects
        assert other["status"]["phase"] == phase
        for key in ("labels", "ownerReferences"):
            assert one["metadata"][key] is other["metadata"][key]
        (first,), (second,) = (item["spec"]["containers"] for item in (one, other))
        assert first["env"] is second["env"] and first["args"] is second["args"]
        assert first["volumeMounts"] != second["volumeMounts"] and VALUES[0] not in str(first)
