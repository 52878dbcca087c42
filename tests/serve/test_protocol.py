"""What goes over the wire, asked for without kubectl."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.errors import UsageError
from gkedoctor.serve.access import access_for, token_from
from gkedoctor.serve.server import LOOPBACK, Server
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Snapshot, Status
from gkedoctor.snapshot.redaction.secret_facts import LEFT_OUT
from tests.serve.conftest import served

Serving = Callable[[str], Server]
Json = dict[str, Any]
PODS = "/api/v1/namespaces/shop/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@contextmanager
def connected(server: Server) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(*server.server_address[:2], timeout=10)) as connection:
        yield connection


def ask(
    server: Server, path: str, method: str = "GET", body: Any = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    with connected(server) as connection:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()


def fetch(server: Server, path: str, **headers: str) -> Json:
    response, body = ask(server, path, **headers)
    assert response.status == 200, body
    document: Json = json.loads(body)
    return document


def refusal(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    """Code, reason and message of the Status that an answer must be."""
    response, body = ask(server, path, method, **headers)
    status = json.loads(body)
    assert (status["kind"], status["apiVersion"], status["status"]) == ("Status", "v1", "Failure")
    assert status["code"] == response.status
    return response.status, status["reason"], status["message"]


def names(document: Json) -> list[str]:
    return [item["metadata"]["name"] for item in document["items"]]


def test_it_listens_on_loopback_alone(serving: Serving) -> None:
    assert serving("shop").server_address[0] == LOOPBACK == "127.0.0.1"
    assert serving("shop").socket.family == socket.AF_INET


def test_a_connection_is_kept_for_many_requests(serving: Serving) -> None:
    with connected(serving("shop")) as connection:
        connection.connect()
        port = connection.sock.getsockname()[1]
        for path in (PODS, "/version", "/nosuch", PODS, "/api"):
            connection.request("GET", path)
            connection.getresponse().read()
            assert connection.sock is not None
            assert connection.sock.getsockname()[1] == port
        connection.request("DELETE", f"{PODS}/web-1", json.dumps({"propagationPolicy": "Foreground"}))
        assert connection.getresponse().read()
        connection.request("GET", "/version")
        assert connection.getresponse().status == 200


def test_head_is_get_without_a_body(serving: Serving) -> None:
    response, body = ask(serving("shop"), PODS)
    head, nothing = ask(serving("shop"), PODS, "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.headers["Content-Length"] == str(len(body)) == response.headers["Content-Length"]
    assert ask(serving("shop"), f"{PODS}?watch=true", "HEAD")[0].status == 200


def test_large_answers_are_compressed_where_that_is_asked_for(serving: Serving) -> None:
    server = serving("two-problems")
    plain, body = ask(server, "/api/v1/events")
    assert "Content-Encoding" not in plain.headers
    small, _ = ask(server, "/version", Accept_Encoding="gzip")
    assert "Content-Encoding" not in small.headers
    with many_pods(500) as large:
        plain, body = ask(large, "/api/v1/pods")
        packed, data = ask(large, "/api/v1/pods", Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(data) == body
    assert len(data) < len(body) / 5


@contextmanager
def many_pods(count: int) -> Iterator[Server]:
    from gkedoctor.snapshot.latest_timestamp import EPOCH

    pods = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"web-{n:05}", "namespace": f"ns-{n % 7}", "labels": {"n": str(n % 2)}},
            "spec": {"containers": [{"name": "app", "image": "registry.example/some/image:latest"}], "nodeName": "n"},
            "status": {"phase": "Running", "message": "x" * 100},
        }
        for n in range(count)
    ]
    state = CollectionState(Status.COMPLETE)
    with served(Snapshot(Manifest(EPOCH, "many"), [Collection("pods", state, pods)])) as server:
        yield server


def test_many_ask_at_once(serving: Serving) -> None:
    server = serving("shop")
    paths = [PODS, "/apis", "/api/v1/nodes", "/apis/apps/v1/deployments", f"{PODS}/web-1/log?container=app"] * 40
    wanted = {path: ask(server, path)[1] for path in set(paths)}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda path: ask(server, path)[1], paths))
    assert answers == [wanted[path] for path in paths]


def test_pages_make_up_the_list(serving: Serving) -> None:
    with many_pods(1050) as server:
        seen, path, left = [], "/api/v1/pods?limit=500", []
        while path:
            page = fetch(server, path)
            seen += names(page)
            left.append(page["metadata"].get("remainingItemCount"))
            token = page["metadata"].get("continue", "")
            path = f"/api/v1/pods?limit=500&continue={token}" if token else ""
        assert left == [550, 50, None]
        assert sorted(seen) == [f"web-{n:05}" for n in range(1050)]
        odd = fetch(server, "/api/v1/pods?limit=400&labelSelector=n%3D1")
        assert len(odd["items"]) == 400
        assert "remainingItemCount" not in odd["metadata"]
        rest = fetch(server, f"/api/v1/pods?limit=400&labelSelector=n%3D1&continue={odd['metadata']['continue']}")
        assert len(rest["items"]) == 125
        exact = fetch(server, "/api/v1/pods?limit=1050")
        assert "continue" not in exact["metadata"]


def test_tokens_last_and_strange_ones_have_expired(serving: Serving, shop: Snapshot) -> None:
    token = fetch(serving("shop"), f"{PODS}?limit=2")["metadata"]["continue"]
    with served(shop) as again:
        assert names(fetch(again, f"{PODS}?limit=1&continue={token}")) == ["going-1"]
        for strange in (token[:-6], "abc", "bm8=", "e30=", "W10="):
            assert refusal(again, f"{PODS}?continue={strange}")[:2] == (410, "Expired")
        assert refusal(again, f"/api/v1/nodes?continue={token}")[:2] == (410, "Expired")


def test_objects_come_as_they_are_as_tables_or_as_metadata(serving: Serving) -> None:
    server = serving("shop")
    plain = fetch(server, f"{PODS}/web-1")
    assert plain["spec"]["nodeName"] == "n1"
    table = fetch(server, f"{PODS}/web-1", Accept=f"{TABLE},application/json")
    assert (table["kind"], table["rows"][0]["cells"][0]) == ("Table", "web-1")
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    whole = fetch(server, f"{PODS}?includeObject=Object", Accept=TABLE)
    assert whole["rows"][-1]["object"] == plain
    bare = fetch(server, f"{PODS}?includeObject=None", Accept=TABLE)
    assert "object" not in bare["rows"][0]
    metadata = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
    assert set(fetch(server, f"{PODS}/web-1", Accept=metadata.format(""))) == {"kind", "apiVersion", "metadata"}
    listed = fetch(server, PODS, Accept=metadata.format("List"))
    assert listed["kind"] == "PartialObjectMetadataList"
    assert {tuple(item) for item in listed["items"]} == {("kind", "apiVersion", "metadata")}


@pytest.mark.parametrize("accept", ["application/vnd.kubernetes.protobuf", "text/html", "application/json;as=Nosuch"])
def test_other_forms_are_not_acceptable(serving: Serving, accept: str) -> None:
    assert refusal(serving("shop"), PODS, Accept=accept)[:2] == (406, "NotAcceptable")
    assert fetch(serving("shop"), PODS, Accept=f"{accept}, */*")["kind"] == "PodList"


def test_discovery_says_the_same_in_both_forms(serving: Serving) -> None:
    server = serving("shop")
    plain = {
        (group["name"], version["version"], resource["name"])
        for group in fetch(server, "/apis")["groups"]
        for version in group["versions"]
        for resource in fetch(server, f"/apis/{version['groupVersion']}")["resources"]
    }
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    response, body = ask(server, "/apis", Accept=accept)
    assert response.headers["Content-Type"] == accept.partition(",")[0]
    at_once = {
        (group["metadata"]["name"], version["version"], resource["resource"])
        for group in json.loads(body)["items"]
        for version in group["versions"]
        for resource in version["resources"]
    }
    assert plain == at_once
    core = fetch(server, "/api", Accept=accept)
    assert [item["metadata"]["name"] for item in core["items"]] == [""]
    assert fetch(server, "/api")["versions"] == ["v1"]
    assert fetch(server, "/apis/apps")["preferredVersion"]["groupVersion"] == "apps/v1"
    assert "pods/log" in [r["name"] for r in fetch(server, "/api/v1")["resources"]]
    assert "/apis/apps/v1" in fetch(server, "/")["paths"]
    assert fetch(server, "/openapi/v2")["swagger"] == "2.0"
    for place in fetch(server, "/openapi/v3")["paths"].values():
        assert fetch(server, place["serverRelativeURL"])["components"]["schemas"]


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/nosuch", (404, "NotFound")),
        ("/api/v2/pods", (404, "NotFound")),
        ("/apis/nosuch", (404, "NotFound")),
        ("/apis/apps/v1/nosuch", (404, "NotFound")),
        ("/api/v1/pods/web-1", (404, "NotFound")),
        ("/api/v1/namespaces/shop/nodes", (404, "NotFound")),
        ("/api/v1/nodes/nosuch", (404, "NotFound")),
        (f"{PODS}/web-1/scale", (404, "NotFound")),
        (f"{PODS}/web-1/exec", (405, "MethodNotAllowed")),
        (f"{PODS}?limit=many", (400, "BadRequest")),
        (f"{PODS}?labelSelector=a%3D%3D%3Db", (400, "BadRequest")),
        (f"{PODS}?labelSelector=a+in+b", (400, "BadRequest")),
        (f"{PODS}?fieldSelector=spec.nosuch%3D1", (400, "BadRequest")),
        (f"{PODS}?fieldSelector=nosuch", (400, "BadRequest")),
        (f"{PODS}/web-1/log", (400, "BadRequest")),
        (f"{PODS}/nosuch/log", (404, "NotFound")),
        ("/openapi/v3/apis/nosuch/v1", (404, "NotFound")),
    ],
)
def test_what_cannot_be_answered_is_a_status(serving: Serving, path: str, answer: tuple[int, str]) -> None:
    assert refusal(serving("shop"), path)[:2] == answer


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [PODS, f"{PODS}/web-1", "/api/v1/nodes", "/nosuch"])
def test_nothing_can_be_written(serving: Serving, method: str, path: str) -> None:
    code, reason, message = refusal(serving("shop"), path, method)
    assert (code, reason) == (405, "MethodNotAllowed")
    assert "it can only be read" in message
    assert ask(serving("shop"), path, method)[0].headers["Allow"] == "GET, HEAD"


def test_paths_are_also_served_below_the_recording_s_identity(serving: Serving) -> None:
    server = serving("shop")
    assert fetch(server, f"/{server.api.recorded.identity}{PODS}") == fetch(server, PODS)
    assert server.api.recorded.identity != serving("gaps").api.recorded.identity


def test_strangers_names_are_refused(serving: Serving) -> None:
    assert refusal(serving("shop"), PODS, Host="evil.example")[:2] == (403, "Forbidden")
    assert refusal(serving("shop"), PODS, Host="evil.example:80")[:2] == (403, "Forbidden")
    assert refusal(serving("shop"), PODS, Host="localhost@evil.example")[:2] == (403, "Forbidden")
    assert fetch(serving("shop"), PODS, Host="localhost:1234")["kind"] == "PodList"


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1", "127.0.0.1"], ["127.0.0.1", "evil.example"], ["user@127.0.0.1"]])
def test_a_request_names_one_host(serving: Serving, hosts: list[str]) -> None:
    head = "".join(f"Host: {host}\r\n" for host in hosts)
    answer = raw(serving("shop"), f"GET {PODS} HTTP/1.1\r\n{head}\r\n".encode())
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403")) and b'"kind":"Status"' in answer


def raw(server: Server, sent: bytes, seconds: float = 10) -> bytes:
    """What is answered to some bytes, until the server hangs up."""
    with socket.create_connection(server.server_address[:2], timeout=seconds) as client:
        client.sendall(sent)
        return b"".join(iter(lambda: client.recv(4096), b""))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET",
        f"GET {PODS} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode(),
        f"POST {PODS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nx".encode(),
    ],
)
def test_a_request_that_does_not_come_to_its_end_is_hung_up_on(shop: Snapshot, sent: bytes) -> None:
    with served(shop, idle=0.3) as server:
        began = time.monotonic()
        assert raw(server, sent) == b""
        assert 0.2 < time.monotonic() - began < 5


def test_headers_that_drip_do_not_keep_a_thread(shop: Snapshot) -> None:
    with served(shop, idle=0.5) as server, socket.create_connection(server.server_address[:2], timeout=10) as client:
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 8:
                client.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - began < 5


def test_many_half_open_connections_are_let_go_and_keep_nobody_out(shop: Snapshot) -> None:
    with served(shop, idle=0.5) as server:
        before = threading.active_count()
        clients = [socket.create_connection(server.server_address[:2], timeout=10) for _ in range(300)]
        assert fetch(server, PODS)["kind"] == "PodList"
        end = time.monotonic() + 10
        while threading.active_count() > before + 5 and time.monotonic() < end:
            time.sleep(0.1)
        assert threading.active_count() <= before + 5
        for client in clients:
            client.close()
        assert fetch(server, PODS)["kind"] == "PodList"


def test_a_watch_lasts_beyond_the_idle_time(shop: Snapshot) -> None:
    with served(shop, idle=0.3) as server:
        response, body = ask(server, f"{PODS}?watch=1&timeoutSeconds=2")
        assert response.status == 200 and body.count(b'"ADDED"') >= 1


def test_values_of_config_maps_are_left_out_by_name(serving: Serving) -> None:
    (item,) = fetch(serving("shop"), "/api/v1/namespaces/shop/configmaps")["items"]
    assert item["data"] == {"a": LEFT_OUT, "b": LEFT_OUT}


def test_with_a_token_nobody_else_is_answered(shop: Snapshot) -> None:
    access = access_for(LOOPBACK, "a-token-of-some-length", datetime.now(UTC))
    trust = ssl.create_default_context(cadata=access.certificate)
    with served(shop, access) as server:
        assert server.url.startswith("https://127.0.0.1:")

        def code(**headers: str) -> int:
            address = server.server_address
            with closing(http.client.HTTPSConnection(address[0], address[1], timeout=10, context=trust)) as connection:
                connection.request("GET", PODS, headers=headers)
                return connection.getresponse().status

        assert code(Authorization="Bearer a-token-of-some-length") == 200
        assert code() == 401
        assert code(Authorization="Bearer a-token-of-some-lengtH") == 401
        assert code(Authorization="Basic a-token-of-some-length") == 401
        with suppress(ConnectionError):  # no TLS, no answer
            assert raw(server, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == b""


@pytest.mark.parametrize("text", ["", "short", "sixteen or more with spaces", "sechzehn-Zeichen-mit-Ü"])
def test_a_file_without_a_token_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    with pytest.raises(UsageError, match="holds no token"):
        token_from(file)
    file.write_text("0123456789abcdef\n")
    assert token_from(file) == "0123456789abcdef"
    assert len(token_from(None)) >= 32


def test_bodies_have_a_bound(serving: Serving) -> None:
    server = serving("shop")
    assert refusal(server, PODS, "POST", Content_Length="99999999")[0] == 413
    assert refusal(server, PODS, "POST", Transfer_Encoding="chunked")[0] == 413
    assert fetch(server, PODS)["kind"] == "PodList"


def test_requests_that_are_none_are_a_status_too(serving: Serving) -> None:
    with socket.create_connection(serving("shop").server_address[:2], timeout=5) as client:
        client.sendall(b"GIBBERISH\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert b'"kind":"Status"' in answer


# ---- gaps ----


def test_what_is_not_complete_is_warned_of(serving: Serving) -> None:
    response, _ = ask(serving("gaps"), "/api/v1/configmaps")
    assert response.headers["Warning"].startswith('299 gkedoctor "configmaps: the recording is not complete')
    assert "Warning" not in ask(serving("gaps"), "/api/v1/pods")[0].headers


def test_namespaces_that_were_not_asked_are_forbidden() -> None:
    from gkedoctor.snapshot.latest_timestamp import EPOCH

    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "mine"}}
    asked = CollectionState(Status.COMPLETE, namespaces=("mine",))
    unread = CollectionState(Status.PARTIAL, unread={"theirs": "timed out", "hers": "services is forbidden: no"})
    secrets = CollectionState(Status.DENIED)
    off = CollectionState(Status.DISABLED, reason="the server could not find the requested resource")
    collections = [
        Collection("pods", asked, [pod]),
        Collection("services", unread),
        Collection("secrets", secrets),
        Collection("backendconfigs", off),
    ]
    with served(Snapshot(Manifest(EPOCH, "part"), collections)) as server:
        assert names(fetch(server, "/api/v1/namespaces/mine/pods")) == ["a"]
        assert refusal(server, "/api/v1/pods")[:2] == (403, "Forbidden")
        assert refusal(server, "/api/v1/namespaces/yours/pods")[:2] == (403, "Forbidden")
        assert refusal(server, "/api/v1/namespaces/theirs/services") == (503, "ServiceUnavailable", "timed out")
        assert refusal(server, "/api/v1/namespaces/hers/services")[0] == 403
        assert fetch(server, "/api/v1/namespaces/ours/services")["items"] == []
        assert "secrets is forbidden" in refusal(server, "/api/v1/secrets")[2]
        assert refusal(server, "/api/v1/secrets?watch=true")[0] == 403
        assert refusal(server, "/apis/cloud.google.com/v1/backendconfigs")[0] == 404
        assert refusal(server, "/apis/cloud.google.com/v1")[0] == 404


# ---- reviews ----


@pytest.mark.parametrize(
    ("attributes", "allowed"),
    [
        ({"verb": "list", "resource": "pods"}, True),
        ({"verb": "watch", "resource": "pods", "namespace": "shop"}, True),
        ({"verb": "get", "resource": "pods", "subresource": "log"}, True),
        ({"verb": "create", "resource": "pods"}, False),
        ({"verb": "get", "resource": "pods", "subresource": "exec"}, False),
        ({"verb": "*", "resource": "*"}, False),
        ({"verb": "list", "resource": "secrets"}, False),
    ],
)
def test_access_is_reviewed(serving: Serving, attributes: Json, allowed: bool) -> None:
    body = json.dumps({"spec": {"resourceAttributes": attributes}})
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    response, answer = ask(serving("gaps"), path, "POST", body)
    review = json.loads(answer)
    assert (response.status, review["status"]["allowed"]) == (201, allowed)
    assert review["spec"] == {"resourceAttributes": attributes}


def test_rules_are_listed_without_what_was_denied(serving: Serving) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    _, answer = ask(serving("gaps"), path, "POST", json.dumps({"spec": {"namespace": "shop"}}))
    rules = json.loads(answer)["status"]["resourceRules"]
    core = next(rule for rule in rules if rule["apiGroups"] == [""])
    assert "pods" in core["resources"]
    assert "secrets" not in core["resources"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}


@pytest.mark.parametrize("body", [b"", b"nonsense", b'{"spec": 3}', b"k8s\x00\xff\xff", b"k8s\x00\x0d", b"[]"])
def test_reviews_that_cannot_be_read_are_bad_requests(serving: Serving, body: bytes) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    response, answer = ask(serving("shop"), path, "POST", body)
    assert (response.status, json.loads(answer)["reason"]) == (400, "BadRequest")


# ---- watches ----


def watch(server: Server, query: str, path: str = PODS) -> list[Json]:
    """All events of a watch that ends by itself."""
    _, body = ask(server, f"{path}?watch=true&timeoutSeconds=1&{query}")
    return [json.loads(line) for line in body.splitlines()]


def test_a_watch_begins_with_what_is_there_unless_told_from_where(serving: Serving) -> None:
    server = serving("shop")
    assert [event["type"] for event in watch(server, "resourceVersion=0")] == ["ADDED"] * 7
    version = fetch(server, PODS)["metadata"]["resourceVersion"]
    assert watch(server, f"resourceVersion={version}") == []
    found = watch(server, "labelSelector=app%3Dweb")
    assert [event["object"]["metadata"]["name"] for event in found] == ["web-1"]
    assert watch(server, f"resourceVersion={version}&allowWatchBookmarks=true")[-1]["type"] == "BOOKMARK"


def test_a_watch_that_streams_the_list_says_where_it_ends(serving: Serving) -> None:
    events = watch(serving("shop"), "sendInitialEvents=true&allowWatchBookmarks=true&resourceVersion=")
    assert [event["type"] for event in events] == ["ADDED"] * 7 + ["BOOKMARK"] * 2
    assert events[7]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert events[7]["object"]["kind"] == "Pod"


def test_a_watch_stays_open_until_the_server_ends(shop: Snapshot) -> None:
    ended: list[float] = []
    with served(shop) as server:
        thread = threading.Thread(target=lambda: ended.append(len(ask(server, f"{PODS}?watch=1")[1])))
        thread.start()
        time.sleep(0.6)
        assert thread.is_alive()
    thread.join(5)
    assert ended
    assert ended[0] > 100


def test_a_watch_whose_reader_has_gone_is_given_up(shop: Snapshot) -> None:
    with served(shop) as server:
        with socket.create_connection(server.server_address[:2], timeout=5) as client:
            client.sendall(b"GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            assert server.streams == 1
        until = time.monotonic() + 5
        while server.streams and time.monotonic() < until:
            time.sleep(0.05)
        assert server.streams == 0
