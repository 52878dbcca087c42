"""Pods: how far each one came on the way to Ready, and its containers with their logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.workloads.logs.container_log import log_facts
from gkedoctor.graph.workloads.restarts import failing_since, recovered, restarted_with_its_node, run_seconds
from gkedoctor.snapshot.model import Object

STEPS = (
    "scheduling",  # no node yet
    "silent",  # bound to a node that says nothing about it, or nothing any more
    "starting",  # ContainerCreating, PodInitializing: volumes, network sandbox
    "image",  # the image cannot be pulled
    "config",  # CreateContainerConfigError
    "create",  # the runtime cannot create or start the container
    "init",  # an init container runs and does not end
    "crash",  # a container ends, again and again
    "unready",  # runs, and is not Ready
    "partly-ended",  # some containers of a run have done their work, others run on
    "gated",  # all containers are ready, a readiness gate is not
    "failed",  # phase Failed: evicted, shut down, or ended with an error and not restarted
    "terminating",
    "fine",
    "planned",  # stands in a file only, and nothing has reported on it
)
"""How far a Pod came. Each one stands on exactly one step, so that one fault is looked at by one playbook."""

PLANNED = "Planned"
"""The phase that `manifests` gives to a Pod of a file. The API knows no such phase."""

_IMAGE = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
_IMAGE |= {"RegistryUnavailable", "SignatureValidationFailed"}
_CREATE = {
    "CreateContainerError",
    "RunContainerError",
    "StartError",
    "PostStartHookError",
    "PreCreateHookError",
    "Blocked",  # by the kubelet's own admission, for an AppArmor profile (pkg/kubelet/kubelet.go, syncPod)
}


def step(clock: datetime, pod: Object) -> str:
    """The step of STEPS on which a Pod stands. Pure in the Pod and the clock."""
    status = pod.get("status") or {}
    phase = status.get("phase")
    if phase == PLANNED:
        return "planned"
    if pod["metadata"].get("deletionTimestamp"):
        return "terminating"
    if phase == "Succeeded":
        return "fine"
    if phase == "Failed":
        return "failed"
    asked = [c for c in status.get("containerStatuses") or () if not _is_well(c)]
    if status.get("initContainerStatuses"):
        asked = [*status["initContainerStatuses"], *asked]
    ailing = [s for s in (_container_step(clock, pod, c) for c in asked) if s] if asked else []
    if not (ailing and {*ailing} - {"unready"}) and _partly_ended(pod):
        return "partly-ended"
    if ailing:
        return min(ailing, key=_URGENCY.index)
    ready = condition(pod, "Ready")
    if ready is not None and ready.get("status") == "True":
        return "fine"
    if not (pod.get("spec") or {}).get("nodeName"):
        return "scheduling"
    return _unready_step(pod)


def _partly_ended(pod: Object) -> bool:
    """Whether some main containers of a Pod that is to end have ended well, and others run."""
    if ((pod.get("spec") or {}).get("restartPolicy") or "Always") == "Always":
        return False
    states = [s.get("state") or {} for s in (pod.get("status") or {}).get("containerStatuses") or ()]
    ended = [s["terminated"] for s in states if s.get("terminated")]
    return bool(ended) and not any(t.get("exitCode") for t in ended) and any(s.get("running") for s in states)


def _is_well(status: Object) -> bool:
    """Whether a container runs, is ready and never ended: most of a cluster, and nothing more has to be asked."""
    state = status.get("state") or {}
    return bool(status.get("ready") and not status.get("restartCount") and len(state) == 1 and state.get("running"))


def is_planned(pod: Object) -> bool:
    """Whether the Pod stands in a file only, or would be made of a template there."""
    return (pod.get("status") or {}).get("phase") == PLANNED


_URGENCY = ("config", "image", "create", "crash", "init", "starting", "unready")


def _unready_step(pod: Object) -> str:
    found = list(statuses(pod))
    if not found:
        return "starting" if (pod.get("status") or {}).get("startTime") else "silent"
    gate = condition(pod, "Ready") or {}
    contained = condition(pod, "ContainersReady") or {}
    if contained.get("status") == "True" and gate.get("reason") == "ReadinessGatesNotReady":
        return "gated"
    return "unready"


def _container_step(clock: datetime, pod: Object, status: Object) -> str | None:
    """The step at which one container holds its Pod up; None where it does not."""
    waiting = (status.get("state") or {}).get("waiting")
    if waiting is not None and waiting.get("reason") == "PodInitializing":
        return None if _initializing(pod) else "starting"
    if waiting is not None:
        return _waiting_step(str(waiting.get("reason") or ""))
    if crashes(clock, pod, status):
        return "crash"
    running = (status.get("state") or {}).get("running")
    if role_of(pod, str(status.get("name"))) == "init":
        return "init" if running is not None else None
    return None if status.get("ready") or running is None else "unready"


def _initializing(pod: Object) -> bool:
    """Whether an init container has run: then the volumes and the sandbox are there."""
    states = [s.get("state") or {} for s in (pod.get("status") or {}).get("initContainerStatuses") or []]
    return any(s.get("running") or s.get("terminated") for s in states)


def _waiting_step(reason: str) -> str | None:
    if reason in _IMAGE:
        return "image"
    if reason == "CreateContainerConfigError":
        return "config"
    if reason in _CREATE:
        return "create"
    if reason == "CrashLoopBackOff":
        return "crash"
    return "starting" if reason == "ContainerCreating" else None


def crashes(clock: datetime, pod: Object, status: Object) -> bool:
    """Whether a container ends again and again. Recovered ones, and those that may end, do not count."""
    terminated = (status.get("state") or {}).get("terminated")
    restarts = status.get("restartCount") or 0
    policy = (pod.get("spec") or {}).get("restartPolicy") or "Always"
    one_shot = role_of(pod, str(status.get("name"))) == "init" or policy != "Always"
    if terminated is not None:
        failed = bool(terminated.get("exitCode"))
        return failed or (not one_shot and restarts > 0)
    if not (status.get("state") or {}).get("running"):
        return False
    return bool(restarts) and not recovered(clock, pod, status)


def statuses(pod: Object) -> Iterator[Object]:
    """The container statuses of a Pod, init containers first."""
    status = pod.get("status") or {}
    yield from status.get("initContainerStatuses") or []
    yield from status.get("containerStatuses") or []


def role_of(pod: Object, container: str) -> str:
    """`init`, `sidecar` (an init container that is restarted always) or `main`."""
    for spec in (pod.get("spec") or {}).get("initContainers") or []:
        if spec.get("name") == container:
            return "sidecar" if spec.get("restartPolicy") == "Always" else "init"
    return "main"


def pods_at(graph: Graph, steps: tuple[str, ...]) -> list[Object]:
    """The Pods that stand on one of these steps. One pass over all Pods, once."""
    found = graph.index(_by_step)
    return [pod for name in steps for pod in found.get(name, [])]


def step_of(graph: Graph, pod: Object) -> str:
    """The step of a Pod of this graph. One that is Ready again after a restart of its machine is fine."""
    if ran(pod) and _is_lost(graph, pod["spec"].get("nodeName")):
        return "silent"
    found = step(graph.clock, pod)
    return "fine" if found == "crash" and restarted_with_its_node(graph, pod) else found


def has_ended(pod: Object) -> bool:
    """Whether a Pod has ended, with success or without: it has no node, no volume and no address any more."""
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def ran(pod: Object) -> bool:
    """Whether the kubelet had reported all containers as ready: of its node it was the last that is known of the Pod.

    The node controller then sets the condition Ready and nothing else (pkg/controller/util/node, MarkPodsNotReady).
    """
    status = pod.get("status") or {}
    if status.get("phase") != "Running" or pod["metadata"].get("deletionTimestamp"):
        return False
    ready = condition(pod, "Ready") or {}
    return ready.get("status") == "False" and all(c.get("ready") for c in status.get("containerStatuses") or ())


def _is_lost(graph: Graph, name: str | None) -> bool:
    """Whether the kubelet of a Node has stopped reporting."""
    node = graph.find("Node", None, name) if name else None
    return isinstance(node, dict) and (condition(node, "Ready") or {}).get("status") == "Unknown"


def _by_step(graph: Graph) -> dict[str, list[Object]]:
    steps: dict[str, list[Object]] = {}
    for pod, is_fine in graph.each("Pod", is_fine_alone):
        steps.setdefault("fine" if is_fine else step_of(graph, pod), []).append(pod)
    return steps


def is_fine_alone(pod: Object) -> bool:
    """Whether a Pod stands on the step `fine` whatever its Node and the clock say: most of a cluster does."""
    status, spec = pod.get("status") or {}, pod.get("spec") or {}
    if status.get("phase") != "Running" or pod["metadata"].get("deletionTimestamp"):
        return False
    if status.get("initContainerStatuses") or (spec.get("restartPolicy") or "Always") != "Always":
        return False
    ready = condition(pod, "Ready") or {}
    return ready.get("status") == "True" and all(map(_is_well, status.get("containerStatuses") or ()))


@edge("containers", "Pod", reads=("Event",), record="ContainerRecord")
def containers_of(graph: Graph, pod: Object) -> Facts:
    """The containers as records: {name, role, spec, status, step, waiting, running, ended, restarts, ends, …}.

    `ended` is how the last run ended and `life` how long it lasted, `ends` how often it ended, `since` when that began.
    `log` holds all lines that were recorded, `said` those of the run that ended (of one that goes on, the present one)
    with the termination message, `telling` the sentence that says why, short, and `reason` all that its entry says.
    `final` are the sentences of that entry and of its cause, none where nothing in the log reports a failure, and
    `before` the failures before it; `fault` is the kind of fault that `final` reports (rbac, identity, port, grant,
    credentials, dependency, file, value), `faultLine` the sentence, `setting` its name.
    """
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    pairs = [
        *_paired(spec.get("initContainers"), status.get("initContainerStatuses")),
        *_paired(spec.get("containers"), status.get("containerStatuses")),
    ]
    return [_container(graph, pod, container, state) for container, state in pairs]


def _paired(specs: Any, states: Any) -> list[tuple[Object, Object]]:
    by_name = {s.get("name"): s for s in states or []}
    return [(spec, by_name.get(spec.get("name")) or {}) for spec in specs or []]


def _container(graph: Graph, pod: Object, spec: Object, status: Object) -> Record:
    name = str(spec.get("name"))
    state, last = status.get("state") or {}, status.get("lastState") or {}
    ended = state.get("terminated") or last.get("terminated")
    step_ = _container_step(graph.clock, pod, status) or "fine" if status else "starting"
    events = _events(graph, pod, name, every=step_ == "crash")
    ends = (status.get("restartCount") or 0) + (1 if ended and not state.get("running") else 0)
    return {
        "name": name,
        "role": role_of(pod, name),
        "spec": spec,
        "status": status,
        "step": step_,
        "waiting": state.get("waiting"),
        "running": state.get("running"),
        "ended": ended,
        "life": run_seconds(ended) if ended else None,
        "restarts": status.get("restartCount") or 0,
        "ends": ends,
        "since": failing_since(pod, ends, events, ended) if step_ == "crash" else None,
        "probeLife": _probe_life(spec, ended or {}),
        **log_facts(graph, pod, spec, status, ends=step_ == "crash" or bool(state.get("terminated"))),
        "events": events,
    }


def _probe_life(spec: Object, ended: Object) -> str | None:
    """The probe whose patience fits the length of the last run: `startup`, `liveness` or none.

    The kubelet kills after failureThreshold failures, periodSeconds apart, the first one initialDelaySeconds after the
    start (pkg/kubelet/prober/worker.go); then the container has terminationGracePeriodSeconds.
    """
    lived = run_seconds(ended)
    if lived is None or ended.get("reason") == "OOMKilled" or ended.get("exitCode") not in (0, 137, 143):
        return None
    for name in ("startup", "liveness"):
        probe = spec.get(name + "Probe") or {}
        if not probe:
            continue
        period, tries = _number(probe.get("periodSeconds"), 10), _number(probe.get("failureThreshold"), 3)
        delay = _number(probe.get("initialDelaySeconds"), 0)
        least, most = delay + period * (tries - 1) - 1, delay + period * (tries + 1) + 32
        if least <= lived <= most and lived >= 2:
            return name
    return None


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) and value else default


def _events(graph: Graph, pod: Object, container: str, *, every: bool) -> Facts:
    """The current Events about this container: `spec.containers{NAME}`, and those that name it in the message.

    `every`: a container that ends again and again may be Ready in between, which makes no Event history.
    """
    found = graph.follow("all_events" if every else "events", pod)
    if isinstance(found, Unknown):
        return found
    place = "{" + container + "}"
    return [e for e in found if str((e.get("involvedObject") or {}).get("fieldPath") or place).endswith(place)]
