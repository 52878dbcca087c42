"""`gkedoctor leftovers` and `gkedoctor teardown`: what they print, and what they tell the shell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gkedoctor import shipped
from gkedoctor.errors import ExitCode
from gkedoctor.report.schemas import SCHEMAS

from .conftest import Cluster, Gkedoctor

RECORDED = shipped.recorded_clusters()
ORPHANS = RECORDED / "orphans-cluster-deleted"

INGRESS = {
    "kind": "Ingress",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {},
    "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}},
}
HANDLE = "projects/shop-prod/zones/europe-west1-b/disks/pvc-1"


def volume(policy: str) -> dict[str, Any]:
    return {
        "kind": "PersistentVolume",
        "metadata": {"name": "pvc-1"},
        "spec": {
            "persistentVolumeReclaimPolicy": policy,
            "claimRef": {"namespace": "shop", "name": "data"},
            "csi": {"driver": "pd.csi.storage.gke.io", "volumeHandle": HANDLE},
        },
    }


CLAIM = {"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"}}


def test_leftovers_exit_1_and_come_with_their_commands_in_order(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("leftovers", "--from", ORPHANS)
    assert (result.code, result.err) == (ExitCode.FOUND, "")
    resources = [line.split()[2] for line in result.out.splitlines() if line.startswith("      gcloud compute ")]
    order = ["forwarding-rules", "target-http-proxies", "url-maps", "backend-services", "health-checks",
             "network-endpoint-groups", "firewall-rules", "addresses"]  # fmt: skip
    assert list(dict.fromkeys(resources)) == order


def test_leftovers_as_json_follow_the_schema_of_the_report(gkedoctor: Gkedoctor) -> None:
    report = json.loads(gkedoctor("leftovers", "--from", ORPHANS, "--json").out)
    jsonschema.validate(report, SCHEMAS["report"]())
    assert [d["cause"] for d in report["diagnoses"]] == ["orphaned-load-balancer", "unused-address"]
    first = report["diagnoses"][0]
    assert (len(first["explains"]), len(first["fix"]["commands"])) == (20, 19)  # the reserved address is kept
    assert first["explains"][0]["name"] == first["root"]["name"]
    assert report["complete"]


def test_leftovers_say_nothing_of_other_faults(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("leftovers", "--from", RECORDED / "ing-basic-auth", "--json")
    assert result.code == ExitCode.OK, "an advisory is nothing that is left over"
    assert [d["cause"] for d in json.loads(result.out)["diagnoses"]] == ["unused-address"]


def test_leftovers_cannot_be_found_where_google_cloud_was_not_recorded(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("leftovers", "--from", RECORDED / "teratail-healthy")
    assert result.code == ExitCode.INCOMPLETE
    assert "Not enough was checked to rule out problems" in result.out
    assert "Google Cloud" in result.out


def test_no_leftovers_exit_0(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    result = gkedoctor("leftovers", "--from", cluster())
    assert result.code == ExitCode.OK
    assert "No problems found" in result.out


def test_a_denied_listing_exits_4(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    assert gkedoctor("leftovers", "--from", cluster(deny=("ForwardingRule",))).code == ExitCode.INCOMPLETE


def test_teardown_names_what_would_stay(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    service = {"kind": "Service", "metadata": {"name": "game", "namespace": "shop"}, "spec": {"type": "LoadBalancer"}}
    neg = {
        "kind": "Service",
        "metadata": {
            "name": "api",
            "namespace": "shop",
            "annotations": {"cloud.google.com/neg": '{"exposed_ports":{"80":{"name":"api"}}}'},
        },
        "spec": {"type": "ClusterIP"},
    }
    gateway = {
        "kind": "Gateway",
        "metadata": {"name": "front", "namespace": "shop"},
        "spec": {"gatewayClassName": "gke-l7-global-external-managed"},
    }
    result = gkedoctor("teardown", "--from", cluster(INGRESS, service, neg, gateway, volume("Delete"), CLAIM))
    assert (result.code, result.err) == (ExitCode.FOUND, "")
    commands = [line.strip() for line in result.out.splitlines() if line.startswith("     ")]
    assert commands == [
        "kubectl -n shop delete ingress web",
        "kubectl -n shop delete gateway front",
        "kubectl -n shop delete service api",
        "kubectl -n shop delete service game",
        "kubectl -n shop delete persistentvolumeclaim data",
    ]
    assert "would leave a load balancer at 203.0.113.7" in result.out


def test_teardown_keeps_a_copy_of_a_disk_that_is_retained(gkedoctor: Gkedoctor, cluster: Cluster) -> None:
    result = gkedoctor("teardown", "--from", cluster(volume("Retain"), CLAIM))
    assert result.code == ExitCode.FOUND
    assert "gcloud compute disks snapshot pvc-1 --zone europe-west1-b --project shop-prod" in result.out
    assert "Retain" in result.out


@pytest.mark.parametrize("ingress_class", ["nginx", "traefik"])
def test_teardown_leaves_out_what_other_controllers_serve(
    gkedoctor: Gkedoctor, cluster: Cluster, ingress_class: str
) -> None:
    other = {**INGRESS, "spec": {"ingressClassName": ingress_class}}
    plain = {"kind": "Service", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"type": "ClusterIP"}}
    result = gkedoctor("teardown", "--from", cluster(other, plain))
    assert result.code == ExitCode.OK
    assert "leaves no resources behind" in result.out


def test_teardown_of_a_recorded_cluster_ends_with_deleting_it(gkedoctor: Gkedoctor) -> None:
    result = gkedoctor("teardown", "--from", RECORDED / "l4-healthy")
    assert result.code == ExitCode.FOUND
    last = "gcloud container clusters delete teratail --location asia-northeast1-a --project teratail-prod"
    assert result.out.rstrip().endswith(last)


@pytest.mark.parametrize("kind", ["Ingress", "Service", "PersistentVolume"])
def test_teardown_that_could_not_look_exits_4(gkedoctor: Gkedoctor, cluster: Cluster, kind: str) -> None:
    result = gkedoctor("teardown", "--from", cluster(deny=(kind,)))
    assert result.code == ExitCode.INCOMPLETE
    assert "Not checked" in result.out
    assert "leaves no resources" not in result.out


def test_without_a_recording_both_look_at_the_live_cluster(gkedoctor: Gkedoctor, tmp_path: Path) -> None:
    for command in ("leftovers", "teardown"):
        answer = gkedoctor(command, "--kubeconfig", str(tmp_path / "none"))
        assert answer.code == ExitCode.SOURCE and "does not exist" in answer.err


@pytest.mark.parametrize("name", ["ing-healthy", "l4-healthy", "teratail-healthy", "orphans-cluster-deleted"])
def test_teardown_as_json_says_the_same_as_its_text(gkedoctor: Gkedoctor, name: str) -> None:
    text = gkedoctor("teardown", "--from", RECORDED / name)
    done = gkedoctor("teardown", "--from", RECORDED / name, "--json")
    plan = json.loads(done.out)
    jsonschema.validate(plan, SCHEMAS["teardown"]())
    assert (done.code, done.err) == (text.code, text.err)
    steps = [step for stage in plan["stages"] for step in stage["steps"]]
    printed = [line.strip() for line in text.out.splitlines()]
    assert [
        line
        for line in printed
        if " would leave " in line and ": " not in line.split(" would")[0] and "/" in line.split(" ")[0]
    ] == [
        f"{step['object']['kind']}/{step['object']['namespace']}/{step['object']['name']} would leave {step['leaves']}"
        if "namespace" in step["object"]
        else f"{step['object']['kind']}/{step['object']['name']} would leave {step['leaves']}"
        for step in steps
    ]
    assert all(step["command"] in printed for step in steps)
    assert printed[-1] == plan["afterwards"] or plan["afterwards"] is None
    assert [f"Not checked: {line}" for line in plan["not_checked"]] == [
        line for line in printed if line.startswith("Not checked")
    ]
