"""Whether a container fails again as it did: only where nothing of what it failed for has changed.

Nobody can know from outside what a program does with another image, argument or value. What the change reached is
assumed to be right; what it did not reach fails as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.graph import Graph, Unknown, name_of
from gkedoctor.graph.core.graph import Record
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.network.dependencies import dependencies_of
from gkedoctor.graph.objects.rbac import access_of, known_bindings, request_of
from gkedoctor.graph.workloads.logs.listening import ports_in
from gkedoctor.graph.workloads.older_template import has_all
from gkedoctor.graph.workloads.readiness_probes import readiness_of
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object
from gkedoctor.whatif.simulate.network_access import traffic_is_allowed_now
from gkedoctor.whatif.simulate.references import (
    configuration_found,
    named_object_found,
    pull_secrets_changed,
    reads_what_was_touched,
    runtime_found,
)
from gkedoctor.whatif.simulate.world import World

_PROGRAM = (
    "image", "command", "args", "env", "envFrom", "workingDir", "volumeMounts", "ports", "lifecycle", "securityContext",
)  # fmt: skip
_POD_WIDE = (
    "securityContext", "serviceAccountName", "volumes", "hostNetwork", "dnsPolicy", "dnsConfig", "nodeSelector",
    "runtimeClassName", "hostAliases", "shareProcessNamespace", "containers",
)  # fmt: skip
_PROBE_TIMES = ("timeoutSeconds", "periodSeconds", "failureThreshold", "initialDelaySeconds")


class Failure:
    """A container that failed in `predecessor`, and is now part of `pod` (the same one, or one of a new template).

    `template`: the Pod spec of which the predecessor was made. A Pod has more than its template, by defaults and
    admission; without the template, what the new one says is looked for in the old Pod.
    """

    def __init__(self, world: World, pod: Object, predecessor: Object, record: Record, template: Object | None) -> None:
        self.world, self.pod, self.predecessor, self.record = world, pod, predecessor, record
        self.then_spec: Object = template or predecessor.get("spec") or {}
        self.is_exact = template is not None or name_of(pod) == name_of(predecessor)
        name = str(record["name"])
        self.then: Object = container_of({"spec": self.then_spec}, name) or record["spec"]
        self.now: Object = container_of(pod, name) or {}

    @property
    def graph(self) -> Graph:
        """The graph of the state as it is now."""
        return self.world.graph

    @property
    def is_elsewhere(self) -> bool:
        """Whether the Pod is on another node than the one that failed."""
        nodes = [(p.get("spec") or {}).get("nodeName") for p in (self.predecessor, self.pod)]
        return bool(nodes[0]) and nodes[0] != nodes[1]

    @property
    def says(self) -> str:
        """What the kubelet or runtime says of it."""
        parts = [self.record.get("waiting") or {}, self.record.get("ended") or {}]
        return " ".join(str(part.get("message") or part.get("reason") or "") for part in parts)

    def differs(self, *fields: str) -> bool:
        """Whether one of these fields of the container changed."""
        return any(self._unlike(self.then.get(field), self.now.get(field)) for field in fields)

    def pod_differs(self, *fields: str) -> bool:
        """Whether one of these fields of the Pod's spec changed; `containers`: whether one came or went."""
        then, now = self.then_spec, self.pod.get("spec") or {}
        return any(self._unlike(_part(then, field), _part(now, field)) for field in fields)

    def _unlike(self, then: Any, now: Any) -> bool:
        return bool(then != now) if self.is_exact else not has_all(then, now)


def container_of(pod: Object, name: str) -> Object | None:
    """The container of that name in a Pod's spec."""
    spec = pod.get("spec") or {}
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    return next((c for c in containers if c.get("name") == name), None)


def _part(spec: Object, field: str) -> Any:
    if field == "containers":
        return sorted(str(c.get("name")) for c in spec.get("containers") or [])
    if field == "volumes":  # the token of the ServiceAccount, which admission adds
        return [v for v in spec.get("volumes") or [] if not str(v.get("name")).startswith("kube-api-access-")]
    if field == "serviceAccountName":
        return spec.get(field) or "default"
    return spec.get(field)


def fails_again(failure: Failure) -> bool:
    """Whether the container is held up at the same step as before."""
    if not failure.now:
        return False  # the container is gone
    check = _CHECKS.get(str(failure.record["step"]))
    return check(failure) if check is not None else True


def _image(failure: Failure) -> bool:
    if failure.differs("image"):
        return False
    if (
        failure.differs("imagePullPolicy")
        and (failure.record.get("waiting") or {}).get("reason") == "ErrImageNeverPull"
    ):
        return False
    return not pull_secrets_changed(failure.world, failure.pod, failure.predecessor)


def _config(failure: Failure) -> bool:
    if not configuration_found(failure.graph, failure.pod, volumes=False):
        return True
    if message("kubelet/run-as-root").search(failure.says) is not None:
        return not (failure.differs("securityContext", "image") or failure.pod_differs("securityContext"))
    if named_object_found(failure.graph, failure.pod, failure.says):
        return False
    return not (failure.differs("env", "envFrom", "volumeMounts") or reads_what_was_touched(failure.world, failure.pod))


def _create(failure: Failure) -> bool:
    if failure.is_elsewhere:
        return False
    if not configuration_found(failure.graph, failure.pod, volumes=True):
        return True
    if not runtime_found(failure.graph, failure.pod):
        return True
    return not (
        failure.differs(*_PROGRAM)
        or failure.pod_differs(*_POD_WIDE)
        or _more_memory(failure)
        or reads_what_was_touched(failure.world, failure.pod)
    )


def _more_memory(failure: Failure) -> bool:
    limits = [((c.get("resources") or {}).get("limits") or {}).get("memory") for c in (failure.then, failure.now)]
    then, now = (quantity(limit) for limit in limits)
    return then is not None and (now is None or now > then)


def _crash(failure: Failure) -> bool:
    record = failure.record
    if (record.get("ended") or {}).get("reason") == "OOMKilled":
        return not (_more_memory(failure) or failure.differs("image", "command", "args", "env"))
    if not _references_found(failure):
        return True
    if failure.differs(*_PROGRAM, "livenessProbe", "startupProbe") or failure.pod_differs(*_POD_WIDE):
        return False
    if reads_what_was_touched(failure.world, failure.pod):
        return False
    return not (_allowed_now(failure) or _dependency_is_back(failure) or _is_let_through(failure))


def _references_found(failure: Failure) -> bool:
    return all(configuration_found(failure.graph, failure.pod, volumes=volumes) for volumes in (True, False))


def _allowed_now(failure: Failure) -> bool:
    """Whether Roles allow the request now that the container's log shows as refused."""
    if failure.record.get("fault") != "rbac" or failure.world.before is None:
        return False
    line = str(failure.record.get("faultLine") or "")
    said = message("rbac/refused-request").groups(line)
    request = request_of(said) if said else None
    # Roles only add: those that are known are enough to prove that a request is allowed
    return request is not None and access_of(known_bindings(failure.graph), request)["allowed"] is True


def _dependency_is_back(failure: Failure) -> bool:
    """Whether a Service that the container could not reach exists and has ready endpoints now, and had none before."""
    before = failure.world.before
    if before is None:
        return False
    lost = _lost(before, failure.predecessor, str(failure.record["name"]))
    return bool(lost) and not (lost & _lost(failure.graph, failure.pod, str(failure.record["name"])))


def _is_let_through(failure: Failure) -> bool:
    return traffic_is_allowed_now(failure.world, failure.pod, failure.predecessor)


def _lost(graph: Graph, pod: Object, container: str) -> set[str]:
    """The hosts that a container names and behind which no ready Pod stands."""
    found = dependencies_of(graph, pod)
    if isinstance(found, Unknown):
        return set()
    return {
        str(record["host"]) for record in found
        if record["container"] == container and isinstance(record["host"], str) and record["name"]
        and (record["found"] is False or record.get("portFound") is False or not _serves(graph, record["target"]))
    }  # fmt: skip


def _serves(graph: Graph, service: Any) -> bool:
    if not isinstance(service, Mapping) or service.get("kind") != "Service":
        return True
    found = graph.follow("endpoints", service)
    return isinstance(found, Unknown) or any(record.get("ready") for record in found)


def _init(failure: Failure) -> bool:
    return not (
        failure.differs(*_PROGRAM)
        or reads_what_was_touched(failure.world, failure.pod)
        or _dependency_is_back(failure)
        or _is_let_through(failure)
        or _allowed_now(failure)
    )


def _unready(failure: Failure) -> bool:
    then, now = failure.then.get("readinessProbe") or {}, failure.now.get("readinessProbe") or {}
    if then and not now:
        return False
    if then != now:
        return not (_asks_elsewhere(then, now) and _is_served(failure))
    if failure.differs(*_PROGRAM) or failure.pod_differs(*_POD_WIDE):
        return False
    return not (
        reads_what_was_touched(failure.world, failure.pod) or _dependency_is_back(failure) or _is_let_through(failure)
    )


def _asks_elsewhere(then: Object, now: Object) -> bool:
    """Whether a probe asks something else, or waits longer, so that another result is to be expected."""
    actions = ("httpGet", "tcpSocket", "exec", "grpc")
    if any(then.get(action) != now.get(action) for action in actions):
        return True
    return any((now.get(field) or 0) > (then.get(field) or 0) for field in _PROBE_TIMES)


def _is_served(failure: Failure) -> bool:
    """Whether the port of the probe is one that the container declares, or at which it was seen to listen."""
    for record in readiness_of(failure.graph, failure.pod):  # type: ignore[union-attr]
        if record["name"] != failure.record["name"]:
            continue
        number = record.get("number")
        if number is None:
            return record.get("type") == "exec" or not record.get("port")
        known = {*record["declared"], *_listening(failure)}
        return number in known or not known
    return True


def _listening(failure: Failure) -> set[int]:
    said = failure.record.get("said")
    if isinstance(said, Unknown) or not said:
        return set()
    return {int(port) for port in ports_in([str(line) for line in said])}


_CHECKS: Mapping[str, Callable[[Failure], bool]] = MappingProxyType(
    {
        "image": _image, "config": _config, "create": _create, "crash": _crash, "init": _init, "unready": _unready,
        "fine": lambda failure: False, "starting": lambda failure: False, "partly-ended": lambda failure: True,
    }
)  # fmt: skip
"""By the step at which a container was; `starting` is judged for the Pod as a whole."""
