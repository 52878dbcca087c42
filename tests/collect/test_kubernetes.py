"""Every kind with its true state, through the real client library, whatever the server does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.collect.collector import Collected, CollectRequest, collect
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.results import CollectorProgress
from gkedoctor.errors import SourceError
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.snapshot.custom_kinds import is_custom, listed_kinds
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS, Kind
from gkedoctor.snapshot.model import Collection, CollectionState, Status
from tests.collect import loopback
from tests.collect.kube_api import KubeApi, forbidden, status
from tests.collect.loopback import Reply
from tests.conftest import shipped_playbooks

NAMESPACES = ("default", "shop", "web")


def thing(name: str, namespace: str | None = "shop") -> dict[str, Any]:
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"metadata": metadata | {"managedFields": [{"manager": "kubectl"}]}}


@pytest.fixture
def api() -> Iterator[KubeApi]:
    objects = {
        "namespaces": [thing(name, None) for name in NAMESPACES],
        "pods": [thing(f"p{i}", NAMESPACES[i % 3]) for i in range(25)],
        "services": [thing("s", "shop")],
        "horizontalpodautoscalers": [thing("h")],
        "frontendconfigs": [thing("f")],
    }
    with KubeApi(objects, page=10) as server:
        yield server
        assert all(asked.method == "GET" or "selfsubject" in asked.path for asked in server.asked)


def kinds() -> list[Kind]:
    return [kind for kind in needed_kinds(shipped_playbooks()) if kind.collection in COLLECTIONS and not kind.cloud]


def run(api: KubeApi, tmp_path: Path, names: str = "Pod Service", **wishes: Any) -> Collected:
    """Collects with a patience whose pauses cost nothing."""
    pauses: list[float] = wishes.pop("pauses", [])
    deadline = Deadline(
        request=wishes.pop("request", 5.0), overall=wishes.pop("overall", 20.0), sleep=pauses.append, jitter=lambda: 1.0
    )
    wanted = [KINDS[name] for name in names.split()] if names else kinds()
    login = Login(wishes.pop("kubeconfig", None) or api.kubeconfig(tmp_path))
    return collect(CollectRequest(login, wanted, deadline, **wishes), wishes.get("tell", lambda _said: None))


def test_objects_of_operators_are_read_where_the_cluster_serves_them(api: KubeApi, tmp_path: Path) -> None:
    wanted = needed_kinds(shipped_playbooks())
    certificate = {"metadata": {"name": "web", "namespace": "shop"}, "status": {"conditions": []}}
    api.objects = {**api.objects, "certificates.cert-manager.io": [certificate]}
    login = Login(api.kubeconfig(tmp_path))
    found = collect(CollectRequest(login, wanted, Deadline()), lambda _said: None).gathered
    assert not [name for name in found.states if is_custom(name)]
    assert not [asked for asked in api.asked if "cert-manager" in asked.path]
    api.operators = True
    found = collect(CollectRequest(login, wanted, Deadline()), lambda _said: None).gathered
    assert found.objects["certificates.cert-manager.io"][0]["metadata"]["name"] == "web"
    assert {kind.collection for kind in listed_kinds()} <= found.states.keys()
    assert "/apis/serving.knative.dev/v1/services" in {asked.path for asked in api.asked}


def state(collected: Collected, name: str = "pods") -> CollectionState:
    return collected.gathered.states[name]


def test_every_page_of_every_kind_is_read(api: KubeApi, tmp_path: Path) -> None:
    found = run(api, tmp_path, "").gathered
    assert len(found.objects["pods"]) == 25
    assert set(found.states) == {kind.collection for kind in kinds()}
    assert {s.status for s in found.states.values()} == {Status.COMPLETE}
    assert found.objects["horizontalpodautoscalers"][0]["apiVersion"] == "autoscaling/v2"
    assert found.objects["frontendconfigs"][0]["apiVersion"] == "networking.gke.io/v1beta1"
    assert "managedFields" not in found.objects["pods"][0]["metadata"]
    asked = [a for a in api.asked if a.path == "/api/v1/pods"]
    assert [(a.query["limit"], a.query.get("continue")) for a in asked] == [("500", None), ("500", "10"), ("500", "20")]
    assert all(
        a.headers["Accept-Encoding"] == "gzip" and a.headers["User-Agent"].startswith("gkedoctor/") for a in asked
    )
    assert all(a.headers.get("authorization", a.headers.get("Authorization")) == "Bearer t0ken" for a in asked)


def test_a_kind_that_is_not_served_is_disabled(api: KubeApi, tmp_path: Path) -> None:
    api.absent = {"backendconfigs", "frontendconfigs"}
    found = run(api, tmp_path, "BackendConfig FrontendConfig ManagedCertificate")
    assert state(found, "backendconfigs").status is Status.DISABLED
    assert state(found, "frontendconfigs").status is Status.DISABLED
    assert state(found, "managedcertificates").status is Status.COMPLETE


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_a_denied_kind_is_denied_and_nothing_else_is(api: KubeApi, tmp_path: Path, kind: Kind) -> None:
    api.fault = lambda asked: forbidden(kind.collection) if asked.path.endswith(f"/{kind.collection}") else None
    found = run(api, tmp_path, "").gathered
    assert {n for n, s in found.states.items() if s.status is not Status.COMPLETE} == {kind.collection}
    denied = found.states[kind.collection]
    assert denied.status is Status.DENIED and "is forbidden" in denied.reason
    assert denied.needs.startswith(f"list {kind.collection}")


def test_a_list_that_is_gone_in_the_middle_is_read_again(api: KubeApi, tmp_path: Path) -> None:
    gone = [status(410, "The provided continue parameter is too old", "Expired")]
    api.fault = lambda asked: gone.pop() if gone and asked.query.get("continue") == "20" else None
    found = run(api, tmp_path)
    assert state(found).status is Status.COMPLETE and len(found.gathered.objects["pods"]) == 25


def test_a_list_that_stays_gone_is_partial(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: status(410, "too old", "Expired") if asked.query.get("continue") == "20" else None
    found = run(api, tmp_path)
    assert state(found).status is Status.PARTIAL and "410 Gone" in state(found).reason
    assert len(found.gathered.objects["pods"]) == 20


def test_retry_after_is_obeyed(api: KubeApi, tmp_path: Path) -> None:
    busy = [Reply(429, {"message": "busy"}, {"Retry-After": "7"}), Reply(503, {"message": "later"})]
    pauses: list[float] = []
    api.fault = lambda asked: busy.pop(0) if busy and asked.path == "/api/v1/pods" else None
    assert state(run(api, tmp_path, pauses=pauses)).status is Status.COMPLETE
    assert pauses == [7.0, 1.0]


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(500, {"message": "etcdserver: leader changed"}), "leader changed"),
        (Reply(503, b"<html>upstream</html>"), "returned 503"),
        (Reply(429, {"message": "too many"}, {"Retry-After": "3600"}), "too many"),
        (Reply(200, b'{"items": [{"metadata"'), "not valid JSON"),
        (Reply(200, {"items": "none"}), "not valid JSON"),
        (Reply(200, {"items": [{"metadata": {"name": "x" * 999}}] * 9}, cut=100), "IncompleteRead"),
        (Reply(200, b""), "not valid JSON"),
    ],
    ids=["500", "503", "429-too-long", "half-a-page", "odd-items", "cut", "empty"],
)
def test_faults_that_stay_are_failures_that_say_so(api: KubeApi, tmp_path: Path, reply: Reply, says: str) -> None:
    api.fault = lambda asked: reply if asked.path == "/api/v1/pods" else None
    found = run(api, tmp_path)
    assert state(found).status is Status.FAILED and says in state(found).reason
    assert state(found, "services").status is Status.COMPLETE
    assert len([a for a in api.asked if a.path == "/api/v1/pods"]) == (1 if says == "too many" else 5)


_PAGE = b"<!DOCTYPE html>\n<html><head><title>Error 403 (Forbidden)!!1</title></head><body>x</body></html>"
_STATUS = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403,
           "message": 'ingresses is forbidden: User "me" cannot list resource'}  # fmt: skip


@pytest.mark.parametrize(
    "body", [_STATUS, {"error": {"code": 403, "message": "x"}}, _PAGE], ids=["status", "googleapi", "page"]
)
def test_an_error_with_the_status_of_success_is_no_empty_list(api: KubeApi, tmp_path: Path, body: Any) -> None:
    """A proxy on the way may answer 200 with an error in the body."""
    api.fault = lambda a: Reply(200, body) if a.path == "/api/v1/pods" else None
    found = run(api, tmp_path)
    assert state(found).status is Status.FAILED and state(found).reason
    assert not found.gathered.objects.get("pods")


@pytest.mark.parametrize("reply", [Reply(500, {"message": "no"}), Reply(200, b'{"items":[')], ids=["500", "malformed"])
def test_what_was_read_before_a_fault_is_kept_as_partial(api: KubeApi, tmp_path: Path, reply: Reply) -> None:
    api.fault = lambda asked: reply if asked.query.get("continue") == "10" else None
    found = run(api, tmp_path)
    assert state(found).status is Status.PARTIAL and state(found).reason.startswith("stopped after 10 objects: ")
    assert len(found.gathered.objects["pods"]) == 10


def test_a_server_that_drips_cannot_hold_the_run(api: KubeApi, tmp_path: Path) -> None:
    drip = Reply(200, {"items": []}, drip=0.1)
    api.fault = lambda asked: drip if asked.path == "/api/v1/pods" else None
    began = time.monotonic()
    found = run(api, tmp_path, request=0.3, overall=2.0)
    assert time.monotonic() - began < 6
    assert state(found).status is Status.FAILED
    assert state(found, "services").status is Status.COMPLETE


def test_a_server_that_says_nothing_cannot_hold_the_run(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: Reply(200, {}, wait=30.0) if asked.path == "/api/v1/pods" else None
    began = time.monotonic()
    found = run(api, tmp_path, request=0.2, overall=2.0)
    assert time.monotonic() - began < 6
    assert state(found).status is Status.FAILED and "timed out" in state(found).reason


def test_a_token_that_ends_on_the_way_is_read_again(api: KubeApi, tmp_path: Path) -> None:
    config = api.kubeconfig(tmp_path, token="old")
    valid = {"old"}

    def fault(asked: loopback.Asked) -> Reply | None:
        if asked.query.get("continue") == "10" and "new" not in valid:
            valid.clear()
            valid.add("new")
            api.kubeconfig(tmp_path, token="new")
        token = next(v for k, v in asked.headers.items() if k.lower() == "authorization").removeprefix("Bearer ")
        return None if token in valid else status(401, "Unauthorized", "Unauthorized")

    api.fault = fault
    found = run(api, tmp_path, kubeconfig=config)
    assert state(found).status is Status.COMPLETE and len(found.gathered.objects["pods"]) == 25


def test_a_token_that_stays_ended_fails_what_is_left(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda a: status(401, "Unauthorized") if a.query.get("continue") or "services" in a.path else None
    found = run(api, tmp_path)
    assert state(found).status is Status.PARTIAL
    assert state(found, "services") == CollectionState(Status.FAILED, reason="Unauthorized")


def test_credentials_that_are_refused_are_one_clear_line(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda _asked: status(401, "Unauthorized")
    with pytest.raises(SourceError, match="does not accept the credentials: Unauthorized"):
        run(api, tmp_path)


def test_a_cluster_that_cannot_be_reached_is_one_clear_line(tmp_path: Path) -> None:
    with KubeApi({}) as gone:
        config = gone.kubeconfig(tmp_path)
    with pytest.raises(SourceError, match=r"cannot reach the cluster at http://127\.0\.0\.1.*refused"):
        run(gone, tmp_path, kubeconfig=config)


def test_a_missing_kubeconfig_is_one_clear_line(api: KubeApi, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        run(api, tmp_path, kubeconfig=str(tmp_path / "none"))


def test_an_unknown_context_is_one_clear_line(api: KubeApi, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the kubeconfig has no context `nowhere`"):
        collect(CollectRequest(Login(api.kubeconfig(tmp_path), "nowhere"), []), lambda _said: None)


def namespaced_only(asked: loopback.Asked) -> Reply | None:
    """Pods and Services may be listed in `shop` alone."""
    for plural in ("pods", "services"):
        if asked.path.endswith(f"/{plural}") and "/namespaces/shop/" not in asked.path:
            return forbidden(plural)
    return None


@pytest.mark.parametrize("with_rules", [True, False])
def test_without_cluster_wide_rights_the_allowed_namespaces_are_read(
    api: KubeApi, tmp_path: Path, with_rules: bool
) -> None:
    api.fault = namespaced_only
    rule = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "services"]}
    other = {"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"]}
    api.rules = {"shop": [rule], "web": [other], "default": [other]} if with_rules else None
    troubles: list[CollectorProgress] = []
    asked = CollectRequest(
        Login(api.kubeconfig(tmp_path)), [KINDS["Pod"], KINDS["Service"]], Deadline(sleep=lambda _s: None)
    )
    found = collect(asked, troubles.append)
    pods = state(found)
    assert pods.status is Status.PARTIAL and set(pods.unread) == {"default", "web"} and pods.namespaces is None
    assert {p["metadata"]["namespace"] for p in found.gathered.objects["pods"]} == {"shop"}
    assert any("pods: partial: namespaces default, web could not be read" in s.trouble for s in troubles)
    tried = {a.path for a in api.asked if a.path.endswith("/pods")}
    assert ("/api/v1/namespaces/web/pods" in tried) is not with_rules


def test_where_namespaces_are_hidden_too_the_named_one_is_read(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda a: forbidden("namespaces") if a.path == "/api/v1/namespaces" else namespaced_only(a)
    found = run(api, tmp_path, fallback=("shop",))
    assert state(found) == CollectionState(Status.COMPLETE, namespaces=("shop",))


def test_only_the_named_namespaces_are_recorded(api: KubeApi, tmp_path: Path) -> None:
    found = run(api, tmp_path, "Pod Namespace", only=("shop", "web"))
    assert state(found) == CollectionState(Status.COMPLETE, namespaces=("shop", "web"))
    assert {p["metadata"]["namespace"] for p in found.gathered.objects["pods"]} == {"shop", "web"}
    assert not [a for a in api.asked if a.path == "/api/v1/pods"]


def test_discovery_that_is_denied_stops_nothing(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda a: status(403, "no") if a.path in ("/apis", "/version") else None
    found = run(api, tmp_path, "Pod Deployment HorizontalPodAutoscaler FrontendConfig")
    assert {s.status for s in found.gathered.states.values()} == {Status.COMPLETE}


def test_impersonation_is_asked_for(api: KubeApi, tmp_path: Path) -> None:
    collect(CollectRequest(Login(api.kubeconfig(tmp_path), as_user="jane"), [KINDS["Pod"]]), lambda _said: None)
    assert {next(v for k, v in a.headers.items() if k.lower() == "impersonate-user") for a in api.asked} == {"jane"}


@pytest.mark.parametrize(
    "part",
    [CollectionState(Status.COMPLETE, namespaces=("shop",)), CollectionState(Status.PARTIAL, unread={"web": "no"})],
)
def test_a_part_of_the_cluster_proves_nothing_for_the_whole(part: CollectionState) -> None:
    collection = Collection("pods", part, ())
    assert collection.why_incomplete("shop") is None
    assert collection.why_incomplete("web") is not None
    assert collection.why_incomplete() is not None
