"""Damaged kubeconfigs and damaged HTTP answers: an error of ours or a true state, in time, and never a fault.

`GKEDOCTOR_FUZZ=10000 pytest tests/fuzz` takes more of both.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gkedoctor.collect.collector import CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes import connected
from gkedoctor.errors import SourceError
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Status
from tests.collect.raw_server import RawServer, answer
from tests.fuzz.mutate import damaged

ROUNDS = max(60, int(os.environ.get("GKEDOCTOR_FUZZ", "0")) // 10)
SECRET = "Zebra4711Quartz"

VERSION = "client.authentication.k8s.io/v1"
PLUGIN = {"apiVersion": VERSION, "command": "true", "args": ["-x"], "env": [], "interactiveMode": "Never"}
SECURE = {"server": "https://127.0.0.1:1", "tls-server-name": "h", "certificate-authority-data": "QQ=="}
CONFIG: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "x",
    "preferences": {},
    "clusters": [
        {"name": "c", "cluster": {"server": f"http://u:{SECRET}@127.0.0.1:1", "insecure-skip-tls-verify": True}},
        {"name": "d", "cluster": SECURE},
    ],
    "users": [
        {"name": "u", "user": {"token": SECRET, "as": "jane", "as-groups": ["g"], "as-user-extra": {"k": ["v"]}}},
        {"name": "v", "user": {"exec": PLUGIN}},
        {"name": "w", "user": {"username": "u", "password": SECRET, "client-certificate-data": "QQ=="}},
    ],
    "contexts": [
        {"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "n"}},
        {"name": "y", "context": {"cluster": "d", "user": "v"}},
        {"name": "z", "context": {"cluster": "c", "user": "w"}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("context", ["x", "y", "z"])
def test_damaged_kubeconfigs_are_one_error(context: str, tmp_path: Path) -> None:
    random, file = Random(context), tmp_path / "config"
    for number in range(ROUNDS // 3):
        made = damaged(CONFIG | {"current-context": context}, random, hits=random.choice((1, 1, 2, 9)))
        file.write_bytes(
            _scratched(json.dumps(made).encode(), random) if number % 4 == 0 else json.dumps(made).encode()
        )
        began = time.monotonic()
        with pytest.raises(SourceError) as caught:
            connected(Login(str(file)), Deadline(request=0.5, overall=2, sleep=lambda _s: None))
        message = caught.value.message.replace(f"object with name {SECRET} in", "")  # by which nothing is found
        assert SECRET not in message and len(message.splitlines()) == 1
        assert time.monotonic() - began < 10


ITEMS = [{"metadata": {"name": f"p{i}", "namespace": "n", "labels": {"a": "b"}}} for i in range(30)]
BODY = json.dumps(
    {"apiVersion": "v1", "kind": "PodList", "metadata": {"resourceVersion": "1"}, "items": ITEMS}
).encode()
ANSWERS = {
    "plain": answer(BODY),
    "gzip": answer(gzip.compress(BODY, mtime=0), "Content-Encoding: gzip"),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY),
    "busy": answer({"kind": "Status", "message": "busy"}, "Retry-After: 1", status="429 Too Many Requests"),
}


@pytest.mark.parametrize("form", ANSWERS)
def test_damaged_answers_end_with_a_true_state(form: str, tmp_path: Path) -> None:
    sent = _damaged_answers(form)
    with RawServer("/api/v1/pods", lambda connection, _path: connection.sendall(next(sent))) as server:
        login = Login(server.kubeconfig(tmp_path))
        for _ in range(ROUNDS // 4):
            deadline = Deadline(request=0.5, overall=5, attempts=1, sleep=lambda _s: None)
            found = collect(CollectRequest(login, [KINDS["Pod"]], deadline), lambda _said: None).gathered
            state = found.states["pods"]
            assert state.status in (Status.COMPLETE, Status.FAILED, Status.PARTIAL, Status.DENIED, Status.DISABLED)
            assert state.status is Status.COMPLETE or state.reason


def _damaged_answers(form: str) -> Iterator[bytes]:
    random = Random(form)
    while True:
        yield _scratched(ANSWERS[form], random)


def _scratched(text: bytes, random: Random) -> bytes:
    """Bytes changed, cut out, doubled or cut off; the beginning of an answer is hit as often as all the rest."""
    found = bytearray(text)
    for _ in range(random.choice((1, 1, 2, 8))):
        at = random.randrange(random.choice((min(120, len(found)), len(found))) or 1)
        match random.randrange(5):
            case 0:
                found[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                del found[at : at + random.randrange(40)]
            case 2:
                found[at:at] = found[at : at + random.randrange(60)]
            case 3:
                found[at:at] = random.choice((b"\r\n", b"\x00", b"9" * 30, b"-1", b"\xff", b"\r\n\r\n"))
            case _:
                del found[max(at, 1) :]
    return bytes(found)
