"""`since` is when a fault began: never the time of the last retry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from gkedoctor.diagnose.beginning import beginning
from gkedoctor.diagnose.cases import Given, outcome_of
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.graph.objects.events import first_seen
from gkedoctor.graph.workloads.restarts import failing_since
from tests.conftest import recorded, shipped_playbooks

FIRST, LAST, CONDITION = "2026-01-01T11:20:44Z", "2026-01-01T11:58:47Z", "2026-01-01T11:10:44Z"
REFUSED = (
    'Error creating: pods "web-1-{}" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, '
    "limited: pods=3"
)


def diagnosed(*objects: dict[str, Any]) -> list[Diagnosis]:
    return list(outcome_of(Given(objects=objects), shipped_playbooks().playbooks, recorded)[0].diagnoses)


def event(name: str, kind: str, about: str, reason: str, message: str, **times: Any) -> dict[str, Any]:
    return {
        "kind": "Event", "metadata": {"name": name, "namespace": "shop"}, "reason": reason, "message": message,
        "involvedObject": {"kind": kind, "namespace": "shop", "name": about}, **times,
    }  # fmt: skip


def repeated(first: str, last: str, count: int = 14) -> dict[str, Any]:
    return {"firstTimestamp": first, "lastTimestamp": last, "count": count}


def made(kind: str, name: str, created: str, spec: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "apiVersion": "v1" if kind == "ResourceQuota" else "apps/v1",
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": created}, "spec": spec, "status": status,
    }  # fmt: skip


QUOTA = made(
    "ResourceQuota",
    "team",
    "2025-01-01T00:00:00Z",
    {"hard": {"pods": "3"}},
    {"hard": {"pods": "3"}, "used": {"pods": "3"}},
)


def stateful_set(created: str) -> dict[str, Any]:
    return made(
        "StatefulSet",
        "web",
        created,
        {"replicas": 5, "selector": {}, "template": {"spec": {"containers": []}}},
        {"replicas": 3},
    )


def test_of_refusals_the_first_counts_though_each_names_another_pod() -> None:
    events = [
        event("a", "StatefulSet", "web", "FailedCreate", REFUSED.format("a"), **repeated(FIRST, FIRST, 1)),
        event("b", "StatefulSet", "web", "FailedCreate", REFUSED.format("b"), **repeated(LAST, LAST, 1)),
    ]
    (found,) = diagnosed(QUOTA, stateful_set(FIRST), *events)
    assert (found.cause, found.since, found.since_at_latest) == ("quota-exceeded", FIRST, False)


def test_what_failed_before_the_last_success_is_history() -> None:
    events = [
        event("a", "StatefulSet", "web", "FailedCreate", REFUSED.format("a"), **repeated(CONDITION, CONDITION, 1)),
        event("ok", "StatefulSet", "web", "SuccessfulCreate", "create Pod web-2", **repeated(FIRST, FIRST, 1)),
        event("b", "StatefulSet", "web", "FailedCreate", REFUSED.format("b"), **repeated(LAST, LAST, 1)),
    ]
    (found,) = diagnosed(QUOTA, stateful_set("2025-12-01T00:00:00Z"), *events)
    assert found.since == LAST


def test_where_older_events_may_be_gone_it_is_the_latest_beginning() -> None:
    early = "2026-01-01T11:04:00Z"
    events = [event("a", "StatefulSet", "web", "FailedCreate", REFUSED.format("a"), **repeated(early, LAST))]
    (found,) = diagnosed(QUOTA, stateful_set("2025-12-01T00:00:00Z"), *events)
    assert (found.since, found.since_at_latest) == (early, True)


def test_a_condition_that_changed_before_the_event_wins() -> None:
    failed = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": REFUSED.format("x"),
        "lastTransitionTime": CONDITION,
    }
    status = {"replicas": 0, "conditions": [failed]}
    replica_set = made("ReplicaSet", "web-1", "2025-12-01T00:00:00Z", {"replicas": 1, "selector": {}}, status)
    (found,) = diagnosed(
        QUOTA,
        replica_set,
        event("a", "ReplicaSet", "web-1", "FailedCreate", REFUSED.format("a"), **repeated(LAST, LAST)),
    )
    assert (found.since, found.since_at_latest) == (CONDITION, False)


@pytest.mark.parametrize(
    "times",
    [
        repeated(FIRST, LAST),
        {"eventTime": FIRST, "series": {"count": 9, "lastObservedTime": LAST}},
        {"eventTime": FIRST, "firstTimestamp": None, "lastTimestamp": None},
    ],
    ids=["repeated", "series", "once"],
)
def test_an_event_begins_at_its_first_time_whichever_field_has_it(times: dict[str, Any]) -> None:
    found = first_seen(event("a", "Pod", "web", "BackOff", "", **times))
    assert found.isoformat() == "2026-01-01T11:20:44+00:00"


def pod(created: str, ready: str) -> dict[str, Any]:
    return {
        "metadata": {"creationTimestamp": created},
        "status": {"conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": ready}]},
    }


def test_a_crash_loop_began_with_the_first_back_off_not_with_the_last_crash() -> None:
    back_off = event("a", "Pod", "web", "BackOff", "Back-off restarting failed container", **repeated(FIRST, LAST, 90))
    assert failing_since(pod("2025-12-01T00:00:00Z", LAST), 40, [back_off]) == FIRST
    assert failing_since(pod("2025-12-01T00:00:00Z", LAST), 40, []) is None, "only the last crash is known"
    assert failing_since(pod("2025-12-01T00:00:00Z", LAST), 1, []) == LAST, "which was the only one"
    ended = {"startedAt": LAST}
    assert failing_since(pod("2025-12-01T00:00:00Z", FIRST), 40, [], ended) == FIRST, "the last run was never ready"
    assert failing_since(pod("2025-12-01T00:00:00Z", LAST), 40, [], ended) is None, "it became ready in the last run"
    assert failing_since(pod(FIRST, FIRST), 40, []) == FIRST, "it was never ready"


def test_an_old_event_about_a_custom_resource_is_read_like_any_other() -> None:
    """Its kind has no collection of its own. A Secret that an ExternalSecret does not create, as in infisical#2157."""
    pod = {
        "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web", "namespace": "shop", "creationTimestamp": FIRST},
        "spec": {"containers": [{"name": "web", "image": "web", "envFrom": [{"secretRef": {"name": "db"}}]}]},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "web", "ready": False, "restartCount": 0, "state": {"waiting": {
                "reason": "CreateContainerConfigError", "message": 'secret "db" not found'}},
        }]},
    }  # fmt: skip
    item = {
        "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret",
        "metadata": {"name": "db", "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z"},
        "spec": {"target": {"name": "db"}},
        "status": {"conditions": [{
            "type": "Ready", "status": "False", "reason": "SecretSyncedError", "message": "could not get secret data",
            "lastTransitionTime": FIRST,
        }]},
    }  # fmt: skip
    early = "2026-01-01T11:01:00Z"
    told = event("db.1", "ExternalSecret", "db", "UpdateFailed", "could not get secret data", **repeated(early, LAST))
    [found] = diagnosed(pod, item, told | {"type": "Warning"})
    assert (found.root.name, found.since) == ("db", early)


def test_scaled_to_zero_began_with_the_event_of_it() -> None:
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "db"}}}
    template = {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "db", "image": "db"}]}}
    database = made("Deployment", "db", "2025-12-01T00:00:00Z", {**spec, "template": template}, {})
    service = {
        "kind": "Service", "apiVersion": "v1", "spec": {"selector": {"app": "db"}, "ports": [{"port": 5432}]},
        "metadata": {"name": "db", "namespace": "shop", "creationTimestamp": "2025-12-01T00:00:00Z"},
    }  # fmt: skip
    scaled = "Scaled down replica set db-1 to 0 from 1"
    down = event("a", "Deployment", "db", "ScalingReplicaSet", scaled, **repeated(FIRST, FIRST, 1))
    (found,) = diagnosed(database, service, down)
    assert (found.cause, found.since, found.since_at_latest) == ("scaled-to-zero", FIRST, False)


def test_without_a_time_of_its_own_the_first_symptom_that_follows_counts() -> None:
    def symptom(since: str | None) -> Any:
        scope = SimpleNamespace(evaluate=lambda _: since)
        return SimpleNamespace(playbook=SimpleNamespace(since="shown"), scope=scope)

    graph: Any = None
    assert beginning(graph, [symptom(None)], (), [symptom(LAST), symptom(FIRST)]) == (FIRST, True)
    assert beginning(graph, [symptom(LAST)], (), [symptom(FIRST)]) == (LAST, False)
    assert beginning(graph, [symptom(None)], (), [symptom(None)]) == (None, False)
