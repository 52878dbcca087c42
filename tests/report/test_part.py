"""A question about one object is answered from a part of a large snapshot as the whole would answer it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.generator import GeneratorOptions, generate

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.graph import Graph, Ref, ref_of
from gkedoctor.report.filtering import answer
from gkedoctor.report.json_schema import to_wire
from gkedoctor.report.namespace_answer import answer_of_part
from gkedoctor.report.object_argument import ObjectArgument
from gkedoctor.report.selection import Selection
from gkedoctor.snapshot import store
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
from gkedoctor.snapshot.sources import load
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

FORCED = 0


def asked(ref: Ref) -> Selection:
    return Selection(target=ObjectArgument(KINDS[ref.kind], ref.name, ref.namespace))


def named(outcome: Outcome) -> set[Ref]:
    """What findings name."""
    told = {ref for d in outcome.diagnoses for ref in (d.root, *(c.ref for c in d.explains))}
    return told | {u.ref for u in outcome.unexplained}


def present(snapshot: Snapshot, kinds: tuple[str, ...], most: int) -> set[Ref]:
    """Some objects, most of them well."""
    graph = Graph(snapshot)
    return {ref_of({"kind": kind, **item}) for kind in kinds for item in graph.all(kind)[:most]}


def compared(path: Path, refs: set[Ref], outcome: Outcome) -> int:
    """How many of the questions a part answered, each as the whole does."""
    answered = 0
    for ref in sorted(refs, key=lambda r: r.sort_key):
        if ref.namespace is None or ref.kind not in KINDS:
            continue
        part = answer_of_part(load(path), shipped_playbooks(), asked(ref), least=FORCED)
        if part is not None:
            whole = answer(outcome, load(path), asked(ref), shipped_playbooks())
            assert comparable(part) == comparable(whole), ref
            assert set(part.outcome.not_checked) <= set(whole.outcome.not_checked), ref
            answered += 1
    return answered


def comparable(found: Any) -> Any:
    told = msgspec.to_builtins(to_wire(found))
    return {key: value for key, value in told.items() if key not in ("left_out", "not_checked")}


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir()))
def test_a_part_of_a_recording_says_what_the_whole_says(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cluster.gkesnap"
    store.write(recorded(name), path)
    outcome = diagnose(load(path), shipped_playbooks())
    compared(path, named(outcome) | present(load(path), ("Pod", "Service", "Ingress"), 2), outcome)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,500 Pods in several namespaces; few faults, as in a large cluster."""
    path = tmp_path_factory.mktemp("planted") / "cluster.gkesnap"
    generate(GeneratorOptions(2500, seed=9, share=0.012), path)
    return path


def test_every_planted_fault_is_told_by_a_part_as_by_the_whole(planted: Path) -> None:
    outcome = diagnose(load(planted), shipped_playbooks())
    assert compared(planted, named(outcome) | present(load(planted), ("Ingress", "ConfigMap"), 3), outcome) > 5


def pod(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    waiting = {"reason": "CreateContainerConfigError", "message": 'secret "keys" not found'}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}, "uid": f"{namespace}-{name}"},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main", "image": "x:1", **spec}]},
        "status": {
            "phase": "Pending",
            "conditions": [{"type": "PodScheduled", "status": "True"}],
            "containerStatuses": [
                {"name": "main", "image": "x:1", "ready": False, "restartCount": 0, "state": {"waiting": waiting}}
            ],
        },
    }


def lacking(namespace: str, name: str = "cart") -> dict[str, Any]:
    """A Pod that waits for a Secret."""
    return pod(namespace, name, envFrom=[{"secretRef": {"name": "keys"}}])


def service(namespace: str, name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
    }


def webhook(namespace: str) -> dict[str, Any]:
    rules = [{"apiGroups": ["apps"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]
    client = {"service": {"name": "cart", "namespace": namespace}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "guard"},
        "webhooks": [{"name": "guard.example.com", "clientConfig": client, "rules": rules, "failurePolicy": "Fail"}],
    }


def route(namespace: str, backend: str) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "front", "namespace": namespace},
        "spec": {
            "parentRefs": [{"name": "entrance", "namespace": "gates"}],
            "rules": [{"backendRefs": [{"name": "cart", "namespace": backend, "port": 80}]}],
        },
    }


def calls(namespace: str, host: str) -> dict[str, Any]:
    """A Pod of another namespace that names a host and waits for a Secret of its own."""
    return pod(namespace, "caller", env=[{"name": "CART", "value": host}], envFrom=[{"secretRef": {"name": "keys"}}])


def written(items: list[dict[str, Any]], folder: Path) -> Path:
    """A snapshot of a cluster of which all was read."""
    source, path = folder / "all.json", folder / "cluster.gkesnap"
    source.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    known = load(source)
    state = CollectionState(Status.COMPLETE)
    listed = (Collection(name, state, known.collection(name).objects) for name in COLLECTIONS)
    store.write(Snapshot(known.manifest, listed), path)
    return path


CLUSTERS = {
    "alone": [lacking("shop"), service("shop", "cart")],
    "beside a namespace that begins alike": [lacking("shop"), lacking("shop-2"), lacking("my-shop"), lacking("shop2")],
    "a webhook leads into it": [lacking("shop"), service("shop", "cart"), webhook("shop")],
    "a webhook leads elsewhere": [lacking("shop"), lacking("guards"), service("guards", "cart"), webhook("guards")],
    "a route of another namespace": [lacking("shop"), service("shop", "cart"), route("web", "shop")],
    "a caller in another namespace": [lacking("shop"), service("shop", "cart"), calls("web", "cart.shop.svc")],
    "it calls another namespace": [calls("shop", "cart.web.svc"), lacking("web"), service("web", "cart")],
    "default": [lacking("default"), lacking("shop")],
}


@pytest.mark.parametrize("items", CLUSTERS.values(), ids=CLUSTERS)
def test_other_namespaces_are_not_forgotten(items: list[dict[str, Any]], tmp_path: Path) -> None:
    path = written(items, tmp_path)
    outcome = diagnose(load(path), shipped_playbooks())
    assert outcome.diagnoses
    compared(path, named(outcome) | present(load(path), ("Pod", "Service", "HTTPRoute"), 9), outcome)


def test_a_question_about_a_service_reads_its_chain_and_neither_nodes_nor_volumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk-1"}}
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}}
    snapshot = load(written([service("shop", "cart"), lacking("other"), node, volume, other], tmp_path))
    opened: list[str] = []
    original = zipfile.ZipFile.open

    def noted(self: zipfile.ZipFile, name: Any, *rest: Any, **more: Any) -> Any:
        opened.append(getattr(name, "filename", name))
        return original(self, name, *rest, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    question = asked(Ref("Service", "cart", "shop"))
    assert answer_of_part(snapshot, shipped_playbooks(), question, least=FORCED) is not None
    assert sorted(opened) == ["kubernetes/pods.json", "kubernetes/services.json"]


def test_one_namespace_among_others_is_answered_by_a_part(tmp_path: Path) -> None:
    path = written(CLUSTERS["beside a namespace that begins alike"], tmp_path)
    found = answer_of_part(load(path), shipped_playbooks(), asked(Ref("Pod", "cart", "shop")), least=FORCED)
    assert found is not None
    assert [diagnosis.root for diagnosis in found.outcome.diagnoses] == [Ref("Secret", "keys", "shop")]
    assert found.left_out is None


def test_a_small_snapshot_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "cluster.gkesnap"
    store.write(recorded("two-problems"), path)
    ref = min(present(load(path), ("Pod",), 500))
    assert answer_of_part(load(path), shipped_playbooks(), asked(ref)) is None
