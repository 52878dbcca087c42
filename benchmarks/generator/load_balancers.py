"""What GKE's Ingress controller makes of an Ingress: on Google Cloud, and in annotations and status.

The scheme: kubernetes/ingress-gce; names by `gkedoctor.graph.cloud.names`, which knows them from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

import msgspec

from benchmarks.generator.pods import is_ready
from benchmarks.generator.services import selected, target
from benchmarks.generator.values import (
    CLUSTER_UID,
    KUBE_UID,
    PROJECT,
    REGION,
    Json,
    Made,
    ago,
    cloud,
    link,
    metadata,
    owned_by,
)
from gkedoctor.graph.cloud.names import backend, certificate_prefix, frontend, frontend_part

DEFAULT_BACKEND = backend(CLUSTER_UID, "kube-system", "default-http-backend", 80)
_CONTROLLER = "ingress.kubernetes.io"


def ingress(random: Random, namespace: str, name: str, service: str, age: int, *, tls: str = "") -> Json:
    """An Ingress for all paths of one host, as people write it."""
    spec: Json = {
        "rules": [
            {
                "host": f"{name}.{namespace}.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/*",
                            "pathType": "ImplementationSpecific",
                            "backend": {"service": {"name": service, "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ]
    }
    if tls:
        spec["tls"] = [{"secretName": tls}]
    annotations = {"kubernetes.io/ingress.class": "gce"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata(random, name, namespace, age, annotations=annotations) | {"generation": 1},
        "spec": spec,
        "status": {"loadBalancer": {}},
    }


def neg(random: Random, service: Json, pods: Sequence[Json], zones: dict[str, str], *, unhealthy: bool) -> Made:
    """The network endpoint groups of a Service with their endpoints, its backend service and its health check."""
    known = service["metadata"]
    name = backend(CLUSTER_UID, known["namespace"], known["name"], 80)
    by_zone: dict[str, list[Json]] = {zone: [] for zone in sorted(set(zones.values()))}
    for pod in pods:
        number = target(service, pod)
        if selected(service, pod) and is_ready(pod) and number is not None:
            machine = pod["spec"]["nodeName"]
            by_zone[zones[machine]].append({"instance": machine, "ipAddress": pod["status"]["podIP"], "port": number})
    groups = {zone: _group(random, service, name, zone, len(found)) for zone, found in by_zone.items()}
    for group in groups.values():
        yield "compute.networkEndpointGroups", group
    state = "UNHEALTHY" if unhealthy else "HEALTHY"
    yield "compute.networkEndpoints", _endpoints(name, by_zone, state)
    yield "compute.backendServicesHealth", _health(name, by_zone, state)
    yield "compute.backendServices", _backend_service(random, service, name, list(by_zone))
    yield "compute.healthChecks", _health_check(random, name, pods)
    yield "servicenetworkendpointgroups", _custom_resource(random, service, name, list(groups.values()))
    status = {"network_endpoint_groups": {"80": name}, "zones": list(by_zone)}
    known["annotations"] = known.get("annotations", {}) | {"cloud.google.com/neg-status": _text(status)}


def front(random: Random, item: Json, names: Sequence[str], address: str, *, states: dict[str, str]) -> Made:
    """The forwarding rules, proxies, URL map and certificate of an Ingress; writes its annotations and status."""
    namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
    said = f'{{"kubernetes.io/ingress-name": "{namespace}/{name}"}}'
    url_map = frontend("um", KUBE_UID, namespace, name)
    yield "compute.urlMaps", _url_map(random, item, url_map, names[0])
    noted = {"url-map": url_map, "backends": _text(states)}
    forms = [("", "tp", "fr", "targetHttpProx", "80-80")]
    more: Json = {}
    if "tls" in item["spec"]:
        certificate = certificate_prefix(frontend_part(KUBE_UID, namespace, name)) + f"{random.getrandbits(64):016x}"
        yield (
            "compute.sslCertificates",
            cloud(
                random,
                "sslCertificate",
                "sslCertificates",
                certificate,
                type="SELF_MANAGED",
                description=said,
                expireTime="2027-06-01T00:00:00.000-07:00",
                selfManaged={},
            ),
        )
        noted["ssl-cert"] = certificate
        more = {"sslCertificates": [link("global", "sslCertificates", certificate)]}
        forms.append(("https-", "ts", "fs", "targetHttpsProx", "443-443"))
    for prefix, proxy_prefix, rule_prefix, kind, ports in forms:
        proxy = frontend(proxy_prefix, KUBE_UID, namespace, name)
        rule = frontend(rule_prefix, KUBE_UID, namespace, name)
        leads = {"urlMap": link("global", "urlMaps", url_map), **(more if prefix else {})}
        yield f"compute.{kind}ies", cloud(random, f"{kind}y", f"{kind}ies", proxy, description=said, **leads)
        yield (
            "compute.forwardingRules",
            cloud(
                random,
                "forwardingRule",
                "forwardingRules",
                rule,
                description=said,
                IPAddress=address,
                IPProtocol="TCP",
                portRange=ports,
                target=link("global", f"{kind}ies", proxy),
                loadBalancingScheme="EXTERNAL",
                networkTier="PREMIUM",
            ),
        )
        noted |= {f"{prefix}forwarding-rule": rule, f"{prefix}target-proxy": proxy}
    known = item["metadata"]
    known["annotations"] |= {f"{_CONTROLLER}/{key}": value for key, value in noted.items()}
    known["finalizers"] = ["networking.gke.io/ingress-finalizer-V2"]
    item["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}


def reserved(random: Random, name: str, item: Json, address: str, *, used: bool) -> Json:
    """The static address that an Ingress names."""
    namespace, ingress_name = item["metadata"]["namespace"], item["metadata"]["name"]
    return cloud(
        random,
        "address",
        "addresses",
        name,
        address=address,
        addressType="EXTERNAL",
        ipVersion="IPV4",
        networkTier="PREMIUM",
        status="IN_USE" if used else "RESERVED",
        users=[link("global", "forwardingRules", frontend("fr", KUBE_UID, namespace, ingress_name))] if used else [],
    )


def backend_state(pods: Sequence[Json], service: Json, *, unhealthy: bool) -> str:
    """What the Ingress controller notes for a backend."""
    if not any(selected(service, pod) and is_ready(pod) and target(service, pod) is not None for pod in pods):
        return "Unknown"
    return "UNHEALTHY" if unhealthy else "HEALTHY"


def _group(random: Random, service: Json, name: str, zone: str, size: int) -> Json:
    known = service["metadata"]
    said = {"cluster-uid": KUBE_UID, "namespace": known["namespace"], "service-name": known["name"], "port": "80"}
    return cloud(
        random,
        "networkEndpointGroup",
        "networkEndpointGroups",
        name,
        f"zones/{zone}",
        description=_text(said),
        networkEndpointType="GCE_VM_IP_PORT",
        size=size,
        network=link("global", "networks", "default"),
        subnetwork=link(f"regions/{REGION}", "subnetworks", "default"),
    )


def _endpoints(name: str, by_zone: dict[str, list[Json]], state: str) -> Json:
    service = {"backendService": link("global", "backendServices", name)}
    found = [
        {"networkEndpoint": endpoint, "healths": [{"backendService": service, "healthState": state}]}
        for endpoints in by_zone.values()
        for endpoint in endpoints
    ]
    return {"name": name, "endpoints": found}


def _health(name: str, by_zone: dict[str, list[Json]], state: str) -> Json:
    return {
        "name": name,
        "backends": [
            {
                "group": f"projects/{PROJECT}/zones/{zone}/networkEndpointGroups/{name}",
                "healthStatus": [
                    endpoint
                    | {"healthState": state, "instance": link(f"zones/{zone}", "instances", endpoint["instance"])}
                    for endpoint in endpoints
                ],
            }
            for zone, endpoints in by_zone.items()
        ],
    }


def _backend_service(random: Random, service: Json, name: str, zones: Sequence[str]) -> Json:
    known = service["metadata"]
    said = {
        "kubernetes.io/service-name": f"{known['namespace']}/{known['name']}",
        "kubernetes.io/service-port": "&ServiceBackendPort{Name:,Number:80,}",
        "x-features": ["NEG"],
    }
    groups = [link(f"zones/{zone}", "networkEndpointGroups", name) for zone in zones]
    return cloud(
        random,
        "backendService",
        "backendServices",
        name,
        description=_text(said),
        protocol="HTTP",
        port=80,
        portName="port0",
        timeoutSec=30,
        sessionAffinity="NONE",
        loadBalancingScheme="EXTERNAL",
        enableCDN=False,
        backends=[{"group": g, "balancingMode": "RATE", "capacityScaler": 1, "maxRatePerEndpoint": 1} for g in groups],
        healthChecks=[link("global", "healthChecks", name)],
        connectionDraining={},
        logConfig={"enable": True, "sampleRate": 1},
    )


def _health_check(random: Random, name: str, pods: Sequence[Json]) -> Json:
    """With the settings of the readiness probe, where there is one over HTTP; else of `/`."""
    probe = pods[0]["spec"]["containers"][0].get("readinessProbe", {}) if pods else {}
    path = probe.get("httpGet", {}).get("path", "/")
    said = "Kubernetes L7 health check generated with readiness probe settings."
    return cloud(
        random,
        "healthCheck",
        "healthChecks",
        name,
        type="HTTP",
        checkIntervalSec=15,
        timeoutSec=15,
        healthyThreshold=1,
        unhealthyThreshold=2,
        description=said if probe else "Default kubernetes L7 Loadbalancing health check for NEG.",
        httpHealthCheck={"portSpecification": "USE_SERVING_PORT", "proxyHeader": "NONE", "requestPath": path},
    )


def _custom_resource(random: Random, service: Json, name: str, groups: Sequence[Json]) -> Json:
    known = service["metadata"]
    labels = {
        "networking.gke.io/managed-by": "neg-controller",
        "networking.gke.io/service-name": known["name"],
        "networking.gke.io/service-port": "80",
    }
    conditions = [
        {"type": kind, "status": "True", "reason": reason, "message": "", "lastTransitionTime": ago(86400)}
        for kind, reason in (("Initialized", "NegInitializationSuccessful"), ("Synced", "NegSyncSuccessful"))
    ]
    told = [{key: group[key] for key in ("id", "selfLink", "networkEndpointType")} for group in groups]
    return {
        "apiVersion": "networking.gke.io/v1beta1",
        "kind": "ServiceNetworkEndpointGroup",
        "metadata": metadata(
            random,
            name,
            known["namespace"],
            86400,
            labels=labels,
            finalizers=["networking.gke.io/neg-finalizer"],
            ownerReferences=owned_by(service, blocks=False),
        ),
        "spec": {},
        "status": {"conditions": conditions, "lastSyncTime": ago(600), "networkEndpointGroups": told},
    }


def _url_map(random: Random, item: Json, name: str, backend_name: str) -> Json:
    host = item["spec"]["rules"][0]["host"]
    matcher = f"host{hashlib.md5(host.encode(), usedforsecurity=False).hexdigest()}"
    default = link("global", "backendServices", DEFAULT_BACKEND)
    rules = [{"paths": ["/*"], "service": link("global", "backendServices", backend_name)}]
    return cloud(
        random,
        "urlMap",
        "urlMaps",
        name,
        defaultService=default,
        hostRules=[{"hosts": [host], "pathMatcher": matcher}],
        pathMatchers=[{"name": matcher, "defaultService": default, "pathRules": rules}],
    )


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()
