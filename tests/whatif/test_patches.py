"""Patches: the examples of the RFCs and of the Kubernetes documentation, and what holds for all documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.json_patch import same_json
from gkedoctor.whatif.patches import json_patch, merge_patch, strategic_merge

KEYS = st.text(alphabet="ab/~", max_size=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(alphabet="xy", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


# RFC 6902, appendix A
@pytest.mark.parametrize(
    ("document", "operations", "result"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
        ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
        ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
        ({"baz": "qux", "foo": "bar"}, [{"op": "replace", "path": "/baz", "value": "boo"}],
         {"baz": "boo", "foo": "bar"}),
        ({"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
         [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
         {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}),
        ({"foo": ["all", "grass", "cows", "eat"]}, [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
         {"foo": ["all", "cows", "eat", "grass"]}),
        ({"baz": "qux", "foo": ["a", 2, "c"]}, [{"op": "test", "path": "/foo/1", "value": 2}],
         {"baz": "qux", "foo": ["a", 2, "c"]}),
        ({"foo": "bar"}, [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
         {"foo": "bar", "child": {"grandchild": {}}}),
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}], {"foo": "bar", "baz": "qux"}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}],
         {"foo": ["bar", ["abc", "def"]]}),
        ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "add", "path": "/b/0", "value": 0}],
         {"a": [1], "b": [0, 1]}),
        ({"a": 1}, [{"op": "replace", "path": "", "value": [1]}], [1]),
    ],
)  # fmt: skip
def test_a_json_patch_does_what_the_rfc_says(document: Any, operations: list[Any], result: Any) -> None:
    before = copy.deepcopy(document)
    assert json_patch(document, operations) == result
    assert document == before


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([{"op": "test", "path": "/baz", "value": "bar"}], "operation 0 .*test of /baz fails"),
        ([{"op": "add", "path": "/x/y", "value": 1}], "/x/y does not exist"),
        ([{"op": "remove", "path": "/x"}], "/x does not exist"),
        ([{"op": "replace", "path": "/x", "value": 1}], "/x does not exist"),
        ([{"op": "add", "path": "/list/9", "value": 1}], "/list/9 does not exist"),
        ([{"op": "remove", "path": "/list/01"}], "/list/01 does not exist"),
        ([{"op": "remove", "path": "/list/-"}], "/list/- does not exist"),
        ([{"op": "add", "path": "/x"}], "add needs `value`"),
        ([{"op": "add", "value": 1}], "add needs `path`"),
        ([{"op": "move", "path": "/x"}], "move needs `from`"),
        ([{"op": "spin", "path": "/x"}], "unknown operation 'spin'"),
        ([{"op": "add", "path": "x", "value": 1}], "not a JSON pointer"),
        ([{"op": "move", "from": "/list", "path": "/list/0"}], "cannot be moved into itself"),
        (["add"], "an operation is an object"),
        ({"op": "add"}, "a list of operations"),
    ],
)
def test_a_json_patch_that_does_not_apply_says_why(operations: Any, words: str) -> None:
    with pytest.raises(ChangeError, match=words):
        json_patch({"baz": "qux", "list": [1, 2]}, operations)


def test_true_is_not_one() -> None:
    assert not same_json({"a": [True]}, {"a": [1]})
    assert same_json({"a": [1]}, {"a": [1.0]})


# RFC 7386, appendix A
@pytest.mark.parametrize(
    ("document", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_the_rfc_says(document: Any, patch: Any, result: Any) -> None:
    assert merge_patch(document, patch) == result


@given(JSON, JSON)
@settings(max_examples=150)
def test_a_merge_patch_applied_twice_changes_no_more(document: Any, patch: Any) -> None:
    once = merge_patch(document, patch)
    assert merge_patch(once, patch) == once


@given(JSON, JSON)
@settings(max_examples=150)
def test_replacing_the_root_and_testing_it_gives_the_value(document: Any, value: Any) -> None:
    operations = [{"op": "replace", "path": "", "value": value}, {"op": "test", "path": "", "value": value}]
    assert json_patch(document, operations) == value


@given(st.dictionaries(KEYS, JSON, max_size=3), KEYS, JSON)
@settings(max_examples=150)
def test_what_is_added_is_there_and_can_be_taken_away(document: Any, key: str, value: Any) -> None:
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    added = json_patch(document, [{"op": "add", "path": pointer, "value": value}])
    assert same_json(added[key], value)
    without = {name: held for name, held in document.items() if name != key}
    assert json_patch(added, [{"op": "remove", "path": pointer}]) == without


def deployment(**pod: Any) -> dict[str, Any]:
    containers = [{"name": "patch-demo-ctr", "image": "nginx"}]
    spec = {"replicas": 2, "template": {"metadata": {"labels": {"app": "nginx"}}, "spec": {"containers": containers}}}
    spec["template"]["spec"] |= pod  # type: ignore[index]
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "patch-demo"}, "spec": spec}


def pod_patch(**pod: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": pod}}}


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    return document["spec"]["template"]["spec"]  # type: ignore[no-any-return]


# kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch
def test_containers_are_merged_by_name_and_tolerations_are_replaced() -> None:
    document = deployment(tolerations=[{"effect": "NoSchedule", "key": "dedicated", "value": "test-team"}])
    patched = strategic_merge(document, pod_patch(containers=[{"name": "patch-demo-ctr-2", "image": "redis"}]))
    assert [c["name"] for c in pod_of(patched)["containers"]] == ["patch-demo-ctr", "patch-demo-ctr-2"]
    patched = strategic_merge(patched, pod_patch(tolerations=[{"effect": "NoSchedule", "key": "disktype"}]))
    assert pod_of(patched)["tolerations"] == [{"effect": "NoSchedule", "key": "disktype"}]
    assert len(pod_of(document)["containers"]) == 1


def test_retain_keys_drops_what_another_strategy_needed() -> None:
    document = deployment()
    document["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "30%"}}
    patched = strategic_merge(document, {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}})
    assert patched["spec"]["strategy"] == {"type": "Recreate"}


def test_directives_delete_and_replace_elements() -> None:
    two = deployment(containers=[{"name": "a", "image": "x"}, {"name": "b", "image": "y"}])
    deleted = strategic_merge(two, pod_patch(containers=[{"name": "a", "$patch": "delete"}]))
    assert [c["name"] for c in pod_of(deleted)["containers"]] == ["b"]
    replaced = strategic_merge(two, pod_patch(containers=[{"$patch": "replace"}, {"name": "c", "image": "z"}]))
    assert pod_of(replaced)["containers"] == [{"name": "c", "image": "z"}]
    emptied = strategic_merge(deployment(nodeSelector={"a": "b"}), pod_patch(nodeSelector={"$patch": "replace"}))
    assert pod_of(emptied)["nodeSelector"] == {}


def test_ports_have_the_merge_key_of_their_type() -> None:
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
        "spec": {"ports": [{"port": 80, "targetPort": 1, "name": "http"}, {"port": 443, "targetPort": 2}]},
    }  # fmt: skip
    patched = strategic_merge(service, {"spec": {"ports": [{"port": 80, "targetPort": "web"}]}})
    assert patched["spec"]["ports"] == [
        {"port": 80, "targetPort": "web", "name": "http"},
        {"port": 443, "targetPort": 2},
    ]
    ports = [{"containerPort": 8080, "name": "http"}]
    document = deployment(containers=[{"name": "a", "ports": ports}])
    patched = strategic_merge(
        document, pod_patch(containers=[{"name": "a", "ports": [{"containerPort": 8080, "name": "web"}]}])
    )
    assert pod_of(patched)["containers"][0]["ports"] == [{"containerPort": 8080, "name": "web"}]


def test_finalizers_are_a_set_and_env_is_merged_by_name() -> None:
    document = deployment(containers=[{"name": "a", "env": [{"name": "X", "value": "1"}]}])
    document["metadata"]["finalizers"] = ["one", "two"]
    patched = strategic_merge(document, {"metadata": {"finalizers": ["two", "three"]}})
    assert patched["metadata"]["finalizers"] == ["one", "two", "three"]
    patched = strategic_merge(document, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["one"]}})
    assert patched["metadata"]["finalizers"] == ["two"]
    env = [{"name": "X", "$patch": "delete"}, {"name": "Y", "value": "2"}]
    patched = strategic_merge(document, pod_patch(containers=[{"name": "a", "env": env}]))
    assert pod_of(patched)["containers"][0]["env"] == [{"name": "Y", "value": "2"}]


def test_the_order_of_elements_can_be_set() -> None:
    names = [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    order = [{"name": "c"}, {"name": "a"}]
    patch = pod_patch(containers=[{"name": "a", "image": "x"}])
    patch["spec"]["template"]["spec"]["$setElementOrder/containers"] = order
    patched = strategic_merge(deployment(containers=names), patch)
    assert [c["name"] for c in pod_of(patched)["containers"]] == ["b", "c", "a"]


def test_lists_of_custom_resources_and_elements_without_a_key_are_refused() -> None:
    with pytest.raises(ChangeError, match="custom resource"):
        strategic_merge({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway"}, {"spec": {}})
    with pytest.raises(ChangeError, match="lacks `name`"):
        strategic_merge(deployment(), pod_patch(containers=[{"image": "x"}]))
    with pytest.raises(ChangeError, match="unknown directive"):
        strategic_merge(deployment(), {"spec": {"$patch": "burn"}})


def test_the_selector_of_a_disruption_budget_is_replaced() -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "spec": {"selector": {"matchLabels": {"a": "b"}}},
    }
    patched = strategic_merge(budget, {"spec": {"selector": {"matchLabels": {"c": "d"}}}})
    assert patched["spec"]["selector"] == {"matchLabels": {"c": "d"}}


def test_null_deletes_and_new_parts_hold_no_directives() -> None:
    patched = strategic_merge(
        deployment(), {"spec": {"replicas": None, "strategy": {"$retainKeys": ["type"], "type": "Recreate", "x": None}}}
    )
    assert "replicas" not in patched["spec"]
    assert patched["spec"]["strategy"] == {"type": "Recreate"}


@given(st.lists(st.sampled_from("abc"), unique=True), st.lists(st.sampled_from("abcd"), unique=True))
@settings(max_examples=100)
def test_a_strategic_merge_applied_twice_changes_no_more(have: list[str], change: list[str]) -> None:
    document = deployment(containers=[{"name": name, "image": "x"} for name in have])
    patch = pod_patch(containers=[{"name": name, "image": "y"} for name in change])
    once = strategic_merge(document, patch)
    assert strategic_merge(once, patch) == once
    assert {c["name"] for c in pod_of(once)["containers"]} == {*have, *change}
