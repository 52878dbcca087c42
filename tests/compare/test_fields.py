"""Which differences count, and how their places read."""

from __future__ import annotations

from typing import Any

from gkedoctor.compare.changes import ChangeOrigin, ObjectChange, changes
from gkedoctor.compare.fields import comparable, differences
from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph


def told(before: Any, after: Any, kind: str = "Deployment") -> list[tuple[str, str, Any, Any]]:
    return [tuple(d) for d in differences(comparable(kind, before), comparable(kind, after))]


def deployment(container: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a", **metadata}, "spec": {"template": {"spec": {"containers": [container]}}}}


def graph(*objects: Any, deny: tuple[str, ...] = ()) -> Graph:
    return Graph(given_snapshot(Given(objects=objects, deny=deny), lambda name: None))  # type: ignore[arg-type,return-value]


def found(before: Graph, after: Graph) -> list[ObjectChange]:
    return changes(before, after)


def test_bookkeeping_is_no_change() -> None:
    one = deployment(
        {"name": "c"},
        uid="1",
        resourceVersion="1",
        generation=1,
        annotations={"deployment.kubernetes.io/revision": "1"},
    )
    other = deployment(
        {"name": "c"},
        uid="2",
        resourceVersion="9",
        generation=2,
        annotations={"deployment.kubernetes.io/revision": "2"},
    )
    assert told(one, {**other, "status": {"replicas": 3}}) == []


def test_containers_and_variables_are_paired_by_name() -> None:
    one = deployment({"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    other = deployment({"name": "c", "env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]})
    assert told(one, other) == [("spec.template.spec.containers[0].env[0].value", "changed", "2", "3")]


def test_values_of_variables_that_are_named_like_secrets_are_not_shown() -> None:
    one = deployment({"name": "c", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]})
    other = deployment({"name": "c", "env": [{"name": "DB_PASSWORD", "value": "hunter3"}]})
    gone = deployment({"name": "c"})
    everything = repr([*told(one, other), *told(one, gone), *told(gone, one)])
    assert "hunter" not in everything
    assert everything.count("(not shown)") == 4


def test_what_is_empty_and_what_is_absent_are_the_same() -> None:
    assert told(deployment({"name": "c", "env": []}), deployment({"name": "c"})) == []


def test_a_listing_that_was_denied_says_nothing_of_what_is_gone() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}, "data": {}}
    assert [c.what for c in found(graph(secret), graph())] == ["removed"]
    assert found(graph(secret), graph(deny=("Secret",))) == []
    assert [c.what for c in found(graph(), graph(secret))] == ["added"]


def test_owned_pods_follow_from_their_owner() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}, "spec": {}, "status": {}}
    owner = {"kind": "ReplicaSet", "name": "r", "controller": True, "uid": "1", "apiVersion": "apps/v1"}
    owned = {**pod, "metadata": {**pod["metadata"], "ownerReferences": [owner]}}  # type: ignore[dict-item]
    assert found(graph(owned), graph()) == []
    assert [str(c.ref) for c in found(graph(pod), graph())] == ["Pod/shop/p"]


def test_a_certificate_that_ended_in_between_is_a_change() -> None:
    def secret(clock: str) -> Graph:
        facts = {"notAfter": "2026-01-01T12:00:00Z"}
        item = {"kind": "Secret", "metadata": {"name": "s", "namespace": "shop"}, "type": "kubernetes.io/tls",
                "keys": {}, "certificate": facts, "keyFits": True}  # fmt: skip
        return Graph(given_snapshot(Given(objects=(item,), now=clock), lambda name: None))  # type: ignore[arg-type,return-value]

    (change,) = found(secret("2026-01-01T11:00:00+00:00"), secret("2026-01-01T13:00:00+00:00"))
    assert (change.path, change.sort) == ("certificate.notAfter", ChangeOrigin.SET)
    assert found(secret("2026-01-01T13:00:00+00:00"), secret("2026-01-01T14:00:00+00:00")) == []


def test_a_configmap_of_kustomize_is_the_same_one_under_another_hash() -> None:
    def config(name: str, data: dict[str, str]) -> Any:
        return {"kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": data}

    before, after = graph(config("app-5f7g2k9m4c", {"A": "1"})), graph(config("app-ttm9b8h2k4", {"A": "22"}))
    (change,) = found(before, after)
    assert (str(change.ref), change.path, change.before, change.after) == (
        "ConfigMap/shop/app-ttm9b8h2k4", "keys.A.bytes", 1, 2,
    )  # fmt: skip
