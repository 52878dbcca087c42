"""What the controllers of Kubernetes make of manifests once all is settled, so that the clusters here stay short.

An object that is written with a status is left as it is written, but for Pods: what is written there is laid over the
status of a Pod that runs and is Ready. Everything else gets what its controller would have made: ReplicaSets, Pods,
EndpointSlices, volumes, the objects that every namespace has.
"""

from __future__ import annotations

import copy
import zlib
from datetime import datetime, timedelta

from gkedoctor.snapshot.kinds import KINDS
from tests.healthy.parts import (
    ENDED,
    NODES,
    PATIENCE,
    SLICER,
    TOKEN,
    Item,
    condition,
    defaulted,
    described,
    endpoint,
    is_endpoint,
    kind_of,
    laid_over,
    place,
    pod_status,
    port_number,
    share,
    short_hash,
)

_WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")


def settled(written: list[Item], clock: datetime, namespace: str) -> list[Item]:
    """All objects of a cluster, of those that are written down."""
    cluster = _Cluster(clock, namespace)
    for item in copy.deepcopy(written):
        cluster.add(item)
    cluster.settle()
    return cluster.items


class _Cluster:
    """The objects of a cluster while its controllers work."""

    def __init__(self, clock: datetime, namespace: str) -> None:
        self.clock, self.namespace = clock, namespace
        self.items: list[Item] = []
        self.built_in: list[Item] = []

    def add(self, item: Item) -> Item:
        """An object as the API server stores it."""
        kind, metadata = kind_of(item), item["metadata"]
        if kind.namespaced:
            metadata.setdefault("namespace", self.namespace)
        else:
            metadata.pop("namespace", None)
        metadata.setdefault("uid", f"{kind.name}/{metadata.get('namespace', '')}/{metadata['name']}")
        metadata.setdefault("creationTimestamp", self.ago(days=30))
        metadata.setdefault("resourceVersion", "1000")
        item.setdefault("apiVersion", f"{kind.group}/v1" if kind.group else "v1")
        self.items.append(item)
        if kind is KINDS.get(kind.name):
            self.built_in.append(item)
        return item

    def ago(self, **span: float) -> str:
        return (self.clock - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def of(self, *kinds: str) -> list[Item]:
        return [i for i in self.built_in if i["kind"] in kinds]

    def settle(self) -> None:
        """One round of each controller, in the order in which they build on each other."""
        self._nodes()
        for kind in _WORKLOADS:
            for item in [i for i in self.of(kind) if "status" not in i]:
                getattr(self, f"_{kind.lower()}")(item)
        for number, pod in enumerate(self.of("Pod")):
            self._pod(pod, number)
        for claim in self.of("PersistentVolumeClaim"):
            self._claim(claim)
        for service in self.of("Service"):
            self._service(service)
        self._scaling()
        self._namespaces()

    def _nodes(self) -> None:
        """Two, where none is written; all of them as the kubelet and the node controller describe them."""
        for name in () if self.of("Node") else NODES:
            self.add({"kind": "Node", "metadata": {"name": name}})
        for node in self.of("Node"):
            described(node)

    def _scaling(self) -> None:
        for scaler in self.of("HorizontalPodAutoscaler"):
            scaler.setdefault("status", self._scaled(scaler))
        for budget in self.of("PodDisruptionBudget"):
            budget.setdefault("status", self._budget(budget))

    # workloads -----------------------------------------------------------------------------------------------------

    def _deployment(self, item: Item) -> None:
        spec = item["spec"]
        wanted = spec.setdefault("replicas", 1)
        spec.setdefault("progressDeadlineSeconds", 600)
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault(
            "strategy", {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
        )
        spec.setdefault("selector", {"matchLabels": spec["template"]["metadata"]["labels"]})
        made = item["metadata"]["creationTimestamp"]
        name = f"{item['metadata']['name']}-{short_hash(item)}"
        self._replicaset(
            self.add(
                {
                    "kind": "ReplicaSet",
                    "metadata": {**self._below(item), "name": name},
                    "spec": {"replicas": wanted, "selector": spec["selector"], "template": spec["template"]},
                }
            ),
            hashed=short_hash(item),
        )
        counted = {"replicas": wanted, "updatedReplicas": wanted, "readyReplicas": wanted, "availableReplicas": wanted}
        item["status"] = {
            "observedGeneration": item["metadata"].setdefault("generation", 1),
            **{k: v for k, v in counted.items() if v},
            "conditions": [
                condition("Progressing", "True", made, "NewReplicaSetAvailable"),
                condition("Available", "True", made, "MinimumReplicasAvailable"),
            ],
        }

    def _replicaset(self, item: Item, hashed: str | None = None) -> None:
        wanted = item["spec"].setdefault("replicas", 1)
        labels = {"pod-template-hash": hashed} if hashed else {}
        for number in range(wanted):
            self._child_pod(item, f"{item['metadata']['name']}-{short_hash(item, number)[:5]}", labels)
        counted = {"readyReplicas": wanted, "availableReplicas": wanted, "fullyLabeledReplicas": wanted}
        item["status"] = {"replicas": wanted, "observedGeneration": 1, **(counted if wanted else {})}

    def _statefulset(self, item: Item) -> None:
        wanted, name = item["spec"].setdefault("replicas", 1), item["metadata"]["name"]
        item["spec"].setdefault("selector", {"matchLabels": item["spec"]["template"]["metadata"]["labels"]})
        item["spec"].setdefault("podManagementPolicy", "OrderedReady")
        item["spec"].setdefault("updateStrategy", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}})
        for number in range(wanted):
            pod = self._child_pod(item, f"{name}-{number}", {"statefulset.kubernetes.io/pod-name": f"{name}-{number}"})
            for template in item["spec"].get("volumeClaimTemplates") or []:
                claim = f"{template['metadata']['name']}-{name}-{number}"
                mounted = {"name": template["metadata"]["name"], "persistentVolumeClaim": {"claimName": claim}}
                pod["spec"].setdefault("volumes", []).append(mounted)
                metadata = {"name": claim, "namespace": item["metadata"]["namespace"]}
                self.add({"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]})
        revision = f"{name}-{short_hash(item)}"
        item["status"] = {
            **dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "currentReplicas"), wanted),
            "updatedReplicas": wanted, "observedGeneration": 1, "collisionCount": 0,
            "currentRevision": revision, "updateRevision": revision,
        }  # fmt: skip

    def _daemonset(self, item: Item) -> None:
        item["spec"].setdefault("selector", {"matchLabels": item["spec"]["template"]["metadata"]["labels"]})
        wish = (item["spec"]["template"]["spec"].get("nodeSelector") or {}).items()
        nodes = [n for n in self.of("Node") if wish <= n["metadata"]["labels"].items()]
        for number, node in enumerate(nodes):
            pod = self._child_pod(item, f"{item['metadata']['name']}-{short_hash(item, number)[:5]}", {})
            pod["spec"]["nodeName"] = node["metadata"]["name"]
            pod["metadata"]["creationTimestamp"] = max(
                item["metadata"]["creationTimestamp"], node["metadata"]["creationTimestamp"]
            )
        every = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "numberAvailable")
        item["status"] = {**dict.fromkeys(every, len(nodes)), "updatedNumberScheduled": len(nodes)}
        item["status"] |= {"numberMisscheduled": 0, "observedGeneration": 1}

    def _job(self, item: Item) -> None:
        """A Job that is written without a status has succeeded."""
        metadata, spec = item["metadata"], item["spec"]
        made = metadata["creationTimestamp"]
        spec.setdefault("completions", 1)
        spec.setdefault("parallelism", 1)
        spec.setdefault("backoffLimit", 6)
        labels = {"batch.kubernetes.io/job-name": metadata["name"], "job-name": metadata["name"]}
        pod = self._child_pod(item, f"{metadata['name']}-{short_hash(item)[:5]}", labels)
        pod["spec"].setdefault("restartPolicy", "Never")
        pod["status"] = {"phase": "Succeeded"}
        conditions = [condition(kind, "True", made, "CompletionsReached") for kind in ENDED]
        item["status"] = {"startTime": made, "completionTime": made, "succeeded": spec["completions"], "ready": 0}
        item["status"] |= {"conditions": conditions, "terminating": 0, "uncountedTerminatedPods": {}}

    def _child_pod(self, item: Item, name: str, labels: dict[str, str]) -> Item:
        template = copy.deepcopy(item["spec"]["template"])
        own = template.get("metadata") or {}
        metadata = {**self._below(item), **own, "name": name, "labels": {**(own.get("labels") or {}), **labels}}
        return self.add({"kind": "Pod", "metadata": metadata, "spec": template["spec"]})

    def _below(self, item: Item) -> Item:
        reference = {"apiVersion": item["apiVersion"], "kind": item["kind"], "name": item["metadata"]["name"]}
        reference |= {"uid": item["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}
        made = item["metadata"]["creationTimestamp"]
        return {"namespace": item["metadata"]["namespace"], "creationTimestamp": made, "ownerReferences": [reference]}

    # pods ----------------------------------------------------------------------------------------------------------

    def _pod(self, pod: Item, number: int) -> None:
        spec, written = pod["spec"], pod.get("status") or {}
        spec.setdefault("restartPolicy", "Always")
        spec.setdefault("serviceAccountName", "default")
        spec.setdefault("schedulerName", "default-scheduler")
        spec.setdefault("terminationGracePeriodSeconds", 30)
        spec["tolerations"] = [*(spec.get("tolerations") or []), *PATIENCE]
        spec["volumes"] = [*(spec.get("volumes") or []), TOKEN]
        for container in [*(spec.get("initContainers") or []), *spec["containers"]]:
            defaulted(container)
        if written.get("phase") == "Pending" and "containerStatuses" not in written:
            return
        nodes = self.of("Node")
        spec.setdefault("nodeName", nodes[number % len(nodes)]["metadata"]["name"])
        pod["status"] = laid_over(pod_status(pod, number, written.get("phase", "Running")), written)

    # storage, network, scaling -------------------------------------------------------------------------------------

    def _claim(self, claim: Item) -> None:
        if "status" in claim:
            return
        metadata, spec = claim["metadata"], claim["spec"]
        volume = f"pvc-{short_hash(claim)}"
        spec.setdefault("volumeName", volume)
        size = spec["resources"]["requests"]
        claim["status"] = {"phase": "Bound", "capacity": size, "accessModes": spec["accessModes"]}
        handle = f"projects/acme/zones/europe-west1-b/disks/{volume}"
        reference = {"kind": "PersistentVolumeClaim", "name": metadata["name"], "namespace": metadata["namespace"]}
        self.add(
            {
                "kind": "PersistentVolume",
                "metadata": {"name": volume},
                "spec": {
                    "capacity": size,
                    "accessModes": spec["accessModes"],
                    "storageClassName": spec.get("storageClassName", ""),
                    "persistentVolumeReclaimPolicy": "Delete",
                    "claimRef": {**reference, "uid": metadata["uid"]},
                    "csi": {"driver": "pd.csi.storage.gke.io", "volumeHandle": handle},
                },
                "status": {"phase": "Bound"},
            }
        )

    def _service(self, service: Item) -> None:
        spec = service["spec"]
        spec.setdefault("type", "ClusterIP")
        service.setdefault("status", {"loadBalancer": {}})
        if spec["type"] == "ExternalName":
            return
        spec.setdefault("clusterIP", f"10.8.{zlib.crc32(place(service)) % 250}.{len(self.items) % 250 + 1}")
        for port in spec.get("ports") or []:
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port["port"])
        if spec.get("selector"):
            self._endpoints(service)

    def _endpoints(self, service: Item) -> None:
        name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
        wish = service["spec"]["selector"].items()
        pods = [p for p in self.of("Pod") if p["metadata"]["namespace"] == namespace and is_endpoint(p)]
        pods = [p for p in pods if wish <= (p["metadata"].get("labels") or {}).items()]
        ports = [
            {"name": p.get("name", ""), "port": port_number(p["targetPort"], pods), "protocol": p["protocol"]}
            for p in service["spec"].get("ports") or []
        ]
        endpoints = [endpoint(p, service["spec"].get("publishNotReadyAddresses", False)) for p in pods]
        labels = {"kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": SLICER}
        metadata = {**self._below(service), "name": f"{name}-{short_hash(service)[:5]}", "labels": labels}
        found = {"addressType": "IPv4", "endpoints": endpoints, "ports": ports if endpoints else None}
        self.add({"kind": "EndpointSlice", "metadata": metadata, **found})
        subsets = [{"addresses": [{"ip": e["addresses"][0]} for e in endpoints], "ports": ports}] if endpoints else None
        self.add({"kind": "Endpoints", "metadata": {"name": name, "namespace": namespace}, "subsets": subsets})

    def _scaled(self, scaler: Item) -> Item:
        target = scaler["spec"]["scaleTargetRef"]
        found = [i for i in self.of(target["kind"]) if i["metadata"]["name"] == target["name"]]
        now = found[0]["spec"]["replicas"] if found else 1
        made = scaler["metadata"]["creationTimestamp"]
        return {
            "currentReplicas": now,
            "desiredReplicas": now,
            "conditions": [
                condition("AbleToScale", "True", made, "ReadyForNewScale"),
                condition("ScalingActive", "True", made, "ValidMetricFound"),
                condition("ScalingLimited", "False", made, "DesiredWithinRange"),
            ],
        }

    def _budget(self, budget: Item) -> Item:
        spec, namespace = budget["spec"], budget["metadata"]["namespace"]
        wish = (spec["selector"].get("matchLabels") or {}).items()
        pods = [p for p in self.of("Pod") if p["metadata"]["namespace"] == namespace and is_endpoint(p)]
        count = len([p for p in pods if wish <= (p["metadata"].get("labels") or {}).items()])
        kept = share(spec["minAvailable"], count) if "minAvailable" in spec else None
        desired = kept if kept is not None else max(0, count - share(spec["maxUnavailable"], count))
        allowed = max(0, count - desired)
        known = {"currentHealthy": count, "desiredHealthy": desired, "expectedPods": count}
        return {**known, "disruptionsAllowed": allowed, "observedGeneration": 1}

    def _namespaces(self) -> None:
        known = {n["metadata"]["name"] for n in self.of("Namespace")}
        for name in sorted({i["metadata"].get("namespace") or "default" for i in self.items} - known):
            labels = {"kubernetes.io/metadata.name": name}
            spec, status = {"finalizers": ["kubernetes"]}, {"phase": "Active"}
            self.add(
                {"kind": "Namespace", "metadata": {"name": name, "labels": labels}, "spec": spec, "status": status}
            )
        have = {(i["kind"], i["metadata"].get("namespace"), i["metadata"]["name"]) for i in self.items}
        for space in self.of("Namespace"):
            name = space["metadata"]["name"]
            accounts = {p["spec"]["serviceAccountName"] for p in self.of("Pod") if p["metadata"]["namespace"] == name}
            wanted = [("ServiceAccount", account) for account in sorted({"default", *accounts})]
            for kind, own in [*wanted, ("ConfigMap", "kube-root-ca.crt")]:
                if (kind, name, own) not in have and not space["metadata"].get("deletionTimestamp"):
                    content = {"data": {"ca.crt": "PEM"}} if kind == "ConfigMap" else {}
                    self.add({"kind": kind, "metadata": {"name": own, "namespace": name}, **content})
