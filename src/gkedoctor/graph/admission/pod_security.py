"""Which Pods the Pod Security standards refuse, as far as specs say it.

Source: k8s.io/pod-security-admission/policy (one check for each rule), Kubernetes 1.30.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.graph import Facts, Graph, edge
from gkedoctor.graph.objects.owners import workload
from gkedoctor.graph.workloads.pods import is_planned
from gkedoctor.snapshot.model import Object

ENFORCE = "pod-security.kubernetes.io/enforce"
_CAPABILITIES = frozenset(
    ("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
     "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT")
)  # fmt: skip
_VOLUMES = frozenset(
    ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
     "secret", "name")
)  # fmt: skip


@edge("insecure", "Namespace", reads=("Pod",), record="InsecureRecord")
def insecure_in(graph: Graph, namespace: Object) -> Facts:
    """The planned Pods that the enforced standard refuses: {name (the level), message, workload, what}."""
    level = labels_of(namespace).get(ENFORCE)
    if level not in ("baseline", "restricted"):
        return []
    found = []
    for pod in graph.in_namespace("Pod", name_of(namespace)):
        broken = list(dict.fromkeys(_broken(pod.get("spec") or {}, level))) if is_planned(pod) else []
        if broken:
            what = "; ".join(broken)
            message = f'violates PodSecurity "{level}": {what}'
            found.append({"name": level, "message": message, "what": what, "workload": workload(graph, pod)})
    return found


def _broken(spec: Object, level: str) -> Iterator[str]:
    windows = _part(spec, "os").get("name") == "windows"
    yield from _baseline_pod(spec)
    for container in _containers(spec):
        yield from _baseline_container(container)
        if level == "restricted":
            yield from _restricted_container(spec, container, windows)
    if level == "restricted":
        yield from _restricted_volumes(spec)


def _containers(spec: Object) -> list[Object]:
    return [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def _baseline_pod(spec: Object) -> Iterator[str]:
    yield from (f"host namespaces ({field}=true)" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field))
    yield from (f"hostPath volumes (volume {v.get('name')})" for v in spec.get("volumes") or [] if v.get("hostPath"))
    if _seccomp(spec) == "Unconfined":
        yield "seccompProfile (pod must not set Unconfined)"


def _baseline_container(container: Object) -> Iterator[str]:
    name, context = container.get("name"), _part(container, "securityContext")
    if context.get("privileged"):
        yield f"privileged (container {name} must not set privileged=true)"
    ports = sorted({p["hostPort"] for p in container.get("ports") or [] if p.get("hostPort")})
    if ports:
        yield f"hostPort (container {name} uses {', '.join(map(str, ports))})"
    beyond = sorted(set(_part(context, "capabilities").get("add") or []) - _CAPABILITIES)
    if beyond:
        yield f"non-default capabilities (container {name} must not add {', '.join(beyond)})"
    if _seccomp(container) == "Unconfined":
        yield f"seccompProfile (container {name} must not set Unconfined)"


def _restricted_container(spec: Object, container: Object, windows: bool) -> Iterator[str]:
    name, context, pod = container.get("name"), _part(container, "securityContext"), _part(spec, "securityContext")
    if not context.get("runAsNonRoot", pod.get("runAsNonRoot")):
        yield f"runAsNonRoot != true (container {name} must set runAsNonRoot=true)"
    if context.get("runAsUser", pod.get("runAsUser")) == 0:
        yield f"runAsUser=0 (container {name} must not run as root)"
    if windows:
        return
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"allowPrivilegeEscalation != false (container {name} must set it to false)"
    if "ALL" not in (_part(context, "capabilities").get("drop") or []):
        yield f'unrestricted capabilities (container {name} must drop "ALL")'
    if (_seccomp(container) or _seccomp(spec)) not in ("RuntimeDefault", "Localhost"):
        yield f"seccompProfile (container {name} must set RuntimeDefault or Localhost)"


def _restricted_volumes(spec: Object) -> Iterator[str]:
    for volume in spec.get("volumes") or []:
        kinds = sorted(set(volume) - _VOLUMES - {"hostPath"})
        if kinds:
            yield f"restricted volume types (volume {volume.get('name')} is of type {kinds[0]})"


def _seccomp(holder: Object) -> Any:
    return _part(_part(holder, "securityContext"), "seccompProfile").get("type")


def _part(holder: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """A part that may be missing, or (where no shape is checked) something else."""
    part = holder.get(field)
    return part if isinstance(part, Mapping) else {}
