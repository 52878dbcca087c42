"""`gcloud container`, `monitoring`, `iam` and others: https://cloud.google.com/sdk/gcloud/reference."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.fixes.api_server.store import Store
from tests.fixes.gcloud.command import Call, GcloudError
from tests.fixes.gcloud.objects import shown

_ADDONS = {
    "HttpLoadBalancing": "httpLoadBalancing", "GcsFuseCsiDriver": "gcsFuseCsiDriverConfig",
    "GcpFilestoreCsiDriver": "gcpFilestoreCsiDriverConfig",
    "GcePersistentDiskCsiDriver": "gcePersistentDiskCsiDriverConfig",
    "NodeLocalDNS": "dnsCacheConfig", "HorizontalPodAutoscaling": "horizontalPodAutoscaling",
    "ConfigConnector": "configConnectorConfig", "NetworkPolicy": "networkPolicyConfig",
    "BackupRestore": "gkeBackupAgentConfig",
}  # fmt: skip
"""Names of --update-addons and where the Cluster has them."""

_ENABLED_BY = frozenset({"httpLoadBalancing", "horizontalPodAutoscaling", "networkPolicyConfig"})
"""Addons that a field `disabled` turns off; the others have `enabled`."""


def cluster(store: Store, name: str) -> dict[str, Any]:
    """The Cluster of a name. GcloudError where clusters are recorded and it is not among them."""
    found = store.cloud.get("container.clusters", [])
    for item in found:
        if item.get("name") == name:
            return item
    if found:
        raise GcloudError(f"ResponseError: code=404, message=Not found: projects/p/locations/l/clusters/{name}.")
    return {"name": name, "nodePools": []}


def describe_cluster(store: Store, call: Call) -> str:
    """`container clusters describe`."""
    return shown(call, [cluster(store, call.name)])


def list_clusters(store: Store, call: Call) -> str:
    """`container clusters list`."""
    return shown(call, store.cloud.get("container.clusters", []))


def update_cluster(store: Store, call: Call) -> str:
    """`container clusters update`: one change at a time."""
    item = cluster(store, call.name)
    changes = [flag for flag in call.flags if flag not in ("location", "region", "zone", "project", "quiet", "format")]
    if len(changes) != 1:
        raise GcloudError(f"container clusters update: exactly one change must be specified, not {changes}")
    if "gateway-api" in call.flags:
        if call.flags["gateway-api"] not in ("standard", "disabled"):
            raise GcloudError("argument --gateway-api: Invalid choice")
        channel = {"standard": "CHANNEL_STANDARD", "disabled": "CHANNEL_DISABLED"}[call.flags["gateway-api"]]
        item.setdefault("networkConfig", {})["gatewayApiConfig"] = {"channel": channel}
    if "update-addons" in call.flags:
        _update_addons(item, call.flags["update-addons"])
    if "workload-pool" in call.flags:
        item["workloadIdentityConfig"] = {"workloadPool": call.flags["workload-pool"]}
    if "enable-l4-ilb-subsetting" in call.flags:
        item.setdefault("networkConfig", {})["enableL4ilbSubsetting"] = True
    if not _SHOWN.intersection(changes) or not store.cloud.get("container.clusters"):
        store.unseen.append("gcloud container clusters update")
    return ""


_SHOWN = frozenset({"gateway-api", "update-addons", "workload-pool", "enable-l4-ilb-subsetting"})
"""Changes of a cluster that its recorded object shows."""


def _update_addons(item: dict[str, Any], text: str) -> None:
    for change in text.split(","):
        name, _, value = change.partition("=")
        if name not in _ADDONS or value not in ("ENABLED", "DISABLED"):
            raise GcloudError(f"argument --update-addons: {change} is not NAME=ENABLED or NAME=DISABLED")
        field = _ADDONS[name]
        on = value == "ENABLED"
        state = {"disabled": True} if not on else {}
        item.setdefault("addonsConfig", {})[field] = state if field in _ENABLED_BY else {"enabled": on}


def resize(store: Store, call: Call) -> str:
    """`container clusters resize`: nodes like those that the pool has."""
    name = call.flags.get("node-pool", "default-pool")
    pool = _pool(cluster(store, call.name), name)
    pool["initialNodeCount"] = int(call.flags["num-nodes"])
    grow(store, call, name, int(call.flags["num-nodes"]))
    return ""


def grow(store: Store, call: Call, pool: str, size: int) -> None:
    """Adds nodes of a pool until it has so many in each zone; of a pool without nodes nothing is known."""
    zones: dict[str, list[dict[str, Any]]] = {}
    for node in store.objects.get("nodes", {}).values():
        labels = node["metadata"].get("labels") or {}
        if labels.get("cloud.google.com/gke-nodepool") == pool:
            zones.setdefault(str(labels.get("topology.kubernetes.io/zone")), []).append(node)
    if not zones:
        store.unseen.append(f"gcloud {' '.join(call.group)}")
    for number, nodes in enumerate(zones.values()):
        for more in range(size - len(nodes)):
            node = copy.deepcopy(nodes[0])
            name = f"{node['metadata']['name'].rpartition('-')[0]}-n{number}{more:02}"
            node["metadata"] = {**node["metadata"], "name": name, "uid": name}
            node["metadata"]["labels"] = {**node["metadata"]["labels"], "kubernetes.io/hostname": name}
            node["spec"] = {k: v for k, v in (node.get("spec") or {}).items() if k not in ("unschedulable", "taints")}
            store.put("nodes", node)


def _pool(item: dict[str, Any], name: str) -> dict[str, Any]:
    pools: list[dict[str, Any]] = item.get("nodePools") or []
    found = next((pool for pool in pools if pool.get("name") == name), None)
    if found is None and pools:
        raise GcloudError(f"ResponseError: code=404, message=Not found: nodePools/{name}.")
    return found if found is not None else {}


def describe_pool(store: Store, call: Call) -> str:
    """`container node-pools describe`."""
    _pool(cluster(store, call.flags["cluster"]), call.name)
    return call.name


def update_pool(store: Store, call: Call) -> str:
    """`container node-pools update`."""
    pool = _pool(cluster(store, call.flags["cluster"]), call.name)
    if not {"max-nodes", "total-max-nodes"} & call.flags.keys():
        store.unseen.append("gcloud container node-pools update")
    for flag in ("max-nodes", "total-max-nodes"):
        if flag in call.flags:  # the autoscaler adds what is missing
            pool.setdefault("autoscaling", {}).update({"enabled": True, "maxNodeCount": int(call.flags[flag])})
            grow(store, call, call.name, int(call.flags[flag]))
    config = pool.setdefault("config", {})
    if "disk-size" in call.flags:
        match = re.fullmatch(r"(\d+)(?:GB|TB|GiB|TiB)?", call.flags["disk-size"])
        if match is None:
            raise GcloudError(f"argument --disk-size: {call.flags['disk-size']} is no size such as 100GB")
        config["diskSizeGb"] = int(match[1])
    if "node-taints" in call.flags:
        config["taints"] = []
    return ""


def uptime_check(store: Store, name: str) -> dict[str, Any]:
    """The uptime check of a name or id."""
    for item in store.cloud.get("monitoring.uptimeCheckConfigs", []):
        if str(item.get("name")).rpartition("/")[2] == name.rpartition("/")[2]:
            return item
    raise GcloudError(f"NOT_FOUND: Could not find uptime check {name}")


def describe_uptime(store: Store, call: Call) -> str:
    """`monitoring uptime describe`."""
    return str(uptime_check(store, call.name)["name"])


def delete_uptime(store: Store, call: Call) -> str:
    """`monitoring uptime delete`."""
    store.cloud["monitoring.uptimeCheckConfigs"].remove(uptime_check(store, call.name))
    return ""


def create_uptime(store: Store, call: Call) -> str:
    """`monitoring uptime create`."""
    flags = call.flags
    labels = dict(part.partition("=")[::2] for part in flags["resource-labels"].split(","))
    protocol = flags.get("protocol", "http")
    project = flags.get("project") or store.first.manifest.project or "p"
    check: dict[str, Any] = {"path": flags.get("path", "/"), "port": int(flags.get("port") or _port(protocol))}
    check["requestMethod"] = "GET"
    if protocol == "https":
        check["useSsl"] = True
    item = {
        "name": f"projects/{project}/uptimeCheckConfigs/created-{len(call.name)}",
        "displayName": call.name,
        "monitoredResource": {"type": flags["resource-type"].replace("-", "_"), "labels": labels},
        "httpCheck": check,
        "period": "60s",
        "timeout": "10s",
    }
    store.cloud.setdefault("monitoring.uptimeCheckConfigs", []).append(item)
    return ""


def _port(protocol: str) -> int:
    return 443 if protocol == "https" else 80


def update_uptime(store: Store, call: Call) -> str:
    """`monitoring uptime update`."""
    check = uptime_check(store, call.name).setdefault("httpCheck", {})
    if "path" in call.flags:
        check["path"] = call.flags["path"]
    if "port" in call.flags:
        check["port"] = int(call.flags["port"])
    if "username" in call.flags:
        check["authInfo"] = {"username": call.flags["username"], "password": "x"}
    return ""


def policy(store: Store, name: str) -> dict[str, Any]:
    """The alert policy of a name."""
    for item in store.cloud.get("monitoring.alertPolicies", []):
        if item.get("name") == name:
            return item
    raise GcloudError(f"NOT_FOUND: Policy {name} does not exist")


def update_policy(store: Store, call: Call) -> str:
    """`monitoring policies update`."""
    item = policy(store, call.name)
    if "enabled" in call.flags:
        item["enabled"] = True
    if "add-notification-channels" in call.flags:
        item.setdefault("notificationChannels", []).extend(call.flags["add-notification-channels"].split(","))
    return ""


def create_policy(store: Store, call: Call) -> str:
    """`monitoring policies create`."""
    project = call.project or store.first.manifest.project or "p"
    condition = {"displayName": call.flags.get("condition-display-name", "")}
    condition["conditionThreshold"] = {"filter": call.flags.get("condition-filter", "")}  # type: ignore[assignment]
    item = {
        "name": f"projects/{project}/alertPolicies/created",
        "displayName": call.flags.get("display-name", ""),
        "enabled": True,
        "combiner": call.flags.get("combiner", "OR"),
        "conditions": [condition],
        "notificationChannels": call.flags.get("notification-channels", "").split(","),
    }
    store.cloud.setdefault("monitoring.alertPolicies", []).append(item)
    return ""


def grant(store: Store, call: Call) -> str:
    """`add-iam-policy-binding`: no recording holds policies."""
    member, role = call.flags["member"], call.flags["role"]
    kind = member.partition(":")[0]
    known = ("user", "group", "serviceAccount", "domain", "principal", "principalSet", "allUsers")
    if kind not in known or not role.startswith(("roles/", "projects/", "organizations/")):
        raise GcloudError(f"INVALID_ARGUMENT: {member} or {role}")
    return ""


def delete_filestore(store: Store, call: Call) -> str:
    """`filestore instances delete`."""
    found = store.cloud.get("file.instances", [])
    item = next((i for i in found if str(i.get("name")).rpartition("/")[2] == call.name), None)
    if item is None:
        raise GcloudError(f"NOT_FOUND: Resource instances/{call.name} was not found")
    found.remove(item)
    store.cloud_deleted.append(("instances", call.name))
    return ""


def nothing(store: Store, call: Call) -> str:
    """A command whose effect no recording holds."""
    return ""
