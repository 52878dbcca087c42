"""Servers that misbehave below HTTP: each listing ends in time, with its true state, and the others are read."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gkedoctor.collect import kubernetes_client, paging
from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes import connected
from gkedoctor.errors import UnreachableError
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Status
from tests.collect.raw_server import Misbehave, Pages, RawServer, answer, drips, hangs, resets, sends

OK = b"HTTP/1.1 200 OK\r\n"
PODS = {"apiVersion": "v1", "metadata": {}, "items": [{"metadata": {"name": "p", "namespace": "n"}}]}
FAILED, COMPLETE, PARTIAL = Status.FAILED, Status.COMPLETE, Status.PARTIAL


class Case(NamedTuple):
    """What a server does when it is asked for Pods, and how that listing ends."""

    name: str
    misbehave: Misbehave
    status: Status
    reason: str = ""
    at_most: float = 4.0


def busy(wait: str) -> Misbehave:
    return sends(answer({"message": "busy"}, f"Retry-After: {wait}", status="429 Too Many Requests"))


CASES = [
    Case("hang", hangs, FAILED, "timed out: no response within 0.5 s"),
    Case("headers drip", drips(OK + b"X-A: "), FAILED, "timed out"),
    Case("status line drips", drips(b"HTTP/1.1 200 ", b"O"), FAILED, "timed out"),
    Case("100 Continue for ever", drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), FAILED, "timed out|headers"),
    Case("102 Processing for ever", drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.01), FAILED, ""),
    Case("body drips", drips(OK + b"\r\n{", b" "), FAILED, "timed out|not complete"),
    Case("chunks drip", drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), FAILED, "timed out|complete"),
    Case("chunk size drips", drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), FAILED, "timed out|chunk"),
    Case("closed at once", sends(), FAILED, "closed connection without response|aborted"),
    Case("reset", resets, FAILED, "reset|aborted"),
    Case("half a header", sends(OK + b"Content-Le"), FAILED, "not valid JSON"),
    Case("ten thousand headers", sends(OK + b"X-A: b\r\n" * 10_000 + b"\r\n{}"), FAILED, "more than 100 headers"),
    Case("a header of 10 MB", sends(OK + b"X-A: " + b"b" * 10_000_000), FAILED, "header line|reset|aborted"),
    Case("no HTTP", sends(b"SSH-2.0-OpenSSH_9.6\r\n"), FAILED, "SSH-2.0"),
    Case("a status line of 10 MB", sends(b"H" * 10_000_000), FAILED, "status line|reset|aborted"),
    Case(
        "HTTP/1.0 without a length",
        sends(b"HTTP/1.0 200 OK\r\n\r\n" + answer(PODS).partition(b"\r\n\r\n")[2]),
        COMPLETE,
    ),
    Case("HTML", sends(answer(b"<html>login</html>")), FAILED, "not valid JSON"),
    Case("bytes", sends(answer(bytes(range(256)))), FAILED, "not valid JSON"),
    Case("nothing", sends(answer(b"")), FAILED, "not valid JSON"),
    Case("deep JSON", sends(answer(b'{"items":' + b"[" * 200_000)), FAILED, "not valid JSON"),
    Case("cut off", sends(answer(PODS)[:-9]), FAILED, "IncompleteRead"),
    Case("length that is no number", sends(OK + b"Content-Length: many\r\n\r\n{}"), FAILED, ""),
    Case("two lengths", sends(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), FAILED, ""),
    Case("no gzip", sends(answer(b"{}", "Content-Encoding: gzip")), FAILED, "while decompressing data"),
    Case("half gzip", sends(answer(gzip.compress(b" " * 99_999)[:-20], "Content-Encoding: gzip")), FAILED, ""),
    Case("gzip bomb", sends(answer(gzip.compress(b" " * (3 << 20)), "Content-Encoding: gzip")), FAILED, "than 1 MiB"),
    Case("a large answer", sends(answer(b" " * (3 << 20) + json.dumps(PODS).encode())), COMPLETE),
    Case("too large an answer", sends(answer(b" " * (5 << 20) + b"{}")), FAILED, "too large: more than 4 MiB"),
    Case("busy for 30 years", busy("1000000000"), FAILED, "busy"),
    Case("busy for 400 digits", busy("9" * 400), FAILED, "busy"),
    Case("busy for less than nothing", busy("-5"), FAILED, "busy"),
    Case("redirect to itself", sends(answer(b"", "Location: /api/v1/pods", status="307 X")), FAILED, "returned 307"),
    Case("items of no list", sends(answer({"items": {"a": 1}})), FAILED, "not valid JSON"),
    Case(
        "a name that is no UTF-8", sends(answer(b'{"items":[{"metadata":{"name":"\xff"}}]}')), FAILED, "not valid JSON"
    ),
    Case("a token twice", Pages(3, lambda _n: "t1"), PARTIAL, "stopped after 6 objects: the server sent a token"),
    Case("tokens in a circle", Pages(1, lambda n: f"t{n % 3}"), PARTIAL, "stopped after 4 objects: the server sent a"),
    Case("empty pages for ever", Pages(0, lambda n: f"t{n}"), FAILED, "20 empty pages in a row"),
    Case("objects for ever", Pages(9, lambda n: f"t{n}"), PARTIAL, "stopped after 54 objects: limit of 50"),
]


@pytest.fixture(scope="module", autouse=True)
def client_library() -> None:
    """Its import takes a second, and is not what is timed here."""
    import kubernetes.client
    import kubernetes.config  # noqa: F401


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_listing_ends_with_its_true_state(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes_client, "_LARGEST", 4 << 20)
    monkeypatch.setattr(kubernetes_client, "_ALWAYS_FINE", 1 << 20)
    monkeypatch.setattr(paging, "MAX_OBJECTS", 50)
    deadline = Deadline(request=0.5, overall=case.at_most, attempts=2, sleep=lambda _s: None)
    with RawServer("/api/v1/pods", case.misbehave) as server:
        began = time.monotonic()
        asked = CollectRequest(Login(server.kubeconfig(tmp_path)), [KINDS["Pod"], KINDS["Service"]], deadline)
        states = collect(asked, lambda _said: None).gathered.states
        assert time.monotonic() - began < case.at_most + 2
    assert states["pods"].status is case.status, states
    assert re.search(case.reason, states["pods"].reason), states["pods"].reason
    assert states["services"].status is COMPLETE


ALWAYS = {
    "hang": ("", hangs),
    "headers drip": ("", drips(OK + b"X-A: ")),
    "100 Continue for ever": ("", drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001)),
    "TLS handshake hangs": ("tls", hangs),
    "TLS handshake drips": ("tls", drips(b"\x16\x03\x03\x40\x00")),
    "TLS that is none": ("tls", sends(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    "closed at once": ("tls", sends()),
    "no HTTP": ("", sends(b"\x00\x01\x02")),
}


@pytest.mark.parametrize("name", ALWAYS)
def test_a_server_that_only_misbehaves_is_not_reached_in_time(name: str, tmp_path: Path) -> None:
    path, misbehave = ALWAYS[name]
    with RawServer(path, misbehave) as server:
        server.url = server.url.replace("http:", "https:") if path == "tls" else server.url
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="cannot reach the cluster"):
            connected(Login(server.kubeconfig(tmp_path)), Deadline(request=0.3, overall=0.8))
        assert time.monotonic() - began < 2.8


def test_a_proxy_whose_answer_to_connect_drips_is_not_waited_for(tmp_path: Path) -> None:
    with RawServer("", drips(b"HTTP/1.1 200 Connected\r\nX-A: ")) as proxy:
        login = Login(proxy.kubeconfig(tmp_path, **{"server": "https://k8s.example", "proxy-url": proxy.url}))
        began = time.monotonic()
        with pytest.raises(UnreachableError, match="cannot reach the cluster"):
            connected(login, Deadline(request=0.3, overall=0.8))
        assert time.monotonic() - began < 2.8
        assert proxy.requests[0] == "k8s.example:443"


def test_a_redirect_takes_the_token_nowhere(tmp_path: Path) -> None:
    other_asked: list[Any] = []
    with RawServer("", lambda _c, path: other_asked.append(path)) as other:
        leads = sends(answer(b"", f"Location: {other.url}/api/v1/pods", status="302 Found"))
        with RawServer("/api/v1/pods", leads) as server:
            asked = CollectRequest(Login(server.kubeconfig(tmp_path)), [KINDS["Pod"]], Deadline(request=1, overall=5))
            state = collect(asked, lambda _said: None).gathered.states["pods"]
    assert state.status is FAILED and other_asked == []


def test_work_without_a_time_out_of_its_own_is_left_behind() -> None:
    """A look-up in DNS cannot be ended, nor can a kubeconfig that is a pipe without a writer."""
    deadline = Deadline(overall=0.2)
    began = time.monotonic()
    with pytest.raises(Exception, match=r"not done within 0\.2 s"):
        deadline.within(lambda: time.sleep(20), "sleeps")
    assert time.monotonic() - began < 2
