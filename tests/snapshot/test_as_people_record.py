"""Recordings as people make them: what one List says of the command, whose time a file has, what PowerShell writes."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gkedoctor.snapshot.importers.asked_kinds import RECORD_COMMAND, RECORDED
from gkedoctor.snapshot.importers.names import collection_of_file
from gkedoctor.snapshot.kinds import CATEGORY_ALL, COLLECTIONS
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.sources import load
from tests.conftest import ROOT
from tests.snapshot.clusters import event, listed, names, node, pod, status, thing

WRITTEN = datetime(2026, 3, 3, 12, tzinfo=UTC)


def owned(item: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    item["metadata"]["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}]
    return item


def saved(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return path


def dumped(path: Path, document: Any) -> Path:
    return saved(path, json.dumps(document))


class TestWhatWasAskedFor:
    def test_replicasets_show_that_all_was_asked(self, tmp_path: Path) -> None:
        items = [pod("a"), thing("Service", "web"), thing("Deployment", "web"), thing("ReplicaSet", "web-1")]
        snapshot = load(dumped(tmp_path / "cluster.json", listed(items)))
        assert {status(snapshot, name) for name in CATEGORY_ALL} == {Status.COMPLETE}
        assert status(snapshot, "ingresses") is Status.NOT_ASKED

    def test_without_them_nothing_is_concluded(self, tmp_path: Path) -> None:
        items = [pod("a"), thing("Service", "web"), thing("Deployment", "web")]
        snapshot = load(dumped(tmp_path / "cluster.json", listed(items)))
        assert status(snapshot, "statefulsets") is Status.NOT_ASKED

    def test_an_owner_that_was_not_recorded_says_otherwise(self, tmp_path: Path) -> None:
        items = [owned(pod("db-0"), "StatefulSet", "db"), thing("Service", "web"), thing("ReplicaSet", "web-1")]
        snapshot = load(dumped(tmp_path / "cluster.json", listed(items)))
        assert status(snapshot, "statefulsets") is Status.NOT_ASKED
        assert status(snapshot, "jobs") is Status.COMPLETE

    def test_what_every_cluster_has_shows_the_recommended_command(self, tmp_path: Path) -> None:
        kinds = ("Namespace", "ServiceAccount", "PriorityClass", "APIService", "ClusterRole", "Service")
        items = [pod("a"), *(thing(kind, "x") for kind in kinds)]
        snapshot = load(dumped(tmp_path / "cluster.json", listed(items)))
        assert status(snapshot, "ingresses") is Status.COMPLETE
        assert status(snapshot, "secrets") is Status.NOT_ASKED, "kubectl says on standard error what it may not read"

    def test_an_object_alone_is_no_listing(self, tmp_path: Path) -> None:
        snapshot = load(dumped(tmp_path / "pod.json", pod("a")))
        assert status(snapshot, "pods") is Status.PARTIAL


class TestTheTime:
    def test_an_object_alone_has_the_time_of_its_file(self, tmp_path: Path) -> None:
        assert load(dumped(tmp_path / "pod.json", pod("a"))).clock == WRITTEN

    def test_so_has_a_list_without_anything_that_is_written_all_the_time(self, tmp_path: Path) -> None:
        assert load(dumped(tmp_path / "pods.json", listed([pod("a")]))).clock == WRITTEN

    @pytest.mark.parametrize("ticking", [event(), node()], ids=["Event", "Node"])
    def test_events_and_nodes_are_the_better_clock(self, tmp_path: Path, ticking: dict[str, Any]) -> None:
        assert load(dumped(tmp_path / "all.json", listed([pod("a"), ticking]))).clock < WRITTEN

    def test_a_stated_time_wins(self, tmp_path: Path) -> None:
        stated = datetime(2026, 5, 5, tzinfo=UTC)
        assert load(dumped(tmp_path / "pod.json", pod("a")), recorded_at=stated).clock == stated

    def test_objects_without_any_time_are_not_of_1970(self, tmp_path: Path) -> None:
        assert load(dumped(tmp_path / "cm.json", listed([thing("ConfigMap", "a")]))).clock == WRITTEN


class TestDresses:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("form", ["json", "yaml", "array", "documents"])
    def test_of_files(self, tmp_path: Path, encoding: str, end: str, form: str) -> None:
        items = [pod("a"), pod("b")]
        text = {
            "json": json.dumps(listed(items), indent=2),
            "yaml": yaml.safe_dump(listed(items)),
            "array": json.dumps(items, indent=2),
            "documents": yaml.safe_dump_all(items),
        }[form]
        path = saved(tmp_path / "cluster.txt", text.replace("\n", end).encode(encoding))
        assert names(load(path), "pods") == ["a", "b"]

    def test_a_list_in_a_list(self, tmp_path: Path) -> None:
        path = dumped(tmp_path / "cluster.json", listed([listed([pod("a")]), listed([thing("Service", "s")])]))
        assert names(load(path), "pods") == ["a"]
        assert names(load(path), "services") == ["s"]

    def test_a_zip_and_a_tar_of_files(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "dump.zip", "w") as packed:
            packed.writestr("pods.json", json.dumps(listed([pod("a")])))
            packed.writestr("web.yaml", yaml.safe_dump(thing("Service", "web")))
        one = dumped(tmp_path / "pods.json", listed([pod("a")]))
        with tarfile.open(tmp_path / "dump.tar.gz", "w:gz") as rolled:
            rolled.add(one, "dump/pods.json")
        assert names(load(tmp_path / "dump.zip"), "services") == ["web"]
        assert names(load(tmp_path / "dump.tar.gz"), "pods") == ["a"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_cluster_info_dump_of_powershell(self, tmp_path: Path, encoding: str) -> None:
        pods = {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod("web-1")]}
        of = "logs for container web of pod shop/web-1 ===="
        text = f"{json.dumps(pods, indent=4)}\n==== START {of}\nstarted\n==== END {of}\n".replace("\n", "\r\n")
        snapshot = load(saved(tmp_path / "dump.txt", text.encode(encoding)))
        assert names(snapshot, "pods") == ["web-1"]
        assert [list(item["lines"]) for item in snapshot.collection("logs")] == [["started"]]


class TestTheCommand:
    def test_a_list_of_every_kind_says_that_gateways_were_requested_too(self, tmp_path: Path) -> None:
        every = ("Namespace", "ServiceAccount", "PriorityClass", "APIService", "ClusterRole", "Pod", "Service")
        versions = {"PriorityClass": "scheduling.k8s.io/v1", "APIService": "apiregistration.k8s.io/v1",
                    "ClusterRole": "rbac.authorization.k8s.io/v1"}  # fmt: skip
        only = {"FlowSchema": "flowcontrol.apiserver.k8s.io/v1", "Lease": "coordination.k8s.io/v1",
                "PriorityLevelConfiguration": "flowcontrol.apiserver.k8s.io/v1"}  # fmt: skip
        found = [{"apiVersion": versions.get(kind, "v1"), "kind": kind, "metadata": {"name": "x"}} for kind in every]
        by_name = tmp_path / "by-name.json"
        by_name.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": found}))
        found += [{"apiVersion": version, "kind": kind, "metadata": {"name": "x"}} for kind, version in only.items()]
        of_all = tmp_path / "all.json"
        of_all.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": found}))
        assert load(by_name).collection("gateways").state.status is not Status.COMPLETE
        assert load(of_all).collection("gateways").state.status is Status.COMPLETE
        assert load(of_all).collection("secrets").state.status is not Status.COMPLETE

    def test_its_words_are_kinds(self) -> None:
        assert {collection_of_file(word) for word in RECORDED[1:]} - set(COLLECTIONS) <= {"runtimeclasses"}

    @pytest.mark.parametrize("page", ["docs/recording.md", "src/gkedoctor"])
    def test_no_page_prints_another(self, page: str) -> None:
        path = ROOT / page
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        lines = [
            line
            for file in files
            for line in file.read_text().splitlines()
            if "kubectl api-resources --verbs=list" in line
        ]
        assert all(RECORD_COMMAND in line for line in lines if "=" in line and path.is_file())
        assert not any("kubectl get all,events" in file.read_text() for file in files)
        assert lines or path.is_dir()
