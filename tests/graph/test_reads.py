"""What edges declare to read is what they read, and everything that is collected has a reader.

`reads` decides what a live collection asks for, and which playbooks `gkedoctor access` names for a missing permission.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any

import msgspec
import pytest

from gkedoctor.graph import CANDIDATE_INDEXES, EDGES, Graph
from gkedoctor.graph.core.graph import Edge
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.shapes import build, cloud, cluster, gateway, network, pods
from tests.conftest import ROOT, shipped_playbooks

from .test_records import snapshots

MOST = 1
"""Objects of one kind in one snapshot that edges are followed from."""

CLOUD = frozenset(name for name, kind in KINDS.items() if kind.cloud)

THROUGH_LINKS = frozenset(
    (
        "address_holders",
        "certificates",
        "groups",
        "health_checks",
        "load_balancing",
        "pre_shared",
        "probe_access",
        "passthrough",
        "standalone_backends",
        "proxy_access",
    )
)
"""Edges that find objects of Google Cloud by their links: the index behind it (`cloud/links.py`) spans all kinds."""

GAPS: dict[str, tuple[str, ...]] = {
    "alert_policies": ("Service",),
    "asked": ("GRPCRoute", "IngressClass", "ListenerSet", "TLSRoute"),
    "backends": ("Event",),
    "blocking_policies": ("Event", "Namespace"),
    "denials": ("Event", "Namespace"),
    "dependencies": ("Event",),
    "dns": ("Event", "Job", "NetworkPolicy", "ReplicaSet", "Service"),
    "doubtful_values": ("ConfigMap",),
    "early_content": ("Namespace", "Service"),
    "evictions": ("Deployment",),
    "file_troubles": ("Event",),
    "foreign": ("Event", "Ingress", "ReplicaSet"),
    "held": (
        "BackendConfig",
        "BackendTLSPolicy",
        "ConfigMap",
        "ControllerRevision",
        "CronJob",
        "DaemonSet",
        "Deployment",
        "EndpointSlice",
        "Endpoints",
        "Event",
        "FrontendConfig",
        "GCPBackendPolicy",
        "GCPGatewayPolicy",
        "GCPSessionAffinityPolicy",
        "GCPTrafficDistributionPolicy",
        "GRPCRoute",
        "Gateway",
        "HTTPRoute",
        "MultiClusterIngress",
        "MultiClusterService",
        "ServiceExport",
        "ServiceImport",
        "HealthCheckPolicy",
        "HorizontalPodAutoscaler",
        "Ingress",
        "Job",
        "LimitRange",
        "ListenerSet",
        "ManagedCertificate",
        "NetworkPolicy",
        "PersistentVolumeClaim",
        "Pod",
        "PodDisruptionBudget",
        "ReferenceGrant",
        "ReplicaSet",
        "ReplicationController",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAttachment",
        "ServiceAccount",
        "ServiceNetworkEndpointGroup",
        "StatefulSet",
        "TLSRoute",
    ),
    "late_for": ("Pod", "Service"),
    "left_behind": ("Namespace",),
    "load_balancing": ("Event", "IngressClass"),
    "log_services": ("Event", "Namespace"),
    "name_service": ("Event", "NetworkPolicy", "Service"),
    "near_misses": ("Job",),
    "optional_gaps": ("Event",),
    "out_of_bounds": ("Deployment",),
    "planned_checks": ("Deployment", "Event", "ReplicaSet"),
    "ports": ("Event", "Ingress", "ReplicaSet"),
    "probe_access": ("ConfigMap",),
    "probe_policies": ("Namespace",),
    "quirks": ("Event", "ForwardingRule", "IngressClass", "NetworkEndpointGroup"),
    "quota_eaters": ("Disk",),
    "refusals": ("ReplicaSet",),
    "refused": ("MutatingWebhookConfiguration", "ResourceQuota", "ValidatingWebhookConfiguration"),
    "refusers": ("ReplicaSet",),
    "room": ("CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"),
    "sandbox_failures": ("StatefulSet",),
    "schedule": ("Job", "Pod", "ReplicaSet"),
    "service": ("DaemonSet", "Deployment", "Namespace", "Pod", "ServiceAccount", "StatefulSet"),
    "slip": ("ForwardingRule", "GRPCRoute", "IngressClass", "ListenerSet", "Service", "TLSRoute"),
    "undeclared": ("Deployment",),
    "unready": ("Job", "ReplicaSet"),
    "unserved": ("Deployment", "Endpoints", "Event", "IngressClass", "ReplicaSet"),
    "unwatched": (
        "ForwardingRule",
        "GRPCRoute",
        "Gateway",
        "Ingress",
        "IngressClass",
        "ListenerSet",
        "Namespace",
        "ReferenceGrant",
        "Service",
        "TLSRoute",
    ),
    "uptime_checks": (
        "Event",
        "ForwardingRule",
        "GRPCRoute",
        "HTTPRoute",
        "IngressClass",
        "ListenerSet",
        "Namespace",
        "ReferenceGrant",
        "Service",
        "TLSRoute",
    ),
    "waiting_ingresses": ("Event", "IngressClass"),
    "webhooks": (
        "MutatingWebhookConfiguration",
        "Namespace",
        "Pod",
        "ServiceAccount",
        "ValidatingWebhookConfiguration",
    ),
}
GAPS["deletion_blockers"] = GAPS["held"]
"""What an edge reads and does not declare, by its name; each is read by other edges, so that it is collected.

Most are read by an edge that this one follows. A gap that is closed may be taken out; a new one is an error.
"""

UNREAD = {
    "AuditLogEntry": "read on request only, for `changes/`",
    "ComputeOperation": "read on request only, for `changes/`",
    "ContainerOperation": "read on request only, for `changes/`",
    "ControllerRevision": "read for `changes/`, which shows what a StatefulSet or DaemonSet was before",
    "LogEntry": "read on request only, for `timeline`",
    "Network": "names networks in a recording; firewall rules are read by their own field",
    "NetworkEndpoint": "collected beside groups: `collect/` makes health of it",
    "Router": "shown by `serve` only",
}
"""Kinds that no playbook and no edge declares to read, and why they are there."""

UNREAD_FIELDS = frozenset(
    [
        "accessConfigs",
        "aliasIpRanges",
        "allPorts",
        "allowGlobalAccess",
        "apiVersions",
        "attachedRoutes",
        "autoCreateSubnetworks",
        "autoDelete",
        "autoRepair",
        "autoUpgrade",
        "backendRequest",
        "balancingMode",
        "caCertificateRefs",
        "canIpForward",
        "capacityScaler",
        "certificateMap",
        "clientID",
        "clusterIpv4Cidr",
        "clusterIpv4CidrBlock",
        "collisionCount",
        "completionMode",
        "conditionAbsent",
        "conditionMonitoringQueryLanguage",
        "conditionPrometheusQueryLanguage",
        "conditionThreshold",
        "connectionDraining",
        "containerName",
        "currentHealthy",
        "currentNodeVersion",
        "dataSource",
        "defaultPort",
        "deletionProtection",
        "describedObject",
        "desiredReplicas",
        "destinationRanges",
        "detachError",
        "deviceName",
        "devicePath",
        "diskSizeGb",
        "drainingTimeoutSec",
        "enableCDN",
        "enablePrivateNodes",
        "expirationSeconds",
        "failedJobsHistoryLimit",
        "fieldRef",
        "forwardingRuleIp",
        "fqdn",
        "fsType",
        "fullyLabeledReplicas",
        "gatewayAddress",
        "grpcServiceName",
        "healthCheckNodePort",
        "healths",
        "healthyThreshold",
        "initialNodeCount",
        "insecureSkipTLSVerify",
        "instanceGroupUrls",
        "internalTrafficPolicy",
        "ipAllocationPolicy",
        "ipCidrRange",
        "ipFamilies",
        "ipFamilyPolicy",
        "ipMode",
        "ipVersion",
        "lastAttachTimestamp",
        "lastScaleTime",
        "loadBalancerClass",
        "logConfig",
        "machineType",
        "masterIpv4CidrBlock",
        "matchLabelExpressions",
        "matchPolicy",
        "maxNodeCount",
        "maxSkew",
        "minNodeCount",
        "mtu",
        "natIpAllocateOption",
        "natIps",
        "networkEndpoint",
        "networkEndpointType",
        "networkTier",
        "nfs",
        "numberMisscheduled",
        "numberUnavailable",
        "oauth2ClientId",
        "objectSelector",
        "operatingSystem",
        "operations",
        "podAffinityTerm",
        "podManagementPolicy",
        "prefixLength",
        "privateClusterConfig",
        "privateIpGoogleAccess",
        "proxyHeader",
        "qosClass",
        "rangeName",
        "readOnlyRootFilesystem",
        "redirectToHttps",
        "releaseChannel",
        "replicaZones",
        "resourceFieldRef",
        "resourceLabels",
        "responseCodeName",
        "revisionHistoryLimit",
        "rollingUpdate",
        "runAsGroup",
        "scopeName",
        "secondaryIpRanges",
        "securityPolicy",
        "serviceAccountToken",
        "servicesIpv4Cidr",
        "servicesIpv4CidrBlock",
        "sessionAffinity",
        "singular",
        "sourceServiceAccounts",
        "sourceSubnetworkIpRangesToNat",
        "sslHealthCheck",
        "sslPolicy",
        "stackType",
        "subPathExpr",
        "subnetworkRangeName",
        "successfulJobsHistoryLimit",
        "terminatingReplicas",
        "timeAdded",
        "tolerationSeconds",
        "ttlSecondsAfterFinished",
        "unhealthyThreshold",
        "useIpAliases",
        "volumeClaimTemplate",
        "volumesAttached",
        "volumesInUse",
        "wellKnownCACertificates",
        "workloadIdentityConfig",
        "workloadMetadataConfig",
        "workloadPool",
    ]
)
"""Fields with a shape whose name is nowhere else: typed as the API types them, so that a damaged recording is noticed.

`serve` and the pages of objects show them as they are; issues 14 and 15 will read some. A new shape needs a reader.
"""


class Noting:
    """A snapshot that notes which collections are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    def collection(self, name: str) -> Any:
        self.read.add(name)
        return self._snapshot.collection(name)


@cache
def read() -> dict[Edge, set[str]]:
    """The kinds that each edge read, followed from objects of all cases, each on a graph without indexes yet."""
    edges: dict[str, list[Edge]] = defaultdict(list)
    for edge in EDGES.values():
        edges[edge.source].append(edge)
    found: dict[Edge, set[str]] = defaultdict(set)
    for snapshot in snapshots():
        noting = Noting(snapshot)
        for collection in snapshot.collections.values():
            kind = COLLECTIONS.get(collection.name)
            for item in list(collection.objects)[:MOST] if kind is not None else ():
                for edge in edges[kind.name]:
                    noting.read = set()
                    Graph(noting).follow(edge.name, item)  # type: ignore[arg-type]
                    found[edge] |= {COLLECTIONS[name].name for name in noting.read if name in COLLECTIONS}
    return found


@pytest.mark.parametrize("edge", [e for e in EDGES.values() if e.source != "*"], ids=lambda e: f"{e.source} {e.name}")
def test_an_edge_reads_what_it_declares(edge: Edge) -> None:
    known = {*edge.reads, edge.source, *GAPS.get(edge.name, ())}
    if edge.name in THROUGH_LINKS:
        known |= CLOUD
    assert read().get(edge, set()) - known == set()


def test_what_is_not_declared_is_collected_all_the_same() -> None:
    declared = {kind for edge in EDGES.values() for kind in edge.reads} | set(UNREAD)
    declared |= {kind for playbook in shipped_playbooks() for kind in playbook.kinds}
    assert {kind for kinds in GAPS.values() for kind in kinds} <= declared


def test_every_kind_has_a_reader() -> None:
    views = [v for p in shipped_playbooks() for v in (p, p.spec_view) if v is not None]
    readers = {kind for view in views for kind in view.kinds}
    readers |= {kind for edge in EDGES.values() for kind in edge.reads}
    readers |= {kind for index in CANDIDATE_INDEXES.values() for kind in index.reads}
    assert set(KINDS) - readers == set(UNREAD)


def fields() -> set[str]:
    """The names of all fields that have a shape."""
    found: set[str] = set()
    waiting = [v for module in (build, cloud, cluster, gateway, network, pods) for v in vars(module).values()]
    seen: set[int] = set()
    while waiting:
        shape = waiting.pop()
        if id(shape) in seen:
            continue
        seen.add(id(shape))
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            for field in msgspec.structs.fields(shape):
                found.add(field.encode_name)
                waiting.append(field.type)
        else:
            waiting += getattr(shape, "__args__", ())
    return found


def test_every_shaped_field_has_a_reader() -> None:
    sources = [p for p in (ROOT / "src" / "gkedoctor").rglob("*.py") if "shapes" not in p.parts]
    sources += [p for p in (ROOT / "playbooks").rglob("*.yaml") if not p.name.endswith(".test.yaml")]
    words = set(re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in sources)))
    assert fields() - words - UNREAD_FIELDS == set()
