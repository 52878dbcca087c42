"""The logs of containers that are not well: the last lines of the present run and of the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from gkedoctor.collect.deadline import Limits, Refused, Stopped
from gkedoctor.collect.kubernetes_client import Wire
from gkedoctor.collect.results import Log

LINES = 100
BYTES = 64 << 10
MOST = 300
"""Runs whose logs are fetched: what 300 of them do not tell, more will not."""


_LIMITS = Limits(attempts=2, seconds=10.0, after_timeout=False)
"""A kubelet answers for 100 lines in milliseconds; where it does not, it is down, and there are more logs to read."""


class Run(NamedTuple):
    """One run of one container, and the Node whose kubelet has its log."""

    namespace: str
    pod: str
    container: str
    previous: bool
    node: str = ""


Unwell = Callable[[datetime, Iterable[Any]], Sequence[Run]]
"""Which runs of which containers have something to say, the most telling first."""


def read_log(wire: Wire, run: Run) -> Log | Refused | Stopped | None:
    """The end of one log; None where there is none (the kubelet answers 400 or 404 for it)."""
    path = f"/api/v1/namespaces/{quote(run.namespace)}/pods/{quote(run.pod)}/log"
    query = [("container", run.container), ("tailLines", str(LINES)), ("limitBytes", str(4 * BYTES))]
    if run.previous:
        query.append(("previous", "true"))
    try:
        answer = wire.get(path, query, accept="*/*", limits=_LIMITS)
    except Stopped as stopped:
        return stopped
    except Refused as refused:
        return None if refused.code in (400, 404) else refused
    return Log(run.namespace, run.pod, run.container, run.previous, _end(answer.body))


def _end(body: bytes | bytearray) -> str:
    """The last lines that fit; `limitBytes` alone would cut off the newest ones."""
    if len(body) > BYTES:
        body = body[-BYTES:].partition(b"\n")[2] or body[-BYTES:]
    return body.decode("utf-8", "replace")
