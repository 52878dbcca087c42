"""The logs of containers that are not well: the last lines of the present run and of the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from gkedoctor.collect.deadline import CollectionStopped, RequestFailed, RequestLimits
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.collect.results import ContainerLog

LINES = 100
BYTES = 64 << 10
MAX_LOGS = 300
"""Runs whose logs are fetched: what 300 of them do not tell, more will not."""


_LIMITS = RequestLimits(attempts=2, seconds=10.0, after_timeout=False)
"""A kubelet answers for 100 lines in milliseconds; where it does not, it is down, and there are more logs to read."""


class ContainerRun(NamedTuple):
    """One run of one container, and the Node whose kubelet has its log."""

    namespace: str
    pod: str
    container: str
    previous: bool
    node: str = ""


LogSelection = Callable[[datetime, Iterable[Any]], Sequence[ContainerRun]]
"""Which runs of which containers have something to say, the most telling first."""


def read_log(client: KubernetesClient, run: ContainerRun) -> ContainerLog | RequestFailed | CollectionStopped | None:
    """The end of one log; None where there is none (the kubelet answers 400 or 404 for it)."""
    path = f"/api/v1/namespaces/{quote(run.namespace)}/pods/{quote(run.pod)}/log"
    query = [("container", run.container), ("tailLines", str(LINES)), ("limitBytes", str(4 * BYTES))]
    if run.previous:
        query.append(("previous", "true"))
    try:
        answer = client.get(path, query, accept="*/*", limits=_LIMITS)
    except CollectionStopped as stopped:
        return stopped
    except RequestFailed as refused:
        return None if refused.code in (400, 404) else refused
    return ContainerLog(run.namespace, run.pod, run.container, run.previous, _end(answer.body))


def _end(body: bytes | bytearray) -> str:
    """The last lines that fit; `limitBytes` alone would cut off the newest ones."""
    if len(body) > BYTES:
        body = body[-BYTES:].partition(b"\n")[2] or body[-BYTES:]
    return body.decode("utf-8", "replace")
