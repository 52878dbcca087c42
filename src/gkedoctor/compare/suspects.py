"""The fields by which a cause most often comes about, the likeliest first: where to look among the changes.

Patterns are searched in `KIND path`; an object that came or went has an empty path: `Secret $`. What is not in the
table is judged by the other signs alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

_IMAGE = (r"\.image$", r"imagePullPolicy$", r"imagePullSecrets")
_ENVIRONMENT = (r"\.env\b", r"\.envFrom\b", r"\.volumes\b", r"\.volumeMounts\b")
_START = (r"\.command\b", r"\.args\b", r"\.workingDir$", r"\.image$", *_ENVIRONMENT, r"Config\S+ keys", r"Secret keys",
          r"securityContext", r"\.resources\b")  # fmt: skip
_REFERENCED = (r"^(Secret|ConfigMap) ", *_ENVIRONMENT, r"imagePullSecrets")
_SELECTION = (r"Service spec\.selector", r"\.metadata\.labels", r"Service spec\.ports", r"containers\[\d+\]\.ports")
_PORTS = (r"Service spec\.ports", r"containers\[\d+\]\.ports", r"spec\.selector", *_START)
_SCHEDULING = (r"\.resources\b", r"nodeSelector", r"affinity", r"tolerations", r"spec\.replicas$",
               r"Node (spec\.(taints|unschedulable)|metadata\.labels|status|$)", r"priorityClassName")  # fmt: skip
_INGRESS = (r"Ingress spec", r"Ingress metadata\.annotations", r"^Service ")
_TLS = (r"^Secret ", r"Ingress spec\.tls", r"Ingress metadata\.annotations", r"Certificate ")
_STORAGE = (r"^StorageClass ", r"PersistentVolumeClaim spec", r"^PersistentVolumeClaim $", r"^PersistentVolume ",
            r"\.volumes\b", r"\.volumeMounts\b", r"volumeClaimTemplates", r"^Disk ")  # fmt: skip
_HEALTH_CHECK = (r"HealthCheck .*(requestPath|port|type)", r"BackendConfig spec\.healthCheck", r"readinessProbe",
                 r"HealthCheckPolicy ", r"(Service|Ingress) metadata\.annotations", *_START, *_PORTS)  # fmt: skip
_ADMISSION = (r"WebhookConfiguration ", r"ValidatingAdmissionPolicy ", r"^Service ", r"\.spec\.template\b")

_BY_CAUSE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "quota-exceeded": (r"ResourceQuota spec", r"^ResourceQuota $", r"spec\.replicas$", r"\.resources\b",
                           r"ResourceQuota status"),
        "limit-range-violation": (r"^LimitRange ", r"\.resources\b"),
        "pod-security-violation": (r"Namespace metadata\.labels", r"securityContext", r"host(Network|PID|IPC|Path)"),
        "missing-service-account": (r"^ServiceAccount ", r"serviceAccount"),
        "oom-killed": (r"resources\.limits\.memory", r"\.resources\b", *_START),
        "ephemeral-storage-exceeded": (r"ephemeral-storage", r"sizeLimit", r"\.resources\b", r"\.volumes\b", *_START),
        "secret-value-encoding": (r"Secret keys", r"^Secret ", *_START),
        "scaled-to-zero": (r"spec\.replicas$", r"HorizontalPodAutoscaler "),
        "rollout-paused": (r"spec\.paused$",),
        "host-port-conflict": (r"hostPort", r"hostNetwork", r"spec\.replicas$"),
        "node-cordoned": (r"Node spec\.unschedulable$", *_SCHEDULING),
        "untolerated-taint": (r"Node spec\.taints", r"tolerations", *_SCHEDULING),
        "node-selector-mismatch": (r"nodeSelector", r"affinity", r"Node metadata\.labels", r"^Node $"),
        "pod-affinity-conflict": (r"affinity", r"topologySpread", r"spec\.replicas$", r"\.metadata\.labels"),
        "unscheduled-no-scheduler": (r"schedulerName", r"schedulingGates"),
        "priority-class-missing": (r"^PriorityClass ", r"priorityClassName"),
        "service-protocol-mismatch": _PORTS,
        "service-port-name-mismatch": _PORTS,
        "service-target-port-mismatch": _PORTS,
        "missing-service": (r"^Service $", *_ENVIRONMENT, *_INGRESS),
        "network-policy-blocks": (r"^NetworkPolicy ", r"\.metadata\.labels", r"Namespace metadata\.labels"),
        "static-ip-not-found": (r"Ingress metadata\.annotations", r"^Address "),
        "static-ip-in-use": (r"Ingress metadata\.annotations", r"^Address ", r"^ForwardingRule "),
        "certificate-expired": _TLS,
        "missing-pvc": (r"^PersistentVolumeClaim $", r"\.volumes\b"),
        "missing-frontendconfig": (r"^FrontendConfig ", r"Ingress metadata\.annotations"),
        "missing-backendconfig": (r"^BackendConfig ", r"Service metadata\.annotations"),
        "firewall-blocks-health-check": (r"^Firewall ",),
        "api-service-unavailable": (r"APIService ", r"^Service "),
        "hpa-missing-requests": (r"\.resources\b", r"HorizontalPodAutoscaler spec"),
        "cronjob-not-running": (r"CronJob spec\.(suspend|schedule|timeZone|concurrencyPolicy)",),
    }
)  # fmt: skip

_BY_START: Sequence[tuple[str, Sequence[str]]] = (
    ("image-", _IMAGE), ("invalid-image", _IMAGE), ("missing-image-pull-secret", _REFERENCED),
    ("missing-tls-secret", _TLS), ("tls-", _TLS), ("missing-secret", _REFERENCED), ("missing-configmap", _REFERENCED),
    ("readiness-probe", (r"readinessProbe", r"\.ports\b", *_START)),
    ("liveness-probe", (r"(liveness|startup)Probe", r"\.ports\b", *_START)),
    ("service-", _SELECTION), ("ingress-", _INGRESS), ("gateway-", (r"^Gateway", r"^Service ")),
    ("route-", (r"^HTTPRoute", r"^Service ", r"^ReferenceGrant ")),
    ("health-check-", _HEALTH_CHECK), ("backendconfig-", (r"^BackendConfig ", r"Service (spec\.ports|metadata)")),
    ("invalid-", (r"metadata\.annotations",)), ("neg-", (r"Service spec", r"Service metadata\.annotations")),
    ("insufficient-", _SCHEDULING), ("pod-preempted", _SCHEDULING), ("autoscaler-", _SCHEDULING),
    ("admission-", _ADMISSION), ("autopilot-", (r"\.spec\.template\b",)),
    ("storage-", _STORAGE), ("pvc-", _STORAGE), ("volume-", _STORAGE),
    ("node-", (r"^Node status\.conditions", r"^Node ")),
    ("hpa-", (r"^HorizontalPodAutoscaler spec", r"^APIService ", r"^Deployment $")),
    ("dependency-", (r"\.env\b", r"\.envFrom\b", r"(ConfigMap|Secret) keys", r"^Service ", r"^NetworkPolicy ",
                     *_START)),
    ("workload-identity", (r"^ServiceAccount ", r"serviceAccount")), ("rbac-", (r"^(Cluster)?Role", r"serviceAccount")),
)  # fmt: skip


@cache
def suspects(cause: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a cause, the likeliest first; those of a container that does not start where none are known."""
    found = _BY_CAUSE.get(cause) or next((p for start, p in _BY_START if cause.startswith(start)), _START)
    return tuple(re.compile(pattern) for pattern in found)
