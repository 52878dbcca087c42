"""What refuses new objects: messages of all ages and sources, recovery, and who is behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.admission.failed_creates import CREATORS, has_missing_pods, refusals_of, refuser_of_message
from gkedoctor.graph.workloads.cronjobs import due, parse
from tests.conftest import recorded

QUOTA = 'pods "cart-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3'


def graph_of(*objects: dict[str, Any], deny: tuple[str, ...] = ()) -> Graph:
    return Graph(given_snapshot(Given(objects=objects, deny=deny), recorded))


def replica_set(replicas: int, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {"name": "cart", "uid": "r1"},
        "spec": {"replicas": 2},
        "status": {"replicas": replicas, "conditions": list(conditions)},
    }


def failure(message: str = QUOTA, since: str = "2026-01-01T11:00:00Z") -> dict[str, Any]:
    return {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": message,
        "lastTransitionTime": since,
    }


def event(kind: str, reason: str, at: str, message: str = QUOTA) -> dict[str, Any]:
    return {
        "kind": "Event",
        "metadata": {"name": f"cart.{reason}"},
        "involvedObject": {"kind": kind, "namespace": "shop", "name": "cart", "uid": "r1"},
        "reason": reason,
        "message": message,
        "lastTimestamp": at,
    }


def only(graph: Graph, kind: str) -> Any:
    return graph.all(kind)[0]


@pytest.mark.parametrize(
    ("message", "by", "name"),
    [
        (QUOTA, "quota", "team"),
        ('pods "x" is forbidden: failed quota: team: must specify limits.cpu for: a', "quota", "team"),
        ('pods "x" is forbidden: violates PodSecurity "restricted:v1.30": x', "pod-security", "restricted:v1.30"),
        ('error looking up service account shop/bot: serviceaccount "bot" not found', "account", "bot"),
        ('pods "x" is forbidden: no PriorityClass with name urgent was found', "priority", "urgent"),
        ('Internal error occurred: failed calling webhook "a.b.c": Post "https://s": EOF', "webhook-down", "a.b.c"),
        ('admission webhook "a.b.c" denied the request: no', "webhook", "a.b.c"),
        (
            'admission webhook "warden-validating.common-webhooks.networking.gke.io" denied the request: x',
            "autopilot",
            "warden-validating.common-webhooks.networking.gke.io",
        ),
        ("pods \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", "policy", "p"),
        ('pods "x" is forbidden: maximum cpu usage per Container is 500m, but limit is 1', "limits", "cpu"),
        ("unable to create new content in namespace shop because it is being terminated", "terminating", "shop"),
        ("something else", "other", None),
    ],
)
def test_who_refuses(message: str, by: str, name: str | None) -> None:
    assert refuser_of_message(message) == (by, name)


@given(st.text(max_size=400))
def test_no_message_is_too_odd(message: str) -> None:
    assert isinstance(refuser_of_message(message)[0], str)


def test_the_condition_speaks_when_the_events_have_expired() -> None:
    graph = graph_of(replica_set(1, failure()))
    found = refusals_of(graph, only(graph, "ReplicaSet"))
    assert not isinstance(found, Unknown)
    assert [(r["by"], r["name"], r["message"]) for r in found] == [("quota", "team", QUOTA)]


def test_a_later_event_outdates_the_condition() -> None:
    later = event(
        "ReplicaSet",
        "FailedCreate",
        "2026-01-01T11:50:00Z",
        'Error creating: pods "c" is forbidden: no PriorityClass with name a was found',
    )
    graph = graph_of(replica_set(1, failure()), later)
    assert [r["by"] for r in graph.follow("refusals", only(graph, "ReplicaSet"))] == ["priority"]


def test_events_of_an_owner_that_has_all_it_wants_are_history() -> None:
    graph = graph_of(replica_set(2, failure()), event("ReplicaSet", "FailedCreate", "2026-01-01T11:50:00Z"))
    assert graph.follow("refusals", only(graph, "ReplicaSet")) == []


def test_a_creation_after_the_refusal_ends_it() -> None:
    graph = graph_of(
        replica_set(1),
        event("ReplicaSet", "FailedCreate", "2026-01-01T11:50:00Z"),
        event("ReplicaSet", "SuccessfulCreate", "2026-01-01T11:55:00Z", "Created pod: cart-y"),
    )
    assert graph.follow("refusals", only(graph, "ReplicaSet")) == []


def test_without_events_the_others_are_unknown() -> None:
    item = {"kind": "StatefulSet", "metadata": {"name": "cart"}, "spec": {"replicas": 2}, "status": {"replicas": 1}}
    graph = graph_of(item, deny=("Event",))
    assert isinstance(graph.follow("refusals", only(graph, "StatefulSet")), Unknown)
    graph = graph_of(replica_set(1), deny=("Event",))
    assert graph.follow("refusals", only(graph, "ReplicaSet")) == []


@pytest.mark.parametrize("kind", CREATORS)
@pytest.mark.parametrize("status", [None, {}, {"conditions": None}])
def test_empty_owners_do_no_harm(kind: str, status: Any) -> None:
    item = {"kind": kind, "metadata": {"name": "cart"}, "spec": {"replicas": None}, "status": status}
    graph = graph_of(item)
    assert graph.follow("refusals", only(graph, kind)) == []
    assert graph.follow("refusers", only(graph, kind)) == []
    assert graph.follow("refused_alike", only(graph, kind)) == []


def test_a_finished_or_suspended_job_lacks_nothing() -> None:
    job: dict[str, Any] = {"kind": "Job", "metadata": {"name": "j"}, "spec": {"parallelism": 1, "completions": 1}}
    assert has_missing_pods({**job, "status": {}})
    assert not has_missing_pods({**job, "status": {"active": 1}})
    assert not has_missing_pods({**job, "status": {"conditions": [{"type": "Failed", "status": "True"}]}})
    assert not has_missing_pods({**job, "spec": {"suspend": True}, "status": {}})


def test_one_quota_gathers_all_whom_it_refuses() -> None:
    quota = {
        "kind": "ResourceQuota",
        "metadata": {"name": "team"},
        "status": {"hard": {"pods": "3"}, "used": {"pods": "3"}},
    }
    graph = graph_of(quota, replica_set(1, failure()))
    refused = graph.follow("refused", only(graph, "ResourceQuota"))
    assert [r["workload"]["metadata"]["name"] for r in refused] == ["cart"]
    assert [s["still"] for s in graph.follow("shortfalls", only(graph, "ResourceQuota"))] == [True]
    assert graph.follow("refusers", only(graph, "ReplicaSet")) == [only(graph, "ResourceQuota")]


def test_a_service_in_a_namespace_that_was_not_recorded_is_unknown() -> None:
    configuration = {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "guard"},
        "webhooks": [
            {"name": "a.b.c", "clientConfig": {"service": {"namespace": "elsewhere", "name": "guard"}}},
            {"name": "d"},
        ],
    }
    graph = graph_of(configuration)
    first, second = graph.follow("webhooks", only(graph, "ValidatingWebhookConfiguration"))
    assert isinstance(first["found"], Unknown)
    assert second["found"] is None
    seen = graph_of(
        configuration, {"kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "elsewhere"}}
    )
    assert seen.follow("webhooks", only(seen, "ValidatingWebhookConfiguration"))[0]["found"] is False


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("*/20 * * * *", ["11:20", "11:40", "12:00"]),
        ("0 3,9 * * *", ["03:00", "09:00"]),
        ("30 10-11 * * thu", ["10:30", "11:30"]),
        ("@hourly", ["10:00", "11:00", "12:00"]),
        ("0 0 * * fri", []),
        ("0 12 1 * fri", ["12:00"]),
        ("0 0 30 2 *", []),
    ],
)
def test_due_times(text: str, times: list[str]) -> None:
    schedule = parse(text)
    assert schedule is not None
    found = due(schedule, datetime(2026, 1, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert [t.strftime("%H:%M") for t in found][-len(times or [""]) :] == times


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "a b c d e", "*/0 * * * *", "5-1 * * * *", "@every 5m"])
def test_what_is_no_schedule(text: str) -> None:
    assert parse(text) is None


@given(st.text(alphabet="0123456789*/,- ?@monfri", max_size=30))
def test_no_schedule_is_too_odd(text: str) -> None:
    schedule = parse(text)
    if schedule is not None:
        times = due(schedule, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), most=5)
        assert times == sorted(times)
        assert not (schedule.never() and times)
