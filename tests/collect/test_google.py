"""Google Cloud through the real client library: pages, scopes with warnings, refusals, health, the host project."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.google_cloud import collect_google
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions, location_of_context, location_of_nodes
from gkedoctor.collect.google_session import guard, guarded_adapter
from gkedoctor.collect.read_only import NotReadOnlyError, assert_read_only
from gkedoctor.collect.results import CollectorProgress, Listing
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.snapshot.model import Status
from tests.collect.compute_api import ComputeApi, error
from tests.collect.loopback import Asked, Reply
from tests.conftest import shipped_playbooks

ZONE = "https://www.googleapis.com/compute/v1/projects/p/zones/z-a"
PLACE = GoogleLocation("p", "z-a", "c")
KINDS = [kind for kind in needed_kinds(shipped_playbooks()) if kind.cloud]
NEG = f"{ZONE}/networkEndpointGroups/k8s1-neg"


@pytest.fixture
def api() -> Iterator[ComputeApi]:
    objects: dict[str, Any] = {
        "compute.addresses": [{"name": f"a{i}", "status": "RESERVED", "id": str(2**60 + i)} for i in range(5)],
        "compute.instances": [{"name": "gke-c-pool-1", "zone": ZONE, "metadata": {"items": []}}],
        "compute.networkEndpointGroups": [
            {"name": "k8s1-neg", "zone": ZONE, "selfLink": NEG},
            {"name": "x", "zone": ZONE},
        ],
        "compute.networkEndpoints": [
            {"name": "k8s1-neg", "endpoints": [{"networkEndpoint": {"ipAddress": "10.8.0.1"}}]}
        ],
        "compute.backendServices": [
            {"name": "mine", "backends": [{"group": NEG}]},
            {"name": "k8s-regional", "region": "https://x/regions/r", "backends": [{"group": NEG}]},
            {"name": "foreign", "backends": [{"group": "https://x/instanceGroups/other"}]},
        ],
        "compute.backendServicesHealth": [
            {"name": "mine", "backends": [{"group": NEG, "healthStatus": [{"healthState": "HEALTHY", "port": 80}]}]}
        ],
        "compute.firewalls": [{"name": "f", "disabled": False, "priority": 0}],
        "compute.projects": [
            {"name": "p", "quotas": [{"metric": "NETWORKS", "limit": 5, "usage": 1}],
             "commonInstanceMetadata": {"items": [{"key": "ssh-keys", "value": "s3cr3t"}]}}
        ],
        "container.clusters": [{"name": "c", "location": "z-a"}],
    }  # fmt: skip
    with ComputeApi(objects, page=2) as server:
        yield server
        posts = ("/getHealth", "/listNetworkEndpoints")
        assert all(asked.method == "GET" or asked.path.endswith(posts) for asked in server.asked)


def run(api: ComputeApi | None, place: GoogleLocation | None = PLACE, **limits: Any) -> dict[str, Listing]:
    found: dict[str, Listing] = {}
    url = api.url if api is not None else None
    deadline = Deadline(**({"request": 5, "overall": 20, "sleep": lambda _s: None} | limits))
    wish = GoogleOptions(compute_endpoint=url, container_endpoint=url, file_endpoint=url)
    said: list[CollectorProgress] = []
    collect_google(wish, place, KINDS, deadline, lambda find: found.__setitem__(find.collection, find), said.append)
    assert set(found) == {kind.collection for kind in KINDS}
    return found


def test_pages_and_scopes_are_put_together_as_rest_says_them(api: ComputeApi) -> None:
    found = run(api)
    assert {f.state.status for f in found.values()} == {Status.COMPLETE}
    assert [a["name"] for a in found["compute.addresses"].items] == ["a0", "a1", "a2", "a3", "a4"]
    assert found["compute.addresses"].items[0] == {"name": "a0", "status": "RESERVED", "id": str(2**60)}
    assert found["compute.firewalls"].items == [{"name": "f", "disabled": False, "priority": 0}]
    lists = [a for a in api.asked if a.path.endswith("/aggregated/addresses")]
    assert [a.query.get("pageToken") for a in lists] == [None, "2", "4"]
    assert all(a.query["returnPartialSuccess"] == "true" and a.query["maxResults"] == "500" for a in lists)


def test_health_is_asked_for_what_belongs_to_gke(api: ComputeApi) -> None:
    found = run(api)
    health = {item["name"]: item for item in found["compute.backendServicesHealth"].items}
    assert set(health) == {"mine", "k8s-regional"}
    assert health["mine"]["backends"] == [{"group": NEG, "healthStatus": [{"healthState": "HEALTHY", "port": 80}]}]
    paths = {a.path for a in api.asked if a.path.endswith("getHealth")}
    assert paths == {
        "/compute/v1/projects/p/global/backendServices/mine/getHealth",
        "/compute/v1/projects/p/regions/r/backendServices/k8s-regional/getHealth",
    }
    assert found["compute.networkEndpoints"].items == [
        {"name": "k8s1-neg", "zone": ZONE, "endpoints": [{"networkEndpoint": {"ipAddress": "10.8.0.1"}}]}
    ]


@pytest.mark.parametrize(("only", "asked"), [((), 501), (("shop",), 2)])
def test_calls_for_health_are_proportional_to_what_is_asked(only: tuple[str, ...], asked: int) -> None:
    """Of 500 backend services an Ingress of one namespace has one, and the default backend one."""
    places = {"shop": 1, "kube-system": 1} | {f"ns-{i}": 1 for i in range(499)}
    negs, services = [], []
    for space in places:
        link = f"{ZONE}/networkEndpointGroups/k8s1-{space}"
        told = f'{{"cluster-uid":"u","namespace":"{space}","service-name":"web","port":"80"}}'
        negs.append({"name": f"k8s1-{space}", "zone": ZONE, "selfLink": link, "description": told})
        # as a Gateway's: only the NEG tells whose it is
        services.append({"name": f"gkegw1-1a2b-{space}-web-80-4fdj4jjm3trk", "backends": [{"group": link}]})
    with ComputeApi({"compute.networkEndpointGroups": negs, "compute.backendServices": services}) as many:
        wish = GoogleOptions(compute_endpoint=many.url, container_endpoint=many.url, file_endpoint=many.url, only=only)
        words = ("backendServices", "networkEndpointGroups", "backendServicesHealth", "networkEndpoints")
        wanted = [k for k in KINDS if k.collection.removeprefix("compute.") in words]
        found: list[Listing] = []
        collect_google(wish, PLACE, wanted, Deadline(request=20, overall=200), found.append, lambda _said: None)
        assert len([a for a in many.asked if a.path.endswith("/getHealth")]) == asked
        assert len([a for a in many.asked if a.path.endswith("/listNetworkEndpoints")]) == asked
        lists = [a for a in many.asked if a.method == "GET"]
        assert len(lists) == 4  # two pages of each list


def test_of_the_project_only_quotas_are_kept(api: ComputeApi) -> None:
    assert set(run(api)["compute.projects"].items[0]) == {"name", "quotas"}


def test_the_host_project_of_a_shared_vpc_is_read_too(api: ComputeApi) -> None:
    network = {"network": "projects/host/global/networks/shared"}
    api.objects = {**api.objects, "container.clusters": [{"name": "c", "networkConfig": network}]}
    api.projects["host"] = {"compute.firewalls": [{"name": "of-host"}], "compute.subnetworks": [{"name": "s"}]}
    found = run(api)
    assert [f["name"] for f in found["compute.firewalls"].items] == ["f", "of-host"]
    assert [f["name"] for f in found["compute.subnetworks"].items] == ["s"]


def test_a_host_project_that_is_denied_makes_its_part_unknown(api: ComputeApi) -> None:
    network = {"network": "projects/host/global/networks/shared"}
    api.objects = {**api.objects, "container.clusters": [{"name": "c", "networkConfig": network}]}
    message = "Required 'compute.firewalls.list' permission for 'projects/host'"
    api.fault = lambda a: error(403, message) if "/projects/host/" in a.path else None
    state = run(api)["compute.firewalls"].state
    assert state.status is Status.PARTIAL and state.reason.startswith("host project host: ")
    assert state.needs == "compute.firewalls.list"


def test_a_scope_that_did_not_answer_makes_the_list_partial(api: ComputeApi) -> None:
    api.warnings["instances"] = {"zones/z-b": {"warning": {"code": "UNREACHABLE", "message": "zone z-b is down"}}}
    found = run(api)["compute.instances"]
    assert found.state.status is Status.PARTIAL and found.state.reason == "zones/z-b: zone z-b is down"
    assert len(found.items) == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.collection)
def test_each_permission_that_is_missing_is_named(api: ComputeApi, kind: Any) -> None:
    if kind.collection in ("compute.backendServicesHealth", "compute.networkEndpoints"):
        pytest.skip("asked one by one, below")
    word = kind.collection.partition(".")[2]
    needs = f"{kind.collection}.{'get' if word == 'projects' else 'list'}"
    path = {"compute.projects": "/projects/p", "file.instances": "/locations/-/instances"}.get(
        kind.collection, f"/aggregated/{word}" if word == "instances" else f"/{word}"
    )
    message = f"Required '{needs}' permission for 'projects/p'"
    api.fault = lambda a: error(403, message) if a.path.endswith(path) else None
    found = run(api)
    assert found[kind.collection].state.status is Status.DENIED
    assert found[kind.collection].state.needs == needs
    others = {c for c, f in found.items() if f.state.status is not Status.COMPLETE} - {kind.collection}
    assert others <= {"compute.backendServicesHealth", "compute.networkEndpoints"}


_PAGE = b"<!DOCTYPE html>\n<html><head><title>Error 403 (Forbidden)!!1</title></head><body>x</body></html>"


@pytest.mark.parametrize("collection", ["compute.addresses", "compute.firewalls", "container.clusters"])
def test_an_html_page_that_forbids_is_a_denial(api: ComputeApi, collection: str) -> None:
    page = Reply(403, _PAGE, {"Content-Type": "text/html"})
    api.fault = lambda a: page if a.path.endswith(f"/{collection.partition('.')[2]}") else None
    state = run(api)[collection].state
    assert state.status is Status.DENIED and "Error 403 (Forbidden)" in state.reason and "<" not in state.reason


@pytest.mark.parametrize("collection", ["compute.addresses", "compute.firewalls", "container.clusters"])
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 403, "message": "Required 'x.y.list' permission", "status": "PERMISSION_DENIED"}},
        {"kind": "Status", "status": "Failure", "reason": "Forbidden", "message": "x is forbidden", "code": 403},
        _PAGE,
        b"",
    ],
    ids=["googleapi", "status", "html", "empty"],
)
def test_an_error_with_the_status_of_success_is_no_empty_list(api: ComputeApi, body: Any, collection: str) -> None:
    """A gateway on the way may answer 200 with an error in the body."""
    api.fault = lambda a: Reply(200, body) if a.path.endswith(f"/{collection.partition('.')[2]}") else None
    state = run(api)[collection].state
    assert state.status in (Status.DENIED, Status.FAILED) and state.reason


def test_health_that_is_denied_says_what_it_needs(api: ComputeApi) -> None:
    message = "Required 'compute.backendServices.get' permission for 'projects/p/global/backendServices/mine'"
    api.fault = lambda a: error(403, message) if a.path.endswith("getHealth") else None
    state = run(api)["compute.backendServicesHealth"].state
    assert (state.status, state.needs) == (Status.DENIED, "compute.backendServices.get")


def test_an_api_that_is_off_is_disabled(api: ComputeApi) -> None:
    off = "Compute Engine API has not been used in project 1 before or it is disabled. Enable it by visiting https://x"
    api.fault = lambda a: error(403, off, "accessNotConfigured") if "/compute/" in a.path else None
    found = run(api)
    assert {f.state.status for c, f in found.items() if c.startswith("compute.")} == {Status.DISABLED}
    assert found["container.clusters"].state.status is Status.COMPLETE


@pytest.mark.parametrize("collection", ["compute.addresses", "compute.firewalls", "container.clusters"])
@pytest.mark.parametrize(
    "reply",
    [
        error(500, "backend error", "backendError"),
        error(404, "The resource 'projects/p' was not found", "notFound"),
        error(401, "Request had invalid authentication credentials"),
        Reply(200, b'{"items": {"global": {"addre'),
        Reply(200, b"]"),
        Reply(200, b"[]"),
        Reply(200, {"items": {}, "clusters": []}, cut=3),
        Reply(503, b"<html>"),
        Reply(429, {"error": {"message": "slow down"}}, {"Retry-After": "3600"}),
    ],
    ids=["500", "404", "401", "half", "malformed", "no-object", "cut", "503", "429-too-long"],
)
def test_faults_that_stay_fail_one_collection(api: ComputeApi, reply: Reply, collection: str) -> None:
    api.fault = lambda a: reply if a.path.endswith(f"/{collection.partition('.')[2]}") else None
    found = run(api)
    assert found[collection].state.status is Status.FAILED and found[collection].state.reason
    assert {c for c, f in found.items() if f.state.status is not Status.COMPLETE} == {collection}


@pytest.mark.parametrize(
    "reply",
    [
        error(500, "backend error"),
        error(410, "The page token has expired", "gone"),
        error(400, "Invalid value for field 'pageToken'", "invalid"),
        error(401, "Request had invalid authentication credentials"),
        Reply(200, b'{"items": {"global": {"addre'),
        Reply(200, {"items": {}}, cut=3),
    ],
    ids=["500", "410", "400", "401", "half", "cut"],
)
def test_a_fault_on_a_later_page_keeps_the_pages_before(api: ComputeApi, reply: Reply) -> None:
    api.fault = lambda a: reply if a.query.get("pageToken") == "2" else None
    found = run(api)["compute.addresses"]
    assert found.state.status is Status.PARTIAL and len(found.items) == 2


def test_a_page_without_objects_is_an_empty_page(api: ComputeApi) -> None:
    """An aggregated list with `returnPartialSuccess` may have pages, and be, without `items`."""
    pages = [{"kind": "x", "nextPageToken": "next"}, {"kind": "x"}]
    api.fault = lambda a: Reply(200, pages.pop(0)) if pages and a.path.endswith("/aggregated/addresses") else None
    found = run(api)["compute.addresses"]
    assert found.state.status is Status.COMPLETE and found.items == []


def test_a_scope_that_could_not_be_asked_at_all_makes_the_list_partial(api: ComputeApi) -> None:
    """`unreachables` of a list with returnPartialSuccess, `missingZones` of the clusters."""
    body = {"items": {"global": {"addresses": [{"name": "a"}]}}, "unreachables": ["zones/z-b"]}
    clusters = {"clusters": [{"name": "c", "location": "z-a"}], "missingZones": ["z-b"]}
    replies = {"/compute/v1/projects/p/aggregated/addresses": body, "/v1/projects/p/locations/-/clusters": clusters}
    api.fault = lambda a: Reply(200, replies[a.path]) if a.path in replies else None
    found = run(api)
    for collection in ("compute.addresses", "container.clusters"):
        assert found[collection].state.status is Status.PARTIAL and len(found[collection].items) == 1
        assert found[collection].state.reason.startswith("no response from: ")


@pytest.mark.parametrize("last", ["addresses", "firewalls", "clusters", "getHealth", "listNetworkEndpoints"])
def test_a_server_that_drips_cannot_hold_the_run(api: ComputeApi, last: str) -> None:
    drip = Reply(200, {"items": [], "padding": "x" * 400}, drip=0.1)
    api.zip = False
    api.fault = lambda a: drip if a.path.endswith(f"/{last}") else None
    began = time.monotonic()
    found = run(api, request=0.4, overall=3)
    assert time.monotonic() - began < 8
    assert {f.state.status for f in found.values()} & {Status.FAILED, Status.PARTIAL}


def test_endpoints_that_are_denied_say_what_they_need(api: ComputeApi) -> None:
    message = "Required 'compute.networkEndpointGroups.get' permission for 'projects/p/zones/z-a/x'"
    api.fault = lambda a: error(403, message) if a.path.endswith("listNetworkEndpoints") else None
    state = run(api)["compute.networkEndpoints"].state
    assert (state.status, state.needs) == (Status.DENIED, "compute.networkEndpointGroups.get")


@pytest.mark.parametrize(
    "reply", [Reply(200, b"{"), Reply(200, {}, cut=1), error(500, "x")], ids=["half", "cut", "500"]
)
@pytest.mark.parametrize("collection", ["compute.backendServicesHealth", "compute.networkEndpoints"])
def test_what_is_asked_one_by_one_is_never_complete_with_a_hole(api: ComputeApi, collection: str, reply: Reply) -> None:
    last = "getHealth" if collection.endswith("Health") else "listNetworkEndpoints"
    api.fault = lambda a: reply if a.path.endswith(last) else None
    assert run(api)[collection].state.status in (Status.FAILED, Status.PARTIAL)


def test_a_rate_limit_passes(api: ComputeApi) -> None:
    busy = [error(403, "Rate Limit Exceeded", "rateLimitExceeded"), error(429, "slow down")]
    busy[1].headers["Retry-After"] = "3"
    pauses: list[float] = []
    api.fault = lambda a: busy.pop(0) if busy and a.path.endswith("/aggregated/addresses") else None
    assert run(api, sleep=pauses.append, jitter=lambda: 0.5)["compute.addresses"].state.status is Status.COMPLETE
    assert pauses == [0.25, 3.0]


def test_a_server_that_says_nothing_cannot_hold_the_run(api: ComputeApi) -> None:
    api.fault = lambda a: Reply(200, {}, wait=20) if a.path.endswith("/aggregated/addresses") else None
    began = time.monotonic()
    assert run(api, request=0.3, overall=3)["compute.addresses"].state.status is Status.FAILED
    assert time.monotonic() - began < 8


def test_a_cluster_elsewhere_is_not_asked_for() -> None:
    assert {f.state.status for f in run(None, None).values()} == {Status.NOT_ASKED}


def test_without_credentials_each_collection_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from google.auth import exceptions

    def default(**_: Any) -> None:
        raise exceptions.DefaultCredentialsError("none")

    monkeypatch.setattr("google.auth.default", default)
    found = run(None)
    assert {(f.state.status, f.state.reason) for f in found.values()} == {
        (Status.FAILED, "no Google Cloud credentials; run: gcloud auth application-default login")
    }


def test_nothing_that_changes_anything_gets_past_the_transport() -> None:
    session = requests.Session()
    guard(session, guarded_adapter(Deadline()))
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(NotReadOnlyError):
            session.request(method, "http://127.0.0.1:1/compute/v1/projects/p/global/addresses")


@pytest.mark.parametrize(
    ("method", "path", "fine"),
    [
        ("GET", "/api/v1/pods", True),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", True),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", True),
        ("POST", "/k8s/clusters/c-1/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", True),
        ("POST", "/compute/v1/projects/p/global/backendServices/b/getHealth", True),
        ("POST", "/compute/v1/projects/p/zones/z/networkEndpointGroups/n/listNetworkEndpoints", True),
        ("POST", "/compute/v1/projects/p/zones/z/networkEndpointGroups/n/attachNetworkEndpoints", False),
        ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", False),
        ("POST", "/api/v1/namespaces/n/pods/p/eviction", False),
        ("DELETE", "/api/v1/namespaces/n", False),
        ("HEAD", "/", False),
    ],
)
def test_what_may_leave(method: str, path: str, fine: bool) -> None:
    if fine:
        assert_read_only(method, f"https://host{path}?x=1")
        return
    with pytest.raises(NotReadOnlyError):
        assert_read_only(method, f"https://host{path}?x=1")


def test_the_place_is_found() -> None:
    assert location_of_context("gke_my-project_europe-west1_shop_a") == GoogleLocation(
        "my-project", "europe-west1", "shop_a"
    )
    assert location_of_context("kind-kind") is None
    node = {
        "metadata": {"name": "n", "labels": {"cloud.google.com/gke-nodepool": "pool"}},
        "spec": {"providerID": "gce://p/europe-west1-b/gke-shop-pool-1a2b-x"},
    }
    assert location_of_nodes([node]) == GoogleLocation("p", "europe-west1-b", "shop")
    assert location_of_nodes([{"metadata": {"name": "n"}, "spec": {"providerID": "kind://docker/k/n"}}]) is None
    given = GoogleOptions(project="other", location="here")
    assert given.place(GoogleLocation("p", "there", "c")) == GoogleLocation("other", "here", None)
    assert GoogleOptions().place(None) is None


def test_ctrl_c_ends_the_reading(api: ComputeApi) -> None:
    stop = threading.Event()

    def fault(_asked: Asked) -> None:
        stop.set()

    api.fault = fault
    found = run(api, stopped=stop)
    assert any("Ctrl-C" in f.state.reason for f in found.values())
