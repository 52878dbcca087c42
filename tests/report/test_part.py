"""A question about one object is answered from a part of a large snapshot as the whole would answer it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.generator import GeneratorOptions, generate

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.diagnose.part_diagnosis import diagnose_part
from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph, Ref, ref_of
from gkedoctor.report.answer import Answer
from gkedoctor.report.filtering import answer
from gkedoctor.report.json_schema import to_wire
from gkedoctor.report.object_argument import ObjectArgument
from gkedoctor.report.selection import Selection
from gkedoctor.service.part_location import located, part_question
from gkedoctor.service.part_report import answer_of_part
from gkedoctor.snapshot import store
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Manifest, Snapshot, Status
from gkedoctor.snapshot.part import Read, ReadResult
from gkedoctor.snapshot.partial import Part
from gkedoctor.snapshot.recorded_parts import RecordedParts
from gkedoctor.snapshot.sources import load
from tests.conftest import RECORDINGS, recorded, shipped_playbooks


def asked(ref: Ref) -> Selection:
    if ref.kind == "Namespace":
        return Selection(namespaces=frozenset({ref.name}))
    return Selection(target=ObjectArgument(KINDS[ref.kind], ref.name, ref.namespace))


def of_part(snapshot: Snapshot, wanted: Selection) -> Answer:
    """The answer of a part that is as small as it can be."""
    question = part_question(wanted)
    assert question is not None
    library = shipped_playbooks()
    reader = RecordedParts(snapshot, small=0)
    found = answer_of_part(question, reader, library, lambda found, part, _: answer(found, part, wanted, library))
    assert found is not None
    return found


def named(outcome: Outcome) -> set[Ref]:
    """What findings name."""
    told = {ref for d in outcome.diagnoses for ref in (d.root, *(c.ref for c in d.explains))}
    return told | {u.ref for u in outcome.unexplained}


def present(snapshot: Snapshot, kinds: tuple[str, ...], most: int) -> set[Ref]:
    """Some objects, most of them well."""
    graph = Graph(snapshot)
    return {ref_of({"kind": kind, **item}) for kind in kinds for item in graph.all(kind)[:most]}


def compared(snapshot: Snapshot, refs: set[Ref], outcome: Outcome) -> int:
    """How many questions a part answers, each as the whole does."""
    here = [ref for ref in refs if (ref.namespace or ref.kind in ("Namespace", "Node")) and ref.kind in KINDS]
    for ref in sorted(here, key=lambda r: r.sort_key):
        whole = answer(outcome, snapshot, asked(ref), shipped_playbooks())
        part = of_part(snapshot, asked(ref))
        assert findings(part) == findings(whole), ref
        failed = {one for one in part.outcome.not_checked if one.reason != "not_asked"}
        assert failed <= set(whole.outcome.not_checked), ref
    return len(here)


def findings(found: Answer) -> Any:
    """What both have to say. What follows in other namespaces is not read: `explains` may be shorter."""
    told = msgspec.to_builtins(to_wire(found))
    for one in told["diagnoses"]:
        one.pop("explains"), one.pop("path", None)
    return told["diagnoses"], told["unexplained"], told.get("unknown_hops")


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir()))
def test_a_part_of_a_recording_says_what_the_whole_says(name: str) -> None:
    """More objects, and recordings of others: `python -m benchmarks.parts --recordings FOLDER`."""
    snapshot = recorded(name)
    outcome = diagnose(snapshot, shipped_playbooks())
    homes = {Ref("Namespace", ref.namespace) for ref in named(outcome) if ref.namespace}
    compared(snapshot, homes | named(outcome) | present(snapshot, ("Pod", "Service", "Ingress"), 2), outcome)


@pytest.mark.parametrize("name", ["cordoned", "two-problems"])
def test_a_node_is_answered_for_from_its_pods_and_their_namespaces(name: str) -> None:
    snapshot = recorded(name)
    reader = Noted(RecordedParts(snapshot, small=0))
    outcome = diagnose(snapshot, shipped_playbooks())
    assert compared(snapshot, present(snapshot, ("Node",), 3), outcome) > 0
    node = snapshot.collection("nodes").objects[-1]["metadata"]["name"]
    question = part_question(asked(Ref("Node", node)))
    assert question is not None and located(question, Part(reader), shipped_playbooks()) is not None
    assert Read("pods") not in reader.reads and Read("pods", selector=f"spec.nodeName={node}") in reader.reads


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """600 Pods in several namespaces, one in twenty with a fault."""
    path = tmp_path_factory.mktemp("planted") / "cluster.gkesnap"
    generate(GeneratorOptions(600, seed=9, share=0.05), path)
    return load(path)


def test_every_planted_fault_is_told_by_a_part_as_by_the_whole(planted: Snapshot) -> None:
    outcome = diagnose(planted, shipped_playbooks())
    refs = {d.root for d in outcome.diagnoses} | present(planted, ("Ingress", "ConfigMap"), 1)
    assert compared(planted, refs, outcome) > 8


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
    homes = {item["metadata"]["namespace"] for item in items if "namespace" in item["metadata"]} | {"web"}
    spaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}} for home in sorted(homes)]
    source.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [*items, *spaces]}))
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
    snapshot = load(written(items, tmp_path))
    outcome = diagnose(snapshot, shipped_playbooks())
    assert outcome.diagnoses
    compared(snapshot, named(outcome) | present(snapshot, ("Pod", "Service", "HTTPRoute"), 9), outcome)


def test_a_question_about_a_service_reads_neither_volumes_nor_other_namespaces(tmp_path: Path) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk-1"}}
    snapshot = load(written([service("shop", "cart"), lacking("other"), node, volume], tmp_path))
    reader = Noted(RecordedParts(snapshot, small=0))
    part = Part(reader)
    diagnose_part(part, shipped_playbooks(), ("shop",))
    asked = {read for read in reader.reads if not is_custom(read.collection)}
    assert {read.namespace for read in asked} == {"", "shop"}
    assert {"nodes", "persistentvolumes"}.isdisjoint(read.collection for read in asked)
    assert {read.collection for read in asked if read.is_whole} <= {"namespaces", "httproutes", *SMALL}


SMALL = {
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "apiservices",
    "clusterrolebindings",
}


class Noted:
    """A reader that remembers what it was asked."""

    def __init__(self, reader: RecordedParts) -> None:
        self.reads: list[Read] = []
        self._reader = reader

    @property
    def manifest(self) -> Manifest:
        return self._reader.manifest

    @property
    def context_namespace(self) -> str | None:
        return self._reader.context_namespace

    @property
    def notes(self) -> Sequence[str]:
        return self._reader.notes

    def read(self, reads: Sequence[Read]) -> Sequence[ReadResult]:
        self.reads += reads
        return self._reader.read(reads)


def test_the_answer_says_its_scope(tmp_path: Path) -> None:
    snapshot = load(written(CLUSTERS["beside a namespace that begins alike"], tmp_path))
    found = of_part(snapshot, asked(Ref("Pod", "cart", "shop")))
    assert [diagnosis.root for diagnosis in found.outcome.diagnoses] == [Ref("Secret", "keys", "shop")]
    assert found.left_out is None
    assert found.notes == ("read for this answer: namespace shop. For the whole cluster: gkedoctor report",)


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        (asked(Ref("Pod", "crt", "shop")), "did you mean `cart`?"),
        (asked(Ref("Pod", "cart", "web")), "there is one in namespace my-shop, shop, shop-2"),
        (Selection(target=ObjectArgument(KINDS["Pod"], "crt")), "did you mean `cart`?"),
    ],
)
def test_a_wrong_name_is_refused_with_a_suggestion(wanted: Selection, hint: str, tmp_path: Path) -> None:
    snapshot = load(written(CLUSTERS["beside a namespace that begins alike"], tmp_path))
    with pytest.raises(UsageError) as error:
        of_part(snapshot, wanted)
    assert error.value.hint == hint
