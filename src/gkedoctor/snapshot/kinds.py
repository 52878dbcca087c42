"""The kinds gkedoctor knows: one table for importers, edges, commands and collectors.

A *collection* is all objects of one kind; its name is the plural (`pods`), for Google Cloud with the API in
front (`compute.addresses`), for both as in the report's `not_checked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of object. `group` is `""` for the core API, the API (`compute`) for Google Cloud.

    `short_names`: as `kubectl api-resources` lists them, those of custom resources as their CRDs on GKE define them;
    one of ours for a kind of Google Cloud.
    """

    name: str
    collection: str
    group: str
    namespaced: bool
    cloud: bool = False
    short_names: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """The plural in paths and roles; a kind that is not built in has its group in its collection's name."""
        return self.collection.removesuffix(f".{self.group}")

    @property
    def kubectl(self) -> str:
        """How kubectl names it without doubt: `deployment`, `backendconfig.cloud.google.com`."""
        return (
            f"{self.name.lower()}.{self.group}"
            if "." in self.group and not self.group.endswith(".k8s.io")
            else self.name.lower()
        )


_KUBERNETES = (
    Kind("Pod", "pods", "", True, short_names=("po",)),
    Kind("Service", "services", "", True, short_names=("svc",)),
    Kind("Endpoints", "endpoints", "", True, short_names=("ep",)),
    Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", True),
    Kind("Secret", "secrets", "", True),
    Kind("ConfigMap", "configmaps", "", True, short_names=("cm",)),
    Kind("ServiceAccount", "serviceaccounts", "", True, short_names=("sa",)),
    Kind("PersistentVolumeClaim", "persistentvolumeclaims", "", True, short_names=("pvc",)),
    Kind("PersistentVolume", "persistentvolumes", "", False, short_names=("pv",)),
    Kind("Node", "nodes", "", False, short_names=("no",)),
    Kind("Namespace", "namespaces", "", False, short_names=("ns",)),
    Kind("Event", "events", "", True, short_names=("ev",)),
    Kind("ResourceQuota", "resourcequotas", "", True, short_names=("quota",)),
    Kind("LimitRange", "limitranges", "", True, short_names=("limits",)),
    Kind("ReplicationController", "replicationcontrollers", "", True, short_names=("rc",)),
    Kind("Deployment", "deployments", "apps", True, short_names=("deploy",)),
    Kind("ReplicaSet", "replicasets", "apps", True, short_names=("rs",)),
    Kind("StatefulSet", "statefulsets", "apps", True, short_names=("sts",)),
    Kind("DaemonSet", "daemonsets", "apps", True, short_names=("ds",)),
    Kind("ControllerRevision", "controllerrevisions", "apps", True),
    Kind("Job", "jobs", "batch", True),
    Kind("CronJob", "cronjobs", "batch", True, short_names=("cj",)),
    Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", True, short_names=("hpa",)),
    Kind("PodDisruptionBudget", "poddisruptionbudgets", "policy", True, short_names=("pdb",)),
    Kind("Ingress", "ingresses", "networking.k8s.io", True, short_names=("ing",)),
    Kind("IngressClass", "ingressclasses", "networking.k8s.io", False),
    Kind("NetworkPolicy", "networkpolicies", "networking.k8s.io", True, short_names=("netpol",)),
    Kind("StorageClass", "storageclasses", "storage.k8s.io", False, short_names=("sc",)),
    Kind("VolumeAttachment", "volumeattachments", "storage.k8s.io", False),
    Kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", False, short_names=("pc",)),
    Kind(
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        False,
    ),
    Kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "admissionregistration.k8s.io", False),
    Kind("ValidatingAdmissionPolicy", "validatingadmissionpolicies", "admissionregistration.k8s.io", False),
    Kind("APIService", "apiservices", "apiregistration.k8s.io", False),
    Kind(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "apiextensions.k8s.io",
        False,
        short_names=("crd", "crds"),
    ),
    Kind("Role", "roles", "rbac.authorization.k8s.io", True),
    Kind("RoleBinding", "rolebindings", "rbac.authorization.k8s.io", True),
    Kind("ClusterRole", "clusterroles", "rbac.authorization.k8s.io", False),
    Kind("ClusterRoleBinding", "clusterrolebindings", "rbac.authorization.k8s.io", False),
    Kind("BackendConfig", "backendconfigs", "cloud.google.com", True, short_names=("bc",)),
    Kind("FrontendConfig", "frontendconfigs", "networking.gke.io", True),
    Kind("ManagedCertificate", "managedcertificates", "networking.gke.io", True, short_names=("mcrt",)),
    Kind(
        "ServiceNetworkEndpointGroup",
        "servicenetworkendpointgroups",
        "networking.gke.io",
        True,
        short_names=("svcneg",),
    ),
    Kind("ServiceAttachment", "serviceattachments", "networking.gke.io", True, short_names=("sarr",)),
    Kind("GatewayClass", "gatewayclasses", "gateway.networking.k8s.io", False, short_names=("gc",)),
    Kind("Gateway", "gateways", "gateway.networking.k8s.io", True, short_names=("gtw",)),
    Kind("HTTPRoute", "httproutes", "gateway.networking.k8s.io", True),
    Kind("GRPCRoute", "grpcroutes", "gateway.networking.k8s.io", True),
    Kind("TLSRoute", "tlsroutes", "gateway.networking.k8s.io", True),
    Kind("ListenerSet", "listenersets", "gateway.networking.k8s.io", True, short_names=("lset",)),
    Kind("BackendTLSPolicy", "backendtlspolicies", "gateway.networking.k8s.io", True, short_names=("btlspolicy",)),
    Kind("ReferenceGrant", "referencegrants", "gateway.networking.k8s.io", True, short_names=("refgrant",)),
    Kind("MultiClusterIngress", "multiclusteringresses", "networking.gke.io", True, short_names=("mci",)),
    Kind("MultiClusterService", "multiclusterservices", "networking.gke.io", True, short_names=("mcs",)),
    Kind("ServiceExport", "serviceexports", "net.gke.io", True, short_names=("svcex",)),
    Kind("ServiceImport", "serviceimports", "net.gke.io", True, short_names=("svcim",)),
    Kind("HealthCheckPolicy", "healthcheckpolicies", "networking.gke.io", True),
    Kind("GCPBackendPolicy", "gcpbackendpolicies", "networking.gke.io", True),
    Kind("GCPGatewayPolicy", "gcpgatewaypolicies", "networking.gke.io", True),
    Kind("GCPTrafficDistributionPolicy", "gcptrafficdistributionpolicies", "networking.gke.io", True),
    Kind("GCPSessionAffinityPolicy", "gcpsessionaffinitypolicies", "networking.gke.io", True),
)

_GOOGLE_CLOUD = (
    Kind("ForwardingRule", "compute.forwardingRules", "compute", False, True),
    Kind("TargetHttpProxy", "compute.targetHttpProxies", "compute", False, True),
    Kind("TargetHttpsProxy", "compute.targetHttpsProxies", "compute", False, True),
    Kind("TargetPool", "compute.targetPools", "compute", False, True),
    Kind("UrlMap", "compute.urlMaps", "compute", False, True),
    Kind("BackendService", "compute.backendServices", "compute", False, True),
    Kind("BackendServiceHealth", "compute.backendServicesHealth", "compute", False, True),
    Kind("HealthCheck", "compute.healthChecks", "compute", False, True),
    Kind("HttpHealthCheck", "compute.httpHealthChecks", "compute", False, True),
    Kind("NetworkEndpointGroup", "compute.networkEndpointGroups", "compute", False, True, short_names=("neg",)),
    Kind("NetworkEndpoint", "compute.networkEndpoints", "compute", False, True),
    Kind("InstanceGroup", "compute.instanceGroups", "compute", False, True),
    Kind("Instance", "compute.instances", "compute", False, True),
    Kind("SslCertificate", "compute.sslCertificates", "compute", False, True),
    Kind("Firewall", "compute.firewalls", "compute", False, True),
    Kind("Address", "compute.addresses", "compute", False, True),
    Kind("Disk", "compute.disks", "compute", False, True),
    Kind("Network", "compute.networks", "compute", False, True),
    Kind("Subnetwork", "compute.subnetworks", "compute", False, True),
    Kind("Router", "compute.routers", "compute", False, True),
    Kind("Region", "compute.regions", "compute", False, True),
    Kind("Project", "compute.projects", "compute", False, True),
    Kind("ComputeServiceAttachment", "compute.serviceAttachments", "compute", False, True),
    Kind("FilestoreInstance", "file.instances", "file", False, True),
    Kind("Cluster", "container.clusters", "container", False, True),
    Kind("UptimeCheckConfig", "monitoring.uptimeCheckConfigs", "monitoring", False, True),
    Kind("AlertPolicy", "monitoring.alertPolicies", "monitoring", False, True),
    Kind("LogEntry", "logging.logEntries", "logging", False, True),
    Kind("ComputeOperation", "compute.operations", "compute", False, True),
    Kind("ContainerOperation", "container.operations", "container", False, True),
    Kind("AuditLogEntry", "logging.auditLogs", "logging", False, True),
)

_ONLY_IN_FILES = (
    Kind("PodSecurityPolicy", "podsecuritypolicies.policy", "policy", False),
    Kind("PodPreset", "podpresets.settings.k8s.io", "settings.k8s.io", True),
    Kind("Lease", "leases.coordination.k8s.io", "coordination.k8s.io", True),
    Kind("CertificateSigningRequest", "certificatesigningrequests.certificates.k8s.io", "certificates.k8s.io", False),
    Kind("CSIDriver", "csidrivers.storage.k8s.io", "storage.k8s.io", False),
    Kind("CSINode", "csinodes.storage.k8s.io", "storage.k8s.io", False),
    Kind("CSIStorageCapacity", "csistoragecapacities.storage.k8s.io", "storage.k8s.io", True),
    Kind("RuntimeClass", "runtimeclasses.node.k8s.io", "node.k8s.io", False),
    Kind("FlowSchema", "flowschemas.flowcontrol.apiserver.k8s.io", "flowcontrol.apiserver.k8s.io", False),
    Kind(
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        False,
    ),
)
"""Kinds that no diagnosis of a cluster needs; of a manifest, that its apiVersion is gone is worth a word.

Their collections are called as those of kinds that nobody knows."""

CUSTOM = "CustomResource"
"""What playbooks and edges call the objects of all kinds that are not built in; each has a collection of its own."""

_ALL_CUSTOM = (Kind(CUSTOM, "customresources", "", True),)

BESIDE: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            *("GRPCRoute", "TLSRoute", "ListenerSet", "BackendTLSPolicy", "HealthCheckPolicy", "GCPBackendPolicy"),
            *("GCPGatewayPolicy", "GCPTrafficDistributionPolicy", "GCPSessionAffinityPolicy"),
        ),
        "Gateway",
    )
)
"""Kinds that mean something only beside another: where no Gateway is, that they could not be read is no gap."""

CATEGORY_ALL = (
    *("pods", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets", "statefulsets"),
    *("horizontalpodautoscalers", "cronjobs", "jobs"),
)
"""What `kubectl get all` asks for: the category `all` of each kind's storage in pkg/registry of Kubernetes."""

LOGS = "logs"
"""The collection of container logs: objects {namespace, pod, container, previous, lines}."""

HISTORY = "logging.logEntries"
"""The state of the Event history in Cloud Logging. It has no objects of its own: they are among `events`."""

LISTED_IN: Mapping[str, str] = MappingProxyType(
    {
        "compute.backendServicesHealth": "compute.backendServices",
        "compute.networkEndpoints": "compute.networkEndpointGroups",
    }
)
"""Collections that take a request for each object of another collection, and that one."""

UPTIME = frozenset({"monitoring.uptimeCheckConfigs", "monitoring.alertPolicies"})
COMPUTE_OPERATIONS, GKE_OPERATIONS = "compute.operations", "container.operations"
OPERATIONS = frozenset({COMPUTE_OPERATIONS, GKE_OPERATIONS})
AUDIT_LOGS = "logging.auditLogs"
CHANGE_RECORDS = OPERATIONS | {AUDIT_LOGS}
"""Collections that record changes: evidence for no cause, so that a report is complete without them."""

ON_REQUEST = UPTIME | {HISTORY} | CHANGE_RECORDS
"""Collections that are read only for who asks for them: that nobody asked is no gap."""

FILES = "files"
"""The collection of what stands in manifests: objects {apiVersion, kind, namespace, name, file, number, …}.

`number` counts as `kubectl apply -f` does where it is `ordered`, `exists`: the cluster has it. Only lint has one."""

_COLLECTED = (*_KUBERNETES, *_GOOGLE_CLOUD)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (*_COLLECTED, *_ONLY_IN_FILES, *_ALL_CUSTOM)})
COLLECTIONS: Mapping[str, Kind] = MappingProxyType({kind.collection: kind for kind in _COLLECTED})

ESSENTIAL = frozenset(
    KINDS[name].collection
    for name in (
        *(
            "Pod",
            "Service",
            "EndpointSlice",
            "Event",
            "Node",
            "Secret",
            "ConfigMap",
            "PersistentVolumeClaim",
            "Ingress",
        ),
        *("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ResourceQuota"),
    )
)
"""Collections without which "nothing was found" says little. The rest are absent from most clusters and dumps."""

CLOUD_APIS = tuple(sorted({f"{kind.group}." for kind in _GOOGLE_CLOUD}))
"""How the collections of Google Cloud begin: `compute.`, `container.`, …"""


def is_cloud(collection: str) -> bool:
    """Whether a collection is one of Google Cloud, of a kind that is known or not."""
    return collection.startswith(CLOUD_APIS)


def is_built_in(kind: str) -> bool:
    """Whether a kind is Kubernetes' own or one that GKE adds. An operator's `Cluster` is none of Google Cloud's."""
    known = KINDS.get(kind)
    return known is not None and not known.cloud
