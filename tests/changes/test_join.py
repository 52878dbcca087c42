"""Which recorded change a diagnosis lists first, and that it lists none where none touches what the cause stands on."""

from __future__ import annotations

import pytest

from gkedoctor.changes.model import RecordedChange
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.playbook.model import Severity
from gkedoctor.report.change_text import change_sentences
from tests.changes.clusters import (
    CREATED,
    IMAGE,
    Json,
    container,
    deployment,
    entry,
    event,
    pod,
    replica_set,
    secret,
    service,
    snapshot,
    template,
    thing,
)
from tests.conftest import shipped_playbooks

ROLLED_OUT = "2026-11-29T12:30:00Z"
FAILED = "2026-11-29T12:30:04Z"
LATE = "2026-11-29T12:39:00Z"
DISTRACTORS = (
    entry("kubectl-annotate", "2026-11-29T12:25:00Z", "metadata/annotations/acme.example~1owner"),
    entry("kubectl-label", "2026-11-29T12:26:00Z", "metadata/labels/team"),
    entry("kubectl-edit", "2026-11-29T12:27:00Z", "spec/minReadySeconds", "spec/revisionHistoryLimit"),
)
OLD = "registry.example/shop:7"


def found(cause: str, *items: Json) -> Diagnosis:
    """The diagnosis of a cause; others are in the way of the test."""
    config = thing("ConfigMap", "shop-config", entry("argocd-controller", "2026-11-29T12:28:00Z", "data/BANNER",
                                                     operation="Apply"), data={"BANNER": "x"})  # fmt: skip
    node = {"kind": "Node", "apiVersion": "v1", "metadata": {
        "name": "n1", "creationTimestamp": CREATED, "labels": {"kubernetes.io/os": "linux"},
        "managedFields": [entry("kubectl-label", "2026-11-29T12:29:00Z", "metadata/labels/rack")]},
        "spec": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}  # fmt: skip
    extra = [] if any(item["kind"] == "Node" for item in items) else [node]
    outcome = diagnose(snapshot(config, *extra, *items), shipped_playbooks())
    alike = [one for one in outcome.diagnoses if one.cause == cause]
    serious = [(d.cause, d.severity) for d in outcome.diagnoses if d.severity is not Severity.ADVISORY]
    assert alike, (cause, serious, [u.symptom for u in outcome.unexplained])
    return alike[0]


def first(diagnosis: Diagnosis) -> RecordedChange:
    assert diagnosis.changes
    return diagnosis.changes[0]


def rollout(before: Json, after: Json, *entries: Json, state: Json, **status: object) -> list[Json]:
    """Revision 8 of the Deployment and a Pod of it that failed; revision 7 still serves."""
    older = replica_set(7, before, CREATED, 1, number=0)
    newer = replica_set(8, after, ROLLED_OUT, 1, number=1)
    return [
        deployment(*entries, *DISTRACTORS, templ=after, revision=8, ready=1), older, newer,
        pod(older, {"running": {"startedAt": CREATED}}, CREATED, ready=True),
        pod(newer, state, ROLLED_OUT, **status),
    ]  # fmt: skip


def image_pull(image: str) -> Json:
    text = f'failed to pull and unpack image "{image}": {image}: not found'
    return {"waiting": {"reason": "ErrImagePull", "message": f"rpc error: code = NotFound desc = {text}"}}


def test_the_image_of_a_new_revision() -> None:
    after = template(container(image="registry.example/shop:8"))
    items = rollout(
        template(), after, entry("kubectl-set", ROLLED_OUT, IMAGE), state=image_pull("registry.example/shop:8")
    )
    change = first(found("image-not-found", *items))
    assert (change.by, change.before, change.after) == ("kubectl-set", OLD, "registry.example/shop:8")
    assert change.path == "spec.template.spec.containers[0].image"


def test_a_helm_rollback_to_an_image_that_is_gone() -> None:
    older, newer = template(), template(container(image="registry.example/shop:8"))
    back = replica_set(9, older, CREATED, 1, number=0)
    now = deployment(entry("helm", ROLLED_OUT, IMAGE, "spec/replicas"), *DISTRACTORS, templ=older, revision=9, ready=1)
    before = replica_set(8, newer, "2026-11-29T12:10:00Z", 1, number=1)
    serving = pod(before, {"running": {"startedAt": CREATED}}, CREATED, ready=True)
    change = first(found("image-not-found", now, back, before, serving, pod(back, image_pull(OLD), ROLLED_OUT)))
    assert (change.by, change.before, change.after) == ("helm", "registry.example/shop:8", OLD)
    assert change.at is not None
    assert f"{change.at:%H:%M}" == "12:30"


def test_the_path_of_a_readiness_probe() -> None:
    probe = {"httpGet": {"path": "/reddy", "port": 8080}}
    path = "spec/template/spec/containers/k:name=shop/readinessProbe/httpGet/path"
    items = rollout(
        template(), template(container(readinessProbe=probe)), entry("kubectl-edit", ROLLED_OUT, path),
        state={"running": {"startedAt": FAILED}}, started=True,
    )  # fmt: skip
    items[-1]["status"]["phase"] = "Running"
    failing = event(
        items[-1], "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", FAILED, 30
    )
    failing |= {"lastTimestamp": LATE, "type": "Warning"}
    change = first(found("readiness-probe-wrong-path", *items, failing))
    assert (change.path.rpartition("readinessProbe.")[2], change.by, change.before, change.after) == (
        "httpGet.path", "kubectl-edit", "/ready", "/reddy",
    )  # fmt: skip


def healthy() -> list[Json]:
    one = replica_set(1, template(), CREATED, 1, number=0)
    running = pod(one, {"running": {"startedAt": CREATED}}, CREATED, ready=True)
    return [deployment(*DISTRACTORS), one, running]


def test_the_selector_of_a_service() -> None:
    changed = service(
        entry("helm", ROLLED_OUT, "spec/selector", "metadata/labels/chart"), *DISTRACTORS[:2], selector={"app": "shops"}
    )
    change = first(found("service-selector-mismatch", *healthy(), changed))
    assert (str(change.ref), change.path, change.by) == ("Service/shop/shop", "spec.selector", "helm")


class TestOneTimeForSeveralFields:
    """An entry has one time for all its fields: who annotated an Ingress did not change its rules by that."""

    ANNOTATED = "2026-11-29T12:29:00Z"

    def changes(self, *entries: Json, generation: int, port: int = 8081) -> list[tuple[str, str | None, int]]:
        backend = {"service": {"name": "shop", "port": {"number": 80}}}
        rules = [{"host": "shop.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
        helm = entry("helm", self.ANNOTATED, "metadata/annotations/acme.example~1note", "spec/rules")
        ingress = thing(
            "Ingress", "shop", helm, *entries, version="networking.k8s.io/v1",
            annotations={"acme.example/note": "x"}, spec={"ingressClassName": "nginx", "rules": rules},
        )  # fmt: skip
        ingress["metadata"]["generation"] = generation
        edited = entry("kubectl-edit", ROLLED_OUT)
        element = {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {}}
        edited["fieldsV1"] = {"f:spec": {"f:ports": {f'k:{{"port":{port},"protocol":"TCP"}}': element}}}
        ports = [{"name": "http", "port": port, "protocol": "TCP", "targetPort": 8080}]
        found_here = found("ingress-missing-service-port", *healthy(), ingress, service(edited, ports=ports))
        return [(str(one.ref), one.by, one.alternatives) for one in found_here.changes or ()]

    def test_what_may_have_been_changed_stands_behind_what_was(self) -> None:
        assert self.changes(generation=2) == [
            ("Service/shop/shop", "kubectl-edit", 0), ("Ingress/shop/shop", "helm", 1),
        ]  # fmt: skip

    def test_a_change_of_the_spec_that_another_client_made_is_not_imputed(self) -> None:
        edited = entry("kubectl-edit", "2026-11-29T12:10:00Z", "spec/tls")
        assert self.changes(edited, generation=2) == [("Service/shop/shop", "kubectl-edit", 0)]
        assert self.changes(generation=1) == [("Service/shop/shop", "kubectl-edit", 0)]
        assert len(self.changes(edited, generation=3)) == 2

    def test_the_only_write_is_named_as_possible(self) -> None:
        changed = service(
            entry("helm", "2026-11-29T12:10:00Z", "spec/selector", "metadata/labels/chart"),
            selector={"app": "shops"},
            labels={"chart": "2"},
        )
        diagnosis = found("service-selector-mismatch", *healthy(), changed)
        assert first(diagnosis).alternatives == 1
        assert (
            "possibly set, by helm: which of its 2 fields was written is not recorded" in change_sentences(diagnosis)[0]
        )
        alone = service(entry("helm", "2026-11-29T12:10:00Z", "spec/selector"), selector={"app": "shops"})
        assert first(found("service-selector-mismatch", *healthy(), alone)).alternatives == 0


def test_a_secret_that_was_created_again_without_a_key() -> None:
    lacking = secret(entry("kubectl-create", ROLLED_OUT, "data/other"), created=ROLLED_OUT, other="eA==")
    one = replica_set(1, template(), CREATED, 2, number=0)
    state = {"waiting": {"reason": "CreateContainerConfigError",
                         "message": "couldn't find key token in Secret shop/shop-db"}}  # fmt: skip
    failing = pod(one, state, LATE)
    change = first(found("missing-secret-key", deployment(*DISTRACTORS, ready=1), one, failing, lacking))
    assert (str(change.ref), change.path, change.by, change.source) == (
        "Secret/shop/shop-db", "", "kubectl-create", "creation",
    )  # fmt: skip


def crash(started: str, finished: str, reason: str = "Error", code: int = 1, image: str = OLD) -> tuple[Json, Json]:
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}
    ended = {"terminated": {"exitCode": code, "reason": reason, "startedAt": started, "finishedAt": finished}}
    return waiting, {"lastState": ended, "restartCount": 5}


class TestNothingRecorded:
    """The fault came from outside: what was changed shortly before is innocent, and nothing is listed."""

    def none(self, diagnosis: Diagnosis) -> None:
        assert diagnosis.changes == ()

    def test_an_image_that_was_deleted_from_the_registry(self) -> None:
        variable = template(container(env=[{"name": "LOG_LEVEL", "value": "debug"}]))
        env = "spec/template/spec/containers/k:name=shop/env/k:name=LOG_LEVEL/value"
        self.none(found("image-not-found", *rollout(
            template(), variable, entry("kubectl-set", ROLLED_OUT, env), state=image_pull(OLD)
        )))  # fmt: skip

    def test_a_container_that_needs_more_memory_than_before(self) -> None:
        limited = {"resources": {"limits": {"memory": "64Mi"}}}
        before, after = template(container(**limited)), template(container(**limited, env=[]))
        state, status = crash(FAILED, LATE, "OOMKilled", 137)
        self.none(found("oom-killed", *rollout(before, after, state=state, **status)))

    def test_a_secret_that_was_deleted(self) -> None:
        one = replica_set(1, template(), CREATED, 2, number=0)
        state = {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "shop-db" not found'}}
        self.none(found("missing-secret", deployment(*DISTRACTORS, ready=1), one, pod(one, state, LATE)))

    def test_a_node_that_stopped_reporting(self) -> None:
        unknown = {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "lastTransitionTime": FAILED,
                   "message": "Kubelet stopped posting node status."}  # fmt: skip
        node = {"kind": "Node", "apiVersion": "v1", "metadata": {
            "name": "n1", "creationTimestamp": CREATED, "managedFields": [
                entry("kubectl-taint", "2026-11-29T12:29:00Z", "spec/taints"),
                entry("kubectl-label", "2026-11-29T12:29:30Z", "metadata/labels/rack")]},
            "spec": {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]},
            "status": {"conditions": [unknown]}}  # fmt: skip
        self.none(found("node-not-ready", node, *healthy()))

    def test_a_crash_long_after_a_rollout(self) -> None:
        after = template(container(image="registry.example/shop:8"))
        items = crashing(after, entry("kubectl-set", ROLLED_OUT, IMAGE))
        ready = items[-2]["status"]["conditions"][-1]
        ready["lastTransitionTime"] = LATE
        older = items.pop(3)
        assert older["kind"] == "Pod"
        self.none(found("container-crash-loop", *items))


def crashing(after: Json, *entries: Json) -> list[Json]:
    state, status = crash("2026-11-29T12:38:00Z", LATE)
    items = rollout(template(), after, *entries, state=state, **status)
    items.append(event(items[-1], "BackOff", "Back-off restarting failed container shop", LATE, 3))
    return items


def test_a_new_image_that_crashes_while_the_old_one_runs() -> None:
    after = template(container(image="registry.example/shop:8"))
    diagnosis = found("container-crash-loop", *crashing(after, entry("kubectl-set", ROLLED_OUT, IMAGE)))
    assert (first(diagnosis).by, first(diagnosis).before) == ("kubectl-set", OLD)


def test_a_variable_that_was_removed_while_the_older_pods_run() -> None:
    change = first(found("container-crash-loop", *crashing(template(container(env=[])))))
    assert (change.path, change.is_removed, change.by) == ("spec.template.spec.containers[0].env[0]", True, None)


def test_a_value_of_a_secret_that_the_last_words_speak_of() -> None:
    items = crashing(template())
    status = items[-2]["status"]["containerStatuses"][0]
    status["lastState"]["terminated"]["message"] = "panic: token: illegal base64 data"
    written = secret(
        entry("kubectl-edit", "2026-11-29T12:29:00Z", "data/token", "data/unused"), token="eA==", unused="eA=="
    )
    change = first(found("container-crash-loop", *items, written))
    assert (str(change.ref), change.path, change.by) == ("Secret/shop/shop-db", "data.token", "kubectl-edit")


def test_a_variable_that_was_added_and_that_nothing_speaks_of() -> None:
    env = [*container()["env"], {"name": "LOG_LEVEL", "value": "debug"}]
    assert found("container-crash-loop", *crashing(template(container(env=env)))).changes == ()


@pytest.mark.parametrize("minute", ["12:31", "12:39"])
def test_what_was_changed_after_the_first_sign_is_not_listed(minute: str) -> None:
    text = f"2026-11-29T{minute}:00Z"
    items = rollout(template(), template(), entry("kubectl-set", text, IMAGE), state=image_pull(OLD))
    items[0]["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "9"
    diagnosis = found("image-not-found", items[0], items[1], items[3], pod(items[1], image_pull(OLD), CREATED))
    assert diagnosis.since is None or not diagnosis.changes


def test_confidence_is_the_same_with_and_without_a_change() -> None:
    after = template(container(image="registry.example/shop:8"))
    pulled = image_pull("registry.example/shop:8")
    with_change = found(
        "image-not-found", *rollout(template(), after, entry("kubectl-set", ROLLED_OUT, IMAGE), state=pulled)
    )
    without = found("image-not-found", *rollout(after, after, state=pulled))
    assert with_change.confidence == without.confidence
    assert without.changes == ()


def test_a_recording_without_any_history_says_nothing_of_changes() -> None:
    items = healthy()
    items.append(service(selector={"app": "shops"}))
    for item in items:
        item["metadata"].pop("managedFields")
    outcome = diagnose(snapshot(*items), shipped_playbooks())
    assert [one.changes for one in outcome.diagnoses if one.cause == "service-selector-mismatch"] == [None]
