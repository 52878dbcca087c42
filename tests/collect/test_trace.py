"""`--trace`: each request with its size and time, nothing secret; compressed bodies, few connections on both sides."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.cli.request_trace import RequestTrace, line
from gkedoctor.collect.deadline import RequestFailed
from gkedoctor.collect.trace import RequestRecord, traced
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi
from tests.conftest import recorded

_THREADS = 8


def test_each_request_is_printed_and_connections_are_reused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = recorded("teratail-healthy")
    with KubeApi.of(state) as kube, ComputeApi.of(state) as google:
        for name, url in google.environment.items():
            monkeypatch.setenv(name, url)
        config = kube.kubeconfig(tmp_path)
        gkedoctor(["report", "--json", "--trace", "--project", "p", "--kubeconfig", config])
        said = capsys.readouterr()
        lines = [text for text in said.err.splitlines() if text.startswith("trace: ")]
        for server in (kube, google):
            host = server.url.partition("//")[2]
            of_host = [text for text in lines if f"//{host}/" in text]
            assert len(of_host) == len(server.asked)
            summary = next(text for text in lines if text.startswith(f"trace: {host}: "))
            connections = {asked.connection for asked in server.asked}
            assert f"{len(server.asked)} requests" in summary
            assert f"{len(connections)} connection" in summary and len(connections) <= _THREADS
            assert all("gzip" in asked.headers["Accept-Encoding"] for asked in server.asked)
        assert all("gzip" in asked.headers["User-Agent"] for asked in google.asked)
    assert said.out.startswith("{") and "trace: " not in said.out
    assert any(
        re.search(r" 200 \d+ ms, reused connection, [\d,]+ bytes \([\d,]+ decompressed\)$", one) for one in lines
    )


def test_tokens_of_pages_and_logins_are_not_printed() -> None:
    seen: list[RequestRecord] = []
    times = iter((2.0, 3.5))
    url = "https://jane:s3cr3t@x/api/v1/pods?limit=500&continue=eyJ2IjoibWV0YS"
    with suppress(RequestFailed), traced(seen.append, lambda: next(times), "GET", url):
        raise RequestFailed("timed out")
    assert line(seen[0]) == ("trace: GET https://***@x/api/v1/pods?limit=500&continue=… no response 1500 ms: timed out")


def test_a_screen_gets_its_lines_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    trace = RequestTrace(held=True)
    trace(RequestRecord("GET", "https://x/version", 200, 0.012, 10, 10, False))
    assert not capsys.readouterr().err
    trace.summary()
    assert capsys.readouterr().err.splitlines() == [
        "trace: GET https://x/version 200 12 ms, new connection, 10 bytes",
        "trace: x: 1 request, 1 connection, 10 bytes, 0.0 s in all requests",
    ]
