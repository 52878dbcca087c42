"""Google Cloud that does not answer, and tokens that do not come: everything ends within the time limit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.collect.deadline import CollectionStopped, Deadline
from gkedoctor.collect.google_cloud import collect_google
from gkedoctor.collect.google_location import GoogleLocation, GoogleOptions
from gkedoctor.collect.google_session import token_requests
from gkedoctor.collect.results import Listing
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Status
from tests.collect.compute_api import ComputeApi, error
from tests.collect.loopback import Reply
from tests.collect.raw_server import Misbehave, RawServer, drips, hangs
from tests.collect.test_login import IamApi, iam  # noqa: F401  # a fixture

CLOUD = [COLLECTIONS[name] for name in ("compute.addresses", "container.clusters")]


def read(url: str, *, token: bool = False, kinds: Any = CLOUD, **limits: Any) -> dict[str, Listing]:
    """All of Google Cloud; `token`: with one that has to be fetched, as for hosts that are not loopback."""
    found: dict[str, Listing] = {}
    container = "https://container.invalid" if token else url
    wish = GoogleOptions(compute_endpoint=url, container_endpoint=container, file_endpoint=url)
    deadline = Deadline(**({"request": 0.3, "overall": 1.0, "sleep": lambda _s: None} | limits))
    began = time.monotonic()
    put: Any = lambda find: found.__setitem__(find.collection, find)  # noqa: E731
    collect_google(wish, GoogleLocation("p"), kinds, deadline, put, lambda _said: None)
    assert time.monotonic() - began < deadline.overall + 2
    return found


@pytest.fixture(scope="module", autouse=True)
def library() -> None:
    """Its import takes more than a second, and is not what is timed here."""
    import google.cloud.compute_v1  # noqa: F401


@pytest.mark.parametrize(
    "misbehave",
    [hangs, drips(b"HTTP/1.1 200 OK\r\nX: "), drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),
     drips(b"HTTP/1.1 200 OK\r\n\r\n{", b" ")],
    ids=["hang", "headers drip", "100 Continue", "body drips"],
)  # fmt: skip
def test_apis_that_do_not_answer_end_in_time(misbehave: Misbehave) -> None:
    with RawServer("", misbehave) as server:
        found = read(server.url)
    assert {find.state.status for find in found.values()} == {Status.FAILED} and len(found) == 2


@pytest.mark.parametrize("reply", [Reply(wait=20), Reply(body={"access_token": "t"}, drip=0.2)], ids=["hang", "drip"])
def test_a_token_that_does_not_come_is_not_waited_for(iam: IamApi, reply: Reply) -> None:  # noqa: F811
    iam.fault = lambda _sent: reply
    with ComputeApi({"compute.addresses": [{"name": "a"}]}) as compute:
        found = read(compute.url, token=True, kinds=CLOUD[:1])
        assert compute.asked == []
    assert found["compute.addresses"].state.status is Status.FAILED


def test_a_metadata_server_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with RawServer("", hangs) as server, ComputeApi({}) as compute:
        address = server.url.removeprefix("http://")
        monkeypatch.setenv("GCE_METADATA_IP", address)
        monkeypatch.setenv("GCE_METADATA_HOST", address)
        found = read(compute.url, token=True, kinds=CLOUD[:1])
        assert server.requests
    assert found["compute.addresses"].state.status is Status.FAILED


def test_the_requests_of_the_login_library_keep_the_limit() -> None:
    with RawServer("", drips(b"HTTP/1.1 200 OK\r\nX: ")) as server:
        began = time.monotonic()
        with pytest.raises(Exception, match="timed out"):
            token_requests(Deadline(request=0.3, overall=5))(server.url, timeout=120)
        assert time.monotonic() - began < 3
        with pytest.raises(CollectionStopped):
            token_requests(Deadline(overall=0))(server.url)


@pytest.fixture
def many() -> Iterator[ComputeApi]:
    group = "https://www.googleapis.com/compute/v1/projects/p/zones/z/networkEndpointGroups/k8s1-x"
    services = [{"name": f"k8s-{i}", "backends": [{"group": group}]} for i in range(40)]
    with ComputeApi({"compute.backendServices": services}, page=500) as server:
        yield server


def test_health_that_is_refused_for_all_is_asked_for_a_few(many: ComputeApi) -> None:
    message = "Required 'compute.backendServices.get' permission for 'projects/p'"
    many.fault = lambda sent: error(403, message) if sent.path.endswith("/getHealth") else None
    kinds = [COLLECTIONS[name] for name in ("compute.backendServices", "compute.backendServicesHealth")]
    state = read(many.url, kinds=kinds, request=5, overall=30)["compute.backendServicesHealth"].state
    assert state.status is Status.DENIED and 5 <= len([s for s in many.asked if s.path.endswith("/getHealth")]) <= 8


@pytest.mark.parametrize("collection", ["compute.addresses", "monitoring.alertPolicies"])
def test_a_page_token_that_comes_twice_ends_the_listing(collection: str) -> None:
    from gkedoctor.collect.google_cloud import google_session
    from gkedoctor.collect.monitoring import Monitoring
    from tests.collect.raw_server import answer

    plural = "items" if collection.startswith("compute") else "alertPolicies"
    items: Any = {"global": {"addresses": [{"name": "a"}]}} if plural == "items" else [{"name": "a"}]

    def page(connection: Any, _path: str) -> None:
        connection.sendall(answer({plural: items, "nextPageToken": "again"}))

    with RawServer("", page) as server:
        if plural == "items":
            found = read(server.url, kinds=CLOUD[:1], request=5, overall=20)[collection]
        else:
            deadline = Deadline(request=5, overall=20)
            session = google_session(GoogleOptions(compute_endpoint=server.url), deadline)
            found = Monitoring(session, server.url, "p", deadline).listed(collection)
        assert len(server.requests) == 2
    assert found.state.status is Status.PARTIAL and "token for the next page twice" in found.state.reason
    assert len(found.items) == 2


def test_an_answer_without_an_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from gkedoctor.collect import google_session
    from tests.collect.raw_server import answer, sends

    monkeypatch.setattr(google_session, "_LARGEST", 1 << 20)
    with RawServer("", sends(answer(b"{" + b" " * (3 << 20)))) as server:
        found = read(server.url, request=5, overall=20)
    assert all("too large" in find.state.reason for find in found.values()), found
