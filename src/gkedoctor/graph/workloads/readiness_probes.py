"""Readiness: what keeps a running Pod from being Ready, and what its probe was told.

The kubelet writes its reason only into an Event (`Unhealthy`), which expires after an hour; the container's log may
still show the same answer. Sources: pkg/kubelet/prober/prober.go, pkg/probe/{http,tcp,grpc,exec}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.core.times import age
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.graph.objects.owners import WORKLOADS, controller_ref, owned, template_of
from gkedoctor.graph.workloads.logs.listening import ports_in
from gkedoctor.graph.workloads.pods import step_of
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_LOGGED_CODE = re.compile(r"(?<![\w.:/-])([1-5]\d\d)(?![\w.:/-])")
_SLACK = 10.0
"""Seconds that a container gets beyond `initialDelaySeconds` and its failure threshold before it is called unready."""


@edge("unready", "Pod", reads=("Event", "Node"), record="UnreadyRecord")
def unready_of(graph: Graph, pod: Object) -> Facts:
    """What keeps a Pod from being Ready, one record per container (see `_record`); one without a container if none."""
    containers = graph.follow("containers", pod)
    if isinstance(containers, Unknown):
        return containers
    records = [_record(graph, pod, c) for c in containers if c["step"] == "unready"]
    return records or [{"name": None, "what": "the Pod", "probe": None, "seen": False, "siblings": []}]


@edge("readiness", "Pod", *WORKLOADS, record="ReadinessRecord")
def readiness_of(_graph: Graph, item: Object) -> Facts:
    """What the readiness probes ask: records {name, what, spec, probe, declared, type, port, number, path, scheme}."""
    containers = (template_of(item).get("spec") or {}).get("containers") or []
    return [
        _asked(container, container["readinessProbe"]) for container in containers if container.get("readinessProbe")
    ]


def _asked(spec: Object, probe: Object) -> Record:
    return {
        "name": spec.get("name"),
        "what": f"container {spec.get('name')}",
        "spec": spec,
        "probe": probe,
        **_action(spec, probe),
        "declared": _declared(spec),
    }


def _declared(spec: Object) -> list[int]:
    return sorted({int(p["containerPort"]) for p in spec.get("ports") or [] if p.get("containerPort")})


def _record(graph: Graph, pod: Object, container: Record) -> Record:
    """The container with its readiness probe and the last answer to it.

    {name, what, spec, status, probe, type, port, number, path, scheme, timeout, age, young, starting, event, message,
    code, line, log, listens, declared, portNamed, seen, siblings}: `code` is the HTTP status out of the Event, else
    out of the log line `line`; `listens` the ports that the log says are served, `number` the port that is knocked at.
    """
    spec, status = container["spec"], container["status"]
    probe = spec.get("readinessProbe")
    event = _last_event(container["events"])
    log = container["log"]
    record = {
        "name": container["name"],
        "what": f"container {container['name']}",
        "spec": spec,
        "status": status,
        "probe": probe,
        **_action(spec, probe or {}),
        **_ages(graph, probe or {}, spec, status),
        "event": event,
        "message": event if isinstance(event, Unknown) or event is None else event.get("message"),
        "log": log,
        "listens": [] if isinstance(log, Unknown) else ports_in(log),
        "declared": _declared(spec),
    }
    record |= _answer(record)
    record["seen"] = isinstance(event, dict) or record["line"] is not None
    record["siblings"] = [] if record["seen"] else _siblings(graph, pod, container["name"])
    return record


def _last_event(events: Facts) -> Object | Unknown | None:
    if isinstance(events, Unknown):
        return events
    found = [e for e in events if e.get("reason") == "Unhealthy" and _is_of_readiness(e)]
    return max(found, key=lambda e: (last_seen(e), e.get("count") or 0), default=None)


def _is_of_readiness(event: Object) -> bool:
    return message("probe/readiness-failed").search(str(event.get("message") or "")) is not None


def _action(spec: Object, probe: Object) -> Record:
    """What the probe does: {type, port, number, path, scheme, timeout}; `number` None for a name that no port has."""
    kind = next((k for k in ("httpGet", "tcpSocket", "grpc", "exec") if probe.get(k)), None)
    action = probe.get(kind) or {} if kind else {}
    port = action.get("port")
    return {
        "type": kind,
        "port": port,
        "number": port_number(spec, port),
        "path": (action.get("path") or "/") if kind == "httpGet" else None,
        "scheme": (action.get("scheme") or "HTTP") if kind == "httpGet" else None,
        "timeout": probe.get("timeoutSeconds") or 1,
        "portNamed": next((p.get("name") for p in spec.get("ports") or [] if p.get("containerPort") == port), port),
    }


def port_number(spec: Object, port: Any) -> int | None:
    """The number of a probe's port; a name is looked up in the container, digits in a text count as a number."""
    if port is None or isinstance(port, int):
        return port
    named = next((p.get("containerPort") for p in spec.get("ports") or [] if p.get("name") == port), None)
    if isinstance(named, int):
        return named
    return whole_number(port)


def _ages(graph: Graph, probe: Object, spec: Object, status: Object) -> Record:
    running = (status.get("state") or {}).get("running") or {}
    lived = age(graph.clock, running.get("startedAt"))
    patience = (probe.get("periodSeconds") or 10) * (probe.get("failureThreshold") or 3) + _SLACK
    return {
        "age": lived,
        "young": lived is not None and lived < (probe.get("initialDelaySeconds") or 0) + patience,
        "starting": bool(spec.get("startupProbe")) and status.get("started") is False,
    }


def _answer(record: Record) -> Record:
    """The status code of the last answer and where it stands: in the Event, else in the log."""
    found = message("probe/status-code").search(record["message"]) if isinstance(record["message"], str) else None
    if found is not None:
        return {"code": int(found["code"]), "line": None}
    log, path = record["log"], record["path"]
    if isinstance(record["event"], dict) or path is None:
        return {"code": None, "line": None}
    if isinstance(log, Unknown):
        return {"code": log, "line": None}
    line, code = answered(log, path)
    return {"code": code, "line": line} if code is not None and code >= 400 else {"code": None, "line": None}


def answered(lines: Iterable[str], path: str) -> tuple[str | None, int | None]:
    """The last line of an access log about a path, and the status code in it; any common log format."""
    asked = re.compile(r"(?:^|[\s\"'=(])" + re.escape(path) + r"(?:\?\S*?)?(?=[\s\"',)}]|$)")
    for line in reversed(list(lines)):
        place = asked.search(line)
        code = place and (message("log/logged-status").search(line) or _LOGGED_CODE.search(line, place.end()))
        if code:
            return line, int(code[1])
    return None, None


def _siblings(graph: Graph, pod: Object, container: str) -> list[Object]:
    """Pods of the same controller whose readiness probe failed with a reason that can be seen."""
    reference = controller_ref(pod)
    if reference is None:
        return []
    above = {
        "kind": reference.get("kind"),
        "metadata": {"name": reference.get("name"), "namespace": namespace_of(pod)},
    }
    others = [p for p in owned(graph, above) if name_of(p) != name_of(pod) and step_of(graph, p) == "unready"]
    return [p for p in others if _has_reason(graph, p, container)]


def _has_reason(graph: Graph, pod: Object, container: str) -> bool:
    found = graph.follow("containers", pod)
    records = [] if isinstance(found, Unknown) else [c for c in found if c["name"] == container]
    return any(isinstance(_last_event(c["events"]), dict) for c in records)
