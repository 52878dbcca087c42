"""Every format of other tools, with the traps that are known of it."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.model import Snapshot, Status
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.snapshot.clusters import (
    PASSWORD,
    Json,
    event,
    listed,
    node,
    pod,
    recording,
    secret,
    thing,
    write_tree,
)


def names(snapshot: Snapshot, collection: str) -> list[str]:
    return [item["metadata"]["name"] for item in snapshot.collection(collection).objects]


def status(snapshot: Snapshot, collection: str) -> Status:
    return snapshot.collection(collection).state.status


def without_kind(*items: Json) -> list[Json]:
    return [{key: value for key, value in item.items() if key not in ("kind", "apiVersion")} for item in items]


class TestRecording:
    def test_lists_become_collections_and_what_is_not_there_is_unknown(self, tmp_path: Path) -> None:
        snapshot = load(recording(tmp_path))
        assert names(snapshot, "pods") == ["web-1"]
        assert status(snapshot, "services") is Status.COMPLETE
        assert snapshot.collection("services").doubt("shop", "web") is None
        assert status(snapshot, "endpoints") is Status.NOT_ASKED
        assert snapshot.collection("compute.firewalls").state.needs == "compute.firewalls.list"

    def test_the_clock_is_the_latest_timestamp_unless_stated(self, tmp_path: Path) -> None:
        recording(tmp_path)
        assert load(tmp_path).clock == datetime(2026, 1, 1, 11, 30, tzinfo=UTC)
        stated = datetime(2026, 5, 5, tzinfo=UTC)
        assert load(tmp_path, recorded_at=stated).clock == stated

    def test_without_any_timestamp_the_clock_is_the_epoch(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {"kubernetes/pods.json": listed([])})
        assert load(tmp_path).clock == datetime(1970, 1, 1, tzinfo=UTC)

    def test_the_cluster_is_known_by_its_nodes(self, tmp_path: Path) -> None:
        manifest = load(recording(tmp_path)).manifest
        assert (manifest.cluster, manifest.project, manifest.location) == ("prod", "shop-project", "europe-west1-b")
        assert manifest.versions == {"kubelet": "v1.33.1"}

    def test_the_cluster_is_better_known_by_gcloud(self, tmp_path: Path) -> None:
        link = "https://container.googleapis.com/v1/projects/p-1/locations/europe-west1/clusters/prod"
        clusters = [{"name": "prod", "location": "europe-west1", "selfLink": link, "currentMasterVersion": "1.33.2"}]
        write_tree(recording(tmp_path), {"gcp/clusters.json": clusters})
        manifest = load(tmp_path).manifest
        assert (manifest.cluster, manifest.project, manifest.location) == ("prod", "p-1", "europe-west1")
        assert manifest.versions["controlPlane"] == "1.33.2"

    def test_health_and_endpoints_become_objects_with_a_name(self, tmp_path: Path) -> None:
        health = {"be-1": {"g/neg-1": [{"healthState": "UNHEALTHY", "port": None}], "g/neg-2": None}}
        endpoints = {"neg-1": [{"networkEndpoint": {"ipAddress": "10.0.0.1", "port": 80}}], "neg-2": None}
        write_tree(tmp_path, {"gcp/backendServicesHealth.json": health, "gcp/networkEndpoints.json": endpoints})
        snapshot = load(tmp_path)
        assert snapshot.collection("compute.backendServicesHealth").objects == (
            {
                "name": "be-1",
                "backends": [
                    {"group": "g/neg-1", "healthStatus": [{"healthState": "UNHEALTHY", "port": None}]},
                    {"group": "g/neg-2", "healthStatus": []},
                ],
            },
        )
        assert [item["endpoints"] for item in snapshot.collection("compute.networkEndpoints").objects][1] == []

    def test_yaml_and_gzip_and_an_unknown_plural(self, tmp_path: Path) -> None:
        write_tree(
            tmp_path,
            {
                "kubernetes/pods.yaml": yaml.safe_dump(listed([pod()])),
                "kubernetes/events.json.gz": gzip.compress(json.dumps(listed([event()])).encode()),
                "kubernetes/widgets.json": listed([thing("Widget", "w", api_version="acme.example/v1")]),
            },
        )
        snapshot = load(tmp_path)
        assert names(snapshot, "pods") == ["web-1"]
        assert names(snapshot, "events") == ["web-1.1"]
        assert names(snapshot, "widgets") == ["w"]

    def test_logs_find_their_namespace_through_the_pods(self, tmp_path: Path) -> None:
        write_tree(
            recording(tmp_path),
            {"logs/other/web-9/app-previous.log": "old\n", "logs/nobody/app.log": "lost\n", "logs/web-1/empty.log": ""},
        )
        logs = load(tmp_path).collection("logs")
        found = [(log["namespace"], log["pod"], log["container"], log["previous"]) for log in logs.objects]
        assert found == [("other", "web-9", "app", True), ("shop", "web-1", "app", False)]
        assert logs.doubt() is not None

    def test_a_refusal_in_place_of_a_list_is_denied(self, tmp_path: Path) -> None:
        said = {"kind": "Status", "reason": "Forbidden", "message": "secrets is forbidden: User cannot list"}
        write_tree(tmp_path, {"kubernetes/secrets.json": said})
        assert status(load(tmp_path), "secrets") is Status.DENIED

    def test_a_list_that_was_cut_by_its_limit_is_partial(self, tmp_path: Path) -> None:
        cut = listed([pod()]) | {"metadata": {"continue": "abc"}}
        write_tree(tmp_path, {"kubernetes/pods.json": cut})
        assert load(tmp_path).collection("pods").doubt("shop", "x") == "the listing was cut off by its limit"

    def test_weight_is_dropped(self, tmp_path: Path) -> None:
        crd = thing(
            "CustomResourceDefinition",
            "widgets.acme.example",
            None,
            spec={"group": "acme.example", "versions": [{"name": "v1", "served": True, "schema": {"a": 1}}]},
            status={"conditions": [], "storedVersions": ["v1"]},
        )
        write_tree(recording(tmp_path), {"kubernetes/customresourcedefinitions.json": listed([crd])})
        snapshot = load(tmp_path)
        [definition] = snapshot.collection("customresourcedefinitions").objects
        assert definition["spec"] == {"group": "acme.example", "versions": [{"name": "v1", "served": True}]}
        assert "images" not in snapshot.collection("nodes").objects[0]["status"]
        assert "managedFields" not in snapshot.collection("secrets").objects[0]["metadata"]
        assert snapshot.collection("secrets").objects[0]["metadata"]["annotations"] == {"team": "shop"}

    def test_credentials_of_google_cloud_are_dropped(self, tmp_path: Path) -> None:
        kube_env = {"items": [{"key": "kube-env", "value": PASSWORD}]}
        write_tree(
            tmp_path,
            {
                "gcp/instances.json": [{"name": "i", "metadata": kube_env}],
                "gcp/clusters.json": [{"name": "c", "masterAuth": {"password": PASSWORD}}],
                "gcp/backendServices.json": [{"name": "b", "iap": {"enabled": True, "oauth2ClientSecret": PASSWORD}}],
            },
        )
        assert PASSWORD not in repr([c.objects for c in load(tmp_path).collections.values()])

    def test_events_of_the_newer_api_read_like_the_others(self, tmp_path: Path) -> None:
        newer = thing("Event", "e", api_version="events.k8s.io/v1", note="no", regarding={"kind": "Pod", "name": "p"})
        write_tree(tmp_path, {"kubernetes/events.json": listed([newer])})
        [seen] = load(tmp_path).collection("events").objects
        assert (seen["message"], seen["involvedObject"]["name"], seen["apiVersion"]) == ("no", "p", "v1")


MIXED = listed([pod(), secret(), node(), pod("coredns-1", "kube-system")])


class TestObjects:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("x.json", json.dumps(MIXED).encode()),
            ("x.json", b"\xef\xbb\xbf" + json.dumps(MIXED).encode()),
            ("x.json", json.dumps(MIXED).encode("utf-16")),
            ("x.json.gz", gzip.compress(json.dumps(MIXED).encode())),
            ("x.yaml", yaml.safe_dump(MIXED).encode()),
            ("x.yaml.gz", gzip.compress(yaml.safe_dump(MIXED).encode())),
            ("x.yaml", "\n---\n".join(yaml.safe_dump(item) for item in MIXED["items"]).encode()),
            ("x", "\n".join(json.dumps(item, indent=1) for item in MIXED["items"]).encode()),
            ("x.json", json.dumps(MIXED["items"]).encode()),
            ("x.txt", ("  \n" + json.dumps(listed([MIXED]))).encode()),
        ],
    )
    def test_one_file_in_any_dress(self, tmp_path: Path, name: str, data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        snapshot = load(tmp_path / name)
        assert names(snapshot, "pods") == ["coredns-1", "web-1"]
        assert names(snapshot, "secrets") == ["db"]
        assert status(snapshot, "pods") is Status.COMPLETE
        assert snapshot.collection("services").doubt("shop", "web") == "no such object in this recording"
        assert snapshot.collection("pods").objects[0]["metadata"]["creationTimestamp"] == "2026-01-01T10:00:00Z"
        assert PASSWORD not in repr([c.objects for c in snapshot.collections.values()])

    def test_items_of_a_typed_list_inherit_its_kind(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed(without_kind(pod()), "PodList")))
        [only] = load(tmp_path / "x.json").collection("pods").objects
        assert (only["kind"], only["apiVersion"]) == ("Pod", "v1")

    def test_an_empty_typed_list_is_a_known_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed([], "SecretList")))
        assert load(tmp_path / "x.json").collection("secrets").doubt("shop", "db") is None

    def test_a_single_object(self, tmp_path: Path) -> None:
        (tmp_path / "x.yaml").write_text(yaml.safe_dump(pod()))
        assert names(load(tmp_path / "x.yaml"), "pods") == ["web-1"]

    def test_objects_of_one_namespace_say_nothing_of_others(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed([pod(), secret(), node()])))
        snapshot = load(tmp_path / "x.json")
        assert snapshot.collection("secrets").doubt("shop", "other") is None
        assert snapshot.collection("secrets").doubt("bank", "other") == "namespace bank was not asked for"
        assert snapshot.collection("nodes").doubt(None, "n2") is None

    def test_a_kind_of_another_group_keeps_apart(self, tmp_path: Path) -> None:
        items = [thing("Service", "fn", api_version="serving.knative.dev/v1"), thing("Service", "web")]
        (tmp_path / "x.json").write_text(json.dumps(listed(items)))
        snapshot = load(tmp_path / "x.json")
        assert names(snapshot, "services") == ["web"]
        assert names(snapshot, "services.serving.knative.dev") == ["fn"]

    def test_a_directory_of_files(self, tmp_path: Path) -> None:
        write_tree(
            tmp_path,
            {
                "po.yaml": yaml.safe_dump(listed([pod()])),
                "secrets.json": listed([]),
                "forwarding-rules.json": [{"kind": "compute#forwardingRule", "name": "fr"}],
                "svc.json": "{ broken",
                "notes.json": {"hello": 1},
                "gcp/addresses.json": [],
            },
        )
        snapshot = load(tmp_path)
        assert names(snapshot, "pods") == ["web-1"]
        assert status(snapshot, "secrets") is Status.COMPLETE
        assert status(snapshot, "services") is Status.FAILED
        assert "svc.json" in snapshot.collection("services").state.reason
        assert len(snapshot.collection("compute.forwardingRules").objects) == 1
        assert status(snapshot, "compute.addresses") is Status.COMPLETE


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
        assert snapshot.collection("pods").doubt("shop", "x") is None
        assert snapshot.collection("pods").doubt("bank", "x") == "namespace bank was not asked for"
        assert snapshot.collection("endpoints").doubt() == "kubectl cluster-info dump does not contain it"
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
        assert pods.doubt("shop", "x") is None
        assert "bank/pods.json" in str(pods.doubt("bank", "x"))

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
        assert pods.doubt("shop", "x") is None
        assert "forbidden" in str(pods.doubt("bank", "x"))
        assert snapshot.collection("networkpolicies").doubt("shop", "x") is None
        assert status(snapshot, "storageclasses") is Status.DENIED
        assert snapshot.collection("secrets").doubt() == "this support bundle does not contain it"

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
        assert snapshot.collection("pods").doubt("shop", "x") is None
        assert snapshot.collection("pods").doubt("bank", "x") == "namespace bank was not asked for"
        assert "must-gather does not say" in str(snapshot.collection("services").doubt())
        assert snapshot.collection("nodes").doubt(None, "x") is not None

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


class TestArchives:
    def test_a_zip_of_any_format_reads_like_its_directory(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        with zipfile.ZipFile(tmp_path / "r.zip", "w") as archive:
            for path in root.rglob("*"):
                archive.write(path, f"top/{path.relative_to(root)}")
        assert names(load(tmp_path / "r.zip"), "pods") == ["web-1"]

    @pytest.mark.parametrize("name", ["../x.json", "/x.json", "a/../../x.json", "..\\x.json", "C:/x.json"])
    def test_a_name_that_leads_out_refuses_the_archive(self, tmp_path: Path, name: str) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("kubernetes/pods.json", json.dumps(listed([pod()])))
            archive.writestr(name, "{}")
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            info = tarfile.TarInfo(name)
            tar.addfile(info, io.BytesIO())
        for path in (tmp_path / "a.zip", tmp_path / "a.tar"):
            with pytest.raises(SourceError, match="leads out"):
                load(path)

    def test_a_device_refuses_the_archive(self, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "a.tar", "w") as tar:
            info = tarfile.TarInfo("kubernetes/pods.json")
            info.type = tarfile.CHRTYPE
            tar.addfile(info)
        with pytest.raises(SourceError, match="device"):
            load(tmp_path / "a.tar")

    def test_bombs_are_refused(self, tmp_path: Path) -> None:
        zeros = b" " * 150_000_000
        (tmp_path / "x.json.gz").write_bytes(gzip.compress(zeros, 9))
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("pods.json", zeros)
        for name in ("x.json.gz", "a.zip"):
            with pytest.raises(SourceError, match="grows beyond"):
                load(tmp_path / name)

    def test_a_truncated_archive_is_refused(self, tmp_path: Path) -> None:
        root = write_tree(tmp_path / "bundle", bundle())
        data = packed(root, tmp_path / "b.tar.gz").read_bytes()
        for length in (1, 100, len(data) // 2, len(data) - 20):
            (tmp_path / "cut.tar.gz").write_bytes(data[:length])
            with pytest.raises(SourceError):
                load(tmp_path / "cut.tar.gz")

    def test_links_in_a_directory_are_not_followed(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        outside = tmp_path / "services.json"
        outside.write_text(json.dumps(listed([thing("Service", "s")])))
        (root / "kubernetes/endpoints.json").symlink_to(outside)
        assert status(load(root), "endpoints") is Status.NOT_ASKED

    def test_a_snapshot_that_was_packed_again_says_so(self, tmp_path: Path) -> None:
        write(load(recording(tmp_path / "r")), tmp_path / "out")
        with pytest.raises(SourceError, match="packed again"):
            load(packed(tmp_path / "out", tmp_path / "b.tar.gz"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("x.json", b"", "x.json is empty (0 bytes)"),
            ("x.json", b"  \n", "x.json is empty"),
            ("x.json", b'{"kind": "List",\n "items": [}', "x.json:2:12: JSON is malformed"),
            ("x.json", b'{"kind": "List", "items": [', "x.json: input data was truncated"),
            ("x.json", b"{} {", "x.json:1:5: Expecting property name"),
            ("x.yaml", b"kind: Pod\n  metadata: 5\n", "x.yaml:2:11: mapping values are not allowed"),
            ("x.yaml", b"a: &a [x]\nb: *a\n", "aliases"),
            ("x.yaml", b"- " * 60_000, "nested too deeply"),
            ("x.yaml", b"? " * 60_000, "nested too deeply"),
            ("x.yaml", b"a: " + b"[" * 60_000, "x.yaml"),
            ("x.json", b"[" * 100_000, "nested too deeply"),
            ("x.json", b'{"a":' * 100_000, "nested too deeply"),
            ("x.bin", bytes(range(256)), "x.bin is no text"),
            ("x.json", b'{"hello": 1}', "x.json holds no Kubernetes objects"),
            ("x.txt", b"just some text", "x.txt holds no Kubernetes objects"),
            ("x.gz", gzip.compress(b"{}")[:-4], "x.gz is damaged"),
            ("x.zip", b"PK\x03\x04rubbish", "x.zip is damaged"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(self, tmp_path: Path, name: str, data: bytes, message: str) -> None:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError) as caught:
            load(tmp_path / name)
        assert message in caught.value.message
        assert "\n" not in caught.value.message

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="does not exist"):
            load(tmp_path / "nothing")

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(SourceError, match="neither a file nor a directory"):
            load(tmp_path / "pipe")

    def test_an_unknown_directory_says_what_was_looked_for(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {"README.md": "hello", "src/x.py": "pass"})
        with pytest.raises(SourceError, match="nothing that is known") as caught:
            load(tmp_path)
        assert "kubernetes/*.json" in str(caught.value.hint)

    def test_names_that_are_no_text_do_no_harm(self, tmp_path: Path) -> None:
        root = recording(tmp_path / "r")
        strange = root / "kubernetes" / os.fsdecode(b"\xff\xfe.json")
        strange.write_text(json.dumps(listed([thing("Widget", "w", api_version="a/v1")])))
        write(load(root), tmp_path / "out.gkesnap")
