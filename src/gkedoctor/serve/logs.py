"""`pods/log`: the lines that were recorded, or why there are none, in the kubelet's words where it has some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from gkedoctor.serve.errors import ApiError, bad_request
from gkedoctor.serve.request import Request, Response, warnings
from gkedoctor.serve.resources import Resource
from gkedoctor.serve.snapshot_index import SnapshotIndex
from gkedoctor.snapshot.kinds import LOGS
from gkedoctor.snapshot.model import Object, Status
from gkedoctor.snapshot.timestamps import parse_timestamp


def logged(recorded: SnapshotIndex, request: Request, pods: Resource, namespace: str | None, name: str) -> Response:
    """A container's log."""
    pod = recorded.get(pods, namespace, name)
    container = _container(pod, request.query.get("container", ""))
    previous = "previous" in request.query and request.flag("previous")
    lines = _recorded_lines(recorded, namespace or "", name, container, previous)
    if lines is None:
        raise _absent(recorded, pod, container, previous)
    text = "".join(f"{line}\n" for line in _cut(recorded, request, lines)).encode("utf-8", "replace")
    limit = request.number("limitBytes")
    dated = "timestamps" in request.query and request.flag("timestamps")
    warning = "the recording has no timestamps of log lines" if dated else ""
    return Response(text if limit is None else text[:limit], "text/plain", headers=warnings(warning))


def _container(pod: Object, wanted: str) -> str:
    """The container meant. ApiError 400 where it is none of the Pod's, or none is named and there are several."""
    spec = pod.get("spec") or {}
    main = _names(spec.get("containers"))
    others = [*_names(spec.get("initContainers")), *_names(spec.get("ephemeralContainers"))]
    name = (pod.get("metadata") or {}).get("name")
    if wanted:
        if wanted not in (*main, *others):
            raise bad_request(f"container {wanted} is not valid for pod {name}")
        return wanted
    if len(main) == 1:
        return main[0]
    init = f" or one of the init containers: [{' '.join(others)}]" if others else ""
    raise bad_request(f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]{init}")


def _names(containers: Iterable[Any] | None) -> list[str]:
    return [str(c.get("name")) for c in containers or () if isinstance(c, dict)]


def _recorded_lines(
    recorded: SnapshotIndex, namespace: str, pod: str, container: str, previous: bool
) -> Sequence[str] | None:
    wanted = (namespace, pod, container, previous)
    for log in recorded.snapshot.collection(LOGS).objects:
        if (log.get("namespace"), log.get("pod"), log.get("container"), bool(log.get("previous"))) == wanted:
            return [str(line) for line in log.get("lines") or ()]
    return None


def _cut(recorded: SnapshotIndex, request: Request, lines: Sequence[str]) -> Sequence[str]:
    """The lines that `sinceSeconds`, `sinceTime` and `tailLines` leave; a line that tells no time is kept."""
    seconds, tail = request.number("sinceSeconds"), request.number("tailLines")
    since = parse_timestamp(request.query.get("sinceTime", ""))
    if seconds is not None:
        since = recorded.clock - timedelta(seconds=min(seconds, 10**9))
    if since is not None:
        lines = [line for line in lines if (told := parse_timestamp(line.split(" ", 1)[0])) is None or told >= since]
    return lines if tail is None else lines[max(0, len(lines) - tail) :]


def _absent(recorded: SnapshotIndex, pod: Object, container: str, previous: bool) -> ApiError:
    """Why there is no log: pkg/kubelet/kubelet_pods.go, validateContainerLogStatus; else that none was recorded."""
    state = recorded.snapshot.collection(LOGS).state
    if state.status in (Status.DENIED, Status.FAILED):
        code = 403 if state.status is Status.DENIED else 503
        return ApiError(code, state.reason or "pods/log is forbidden: whoever recorded this was not allowed to get it")
    name = (pod.get("metadata") or {}).get("name")
    status = _status_of(pod, container)
    waiting = ((status.get("state") or {}).get("waiting") or {}).get("reason")
    has_ended = (status.get("lastState") or {}).get("terminated")
    if previous and not has_ended:
        return bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    if not previous and waiting and not has_ended:
        return bad_request(f'container "{container}" in pod "{name}" is waiting to start: {waiting}')
    which = "previous log" if previous else "log"
    return ApiError(404, f'the {which} of container "{container}" in pod "{name}" was not recorded')


def _status_of(pod: Object, container: str) -> dict[str, Any]:
    status = pod.get("status") or {}
    for field in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for entry in status.get(field) or ():
            if isinstance(entry, dict) and entry.get("name") == container:
                return entry
    return {}
