"""The kinds gkedoctor knows: one table for importers, edges, commands and collectors.

A *collection* is all objects of one kind; its name is the plural (`pods`), for Google Cloud with the API in
front (`compute.addresses`), for both as in the report's `not_checked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of object. `group` is `""` for the core API, the API (`compute`) for Google Cloud."""

    name: str
    collection: str
    group: str
    namespaced: bool
    cloud: bool = False

    @property
    def kubectl(self) -> str:
        """How kubectl names it without doubt: `deployment`, `backendconfig.cloud.google.com`."""
        return (
            f"{self.name.lower()}.{self.group}"
            if "." in self.group and not self.group.endswith(".k8s.io")
            else self.name.lower()
        )


_KUBERNETES = (
    Kind("Pod", "pods", "", True),
    Kind("Service", "services", "", True),
    Kind("Endpoints", "endpoints", "", True),
    Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", True),
    Kind("Secret", "secrets", "", True),
    Kind("ConfigMap", "configmaps", "", True),
    Kind("ServiceAccount", "serviceaccounts", "", True),
    Kind("PersistentVolumeClaim", "persistentvolumeclaims", "", True),
    Kind("PersistentVolume", "persistentvolumes", "", False),
    Kind("Node", "nodes", "", False),
    Kind("Namespace", "namespaces", "", False),
    Kind("Event", "events", "", True),
    Kind("ResourceQuota", "resourcequotas", "", True),
    Kind("LimitRange", "limitranges", "", True),
    Kind("ReplicationController", "replicationcontrollers", "", True),
    Kind("Deployment", "deployments", "apps", True),
    Kind("ReplicaSet", "replicasets", "apps", True),
    Kind("StatefulSet", "statefulsets", "apps", True),
    Kind("DaemonSet", "daemonsets", "apps", True),
    Kind("Job", "jobs", "batch", True),
    Kind("CronJob", "cronjobs", "batch", True),
    Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", True),
    Kind("PodDisruptionBudget", "poddisruptionbudgets", "policy", True),
    Kind("Ingress", "ingresses", "networking.k8s.io", True),
    Kind("IngressClass", "ingressclasses", "networking.k8s.io", False),
    Kind("NetworkPolicy", "networkpolicies", "networking.k8s.io", True),
    Kind("StorageClass", "storageclasses", "storage.k8s.io", False),
    Kind("VolumeAttachment", "volumeattachments", "storage.k8s.io", False),
    Kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", False),
    Kind(
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        False,
    ),
    Kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "admissionregistration.k8s.io", False),
    Kind("ValidatingAdmissionPolicy", "validatingadmissionpolicies", "admissionregistration.k8s.io", False),
    Kind("APIService", "apiservices", "apiregistration.k8s.io", False),
    Kind("CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io", False),
    Kind("Role", "roles", "rbac.authorization.k8s.io", True),
    Kind("RoleBinding", "rolebindings", "rbac.authorization.k8s.io", True),
    Kind("ClusterRole", "clusterroles", "rbac.authorization.k8s.io", False),
    Kind("ClusterRoleBinding", "clusterrolebindings", "rbac.authorization.k8s.io", False),
    Kind("BackendConfig", "backendconfigs", "cloud.google.com", True),
    Kind("FrontendConfig", "frontendconfigs", "networking.gke.io", True),
    Kind("ManagedCertificate", "managedcertificates", "networking.gke.io", True),
    Kind("ServiceNetworkEndpointGroup", "servicenetworkendpointgroups", "networking.gke.io", True),
    Kind("GatewayClass", "gatewayclasses", "gateway.networking.k8s.io", False),
    Kind("Gateway", "gateways", "gateway.networking.k8s.io", True),
    Kind("HTTPRoute", "httproutes", "gateway.networking.k8s.io", True),
    Kind("ReferenceGrant", "referencegrants", "gateway.networking.k8s.io", True),
    Kind("HealthCheckPolicy", "healthcheckpolicies", "networking.gke.io", True),
    Kind("GCPBackendPolicy", "gcpbackendpolicies", "networking.gke.io", True),
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
    Kind("NetworkEndpointGroup", "compute.networkEndpointGroups", "compute", False, True),
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
    Kind("Cluster", "container.clusters", "container", False, True),
    Kind("UptimeCheckConfig", "monitoring.uptimeCheckConfigs", "monitoring", False, True),
    Kind("AlertPolicy", "monitoring.alertPolicies", "monitoring", False, True),
    Kind("LogEntry", "logging.logEntries", "logging", False, True),
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

LOGS = "logs"
"""The collection of container logs: objects {namespace, pod, container, previous, lines}."""

HISTORY = "logging.logEntries"
"""The state of the Event history in Cloud Logging. It has no objects of its own: they are among `events`."""

UPTIME = frozenset({"monitoring.uptimeCheckConfigs", "monitoring.alertPolicies"})
ON_REQUEST = UPTIME | {HISTORY}
"""Collections that are read only for who asks for them: that nobody asked is no gap."""

FILES = "files"
"""The collection of what stands in manifests: objects {apiVersion, kind, namespace, name, file, number, …}.

`number` counts as `kubectl apply -f` does where it is `ordered`, `exists`: the cluster has it. Only lint has one."""

_COLLECTED = (*_KUBERNETES, *_GOOGLE_CLOUD)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (*_COLLECTED, *_ONLY_IN_FILES)})
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
