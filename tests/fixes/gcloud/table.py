"""The commands that playbooks print, with the flags of their pages in the reference of gcloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fixes.gcloud import compute, others
from tests.fixes.gcloud.command import Command

_PLACE = frozenset({"region", "zone"})
_GLOBAL = frozenset({"global"})
_LOCATION = frozenset({"location", "region", "zone"})
_POLICY = frozenset({"member", "role", "condition"})


def _read(run: Any, names: tuple[int, int] = (1, 1), *flags: str, switches: tuple[str, ...] = ()) -> Command:
    return Command(run, names, frozenset(flags) | _PLACE | {"location"}, frozenset(switches) | _GLOBAL, writes=False)


def _write(run: Any, *flags: str, switches: tuple[str, ...] = (), names: tuple[int, int] = (1, 1),
           needs: tuple[tuple[str, ...], ...] = ()) -> Command:  # fmt: skip
    unseen = run in _UNSEEN
    return Command(run, names, frozenset(flags), frozenset(switches), needs, unseen=unseen)


_UNSEEN = (others.nothing, others.grant, compute.nothing)
"""What these do shows on machines, policies and services that no recording holds."""

_REGIONAL = {
    "addresses": "addresses", "backend-services": "backendServices", "forwarding-rules": "forwardingRules",
    "health-checks": "healthChecks", "ssl-certificates": "sslCertificates", "target-http-proxies": "targetHttpProxies",
    "target-https-proxies": "targetHttpsProxies", "url-maps": "urlMaps", "target-pools": "targetPools",
    "http-health-checks": "httpHealthChecks", "service-attachments": "serviceAttachments",
    "network-endpoint-groups": "networkEndpointGroups", "instance-groups": "instanceGroups", "disks": "disks",
    "instances": "instances", "routers": "routers", "networks": "networks", "networks subnets": "subnetworks",
    "firewall-rules": "firewalls",
}  # fmt: skip
_COMPUTE: dict[str, Command] = {}
for _words, _plural in _REGIONAL.items():
    _COMPUTE[f"{_words} list"] = _read(compute.lists(_plural), (0, 99), "regions", "zones")
    _COMPUTE[f"{_words} describe"] = _read(compute.describes(_plural))
    _COMPUTE[f"{_words} delete"] = _write(
        compute.deletes(_plural), "region", "zone", switches=("global",), names=(1, 99)
    )
_FIREWALL = (
    "action", "rules", "allow", "source-ranges", "destination-ranges", "target-tags", "source-tags", "priority",
    "description", "target-service-accounts", "source-service-accounts",
)  # fmt: skip
_HEALTH = ("port", "request-path", "host", "check-interval", "timeout", "healthy-threshold", "unhealthy-threshold",
           "region", "description", "port-name", "proxy-header", "response")  # fmt: skip
_COMPUTE |= {
    "addresses create": _write(
        compute.create_address, "addresses", "region", "subnet", "network", "purpose", "network-tier", "ip-version",
        "description", "prefix-length", "endpoint-type", switches=("global",), names=(0, 99),
        needs=(("global", "region"),),
    ),
    "backend-services get-health": _read(compute.get_health),
    "backend-services update": _write(
        compute.update_backend_service, "region", "timeout", "connection-draining-timeout", "health-checks", "protocol",
        "port-name", "security-policy", "iap", "session-affinity", "description", switches=("global", "enable-cdn"),
    ),
    "firewall-rules create": _write(
        compute.create_firewall, *_FIREWALL, "network", "direction", switches=("disabled", "enable-logging"),
    ),
    "firewall-rules update": _write(
        compute.update_firewall, *(flag for flag in _FIREWALL if flag != "action"),
        switches=("disabled", "no-disabled", "enable-logging"),
    ),
    "networks subnets create": _write(
        compute.create_subnet, "network", "range", "region", "purpose", "role", "stack-type", "description",
        "secondary-range", switches=("enable-private-ip-google-access",), needs=(("network",), ("range",), ("region",)),
    ),
    "networks subnets update": _write(
        compute.update_subnet, "region", "stack-type", "ipv6-access-type", "role", "add-secondary-ranges",
        switches=("enable-private-ip-google-access", "enable-flow-logs"),
    ),
    "ssl-certificates create": _write(
        compute.create_certificate, "certificate", "private-key", "domains", "region", "description",
        switches=("global",),
    ),
    "disks snapshot": _write(
        compute.snapshot_disk, "zone", "region", "snapshot-names", "storage-location", "description",
    ),
    "disks create": _write(
        compute.nothing, "zone", "region", "size", "type", "source-snapshot", "image", "labels", "replica-zones",
        "source-disk", "source-disk-zone", "description", names=(1, 20),
    ),
    "instances reset": _write(compute.nothing, "zone", names=(1, 20)),
    "routers create": _write(compute.nothing, "network", "region", "asn", "description"),
    "routers nats create": _write(
        compute.nothing, "router", "region", "router-region", "nat-custom-subnet-ip-ranges", "nat-external-ip-pool",
        switches=("nat-all-subnet-ip-ranges", "auto-allocate-nat-external-ips", "enable-logging"),
        needs=(("router",),),
    ),
    "project-info describe": _read(compute.nothing, (0, 0)),
    "regions describe": _read(compute.nothing),
}  # fmt: skip
for _protocol in ("http", "https", "http2", "tcp", "ssl", "grpc"):
    _COMPUTE[f"health-checks update {_protocol}"] = _write(
        compute.update_health_check(_protocol), *_HEALTH, switches=("global", "use-serving-port", "enable-logging")
    )

_CONTAINER = {
    "clusters list": _read(others.list_clusters, (0, 0)),
    "clusters describe": _read(others.describe_cluster),
    "clusters update": _write(
        others.update_cluster, "location", "region", "zone", "gateway-api", "update-addons", "workload-pool",
        "logging", "monitoring", "cluster-dns", "cluster-dns-scope", "node-locations", "release-channel",
        "max-nodes", "min-nodes", "node-pool", "additional-pod-ipv4-ranges",
        switches=("enable-secret-manager", "enable-autoprovisioning", "enable-l4-ilb-subsetting",
                  "enable-autoscaling", "enable-master-authorized-networks",
                  "enable-network-policy", "enable-image-streaming", "enable-vertical-pod-autoscaling"),
        needs=(("location", "region", "zone"),),
    ),
    "clusters resize": _write(
        others.resize, "location", "region", "zone", "node-pool", "num-nodes", needs=(("num-nodes",),),
    ),
    "node-pools list": _read(others.nothing, (0, 0), "cluster"),
    "node-pools describe": _read(others.describe_pool, (1, 1), "cluster"),
    "node-pools update": _write(
        others.update_pool, "cluster", "location", "region", "zone", "disk-size", "disk-type", "accelerator",
        "machine-type", "node-labels", "node-taints", "node-locations", "max-nodes", "min-nodes", "tags",
        "total-max-nodes", "total-min-nodes", "workload-metadata", "labels", "system-config-from-file",
        switches=("enable-autoscaling", "enable-autorepair", "no-enable-autorepair"), needs=(("cluster",),),
    ),
    "node-pools create": _write(
        others.nothing, "cluster", "location", "region", "zone", "machine-type", "num-nodes", "accelerator",
        "node-labels", "node-taints", "node-locations", "disk-size", "disk-type", "max-nodes", "min-nodes",
        "total-max-nodes", "total-min-nodes", "image-type", "placement-type", "tpu-topology",
        "workload-metadata", "service-account", "scopes", "node-version", "sandbox", "max-pods-per-node",
        "pod-ipv4-range", "labels", "tags", "reservation", "reservation-affinity", "windows-os-version",
        switches=("enable-autoscaling", "spot", "preemptible"), needs=(("cluster",),),
    ),
    "node-pools delete": _write(others.nothing, "cluster", "location", "region", "zone", needs=(("cluster",),)),
    "fleet ingress describe": _read(others.nothing, (0, 0)),
    "fleet ingress enable": _write(others.nothing, "config-membership", "location", names=(0, 0)),
    "fleet ingress update": _write(others.nothing, "config-membership", "location", names=(0, 0)),
    "fleet multi-cluster-services enable": _write(others.nothing, names=(0, 0)),
    "fleet multi-cluster-services describe": _read(others.nothing, (0, 0)),
    "fleet memberships list": _read(others.nothing, (0, 0)),
    "fleet memberships register": _write(others.nothing, "gke-cluster", "location",
                                         switches=("enable-workload-identity",)),
}  # fmt: skip
_UPTIME = ("path", "port", "username", "password", "period", "timeout", "display-name")
_MONITORING = {
    "uptime list-configs": _read(others.nothing, (0, 0)),
    "uptime describe": _read(others.describe_uptime),
    "uptime delete": _write(others.delete_uptime),
    "uptime create": _write(
        others.create_uptime, *_UPTIME[:-1], "resource-type", "resource-labels", "protocol", "request-method",
        "matcher-content", "matcher-type", "regions", "synthetic-target",
    ),
    "uptime update": _write(
        others.update_uptime, *_UPTIME, "set-regions", "validate-ssl", "set-status-codes", "set-status-classes",
    ),
    "policies list": _read(others.nothing, (0, 0)),
    "policies update": _write(
        others.update_policy, "add-notification-channels", "set-notification-channels", "display-name", "policy",
        "policy-from-file", "fields", switches=("enabled", "no-enabled"),
    ),
    "policies create": _write(
        others.create_policy, "display-name", "combiner", "condition-display-name", "condition-filter", "aggregation",
        "duration", "if", "notification-channels", "policy", "policy-from-file", "trigger-count", "trigger-percent",
        "documentation", names=(0, 0),
    ),
    "channels list": _read(others.nothing, (0, 0)),
    "channels create": _write(others.nothing, "display-name", "type", "channel-labels", "description", names=(0, 0)),
}  # fmt: skip
_GRANT = _write(others.grant, "member", "role", "condition", needs=(("member",), ("role",)))
COMMANDS: Mapping[str, Command] = {
    **{f"compute {words}": command for words, command in _COMPUTE.items()},
    **{f"container {words}": command for words, command in _CONTAINER.items()},
    **{f"monitoring {words}": command for words, command in _MONITORING.items()},
    **{f"beta monitoring {words}": command for words, command in _MONITORING.items() if words.startswith("channels")},
    "projects add-iam-policy-binding": _GRANT,
    "projects describe": _read(others.nothing),
    "projects get-iam-policy": _read(others.nothing),
    "secrets add-iam-policy-binding": _GRANT,
    "secrets list": _read(others.nothing, (0, 0)),
    "storage buckets list": _read(others.nothing, (0, 1)),
    "storage buckets describe": _read(others.nothing),
    "iam service-accounts create": _write(others.nothing, "display-name", "description"),
    "storage buckets create": _write(
        others.nothing, "location", "default-storage-class", switches=("uniform-bucket-level-access",),
    ),
    "storage buckets add-iam-policy-binding": _GRANT,
    "iam service-accounts add-iam-policy-binding": _GRANT,
    "iam service-accounts list": _read(others.nothing, (0, 0)),
    "artifacts repositories list": _read(others.nothing, (0, 0)),
    "artifacts docker images list": _read(others.nothing, (1, 1), switches=("include-tags",)),
    "artifacts docker tags list": _read(others.nothing, (0, 1)),
    "artifacts repositories add-iam-policy-binding": _write(
        others.grant, "member", "role", "location", "condition", needs=(("member",), ("role",)),
    ),
    "artifacts docker images describe": _read(others.nothing),
    "dns record-sets create": _write(others.nothing, "zone", "type", "ttl", "rrdatas", "location"),
    "dns record-sets update": _write(others.nothing, "zone", "type", "ttl", "rrdatas", "location"),
    "dns record-sets list": _read(others.nothing, (0, 0)),
    "dns managed-zones list": _read(others.nothing, (0, 0)),
    "kms keys add-iam-policy-binding": _write(
        others.grant, "member", "role", "keyring", "location", "condition", needs=(("member",), ("role",)),
    ),
    "org-policies describe": _read(others.nothing, (1, 1), "folder", "organization", switches=("effective",)),
    "services enable": _write(others.nothing, names=(1, 20)),
    "filestore instances list": _read(others.nothing, (0, 0)),
    "filestore instances describe": _read(others.nothing),
    "filestore instances delete": _write(others.delete_filestore, "location", "zone", "region", switches=("force",)),
    "filestore backups create": _write(
        others.nothing, "instance", "instance-zone", "instance-location", "region", "file-share", "description",
    ),
    "certificate-manager certificates create": _write(
        others.nothing, "domains", "location", "certificate-file", "private-key-file", "dns-authorizations", "scope",
    ),
    "certificate-manager certificates list": _read(others.nothing, (0, 0)),
    "certificate-manager maps create": _write(others.nothing, "location", "description"),
    "certificate-manager maps list": _read(others.nothing, (0, 0)),
    "certificate-manager maps entries create": _write(
        others.nothing, "map", "certificates", "hostname", "location", switches=("set-primary",), needs=(("map",),),
    ),
    "logging read": _read(others.nothing, (0, 1), "freshness", "order"),
    "auth configure-docker": _write(others.nothing, names=(0, 1)),
}  # fmt: skip
