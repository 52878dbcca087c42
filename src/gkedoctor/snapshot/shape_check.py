"""Whether an object has the types that later code takes for granted.

Recordings are edited, cut and mangled. What does not fit is left out here and named with the reason, so that
nobody behind this line asks whether `spec.containers` is a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

import msgspec

from gkedoctor.snapshot.kinds import COLLECTIONS, is_cloud
from gkedoctor.snapshot.shapes import cloud, cluster, gateway, network, pods
from gkedoctor.snapshot.shapes.build import ANY_OBJECT

_SHAPES: Mapping[str, Any] = MappingProxyType(
    {
        "pods": pods.POD,
        "deployments": pods.DEPLOYMENT,
        "replicasets": pods.REPLICA_SET,
        "statefulsets": pods.STATEFUL_SET,
        "daemonsets": pods.DAEMON_SET,
        "controllerrevisions": pods.CONTROLLER_REVISION,
        "jobs": pods.JOB,
        "cronjobs": pods.CRON_JOB,
        "replicationcontrollers": pods.REPLICATION_CONTROLLER,
        "services": network.SERVICE,
        "endpoints": network.ENDPOINTS,
        "endpointslices": network.ENDPOINT_SLICE,
        "ingresses": network.INGRESS,
        "ingressclasses": network.INGRESS_CLASS,
        "networkpolicies": network.NETWORK_POLICY,
        "backendconfigs": network.BACKEND_CONFIG,
        "frontendconfigs": network.FRONTEND_CONFIG,
        "managedcertificates": network.MANAGED_CERTIFICATE,
        "servicenetworkendpointgroups": network.SERVICE_NEG,
        "serviceattachments": network.SERVICE_ATTACHMENT,
        "gatewayclasses": gateway.GATEWAY_CLASS,
        "gateways": gateway.GATEWAY,
        "httproutes": gateway.HTTP_ROUTE,
        "grpcroutes": gateway.GRPC_ROUTE,
        "tlsroutes": gateway.TLS_ROUTE,
        "listenersets": gateway.LISTENER_SET,
        "backendtlspolicies": gateway.BACKEND_TLS_POLICY,
        "referencegrants": gateway.REFERENCE_GRANT,
        "healthcheckpolicies": gateway.HEALTH_CHECK_POLICY,
        "gcpbackendpolicies": gateway.BACKEND_POLICY,
        "gcpgatewaypolicies": gateway.GATEWAY_POLICY,
        "gcptrafficdistributionpolicies": gateway.OTHER_POLICY,
        "gcpsessionaffinitypolicies": gateway.OTHER_POLICY,
        "multiclusteringresses": network.MULTI_CLUSTER_INGRESS,
        "multiclusterservices": network.MULTI_CLUSTER_SERVICE,
        "serviceexports": network.SERVICE_EXPORT,
        "serviceimports": network.SERVICE_IMPORT,
        "nodes": cluster.NODE,
        "namespaces": cluster.NAMESPACE,
        "events": cluster.EVENT,
        "secrets": cluster.SECRET,
        "configmaps": cluster.CONFIG_MAP,
        "serviceaccounts": cluster.SERVICE_ACCOUNT,
        "persistentvolumeclaims": cluster.CLAIM,
        "persistentvolumes": cluster.VOLUME,
        "storageclasses": cluster.STORAGE_CLASS,
        "volumeattachments": cluster.VOLUME_ATTACHMENT,
        "resourcequotas": cluster.RESOURCE_QUOTA,
        "limitranges": cluster.LIMIT_RANGE,
        "horizontalpodautoscalers": cluster.AUTOSCALER,
        "poddisruptionbudgets": cluster.DISRUPTION_BUDGET,
        "priorityclasses": cluster.PRIORITY_CLASS,
        "validatingwebhookconfigurations": cluster.WEBHOOKS,
        "mutatingwebhookconfigurations": cluster.WEBHOOKS,
        "apiservices": cluster.API_SERVICE,
        "customresourcedefinitions": cluster.RESOURCE_DEFINITION,
        "roles": cluster.ROLE,
        "clusterroles": cluster.ROLE,
        "rolebindings": cluster.ROLE_BINDING,
        "clusterrolebindings": cluster.ROLE_BINDING,
        "compute.forwardingRules": cloud.FORWARDING_RULE,
        "compute.targetHttpProxies": cloud.TARGET_PROXY,
        "compute.targetHttpsProxies": cloud.TARGET_PROXY,
        "compute.targetPools": cloud.TARGET_POOL,
        "compute.urlMaps": cloud.URL_MAP,
        "compute.backendServices": cloud.BACKEND_SERVICE,
        "compute.backendServicesHealth": cloud.BACKEND_HEALTH,
        "compute.healthChecks": cloud.HEALTH_CHECK,
        "compute.httpHealthChecks": cloud.HTTP_HEALTH_CHECK,
        "compute.networkEndpointGroups": cloud.ENDPOINT_GROUP,
        "compute.networkEndpoints": cloud.ENDPOINTS,
        "compute.instanceGroups": cloud.INSTANCE_GROUP,
        "compute.instances": cloud.INSTANCE,
        "compute.sslCertificates": cloud.CERTIFICATE,
        "compute.firewalls": cloud.FIREWALL,
        "compute.addresses": cloud.ADDRESS,
        "compute.disks": cloud.DISK,
        "compute.networks": cloud.NETWORK,
        "compute.subnetworks": cloud.SUBNETWORK,
        "compute.routers": cloud.ROUTER,
        "compute.serviceAttachments": cloud.SERVICE_ATTACHMENT,
        "compute.regions": cloud.QUOTA_HOLDER,
        "compute.projects": cloud.QUOTA_HOLDER,
        "file.instances": cloud.FILESTORE_INSTANCE,
        "container.clusters": cloud.CLUSTER,
        "monitoring.uptimeCheckConfigs": cloud.UPTIME_CHECK,
        "monitoring.alertPolicies": cloud.ALERT_POLICY,
    }
)


def shape_error(collection: str, item: Mapping[str, Any]) -> str | None:
    """Why the object cannot be understood; None where it has the types of its kind."""
    kind = COLLECTIONS.get(collection)
    shape = _SHAPES.get(collection)
    if shape is None:
        shape = cloud.ANY_OBJECT if is_cloud(collection) else ANY_OBJECT
    try:
        msgspec.convert(item, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        return str(error)
    if kind is not None and kind.namespaced and not item["metadata"].get("namespace"):
        return "metadata.namespace is missing"
    return None


def field_names(collection: str) -> frozenset[str]:
    """The names of the fields of a collection's objects that later code reads, at any depth; few of all there are."""
    found: set[str] = set()
    waiting: list[Any] = [_SHAPES.get(collection, ANY_OBJECT)]
    seen: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if kind not in seen:
                seen.add(kind)
                fields = msgspec.structs.fields(kind)
                found |= {field.encode_name for field in fields}
                waiting += [field.type for field in fields]
        else:
            waiting += get_args(kind)
    return frozenset(found)
