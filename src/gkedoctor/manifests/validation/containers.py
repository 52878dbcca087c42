"""Containers of Pods and of Pod templates. Paths are those within a container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.core.quantities import quantity
from gkedoctor.manifests.validation.network import protocol_refused
from gkedoctor.manifests.validation.refusal import (
    LABEL,
    Refusal,
    is_filled_in_later,
    is_label,
    is_port,
    port_name_refused,
    port_refused,
    repeated,
)
from gkedoctor.snapshot.model import Object

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")


def unnamed(container: Object) -> Iterator[Refusal]:
    """core: validateContainerCommon."""
    name = container.get("name")
    if not name:
        yield Refusal("", "the container has no name")
    elif not is_label(name):
        yield Refusal("name", f'"{name}" is not a valid container name: {LABEL}')
    if not container.get("image"):
        yield Refusal("", "the container has no image")


def ports_refused(container: Object) -> Iterator[Refusal]:
    """core: validateContainerPorts."""
    ports = container.get("ports") or []
    for i, port in enumerate(ports):
        found = [*protocol_refused(port), *port_name_refused(port.get("name") or "", "name")]
        found += port_refused(port.get("containerPort"), "containerPort")
        if port.get("hostPort") and not is_port(port["hostPort"]):
            found += port_refused(port["hostPort"], "hostPort")
        yield from (one.below(f"ports[{i}]") for one in found)
    for i, name in repeated(port.get("name") for port in ports):
        yield Refusal(f"ports[{i}].name", f'two ports of the container have the name "{name}"')


def env_refused(container: Object) -> Iterator[Refusal]:
    """core: ValidateEnv, validateEnvVarValueFrom."""
    for i, variable in enumerate(container.get("env") or []):
        if not variable.get("name"):
            yield Refusal(f"env[{i}]", "the variable has no name")
        source = variable.get("valueFrom")
        if source is not None and variable.get("value"):
            yield Refusal(f"env[{i}].valueFrom", "valueFrom cannot be set together with value")
        elif source is not None and not any(value is not None for value in source.values()):
            yield Refusal(f"env[{i}].valueFrom", "valueFrom has no source")


def mounts_refused(container: Object) -> Iterator[Refusal]:
    """core: ValidateVolumeMounts."""
    mounts = container.get("volumeMounts") or []
    for i, mount in enumerate(mounts):
        if not mount.get("mountPath"):
            yield Refusal(f"volumeMounts[{i}]", "mountPath is missing")
    for i, path in repeated(mount.get("mountPath") for mount in mounts):
        yield Refusal(f"volumeMounts[{i}].mountPath", f"two volumes are mounted at {path}")


def probes_refused(container: Object) -> Iterator[Refusal]:
    """core: validateHandler, validateLivenessProbe, validateStartupProbe."""
    for name in _PROBES:
        probe = container.get(name)
        if probe is None:
            continue
        handlers = [handler for handler in _HANDLERS if probe.get(handler) is not None]
        if len(handlers) != 1:
            reason = f"sets {' and '.join(handlers)}: keep one" if handlers else f"needs one of {', '.join(_HANDLERS)}"
            yield Refusal(name, f"{name} {reason}")
        elif handlers[0] != "exec":
            yield from port_refused(probe[handlers[0]].get("port"), f"{name}.{handlers[0]}.port")
        if name != "readinessProbe" and (probe.get("successThreshold") or 1) != 1:
            yield Refusal(f"{name}.successThreshold", f"successThreshold of a {name} must be 1")


def probes_of_init_refused(container: Object) -> Iterator[Refusal]:
    """core: validateInitContainers."""
    if container.get("restartPolicy") != "Always":
        for name in (*_PROBES, "lifecycle"):
            if container.get(name) is not None:
                yield Refusal(name, f"{name} cannot be set for init containers without restartPolicy Always")


def resources_refused(container: Object) -> Iterator[Refusal]:
    """core: validateResourceRequirements."""
    resources = container.get("resources") or {}
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for field, amounts in (("limits", limits), ("requests", requests)):
        yield from (one.below(f"resources.{field}") for one in quantities_refused(amounts))
    for name, wanted in requests.items():
        most, least = quantity(limits.get(name)), quantity(wanted)
        if most is None or least is None:
            continue
        path = f'resources.requests."{name}"'
        if least > most:
            yield Refusal(path, f"the {name} request {wanted} is greater than the limit {limits[name]}")
        elif least < most and _is_extended(name):
            yield Refusal(path, f"the request of {name} must be equal to its limit")


def quantities_refused(amounts: dict[str, Any]) -> Iterator[Refusal]:
    """apimachinery: resource.ParseQuantity; core: ValidateNonnegativeQuantity."""
    for name, amount in amounts.items():
        number = quantity(amount)
        if number is None and not is_filled_in_later(str(amount)):
            yield Refusal(f'"{name}"', f'"{amount}" is not a valid quantity (examples: 500m, 2, 1.5Gi)')
        elif number is not None and number < 0:
            yield Refusal(f'"{name}"', f"{amount} is negative")


def _is_extended(name: str) -> bool:
    """core/helper: IsOvercommitAllowed."""
    return ("/" in name and "kubernetes.io/" not in name) or name.startswith("hugepages-")
