"""A question about a part of a live cluster: what is requested for it, and that the answer is that of the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gkedoctor.collect import parts
from gkedoctor.errors import UsageError
from gkedoctor.live.collection import LiveCollection
from gkedoctor.live.options import LiveOptions
from gkedoctor.live.parts import LiveParts
from gkedoctor.report.answer import Answer
from gkedoctor.report.json_schema import to_wire
from gkedoctor.service.path import request_path
from gkedoctor.service.path_part import path_of_part
from gkedoctor.service.report import ReportOptions, ReportQuery
from gkedoctor.snapshot.part import Read
from gkedoctor.snapshot.sources import load
from tests.changes.test_recordings import FOLDER as CHANGES
from tests.collect.kube_api import KubeApi, forbidden
from tests.collect.loopback import Asked, Reply
from tests.conftest import recorded, shipped_playbooks

SAMPLE = ("two-problems", "db-credentials", "cordoned", "anti-affinity", "teratail-missing-secret")


def options(api: KubeApi, folder: Path) -> LiveOptions:
    return LiveOptions(api.kubeconfig(folder), gcp=False)


def asked(api: KubeApi, folder: Path, *namespaces: str, target: str | None = None) -> Answer:
    """The answer of a part of the cluster."""
    query = ReportQuery(ReportOptions(target=target, namespaces=namespaces), shipped_playbooks())
    assert query.part is not None
    found = query.answer_of(query.part, LiveParts(options(api, folder)))
    assert found is not None
    return found


def homes(api: KubeApi) -> list[str]:
    return sorted({pod["metadata"]["namespace"] for pod in api.objects["pods"]})


def comparable(found: Answer) -> Any:
    told = msgspec.to_builtins(to_wire(found))
    return told["diagnoses"], told["unexplained"], found.outcome.cluster, found.outcome.recorded_at


@pytest.mark.parametrize("name", SAMPLE)
def test_a_part_says_what_the_whole_says(name: str, tmp_path: Path) -> None:
    with KubeApi.of(recorded(name)) as api:
        live = options(api, tmp_path)
        whole = LiveCollection(live.request(shipped_playbooks())).whole(lambda said: None).snapshot
        for namespace in homes(api):
            query = ReportQuery(ReportOptions(namespaces=(namespace,)), shipped_playbooks())
            assert comparable(asked(api, tmp_path, namespace)) == comparable(query.answer(whole))


def test_one_namespace_is_read_with_few_requests(tmp_path: Path) -> None:
    with KubeApi.of(recorded("two-problems")) as api:
        found = asked(api, tmp_path, "two-problems")
        listed = [one for one in api.asked if one.path.startswith("/api")]
    assert len(found.outcome.diagnoses) == 2
    assert len(listed) <= 60
    everywhere = [one.path for one in listed if one.path.endswith("/pods") and "namespaces" not in one.path]
    assert not everywhere


@pytest.mark.parametrize("target", ["deploy/alhpa", "deploy/two-problems/alhpa"])
def test_a_wrong_name_is_refused_after_a_few_requests(target: str, tmp_path: Path) -> None:
    with KubeApi.of(recorded("two-problems")) as api:
        with pytest.raises(UsageError) as error:
            asked(api, tmp_path, target=target)
        requests = len(api.asked)
    assert error.value.hint == "did you mean `alpha`?"
    assert requests <= 6


def test_a_wrong_namespace_is_refused_without_reading_others(tmp_path: Path) -> None:
    with KubeApi.of(recorded("two-problems")) as api:
        with pytest.raises(UsageError) as error:
            asked(api, tmp_path, "two-problem")
        requests = len(api.asked)
    assert error.value.hint == "did you mean `two-problems`?"
    assert requests <= 6


def test_what_is_denied_for_the_whole_cluster_is_read_in_the_namespace(tmp_path: Path) -> None:
    def only_in_namespaces(request: Asked) -> Reply | None:
        inside = "/namespaces/" in request.path or not request.path.startswith("/api")
        return None if inside or request.path == "/apis" else forbidden(request.path.rpartition("/")[2])

    with KubeApi.of(recorded("two-problems")) as api:
        api.fault = only_in_namespaces
        found = asked(api, tmp_path, "two-problems")
    assert {d.cause for d in found.outcome.diagnoses} == {"missing-secret", "service-selector-mismatch"}


@pytest.mark.parametrize("target", [None, "Deployment/alpha"])
def test_the_printed_role_without_get_is_enough(target: str | None, tmp_path: Path) -> None:
    def only_lists(request: Asked) -> Reply | None:
        return forbidden(request.path.split("/")[-2]) if _NAMED.match(request.path) else None

    with KubeApi.of(recorded("two-problems")) as api:
        allowed = asked(api, tmp_path, "two-problems", target=target)
        api.fault = only_lists
        found = asked(api, tmp_path, "two-problems", target=target)
    assert comparable(found) == comparable(allowed)
    assert found.outcome.not_checked == allowed.outcome.not_checked


_NAMED = re.compile(r"/(?:api/v1|apis/[^/]+/[^/]+)/(?:namespaces/[^/]+/)?[a-z]+/[^/]+$")
"""The path of one object, for which a role needs `get`."""


def test_a_kind_of_which_there_are_many_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_NUMEROUS", 1)
    with KubeApi.of(recorded("two-problems")) as api:
        reader = LiveParts(options(api, tmp_path))
        (found,) = results(reader, Read("pods"))
        sizes = [one.query.get("limit") for one in api.asked if one.path.endswith("/pods")]
    assert (found.state.status, found.state.reason) == ("partial", parts.TOO_MANY)
    assert sizes == ["1"]


@pytest.mark.parametrize(("name", "target"), [("queue", "StatefulSet/queue"), ("agent", None)])
def test_older_templates_are_read_live_where_a_finding_is(name: str, target: str | None, tmp_path: Path) -> None:
    with KubeApi.of(load(CHANGES / name)) as api:
        live = options(api, tmp_path)
        whole = LiveCollection(live.request(shipped_playbooks())).whole(lambda said: None).snapshot
        api.asked.clear()
        part = asked(api, tmp_path, *(() if target else (name,)), target=target)
        lists = [one.path for one in api.asked if one.path.endswith("/controllerrevisions")]
    query = ReportQuery(ReportOptions(), shipped_playbooks())
    for found in (query.answer(whole), part):
        changed = [one.changes for one in found.outcome.diagnoses if one.root.name == name and one.changes]
        assert changed and (changed[0][0].source, changed[0][0].before is None) == ("revision", False)
    assert lists == [f"/apis/apps/v1/namespaces/{name}/controllerrevisions"]


def test_where_no_finding_is_older_templates_are_not_read(tmp_path: Path) -> None:
    with KubeApi.of(recorded("two-problems")) as api:
        asked(api, tmp_path, "two-problems")
        assert not [one.path for one in api.asked if one.path.endswith("/controllerrevisions")]


def results(reader: LiveParts, read: Read) -> Sequence[Any]:
    return [one for one in reader.read([read]) if one.read == read]


def test_a_value_of_a_secret_is_masked_in_what_was_read_before(tmp_path: Path) -> None:
    value = "kfj39dkJ38dkQp2"
    secret = {"metadata": {"name": "keys", "namespace": "shop"}, "data": {"TOKEN": "a2ZqMzlka0ozOGRrUXAy"}}
    event = {"metadata": {"name": "e", "namespace": "shop"}, "message": f"cannot log in with {value}",
             "involvedObject": {"kind": "Pod", "name": "cart", "namespace": "shop"}}  # fmt: skip
    with KubeApi({"secrets": [secret], "events": [event]}) as api:
        reader = LiveParts(options(api, tmp_path))
        reader.read([Read("events", "shop")])
        again = reader.read([Read("secrets", "shop")])
    assert value not in str([one.objects for one in again])
    assert any(one.read.collection == "events" and one.objects for one in again)


def test_a_request_path_is_followed_without_reading_namespaces(tmp_path: Path) -> None:
    snapshot = recorded("ing-healthy")
    with KubeApi.of(snapshot) as api:
        found = path_of_part("Service/ing-healthy/app", LiveParts(options(api, tmp_path)))
        paths = {one.path for one in api.asked}
    assert found is not None
    assert [str(hop.ref) for hop in found.hops] == [
        str(hop.ref) for hop in request_path("Service/ing-healthy/app", snapshot).hops
    ]
    assert not {path for path in paths if path.endswith(("/nodes", "/secrets"))}


def placed(kind: str, namespace: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "apiVersion": "v1", "metadata": {"name": name, "namespace": namespace}}


def test_without_a_namespace_the_one_of_the_context_is_meant_as_by_kubectl(tmp_path: Path) -> None:
    maps = [placed("ConfigMap", home, "limits") for home in ("default", "shop", "web")]
    with KubeApi({"configmaps": maps, "namespaces": []}) as api:
        found = asked(api, tmp_path, target="cm/limits")
        read = [one.path for one in api.asked if "/namespaces/" in one.path]
    assert found.notes == ("read for this answer: namespace default. For the whole cluster: gkedoctor report",)
    assert {path.split("/namespaces/")[1].split("/")[0] for path in read} == {"default"}


@pytest.mark.parametrize(("target", "kind"), [("cm/limits", "ConfigMap"), ("limits", "ConfigMap")])
def test_an_object_that_one_other_namespace_has_is_meant_and_said_so(target: str, kind: str, tmp_path: Path) -> None:
    with KubeApi({"configmaps": [placed(kind, "shop", "limits")]}) as api:
        found = asked(api, tmp_path, target=target)
    assert found.notes[0] == "namespace default of the context has no ConfigMap limits: this is ConfigMap/shop/limits"
    assert found.notes[1].startswith("read for this answer: namespace shop")


@pytest.mark.parametrize("target", ["cm/limits", "limits"])
def test_an_object_that_several_other_namespaces_have_is_refused_with_them(target: str, tmp_path: Path) -> None:
    with KubeApi({"configmaps": [placed("ConfigMap", home, "limits") for home in ("shop", "web")]}) as api:
        with pytest.raises(UsageError) as error:
            asked(api, tmp_path, target=target)
        requests = len(api.asked)
    assert "-n shop" in str(error.value.hint) and "-n web" in str(error.value.hint)
    assert requests <= (7 if "/" in target else 90)


def test_a_namespace_can_be_the_target(tmp_path: Path) -> None:
    with KubeApi.of(recorded("two-problems")) as api:
        assert comparable(asked(api, tmp_path, target="ns:two-problems")) == comparable(
            asked(api, tmp_path, "two-problems")
        )


def node(name: str) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": "True"}]
    return {"kind": "Node", "metadata": {"name": name}, "spec": {}, "status": {"conditions": conditions}}


def test_a_healthy_node_costs_few_requests_and_no_list_of_all_pods(tmp_path: Path) -> None:
    pods = [placed("Pod", "shop", f"p{i}") | {"spec": {"nodeName": f"n{i % 2}", "containers": []}} for i in range(6)]
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    with KubeApi({"nodes": [node("n0"), node("n1")], "pods": [pod | {"status": ready} for pod in pods]}) as api:
        found = asked(api, tmp_path, target="node/n0")
        listed = [one for one in api.asked if one.path.startswith("/api/v1")]
        read = {(one.path, one.query.get("fieldSelector")) for one in listed if one.path.endswith("/pods")}
    assert read == {("/api/v1/pods", "spec.nodeName=n0"), ("/api/v1/pods", "spec.nodeName=")}
    assert not any("/namespaces/" in one.path for one in listed) and len(api.asked) <= 30, len(api.asked)
    assert found.notes == ("read for this answer: Node n0, its Pods. For the whole cluster: gkedoctor report",)


def test_a_wrong_node_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with KubeApi({"nodes": [node("pool-1"), node("pool-2")]}) as api:
        with pytest.raises(UsageError) as error:
            asked(api, tmp_path, target="node/pol-1")
        assert len(api.asked) <= 8
    assert error.value.hint == "did you mean `pool-1`?"


def test_the_path_before_a_pod_reads_its_namespace_and_no_other_pods(tmp_path: Path) -> None:
    snapshot = recorded("ing-healthy")
    pod = next(o for o in snapshot.collection("pods").objects if o["metadata"]["namespace"] == "ing-healthy")
    asked = f"Pod/ing-healthy/{pod['metadata']['name']}"
    with KubeApi.of(snapshot) as api:
        found = path_of_part(asked, LiveParts(options(api, tmp_path)))
        paths = {one.path for one in api.asked}
    assert found is not None and found.hops
    assert [str(hop.ref) for hop in found.hops] == [str(hop.ref) for hop in request_path(asked, snapshot).hops]
    assert not {"/api/v1/pods", "/api/v1/services", "/api/v1/nodes"} & paths and len(paths) <= 20, paths
