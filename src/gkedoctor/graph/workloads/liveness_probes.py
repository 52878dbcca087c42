"""Liveness probes that will restart containers which only need time.

Only what specs prove: a question that the readinessProbe asks as well, with less patience than anybody has by default,
or a container that is killed before its readinessProbe would ask for the first time.
"""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.graph.workloads.readiness_probes import port_number
from gkedoctor.snapshot.model import Object

_KINDS = ("httpGet", "tcpSocket", "grpc", "exec")
_DEFAULT = 30
"""Seconds: periodSeconds 10 times failureThreshold 3, what a probe has that says nothing (core/v1/defaults.go)."""
_SHORT = 10
"""Seconds in which hardly a runtime starts."""


@edge("hasty_liveness", "Deployment", "StatefulSet", "DaemonSet", record="HastyLivenessRecord")
def strict_liveness_probes(_graph: Graph, item: Object) -> Facts:
    """Containers whose livenessProbe kills too soon: {container, liveness, readiness, fault, killed, patience, delay}.

    `fault`: `start` (killed `killed` seconds after the start, with no startupProbe) or `twin` (the same question as
    the readinessProbe asks, and after `patience` seconds without an answer the container is killed).
    """
    containers = (template_of(item).get("spec") or {}).get("containers") or []
    return [record for container in containers for record in _faults(container)]


def _faults(container: Object) -> Iterator[Record]:
    liveness, readiness = container.get("livenessProbe"), container.get("readinessProbe") or {}
    if not liveness:
        return
    patience = _failure_seconds(liveness)
    killed = (liveness.get("initialDelaySeconds") or 0) + patience
    delay = readiness.get("initialDelaySeconds") or 0
    twin = bool(readiness) and _action(container, liveness) == _action(container, readiness)
    record = {
        "container": container.get("name"), "liveness": liveness, "readiness": readiness,
        "killed": killed, "patience": patience, "delay": delay,
    }  # fmt: skip
    if not container.get("startupProbe") and (killed <= _SHORT or (twin and killed < delay)):
        yield record | {"fault": "start"}
    if twin and patience <= _failure_seconds(readiness) and patience < _DEFAULT:
        yield record | {"fault": "twin"}


def _failure_seconds(probe: Object) -> int:
    """Seconds of silence after which a probe has failed."""
    period, threshold = probe.get("periodSeconds") or 10, probe.get("failureThreshold") or 3
    return int(period) * int(threshold)


def _action(container: Object, probe: Object) -> object:
    """What a probe asks; ports by number, so that a name and its number are the same question."""
    kind = next((k for k in _KINDS if probe.get(k)), None)
    action = dict(probe.get(kind) or {}) if kind else {}
    port = port_number(container, action.get("port"))
    if kind == "httpGet":
        action = {"path": "/", "scheme": "HTTP"} | action
    return kind, action | ({"port": port} if port is not None else {})
