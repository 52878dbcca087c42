"""Large members are read block by block, and equal parts of their objects are one value in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.evidence import path_to
from gkedoctor.snapshot.store.decoding import ahead, decoded
from gkedoctor.snapshot.store.sharing import Places

ENVIRONMENT = [{"name": f"OPTION_{i}", "value": "x" * 20} for i in range(8)]


def pod(number: int) -> dict[str, Any]:
    containers = [{"name": name, "env": ENVIRONMENT, "volumeMounts": [{"name": f"token-{number}"}]} for name in "ab"]
    return {"metadata": {"name": f"pod-{number}", "uid": f"{number:040}"}, "spec": {"containers": containers}}


def written(items: list[Any], separator: str = ",\n") -> bytes:
    return ("[\n" + separator.join(json.dumps(item, separators=(",", ":")) for item in items) + "\n]\n").encode()


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[i : i + size] for i in range(0, len(content), size))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(st.text(max_size=2), json_values, max_size=3), max_size=8), st.integers(1, 50))
def test_what_is_read_is_what_was_written_wherever_it_is_cut(items: list[Any], size: int) -> None:
    for root in (None, Places().of("events")):
        assert decoded(pieces(written(items), size), root) == items


def test_values_that_change_their_kind_after_the_trial_are_read_as_they_are() -> None:
    items: list[Any] = [pod(i) for i in range(3000)]
    items += [{"metadata": None, "spec": [1]}, {"spec": {"containers": {"a": 1}}}, {}]
    assert decoded(pieces(written(items), 10_000), Places().of("pods")) == items


FULL = {
    "annotations": {"a": "b"}, "creationTimestamp": "t", "deletionGracePeriodSeconds": 30, "deletionTimestamp": "t",
    "finalizers": ["f"], "generateName": "pod-", "generation": 1, "labels": {"app": "a"}, "name": "n",
    "namespace": "shop", "ownerReferences": [{"kind": "ReplicaSet", "name": "r"}], "resourceVersion": "1", "uid": "u",
}  # fmt: skip
ALWAYS = ("creationTimestamp", "name", "namespace", "resourceVersion", "uid")


@given(
    st.lists(st.sets(st.sampled_from([name for name in FULL if name not in ALWAYS])), min_size=1, max_size=5),
    st.sampled_from([{}, {"selfLink": "/a"}, {"labels": None}, {"name": 1}, {"labels": ["no map"]}]),
)
def test_metadata_of_pods_is_read_as_it_is_with_whatever_fields(left_out: list[set[str]], odd: dict[str, Any]) -> None:
    places = [*left_out, set()]
    metadata = [{name: value for name, value in FULL.items() if name not in out} for out in places]
    metadata[-1] = dict(sorted((metadata[-1] | odd).items()))
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": m, "spec": {}, "status": {"phase": "P"}} for m in metadata]
    read = decoded([written(pods)], Places().of("pods"))
    assert json.dumps(read) == json.dumps(pods), "in the same order too"


def test_equal_parts_of_many_objects_are_one_value_and_one_place_each() -> None:
    read = decoded([written([pod(i) for i in range(3000)])], Places().of("pods"))
    first, second = read[-1]["spec"]["containers"], read[-2]["spec"]["containers"]
    assert first[0]["env"] is second[0]["env"]
    assert first[1]["env"] is not first[0]["env"], "evidence could not say in which container it stands"
    assert path_to(read[-1], first[1]["env"][3]) == "spec.containers[1].env[3]"


def test_a_deployment_shares_the_environment_of_its_pods() -> None:
    places = Places()
    pods = decoded([written([pod(i) for i in range(3000)])], places.of("pods"))
    deployments = [{"metadata": {"name": str(i)}, "spec": {"template": pod(i)}} for i in range(3000)]
    read = decoded([written(deployments)], places.of("deployments"))
    template = read[-1]["spec"]["template"]["spec"]
    assert template["containers"][0]["env"] is pods[-1]["spec"]["containers"][0]["env"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[\n{"a":1},\n{"b":'])
def test_what_is_no_array_of_objects_is_refused(content: bytes) -> None:
    for root in (None, Places().of("pods")):
        with pytest.raises(msgspec.DecodeError):
            decoded([content], root)


def test_an_error_while_reading_ahead_arrives_where_the_pieces_are_used() -> None:
    def failing() -> Iterator[bytes]:
        yield b"["
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(ahead(failing()))


def running(number: int, **more: Any) -> dict[str, Any]:
    token = {"name": f"kube-api-access-{number:05}", "readOnly": True}
    spec = {"containers": [{"name": "a", "env": ENVIRONMENT, "volumeMounts": [{"name": "data"}, token]}, {"name": "b"}]}
    own = {"nodeName": f"node-{number % 7}", "volumes": [{"name": token["name"], "projected": {}}, {"name": "data"}]}
    return {"metadata": {"name": f"pod-{number}", "uid": f"{number:040}"}, "spec": spec | own | more}


def test_pods_of_a_template_share_all_of_their_spec_but_their_own_names() -> None:
    pods = [running(i) for i in range(3000)]
    read = decoded([written(pods)], Places().of("pods"))
    assert read == pods
    first, second = read[-1]["spec"], read[-2]["spec"]
    assert first["volumes"][1] is second["volumes"][1]
    assert first["containers"][0]["env"] is second["containers"][0]["env"]
    assert first["containers"][1] is second["containers"][1]


@pytest.mark.parametrize(
    "odd",
    [
        {"nodeName": "none\\u0022"},
        {"nodeName": "\0node"},
        {"nodeName": None},
        {"affinity": {"nodeName": "node-1"}},
        {"hostname": "\0token"},
        {"hostname": "kube-api-access-02999"},
        {"volumes": {"name": "kube-api-access-02999"}},
        {"volumes": [{"name": "kube-api-access-02999", "projected": {"name": "kube-api-access-02999"}}]},
        {"volumes": [{"name": "kube-api-access-"}]},
        {"containers": []},
        {"containers": None},
    ],
)
def test_names_in_unexpected_places_of_a_spec_are_read_as_they_are(odd: dict[str, Any]) -> None:
    pods = [running(i) for i in range(2999)]
    pods += [running(2999, **odd), running(2999), running(2999, **odd), {"spec": "kube-api-access-02999"}]
    assert decoded([written(pods)], Places().of("pods")) == pods


def test_a_spec_that_names_two_nodes_gives_the_last_as_any_decoder_does() -> None:
    pods = [running(i) for i in range(3000)]
    twice = written(pods).replace(b'"nodeName":', b'"nodeName":"first","nodeName":')
    assert decoded([twice], Places().of("pods")) == pods
