"""Recordings and files of `kubectl get`, in every dress."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from tests.snapshot.clusters import (
    PASSWORD,
    event,
    listed,
    names,
    node,
    pod,
    recording,
    secret,
    status,
    thing,
    without_kind,
    write_tree,
)


class TestRecording:
    def test_lists_become_collections_and_what_is_not_there_is_unknown(self, tmp_path: Path) -> None:
        snapshot = load(recording(tmp_path))
        assert names(snapshot, "pods") == ["web-1"]
        assert status(snapshot, "services") is Status.COMPLETE
        assert snapshot.collection("services").why_incomplete("shop", "web") is None
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
        assert logs.why_incomplete() is not None

    def test_a_refusal_in_place_of_a_list_is_denied(self, tmp_path: Path) -> None:
        said = {"kind": "Status", "reason": "Forbidden", "message": "secrets is forbidden: User cannot list"}
        write_tree(tmp_path, {"kubernetes/secrets.json": said})
        assert status(load(tmp_path), "secrets") is Status.DENIED

    def test_a_list_that_was_cut_by_its_limit_is_partial(self, tmp_path: Path) -> None:
        cut = listed([pod()]) | {"metadata": {"continue": "abc"}}
        write_tree(tmp_path, {"kubernetes/pods.json": cut})
        assert load(tmp_path).collection("pods").why_incomplete("shop", "x") == "the listing was cut off by its limit"

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
        [entry] = snapshot.collection("secrets").objects[0]["metadata"]["managedFields"]
        assert entry == {"manager": "kubectl", "fieldsV1": '{"f:data":{"f:password":{}}}'}
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

    def test_credentials_of_uptime_checks_are_dropped(self, tmp_path: Path) -> None:
        http = {
            "path": f"/up?key={PASSWORD}", "port": 443, "useSsl": True, "body": PASSWORD,
            "authInfo": {"username": PASSWORD, "password": PASSWORD},
            "headers": {"Authorization": PASSWORD, "host": "shop.example"},
        }  # fmt: skip
        condition = {"displayName": "down", "conditionThreshold": {"filter": "f", "x": PASSWORD}}
        people = {"documentation": {"content": PASSWORD}, "creationRecord": {"mutatedBy": PASSWORD}}
        write_tree(
            tmp_path,
            {
                "gcp/uptimeCheckConfigs.json": [{"name": "projects/p/uptimeCheckConfigs/u", "httpCheck": http}],
                "gcp/alertPolicies.json": [{"name": "projects/p/alertPolicies/1", "conditions": [condition], **people}],
            },
        )
        snapshot = load(tmp_path)
        assert PASSWORD not in repr([c.objects for c in snapshot.collections.values()])
        [check] = snapshot.collection("monitoring.uptimeCheckConfigs").objects
        assert check["httpCheck"]["path"] == "/up" and check["httpCheck"]["headers"]["host"] == "shop.example"
        assert set(check["httpCheck"]) >= {"authInfo", "useSsl", "port"}
        [policy] = snapshot.collection("monitoring.alertPolicies").objects
        assert policy["conditions"] == [{"displayName": "down", "conditionThreshold": {"filter": "f"}}]

    def test_what_gcloud_logging_read_prints_joins_the_events(self, tmp_path: Path) -> None:
        def seen(name: str, minute: int) -> dict[str, Any]:
            event = thing("Event", name, reason="Failed", involvedObject={"kind": "Pod", "name": "p"})
            return event | {"lastTimestamp": f"2026-01-01T10:{minute:02}:00Z", "count": minute}

        entries = [{"insertId": str(i), "jsonPayload": seen("e", i)} for i in (3, 9, 6)]
        entries += [{"insertId": "x", "jsonPayload": seen("old", 1)}, {"insertId": "y", "textPayload": "hello"}]
        write_tree(tmp_path, {"gcp/logs.json": entries, "kubernetes/events.json": listed([seen("e", 12)])})
        snapshot = load(tmp_path)
        found = {e["metadata"]["name"]: e["count"] for e in snapshot.collection("events").objects}
        assert found == {"e": 12, "old": 1}
        assert snapshot.collection("events").state.status is Status.COMPLETE
        history = snapshot.collection("logging.logEntries")
        assert history.state.status is Status.COMPLETE and not history.objects

    def test_the_history_alone_is_no_complete_list_of_events(self, tmp_path: Path) -> None:
        event = thing("Event", "e", involvedObject={"kind": "Pod", "name": "p"})
        entries = [{"insertId": "1", "jsonPayload": event}]
        write_tree(tmp_path, {"kubernetes/pods.json": listed([pod()]), "gcp/logEntries.json": entries})
        events = load(tmp_path).collection("events")
        assert len(events.objects) == 1 and events.why_incomplete("shop") is not None

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
        assert snapshot.collection("services").why_incomplete("shop", "web") == "no such object in this recording"
        assert snapshot.collection("pods").objects[0]["metadata"]["creationTimestamp"] == "2026-01-01T10:00:00Z"
        assert PASSWORD not in repr([c.objects for c in snapshot.collections.values()])

    def test_items_of_a_typed_list_inherit_its_kind(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed(without_kind(pod()), "PodList")))
        [only] = load(tmp_path / "x.json").collection("pods").objects
        assert (only["kind"], only["apiVersion"]) == ("Pod", "v1")

    def test_an_empty_typed_list_is_a_known_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed([], "SecretList")))
        assert load(tmp_path / "x.json").collection("secrets").why_incomplete("shop", "db") is None

    def test_a_single_object(self, tmp_path: Path) -> None:
        (tmp_path / "x.yaml").write_text(yaml.safe_dump(pod()))
        assert names(load(tmp_path / "x.yaml"), "pods") == ["web-1"]

    def test_objects_of_one_namespace_say_nothing_of_others(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text(json.dumps(listed([pod(), secret(), node()])))
        snapshot = load(tmp_path / "x.json")
        assert snapshot.collection("secrets").why_incomplete("shop", "other") is None
        assert snapshot.collection("secrets").why_incomplete("bank", "other") == "namespace bank was not requested"
        assert snapshot.collection("nodes").why_incomplete(None, "n2") is None

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
