"""What does not fit is left out and named; whatever the input, loading never raises anything but its own error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gkedoctor.errors import SourceError
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Status
from gkedoctor.snapshot.shape_check import shape_error
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.snapshot.clusters import RECORDED, Json, event, listed, node, pod, recording, secret, thing, write_tree

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def taken(collection: str, items: list[Any]) -> Any:
    gathered = Gathered(source="test")
    gathered.add(collection, items)
    return build_snapshot(gathered).collection(collection)


def test_every_recorded_object_fits_its_shape() -> None:
    recorded = [load(path) for path in sorted(RECORDED.iterdir())[::7]]
    for snapshot in recorded:
        for name, collection in snapshot.collections.items():
            assert not collection.state.malformed
            if name != "logs":
                assert [shape_error(name, item) for item in collection.objects] == [None] * len(collection.objects)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["spec", "containers"], "nginx", "Expected `array | null`, got `str`"),
        (["spec", "containers"], [None], "got `null`"),
        (["spec", "containers", 0, "ports"], [{"containerPort": "80"}], "Expected `int | null`, got `str`"),
        (["spec", "containers", 0, "ports"], [{"containerPort": 80.0}], "got `float`"),
        (["status", "containerStatuses", 0, "ready"], "true", "Expected `bool | null`, got `str`"),
        (["metadata", "labels"], {"app": None}, "Expected `str`, got `null`"),
        (["metadata", "labels"], {"app": 1}, "Expected `str`, got `int`"),
        (["metadata", "ownerReferences"], {"kind": "ReplicaSet"}, "Expected `array | null`, got `object`"),
        (["metadata", "creationTimestamp"], "yesterday", "Invalid RFC3339"),
        (["spec", "nodeSelector"], [], "Expected `object | null`, got `array`"),
        (["metadata", "namespace"], "", "metadata.namespace is missing"),
    ],
)
def test_a_pod_that_does_not_fit_is_left_out_and_named(path: list[Any], value: Any, message: str) -> None:
    broken = pod("broken")
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    pods = taken("pods", [pod("whole"), broken])
    assert [item["metadata"]["name"] for item in pods.objects] == ["whole"]
    [(ref, reason)] = pods.state.malformed.items()
    assert ref.endswith("broken")
    assert message in reason
    assert pods.state.status is Status.PARTIAL
    assert pods.state.reason == ""


def test_a_malformed_object_makes_only_itself_unknown() -> None:
    pods = taken("pods", [pod("whole"), pod("broken") | {"spec": 5}])
    assert pods.why_incomplete("shop", "other") is None
    assert "could not be read" in str(pods.why_incomplete("shop", "broken"))


@pytest.mark.parametrize("item", [None, 5, "pod", [], {}, {"metadata": None}, {"metadata": {"name": ""}}])
def test_what_has_no_name_makes_the_whole_collection_partial(item: Any) -> None:
    pods = taken("pods", [pod(), item])
    assert len(pods.objects) == 1
    assert pods.state.status is Status.PARTIAL
    assert pods.why_incomplete("shop", "other") == "1 entries are not objects with a name"


def test_null_is_as_good_as_absent() -> None:
    item = thing("Pod", "p", spec={"containers": None, "volumes": None}, status=None)
    assert taken("pods", [item]).state.status is Status.COMPLETE


def test_the_last_of_several_copies_counts() -> None:
    old, new = pod(), pod()
    new["status"]["phase"] = "Failed"
    [only] = taken("pods", [old, new]).objects
    assert only["status"]["phase"] == "Failed"


def mutated(item: Json, choices: Any) -> Json:
    """One to three random places of an object with something random in it."""
    result = copy.deepcopy(item)
    for _ in range(choices.draw(st.integers(1, 3))):
        place: Any = result
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = choices.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and choices.draw(st.integers(0, 3)):
                place = place[key]
                continue
            place[key] = choices.draw(JUNK)
            break
    return result


STRUCTURE = st.sampled_from(["metadata", "kind", "items", "apiVersion", "name", "namespace", "data", "Items", "status"])
ODD = st.sampled_from(
    [
        "List",
        "Secret",
        {"items": 5},
        {"metadata": 5},
        {"kind": ["x"]},
        {"kind": "Status"},
        {"kind": "List"},
        "9999-12-31T23:59:59-12:00",
    ]
)
FILES = st.sampled_from(
    [
        "x.json",
        "in/kubernetes/pods.json",
        "in/nodes.json",
        "cluster-resources/pods/shop.json",
        "namespaces/shop/core/pods.json",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(choices=st.data())
def test_mutated_files_load_or_are_refused(tmp_path_factory: Any, choices: Any) -> None:
    document = mutated(listed([pod(), secret(), event(), node()]), choices)
    for place in choices.draw(st.lists(st.sampled_from([document, *places(document)]), max_size=3)):
        place[choices.draw(STRUCTURE)] = copy.deepcopy(choices.draw(JUNK | ODD))
    root = tmp_path_factory.mktemp("mutated")
    source = choices.draw(FILES)
    write_tree(root, {source: document})
    try:
        load(root / source if source == "x.json" else root)
    except SourceError as error:
        assert "\n" not in error.message


def places(node: Any) -> list[dict[str, Any]]:
    """All maps within a document."""
    if isinstance(node, dict):
        return [node, *(inner for value in node.values() for inner in places(value))]
    return [inner for value in node for inner in places(value)] if isinstance(node, list) else []


def real_objects() -> list[tuple[str, Json]]:
    found = []
    for name in ("teratail-ingress", "ing-tls-expired", "report-oom"):
        for path in sorted((RECORDED / name).glob("*/*.json")):
            stem = path.stem if path.parent.name == "kubernetes" else f"compute.{path.stem}"
            collection = "container.clusters" if stem == "compute.clusters" else stem
            found += [(collection, item) for item in json.loads(path.read_text())[:4]]
    return found


REAL = real_objects()


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(choices=st.data())
def test_mutated_objects_never_break_the_intake(choices: Any) -> None:
    collection, item = choices.draw(st.sampled_from(REAL))
    found = taken(collection, [mutated(item, choices)])
    for whole in found.objects:
        place = whole if COLLECTIONS[collection].cloud else whole["metadata"]
        assert isinstance(place["name"], str)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    document=JUNK,
    name=st.sampled_from(["pods", "secrets", "configmaps", "events", "nodes", "customresourcedefinitions"]),
)
def test_any_json_in_a_recording_loads_and_can_be_stored(tmp_path_factory: Any, document: Any, name: str) -> None:
    root = tmp_path_factory.mktemp("any")
    write_tree(
        root, {f"kubernetes/{name}.json": json.dumps(document), "gcp/backendServicesHealth.json": json.dumps(document)}
    )
    snapshot = load(root)
    write(snapshot, root / "out.gkesnap")
    again = load(root / "out.gkesnap")
    assert {n: c.state for n, c in again.collections.items()} == {n: c.state for n, c in snapshot.collections.items()}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
    name=st.sampled_from(["x.json", "x.yaml", "x.gkesnap", "x.gz", "x"]),
)
def test_any_bytes_load_or_are_refused(tmp_path_factory: Any, data: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(data)
    try:
        load(path)
    except SourceError as error:
        assert "\n" not in error.message


@pytest.mark.parametrize("name", ["pods", "secrets", "events", "nodes"])
def test_random_bytes_in_one_list_lose_nothing_else(tmp_path: Path, name: str) -> None:
    recording(tmp_path)
    (tmp_path / f"kubernetes/{name}.json").write_bytes(bytes(range(256)))
    snapshot = load(tmp_path)
    assert snapshot.collection(name).state.status is Status.FAILED
    assert f"kubernetes/{name}.json" in snapshot.collection(name).state.reason
    assert len(snapshot.collection("compute.addresses").objects) == 1


def test_lists_in_lists_are_flattened(tmp_path: Path) -> None:
    write_tree(tmp_path, {"kubernetes/pods.json": listed([listed([pod("a")]), pod("b")])})
    assert len(load(tmp_path).collection("pods").objects) == 2
