"""What looks at every request of every test would see one that writes."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection

import pytest
import requests
import urllib3

from tests.collect.loopback import Asked, Loopback, Reply
from tests.reading import only_reads


@pytest.mark.parametrize(
    "send", [requests.delete, lambda url: urllib3.request("DELETE", url)], ids=["requests", "urllib3"]
)
def test_both_libraries_that_clients_stand_on_are_seen(
    send: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []
    putrequest = HTTPConnection.putrequest
    monkeypatch.setattr(
        HTTPConnection,
        "putrequest",
        lambda self, method, url, *args, **kwargs: (
            seen.append((method, url)), putrequest(self, "GET", url, *args, **kwargs)
        ),
    )  # fmt: skip
    with Loopback(lambda _asked: Reply(200, {})) as server:
        send(f"{server.url}/api/v1/pods")
    assert seen == [("DELETE", "/api/v1/pods")] and not only_reads(*seen[0])


def test_an_emulated_api_that_was_written_to_says_so() -> None:
    server = Loopback(lambda _asked: Reply(200, {}))
    server.asked.append(Asked("PATCH", "/api/v1/namespaces/n/pods/p", {}, {}))
    with pytest.raises(AssertionError, match="PATCH"):
        server.close()
