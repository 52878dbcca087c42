"""A real kubectl looks at recordings."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gkedoctor.serve.server import Server
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.redaction.secret_facts import with_placeholders
from gkedoctor.snapshot.sources import load
from tests.serve.conftest import Kubectl, served
from tests.serve.objects import write_shop

Look = Callable[[str], Kubectl]

TERATAIL = "teratail-readiness-404"


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_a_table_has_the_columns_and_cells_kubectl_users_know(kubectl: Look) -> None:
    assert words(kubectl("shop")("get pods -n shop")) == [
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
        ["done-1", "0/1", "Completed", "0", "24h"],
        ["evicted-1", "0/1", "Evicted", "0", "24h"],
        ["going-1", "0/1", "Terminating", "0", "24h"],
        ["init-1", "0/1", "Init:CrashLoopBackOff", "2", "24h"],
        ["sidecar-1", "2/2", "Running", "0", "24h"],
        ["waiting-1", "0/1", "Init:1/2", "0", "24h"],
        ["web-1", "1/2", "CrashLoopBackOff", "5", "(5m", "ago)", "24h"],
    ]


@pytest.mark.parametrize("name", ["shop", TERATAIL, "ing-tls-ok"])
@pytest.mark.parametrize("form", ["wide", "json", "yaml", "name", "kyaml"])
def test_every_form_of_get_works(kubectl: Look, name: str, form: str) -> None:
    printed = kubectl(name)(f"get pods,svc,deploy,nodes,events,cm -A -o {form}")
    assert printed.count("\n") > 5


def test_columns_paths_and_templates_are_cut_out_of_the_objects(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert shop("get pod web-1 -n shop -o jsonpath={.status.podIP}") == "10.8.0.1"
    assert shop("get pod web-1 -n shop -o go-template={{.spec.nodeName}}") == "n1"
    printed = shop("get pods -n shop -l app=web -o custom-columns=N:.metadata.name,P:.status.phase")
    assert words(printed) == [["N", "P"], ["web-1", "Running"]]
    assert "tier=front" in shop("get pods -n shop --show-labels")
    assert words(shop("get pods -n shop -L app --no-headers"))[-1][-1] == "web"


def test_wide_shows_more(kubectl: Look) -> None:
    printed = words(kubectl("shop")("get pods -n shop -o wide"))
    assert printed[0][-6:] == ["IP", "NODE", "NOMINATED", "NODE", "READINESS", "GATES"]
    assert printed[-1][-4:] == ["10.8.0.1", "n1", "<none>", "<none>"]


def test_all_namespaces_and_kinds_are_got_without_a_complaint(kubectl: Look) -> None:
    printed = kubectl("shop")("get all -A")
    for name in ("pod/web-1", "service/web", "deployment.apps/web", "statefulset.apps/db", "daemonset.apps/agent"):
        assert name in printed
    for name in ("job.batch/load", "cronjob.batch/nightly", "horizontalpodautoscaler.autoscaling/web"):
        assert name in printed
    assert "deployment.apps/teratail" in kubectl(TERATAIL)("get all -A")


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("-l app=mail", ["init-1", "waiting-1"]),
        ("-l app!=mail,app", ["web-1"]),
        ("-l app,!tier", ["init-1", "waiting-1"]),
        ("--selector=tier==front", ["web-1"]),
        ("--field-selector status.phase=Pending", ["init-1", "waiting-1"]),
        ("--field-selector status.phase!=Running,status.phase!=Pending", ["done-1", "evicted-1"]),
        ("--field-selector spec.nodeName=n1", ["web-1"]),
        ("--field-selector metadata.name=web-1,metadata.namespace=shop", ["web-1"]),
    ],
)
def test_selectors_select(kubectl: Look, selector: str, names: list[str]) -> None:
    assert kubectl("shop")(f"get pods -A -o name {selector}").split() == [f"pod/{name}" for name in names]


def test_a_set_selects_too(kubectl: Look) -> None:
    done = kubectl("shop").run("get", "pods", "-A", "-o", "name", "-l", "app in (web, x), tier notin (back)")
    assert done.stdout.split() == ["pod/web-1"]


def test_events_are_selected_and_sorted(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert shop("get events -A -o name --field-selector involvedObject.kind=Pod,type=Warning").split() == ["event/e1"]
    assert shop("get events -A -o name --field-selector reason=ScalingReplicaSet").split() == ["event/e2"]
    printed = shop("get events -n shop --sort-by=.lastTimestamp --no-headers")
    assert [line[:2] for line in words(printed)] == [["62m", "Normal"], ["2m", "Warning"]]
    assert "BackOff" in shop("events -n shop --for pod/web-1")


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("shop", "pod/web-1", "BackOff"),
        ("shop", "service", "10.96.0.10"),
        ("shop", "deployment", "app:1"),
        ("shop", "statefulset", "db:1"),
        ("shop", "daemonset", "disk=ssd"),
        ("shop", "job", "load:1"),
        ("shop", "cronjob", "0 3 * * *"),
        ("shop", "hpa", "Deployment/web"),
        ("shop", "pdb", "Min available:  1"),
        ("shop", "ingress", "a.example"),
        ("shop", "secret", "Opaque"),
        ("shop", "configmap", "settings"),
        ("shop", "pvc", "pv-1"),
        ("shop", "networkpolicy", "deny"),
        ("shop", "quota", "limits.cpu"),
        ("shop", "endpointslice", "10.8.0.1"),
        ("shop", "endpoints", "10.8.0.1"),
        ("shop", "rolebinding", "reader"),
        ("shop", "widget", "Size:  3"),
        (TERATAIL, "pod/teratail-d987689cb-d96ll", "Readiness probe failed"),
        (TERATAIL, "service", "Endpoints:"),
        (TERATAIL, "deployment", "MinimumReplicasUnavailable"),
        (TERATAIL, "secret", "Opaque"),
        ("ing-tls-ok", "ingress", "safe:80 (10.8.0.215:8080,10.8.0.216:8080)"),
        ("db-pvc-class", "pvc", "StorageClass:"),
    ],
)
def test_describe_describes(kubectl: Look, name: str, kind: str, wanted: str) -> None:
    printed = kubectl(name)(f"describe {kind} -n {name}")
    assert wanted in printed


def test_describe_works_for_what_is_in_no_namespace(kubectl: Look) -> None:
    printed = kubectl(TERATAIL)("describe node gke-teratail-default-pool-5f3c1b2a-x7k2")
    assert "Non-terminated Pods:          (4 in total)" in printed
    assert "KubeletReady" in printed
    shop = kubectl("shop")
    assert "pods: 7" not in shop("describe namespace shop")
    assert "shop/data" in shop("describe pv pv-1")
    assert "pd.csi.storage.gke.io" in shop("describe storageclass standard")
    assert "Unschedulable:      true" in shop("describe node n1")


def test_a_secret_has_facts_and_no_value(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert words(shop("get secrets -A"))[1] == ["shop", "db", "Opaque", "1", "0s"]
    item = json.loads(shop("get secret db -n shop -o json"))
    assert "data" not in item
    assert item["keys"]["p"]["bytes"] == 15
    assert shop("get secret db -n shop -o jsonpath={.data}") == ""


def test_logs_are_the_recorded_lines(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert shop("logs web-1 -n shop -c app").splitlines()[0] == "2026-01-01T11:00:00Z starting"
    assert shop("logs web-1 -n shop -c app --previous") == "the one before\n"
    assert shop("logs web-1 -n shop -c app --tail=1") == "last\n"
    assert shop("logs web-1 -n shop -c app --limit-bytes=4") == "2026"
    assert shop("logs web-1 -n shop -c app --since=60s").splitlines()[0] == "2026-01-01T11:59:30Z listening"
    assert "GET /healthz 404" in kubectl(TERATAIL).run("logs", "deploy/teratail", "-n", TERATAIL).stdout


def test_logs_that_are_not_there_say_why(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert 'previous terminated container "side"' in shop.refused("logs web-1 -n shop -c side -p")
    assert "was not recorded" in shop.refused("logs web-1 -n shop -c side")
    assert "is waiting to start: PodInitializing" in shop.refused("logs init-1 -n shop -c app")
    assert "container nosuch is not valid for pod web-1" in shop.refused("logs web-1 -n shop -c nosuch")
    assert 'pods "nosuch" not found' in shop.refused("logs nosuch -n shop")


def test_what_is_served_is_told(kubectl: Look) -> None:
    shop = kubectl("shop")
    kinds = {line[-1] for line in words(shop("api-resources --no-headers"))}
    assert {"Pod", "Deployment", "Widget", "Secret", "Ingress"} <= kinds
    assert "wd" in shop("api-resources --api-group=example.com")
    assert {"v1", "apps/v1", "example.com/v1alpha1", "autoscaling/v2"} <= set(shop("api-versions").split())
    assert "v1.33.1-gke.100" in shop.run("version").stdout
    assert words(shop("get wd -A"))[1] == ["shop", "w1", "24h"]
    assert "restartPolicy" in shop("explain pod.spec")


def test_everybody_may_read_and_nobody_may_write(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert shop("auth can-i list pods") == "yes\n"
    assert shop("auth can-i get pods --subresource=log") == "yes\n"
    for command in ("delete pods", "create deployments.apps", "get pods --subresource=exec", "* *"):
        done = shop.run("auth", "can-i", *command.split())
        assert (done.returncode, done.stdout[:2]) == (1, "no")
    assert "[get list watch]" in shop("auth can-i --list")


@pytest.mark.parametrize(
    "command",
    [
        "delete pod web-1 -n shop",
        "apply -f FILE",
        "apply --server-side -f FILE",
        "create -f FILE",
        "replace -f FILE",
        "edit configmap settings -n shop",
        "scale deploy web --replicas=0 -n shop",
        "label pod web-1 a=b -n shop",
        "exec web-1 -n shop -c app -- ls",
        "rollout restart deploy web -n shop",
    ],
)
def test_writes_are_refused_and_told_why(kubectl: Look, tmp_path: Path, command: str) -> None:
    shop = kubectl("shop")
    item = json.loads(shop("get configmap settings -n shop -o json"))
    item["immutable"] = True
    (tmp_path / "new.json").write_text(json.dumps(item))
    (tmp_path / "editor").write_text("#!/bin/sh\nsed -i 's/^metadata:/immutable: true\\nmetadata:/' \"$1\"\n")
    (tmp_path / "editor").chmod(0o755)
    said = shop.refused(command.replace("FILE", str(tmp_path / "new.json")), EDITOR=str(tmp_path / "editor"))
    assert "is not allowed: this is a recording of" in said
    assert "it can only be read" in said


def test_a_watch_shows_what_is_there_and_ends_when_its_time_is_up(kubectl: Look) -> None:
    printed = kubectl("shop")("get pods -n shop -w --request-timeout=1s")
    assert len(printed.splitlines()) == 8
    changes = kubectl("shop")("get pods -n shop -w --output-watch-events --watch-only --request-timeout=1s")
    assert [line[:2] for line in words(changes)[1:]] == []


def test_a_watch_ends_cleanly_when_the_server_ends(program: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    with served(load(write_shop(tmp_path / "shop"))) as server:
        looking = Kubectl(program, server, tmp_path)
        watch = subprocess.Popen(
            [program, "get", "pods", "-A", "-w"],
            env=looking.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(1)
        assert watch.poll() is None
    out, err = watch.communicate(timeout=10)
    assert (watch.returncode, err) == (0, "")
    assert "web-1" in out


def test_gaps_of_the_recording_are_answered_as_a_cluster_would(kubectl: Look) -> None:
    gaps = kubectl("gaps")
    assert 'Error from server (Forbidden): secrets is forbidden: User "ann"' in gaps.refused("get secrets -A")
    assert "ServiceUnavailable" in gaps.refused("get services -A")
    assert "input data was truncated" in gaps.refused("get services -A")
    assert "(Forbidden): deployments.apps is forbidden: not in this recording" in gaps.refused("get deployments -A")
    assert "namespaces: not in this recording" in gaps.refused("get namespaces")
    cut = gaps.run("get", "configmaps", "-A")
    assert "settings" in cut.stdout
    assert "Warning: configmaps: the recording is not complete: the listing was cut off" in cut.stderr
    assert "is not known: the listing was cut off" in gaps.refused("get configmap nosuch -n shop")
    assert "namespaces: not in this recording" in gaps.refused("get pod nosuch -n shop")
    done = gaps.run("auth", "can-i", "list", "secrets")
    assert done.stdout.startswith("no")


def test_a_list_in_pages_is_the_whole_list(kubectl: Look) -> None:
    shop = kubectl("shop")
    assert shop("get pods -A --chunk-size=2 -o name") == shop("get pods -A --chunk-size=0 -o name")
    assert shop("get pods -A --chunk-size=3") == shop("get pods -A")


@pytest.mark.parametrize("name", ["shop", TERATAIL, "ing-tls-ok", "hpa-no-requests", "batch-backoff"])
def test_what_kubectl_gets_is_what_was_recorded(
    kubectl: Look, serving: Callable[[str], Server], name: str, tmp_path: Path
) -> None:
    source = serving(name).api.recorded.snapshot
    (tmp_path / "kubernetes").mkdir()
    wanted = 0
    for resource in serving(name).api.recorded.resources:
        if serving(name).api.recorded.refusal(resource, None) is not None:
            continue
        printed = kubectl(name)(f"get {resource.full_name} -A -o json")
        items = json.loads(printed)["items"]
        objects = source.collection(resource.collection).objects
        assert items == [with_placeholders(o) if o.get("kind") == "ConfigMap" else o for o in objects]
        wanted += len(items)
        (tmp_path / "kubernetes" / f"{resource.collection}.json").write_text(printed)
    assert wanted > 10
    _assert_same_again(load(tmp_path, recorded_at=source.clock), source)


def _assert_same_again(again: Snapshot, source: Snapshot) -> None:
    """What was got is taken in again without a change: also Secrets, whose values nobody has."""
    for collection_name, collection in again.collections.items():
        if collection_name in COLLECTIONS:
            assert collection.objects == source.collection(collection_name).objects
            assert collection.state.status == source.collection(collection_name).state.status
