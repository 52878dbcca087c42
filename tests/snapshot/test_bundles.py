"""The dumps of other tools, with the traps that are known of each."""

from __future__ import annotations

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.snapshot.model import Snapshot, Status
from gkedoctor.snapshot.sources import load
from tests.snapshot.clusters import (
    PASSWORD,
    Json,
    event,
    listed,
    names,
    node,
    pod,
    secret,
    status,
    thing,
    without_kind,
    write_tree,
)


def dump_files(namespace: str, *pods: Json) -> dict[str, Any]:
    kinds = ("Event", "ReplicationController", "Service", "DaemonSet", "Deployment", "ReplicaSet")
    files = {
        f"{namespace}/{kind.lower()}s.json".replace("replicationcontroller", "replication-controller"): listed(
            [], f"{kind}List"
        )
        for kind in kinds
    }
    return files | {f"{namespace}/pods.json": listed(without_kind(*pods), "PodList")}


def log_text(text: str, namespace: str = "shop", name: str = "web-1") -> str:
    where = f"logs for container app of pod {namespace}/{name} ===="
    return f"==== START {where}\n{text}\n==== END {where}\n"


class TestClusterInfoDump:
    def check(self, snapshot: Snapshot) -> None:
        assert names(snapshot, "pods") == ["web-1"]
        assert names(snapshot, "nodes") == ["gke-prod-pool-1-5f3c1b2a-x7k2"]
        assert snapshot.collection("pods").objects[0]["kind"] == "Pod"
        assert snapshot.collection("pods").why_incomplete("shop", "x") is None
        assert snapshot.collection("pods").why_incomplete("bank", "x") == "namespace bank was not requested"
        assert snapshot.collection("endpoints").why_incomplete() == "kubectl cluster-info dump does not contain it"
        [log] = snapshot.collection("logs").objects
        assert (log["namespace"], log["pod"], log["container"]) == ("shop", "web-1", "app")
        assert log["lines"] == ["{ a log", "that looks like JSON"]

    LOG = log_text("{ a log\nthat looks like JSON")

    def test_as_a_directory(self, tmp_path: Path) -> None:
        files = {"nodes.json": listed(without_kind(node()), "NodeList"), **dump_files("shop", pod())}
        files["shop/web-1/logs.txt"] = self.LOG + log_text("Request log error: nope", name="web-2")
        self.check(load(write_tree(tmp_path, files)))

    @pytest.mark.parametrize("as_yaml", [False, True])
    def test_as_one_stream(self, tmp_path: Path, as_yaml: bool) -> None:
        documents = [listed(without_kind(node()), "NodeList"), *dump_files("shop", pod()).values()]
        parts = [f"---\n{yaml.safe_dump(d)}" if as_yaml else json.dumps(d, indent=4) for d in documents]
        (tmp_path / "dump.txt").write_text("\n".join([*parts, self.LOG]))
        self.check(load(tmp_path / "dump.txt"))

    def test_a_stream_that_ends_in_a_log(self, tmp_path: Path) -> None:
        cut = self.LOG.split(" JSON")[0]
        (tmp_path / "dump.txt").write_text(json.dumps(listed([pod()], "PodList")) + "\n" + cut)
        [log] = load(tmp_path / "dump.txt").collection("logs").objects
        assert log["lines"] == ["{ a log", "that looks like"]

    def test_a_namespace_that_could_not_be_read(self, tmp_path: Path) -> None:
        files = {"nodes.json": listed([], "NodeList"), **dump_files("shop", pod()), **dump_files("bank")}
        files["bank/pods.json"] = "{"
        pods = load(write_tree(tmp_path, files)).collection("pods")
        assert pods.why_incomplete("shop", "x") is None
        assert "bank/pods.json" in str(pods.why_incomplete("bank", "x"))

    OLD_POD: Json = {  # noqa: RUF012
        "name": "web-1",
        "namespace": "shop",
        "uid": "u1",
        "creationTimestamp": "2018-01-01T00:00:00Z",
        "labels": {"App": "Web"},
        "Spec": {
            "Containers": [
                {
                    "Name": "app",
                    "Image": "app:1",
                    "Ports": [{"ContainerPort": 80}],
                    "ReadinessProbe": {"HTTPGet": {"Path": "/", "Port": 80}},
                    "Resources": {"Limits": {"nvidia.com/GPU": "1"}},
                }
            ],
            "NodeSelector": {"Pool": "A"},
            "DNSPolicy": "ClusterFirst",
        },
        "Status": {"Phase": "Running", "PodIP": "10.0.0.1", "HostIP": "10.1.0.1"},
    }
    OLD_SERVICE: Json = {  # noqa: RUF012
        "name": "web",
        "namespace": "shop",
        "Spec": {"ClusterIP": "10.2.0.1", "Selector": {"App": "Web"}, "Ports": [{"Port": 80, "TargetPort": "http"}]},
    }
    OLD_DEPLOYMENT: Json = {  # noqa: RUF012
        "name": "web",
        "namespace": "shop",
        "Spec": {
            "Replicas": 1,
            "Selector": {"MatchLabels": {"App": "Web"}},
            "Template": {"creationTimestamp": None, "name": "", "labels": {"App": "Web"}, "Spec": {"Containers": []}},
        },
    }

    def test_the_capitals_of_old_kubectl(self, tmp_path: Path) -> None:
        old_node = {"name": "n1", "Status": {"NodeInfo": {"KubeletVersion": "v1.9.0"}}}
        happened = {
            "name": "e",
            "namespace": "shop",
            "InvolvedObject": {"Kind": "Pod", "UID": "u1"},
            "Reason": "Failed",
        }
        lists = [[old_node], [happened], None, [self.OLD_SERVICE], [], [self.OLD_DEPLOYMENT], [], [self.OLD_POD]]
        documents = [{"selfLink": "/api/v1", "Items": items} for items in lists]
        (tmp_path / "dump.txt").write_text("\n".join(json.dumps(d, indent=4) for d in documents) + log_text("hi"))
        snapshot = load(tmp_path / "dump.txt")
        assert not [c.state.malformed for c in snapshot.collections.values() if c.state.malformed]
        [old_pod] = snapshot.collection("pods").objects
        assert old_pod["metadata"]["labels"] == {"App": "Web"}
        assert old_pod["status"] == {"phase": "Running", "podIP": "10.0.0.1", "hostIP": "10.1.0.1"}
        assert old_pod["spec"]["nodeSelector"] == {"Pool": "A"}
        assert old_pod["spec"]["dnsPolicy"] == "ClusterFirst"
        [container] = old_pod["spec"]["containers"]
        assert container["readinessProbe"]["httpGet"] == {"path": "/", "port": 80}
        assert container["resources"]["limits"] == {"nvidia.com/GPU": "1"}
        [service] = snapshot.collection("services").objects
        assert service["spec"]["selector"] == {"App": "Web"}
        assert service["spec"]["ports"] == [{"port": 80, "targetPort": "http"}]
        [deployment] = snapshot.collection("deployments").objects
        assert deployment["spec"]["selector"] == {"matchLabels": {"App": "Web"}}
        assert deployment["spec"]["template"]["metadata"]["labels"] == {"App": "Web"}
        [said] = snapshot.collection("events").objects
        assert said["involvedObject"] == {"kind": "Pod", "uid": "u1"}


def bundle() -> dict[str, Any]:
    return {
        "version.yaml": "apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\n",
        "cluster-info/cluster_version.json": {"info": {}, "string": "v1.31.4"},
        "cluster-resources/pods/shop.json": listed([pod()], "PodList"),
        "cluster-resources/pods/logs/shop/web-1/app.log": f"login with {PASSWORD}\n",
        "cluster-resources/pods/logs/shop/web-1/app-previous.log": "before\n",
        "cluster-resources/pods-errors.json": {"bank": "pods is forbidden: User cannot list"},
        "cluster-resources/resource-quotas/shop.json": listed([thing("ResourceQuota", "q")]),
        "cluster-resources/network-policy/shop.json": listed([]),
        "cluster-resources/pvcs/shop.json": without_kind(thing("PersistentVolumeClaim", "data")),
        "cluster-resources/nodes.json": without_kind(node()),
        "cluster-resources/storage-classes-errors.json": ["storageclasses is forbidden: User cannot list"],
        "cluster-resources/resources.json": [{"kind": "APIResourceList", "resources": []}],
        "cluster-resources/auth-cani-list/shop.json": {"resourceRules": []},
        "cluster-resources/image-pull-secrets/shop/pull.json": {"a": 1},
        "cluster-resources/custom-resources/gateways.gateway.networking.k8s.io/shop.json": [
            thing("Gateway", "gw", api_version="gateway.networking.k8s.io/v1")
        ],
        "cluster-resources/custom-resources/widgets.acme.example.json": [
            thing("Widget", "w", None, api_version="acme.example/v1")
        ],
    }


def packed(root: Path, target: Path, links: bool = True) -> Path:
    with tarfile.open(target, "w:gz") as archive:
        archive.add(root, "support-bundle-2026-01-01T10_00_00")
        if links:
            link = tarfile.TarInfo("support-bundle-2026-01-01T10_00_00/app/web-1/app.log")
            link.type, link.linkname = tarfile.SYMTYPE, "../../cluster-resources/pods/logs/shop/web-1/app.log"
            archive.addfile(link)
    return target


class TestSupportBundle:
    @pytest.mark.parametrize("archive", [False, True])
    def test_lists_errors_and_logs(self, tmp_path: Path, archive: bool) -> None:
        root = write_tree(tmp_path / "bundle", bundle())
        snapshot = load(packed(root, tmp_path / "b.tar.gz") if archive else root)
        assert names(snapshot, "pods") == ["web-1"]
        assert names(snapshot, "persistentvolumeclaims") == ["data"]
        assert names(snapshot, "resourcequotas") == ["q"]
        assert names(snapshot, "nodes") == ["gke-prod-pool-1-5f3c1b2a-x7k2"]
        assert names(snapshot, "gateways") == ["gw"]
        assert names(snapshot, "widgets.acme.example") == ["w"]
        assert snapshot.manifest.versions["controlPlane"] == "v1.31.4"
        assert [log["previous"] for log in snapshot.collection("logs").objects] == [False, True]

    def test_denied_empty_and_not_collected_are_three_things(self, tmp_path: Path) -> None:
        snapshot = load(write_tree(tmp_path, bundle()))
        pods = snapshot.collection("pods")
        assert pods.state.status is Status.PARTIAL
        assert pods.state.needs == "list pods"
        assert pods.why_incomplete("shop", "x") is None
        assert "forbidden" in str(pods.why_incomplete("bank", "x"))
        assert snapshot.collection("networkpolicies").why_incomplete("shop", "x") is None
        assert status(snapshot, "storageclasses") is Status.DENIED
        assert snapshot.collection("secrets").why_incomplete() == "this support bundle does not contain it"

    def test_hidden_words_are_tolerated(self, tmp_path: Path) -> None:
        hidden = pod()
        hidden["status"]["podIP"] = "***HIDDEN***"
        files = {"cluster-resources/pods/shop.json": listed([hidden]), "version.yaml": "kind: SupportBundle"}
        assert names(load(write_tree(tmp_path, files)), "pods") == ["web-1"]


IMAGE = "must-gather.local.1/quay-io-image-sha256-1"


def gathered_files() -> dict[str, Any]:
    shop = f"{IMAGE}/namespaces/shop"
    hidden = secret() | {"data": {"password": "MTIgYnl0ZXMgbG9uZw=="}}
    return {
        "must-gather.local.1/timestamp": (
            "2026-01-02 10:00:00.5 +0100 CET m=+0.1\n2026-01-02 10:07:00.5 +0100 CET m=+420.1\n"
        ),
        "must-gather.local.1/event-filter.html": "<html>",
        f"{IMAGE}/cluster-scoped-resources/core/nodes/n1.yaml": yaml.safe_dump(node()),
        f"{shop}/shop.yaml": yaml.safe_dump(thing("Namespace", "shop", None)),
        f"{shop}/core/pods.yaml": yaml.safe_dump(listed([pod()], "PodList")),
        f"{shop}/core/secrets.yaml": yaml.safe_dump(listed([hidden], "SecretList")),
        f"{shop}/core/events.yaml": yaml.safe_dump(listed([event()])),
        f"{shop}/pods/web-1/web-1.yaml": yaml.safe_dump(pod()),
        f"{shop}/pods/web-1/app/app/logs/current.log": "now\n",
        f"{shop}/pods/web-1/app/app/logs/previous.log": "before\n",
        f"{shop}/pods/web-1/app/app/logs/rotated/x.log": "older\n",
        "must-gather.local.1/other-image/namespaces/bank/apps/deployments.yaml": yaml.safe_dump(
            listed([thing("Deployment", "teller", "bank", "apps/v1")])
        ),
    }


class TestMustGather:
    def test_lists_of_several_images_are_merged(self, tmp_path: Path) -> None:
        snapshot = load(write_tree(tmp_path, gathered_files()))
        assert names(snapshot, "pods") == ["web-1"]
        assert names(snapshot, "deployments") == ["teller"]
        assert names(snapshot, "nodes") == ["gke-prod-pool-1-5f3c1b2a-x7k2"]
        assert snapshot.collection("pods").why_incomplete("shop", "x") is None
        assert snapshot.collection("pods").why_incomplete("bank", "x") == "namespace bank was not requested"
        assert "must-gather does not show" in str(snapshot.collection("services").why_incomplete())
        assert snapshot.collection("nodes").why_incomplete(None, "x") is not None

    def test_its_own_clock_and_logs(self, tmp_path: Path) -> None:
        snapshot = load(write_tree(tmp_path, gathered_files()))
        assert snapshot.clock == datetime(2026, 1, 2, 9, 7, tzinfo=UTC)
        assert [(log["previous"], log["lines"]) for log in snapshot.collection("logs").objects] == [
            (False, ["now"]),
            (True, ["before"]),
        ]

    def test_a_length_is_all_that_is_known_of_a_secret(self, tmp_path: Path) -> None:
        [found] = load(write_tree(tmp_path, gathered_files())).collection("secrets").objects
        assert found["keys"]["password"]["bytes"] == 12
