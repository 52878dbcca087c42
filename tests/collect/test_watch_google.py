"""Google Cloud while a cluster is followed, through the real client library, from a server that changes and fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.live import cloud_following
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Status
from tests.collect.compute_api import ComputeApi, error
from tests.collect.followed import WATCHED, Followed, state
from tests.collect.loopback import Asked, Reply
from tests.collect.watch_api import WatchApi

ZONE = "https://www.googleapis.com/compute/v1/projects/p/zones/z-a"
COLLECTIONS = (
    *("compute.firewalls", "compute.backendServices", "compute.networkEndpointGroups", "container.clusters"),
    *("compute.backendServicesHealth", "compute.networkEndpoints", "container.operations"),
)
ALL = [*WATCHED, KINDS["EndpointSlice"], *(kind for kind in KINDS.values() if kind.collection in COLLECTIONS)]
FIREWALLS, HEALTH = "compute.firewalls", "compute.backendServicesHealth"
OLD = {"name": "old", "disabled": False}
Start = Callable[..., Followed]


def backend(namespace: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A backend service of a namespace, and its NEG."""
    link = f"{ZONE}/networkEndpointGroups/k8s1-{namespace}"
    said = json.dumps({"cluster-uid": "u", "namespace": namespace, "service-name": "web", "port": "80"})
    group = {"name": f"k8s1-{namespace}", "zone": ZONE, "selfLink": link, "description": said}
    return {"name": f"gkegw1-{namespace}", "backends": [{"group": link}]}, group


def health(namespace: str, healthy: bool) -> dict[str, Any]:
    (service, group) = backend(namespace)
    said = [{"healthState": "HEALTHY" if healthy else "UNHEALTHY", "port": 80}]
    return {"name": service["name"], "backends": [{"group": group["selfLink"], "healthStatus": said}]}


def endpoints(version: str) -> dict[str, Any]:
    metadata = {"name": "web-x", "namespace": "shop", "resourceVersion": version}
    return {"metadata": metadata, "addressType": "IPv4", "endpoints": [{"addresses": [f"10.0.0.{version}"]}]}


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[ComputeApi]:
    services, groups = zip(*(backend(namespace) for namespace in ("shop", "other")), strict=True)
    objects = {
        FIREWALLS: [OLD], "compute.backendServices": services, "compute.networkEndpointGroups": groups,
        HEALTH: [health("shop", True), health("other", True)], "container.clusters": [{"name": "c", "location": "z-a"}],
    }  # fmt: skip
    with ComputeApi(objects) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi({"pods": [], "endpointslices": [endpoints("1")]}) as server:
        yield server


@pytest.fixture
def start(api: WatchApi, google: ComputeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    running: list[Followed] = []

    def begin(interval: float = 0.1, **options: Any) -> Followed:
        monkeypatch.setattr(cloud_following, "LEAST_SECONDS", interval)
        live = Followed(api, tmp_path, interval, ALL, gcp=True, project="p", **options)
        live.until(lambda: api.opened >= len(WATCHED) + 1)
        running.append(live)
        return live

    yield begin
    for live in running:
        live.session.close()
        live.thread.join(5)


def cloud_names(live: Followed, collection: str = FIREWALLS) -> list[str]:
    return [item["name"] for item in live.snapshot.collection(collection).objects]


def asked(google: ComputeApi, end: str) -> int:
    return sum(one.path.endswith(end) for one in google.asked)


def test_what_changes_on_google_cloud_is_read_at_the_interval(google: ComputeApi, start: Start) -> None:
    live = start()
    google.objects = {**google.objects, FIREWALLS: [{"name": "new", "disabled": True}]}
    live.until(lambda: cloud_names(live) == ["new"])
    assert live.failures == [] and live.is_fine


def test_a_backend_whose_endpoints_changed_is_read_at_once_and_alone(
    google: ComputeApi, api: WatchApi, start: Start
) -> None:
    live = start(1000.0)
    google.objects = {**google.objects, HEALTH: [health("shop", False), health("other", False)]}
    before = asked(google, "/getHealth"), asked(google, "/firewalls")
    api.put("endpointslices", endpoints("2"))
    live.until(lambda: "UNHEALTHY" in repr(live.snapshot.collection(HEALTH).objects))
    assert (asked(google, "/getHealth"), asked(google, "/firewalls")) == (before[0] + 1, before[1])
    states = {item["name"]: item["backends"][0]["healthStatus"][0]["healthState"]
              for item in live.snapshot.collection(HEALTH).objects}  # fmt: skip
    assert states == {"gkegw1-shop": "UNHEALTHY", "gkegw1-other": "HEALTHY"} and live.failures == []


class Failing:
    """Answers for firewalls with a fault, so many times."""

    def __init__(self, reply: Callable[[], Reply], times: float = float("inf")) -> None:
        self.reply, self.times, self.answers = reply, times, 0

    def __call__(self, one: Asked) -> Reply | None:
        if not one.path.endswith("/firewalls") or self.times <= 0:
            return None
        self.times -= 1
        self.answers += 1
        return self.reply()


def late() -> Reply:
    return Reply(body={"items": []}, wait=0.6)


FAULTS = {
    "429": (lambda: error(429, "Quota exceeded", "rateLimitExceeded"), "Quota exceeded"),
    "503": (lambda: error(503, "backend error", "backendError"), "backend error"),
    "a proxy": (lambda: Reply(502, b"<html><title>502 Bad Gateway</title></html>"), "502 Bad Gateway"),
    "a hang": (late, "no response"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_list_that_fails_is_said_and_stays_as_it_was(google: ComputeApi, start: Start, name: str) -> None:
    reply, text = FAULTS[name]
    live = start(request_timeout=0.3 if name == "a hang" else 5.0)
    fault = google.fault = Failing(reply)
    live.until(lambda: any("Google Cloud: compute.firewalls" in said and text in said for said in live.failures))
    last = live.last
    assert last is not None and last.freshness.failed_at is not None and last.freshness.retry_at is not None
    seen = fault.answers
    live.until(lambda: fault.answers > seen + 6)  # readings in which all else succeeds
    assert cloud_names(live) == ["old"] and state(live, FIREWALLS) is Status.COMPLETE and not live.is_fine
    fault.times = 0
    google.objects = {**google.objects, FIREWALLS: [OLD, {"name": "new"}]}
    live.until(lambda: cloud_names(live) == ["new", "old"] and live.is_fine)


def test_a_rate_limit_of_a_moment_is_no_failed_reading(google: ComputeApi, start: Start) -> None:
    live = start()
    fault = google.fault = Failing(FAULTS["429"][0], 1)
    live.until(lambda: fault.answers == 1)
    count = asked(google, "/firewalls")
    live.until(lambda: asked(google, "/firewalls") > count + 2)
    assert live.failures == [] and state(live, FIREWALLS) is Status.COMPLETE


def test_a_permission_that_is_gone_for_good_makes_it_unknown(google: ComputeApi, start: Start) -> None:
    live = start()
    denied = error(403, "Required 'compute.firewalls.list' permission for 'projects/p'")
    fault = google.fault = Failing(lambda: denied)
    live.until(lambda: any("compute.firewalls.list" in text for text in live.failures) or fault.answers >= 3)
    live.until(lambda: state(live, FIREWALLS) is Status.DENIED and live.is_fine)
    assert fault.answers >= 3
    live.until(lambda: any(text.startswith("cannot be read any more: compute.firewalls: ") for text in live.said))
    fault.times = 0
    live.until(lambda: state(live, FIREWALLS) is Status.COMPLETE and cloud_names(live) == ["old"])
    live.until(lambda: "permitted again: compute.firewalls" in live.said)


def test_a_permission_that_is_gone_for_once_changes_nothing(google: ComputeApi, start: Start) -> None:
    live = start()
    fault = google.fault = Failing(lambda: error(403, "Required 'compute.firewalls.list' permission"), 2)
    live.until(lambda: fault.answers == 2)
    count = asked(google, "/firewalls")
    live.until(lambda: asked(google, "/firewalls") > count + 1 and live.is_fine)
    assert state(live, FIREWALLS) is Status.COMPLETE and not any("cannot be read" in text for text in live.said)


def test_operations_of_gke_are_read_again(google: ComputeApi, start: Start) -> None:
    live = start(operations=3600.0)
    now = datetime.now(UTC).isoformat()
    operation = {"name": "operation-1", "operationType": "UPGRADE_NODES", "status": "RUNNING", "startTime": now,
                 "targetLink": "https://container.googleapis.com/v1/projects/p/zones/z-a/clusters/c"}  # fmt: skip
    google.objects = {**google.objects, "container.operations": [operation]}
    live.until(lambda: cloud_names(live, "container.operations") == ["operation-1"])
