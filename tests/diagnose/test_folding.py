"""Folding: what is a root, what is a consequence, and what stays unexplained."""

from __future__ import annotations

from gkedoctor.playbook.model import Confidence, Severity
from tests.diagnose.toys import cause, causes_of, obj, outcome_of, playbook

LABELS = {"app": "web"}
POD = obj(
    "Pod", "web-1", metadata={"labels": LABELS}, spec={"nodeName": "n1", "containers": []}, status={"phase": "Pending"}
)
OTHER = obj(
    "Pod", "web-2", metadata={"labels": LABELS}, spec={"nodeName": "n1", "containers": []}, status={"phase": "Pending"}
)
SERVICE = obj("Service", "web", spec={"selector": LABELS})
INGRESS = obj("Namespace", "shop")
NODE = obj("Node", "n1", spec={"unschedulable": True})

POD_FAULT = playbook(
    1, "Pod", "status_bad", cause("oom-killed", "`true`"), explained_by="nodes", relate="{bind: nodes, edge: node}",
    let="status_bad: \"subject.status.phase == 'Pending'\"",
)  # fmt: skip
SERVICE_DOWN = playbook(2, "Service", "`true`", explained_by="pods", relate="{bind: pods, edge: pods}")
NODE_FAULT = playbook(3, "Node", "subject.spec.unschedulable", cause("node-cordoned", "`true`"))


def test_a_symptom_without_a_cause_of_its_own_follows_from_what_it_depends_on() -> None:
    outcome = outcome_of(POD, SERVICE, playbooks=[POD_FAULT, SERVICE_DOWN])
    assert causes_of(outcome) == ["oom-killed Pod/shop/web-1"]
    assert [str(c.ref) for c in outcome.diagnoses[0].explains] == ["Service/shop/web"]
    assert not outcome.unexplained


def test_the_deepest_fault_is_the_root_and_takes_all_above_it() -> None:
    outcome = outcome_of(POD, OTHER, SERVICE, NODE, playbooks=[POD_FAULT, SERVICE_DOWN, NODE_FAULT])
    assert causes_of(outcome) == ["node-cordoned Node/n1"]
    explained = {str(c.ref) for c in outcome.diagnoses[0].explains}
    assert explained == {"Pod/shop/web-1", "Pod/shop/web-2", "Service/shop/web"}


def test_independent_roots_stand_side_by_side() -> None:
    far = obj("Pod", "far", spec={"containers": []}, status={"phase": "Pending"})
    outcome = outcome_of(POD, far, NODE, playbooks=[POD_FAULT, NODE_FAULT])
    assert sorted(causes_of(outcome)) == ["node-cordoned Node/n1", "oom-killed Pod/shop/far"]


def test_many_objects_with_one_shared_root_are_one_diagnosis() -> None:
    shared = playbook(
        4, "Pod", "`true`", cause("quota-exceeded", "`true`", root="ref('ResourceQuota', 'shop', 'team')")
    )
    outcome = outcome_of(POD, OTHER, playbooks=[shared])
    assert causes_of(outcome) == ["quota-exceeded ResourceQuota/shop/team"]
    assert len(outcome.diagnoses[0].explains) == 2


def test_a_symptom_that_nothing_explains_is_unexplained_once_at_its_deepest() -> None:
    no_cause = playbook(5, "Pod", "`true`", cause("oom-killed", "`false`"))
    outcome = outcome_of(POD, SERVICE, playbooks=[no_cause, SERVICE_DOWN])
    assert not outcome.diagnoses
    assert [str(u.ref) for u in outcome.unexplained] == ["Pod/shop/web-1"]


def test_what_may_pass_by_itself_is_never_unexplained() -> None:
    passing = playbook(6, "Service", "`true`", extra=", passing: '`true`'")
    assert not outcome_of(SERVICE, playbooks=[passing]).unexplained


def test_in_a_ring_the_surer_cause_is_the_root() -> None:
    """A Pod waits for its readiness gate, the load balancer for the Pod: the arrow is turned round by confidence."""
    pod_waits = playbook(
        7, "Pod", "`true`", cause("readiness-probe-failing", "`true`", confidence="possible"),
        explained_by="services", relate="{bind: services, edge: services}",
    )  # fmt: skip
    service_waits = playbook(
        8, "Service", "`true`", cause("health-check-path-not-200", "`true`"), explained_by="pods",
        relate="{bind: pods, edge: pods}",
    )  # fmt: skip
    assert causes_of(outcome_of(POD, SERVICE, playbooks=[pod_waits, service_waits])) == [
        "health-check-path-not-200 Service/shop/web"
    ]


def test_a_ring_of_mere_symptoms_ends_and_is_told_once() -> None:
    one = playbook(7, "Pod", "`true`", explained_by="services", relate="{bind: services, edge: services}")
    outcome = outcome_of(POD, SERVICE, playbooks=[one, SERVICE_DOWN])
    assert len(outcome.unexplained) == 1


def test_a_diagnosis_is_as_grave_as_the_gravest_of_what_it_explains() -> None:
    grave = playbook(
        2,
        "Service",
        "`true`",
        explained_by="pods",
        relate="{bind: pods, edge: pods}",
        extra=", severity: [{when: '`true`', is: critical}]",
    )
    assert outcome_of(POD, playbooks=[POD_FAULT, grave]).diagnoses[0].severity is Severity.MEDIUM
    assert outcome_of(POD, SERVICE, playbooks=[POD_FAULT, grave]).diagnoses[0].severity is Severity.CRITICAL


def test_the_surest_cause_wins_and_among_equals_the_first() -> None:
    rivals = playbook(
        9,
        "Pod",
        "`true`",
        cause("oom-killed", "`true`", confidence="possible"),
        cause("image-not-found", "`true`", confidence="likely"),
        cause("command-not-found", "`true`", confidence="likely"),
    )
    assert causes_of(outcome_of(POD, playbooks=[rivals])) == ["image-not-found Pod/shop/web-1"]


def test_an_unknown_cause_is_not_claimed_and_is_named_as_not_known() -> None:
    needs_services = playbook(
        9, "Pod", "`true`", cause("missing-service", "!services"), relate="{bind: services, edge: services}"
    )
    outcome = outcome_of(POD, playbooks=[needs_services], denied=["Service"])
    assert not outcome.diagnoses
    assert outcome.unexplained[0].not_known[0].cause == "missing-service"
    assert [(n.collection, n.reason, n.needs) for n in outcome.not_checked] == [("services", "denied", "list services")]
    assert not outcome.complete


def test_the_order_of_objects_changes_nothing() -> None:
    books = [POD_FAULT, SERVICE_DOWN, NODE_FAULT]
    one = outcome_of(POD, OTHER, SERVICE, NODE, playbooks=books)
    other = outcome_of(NODE, SERVICE, OTHER, POD, playbooks=books)
    assert one == other


def test_fingerprints_name_the_fault_and_not_the_run() -> None:
    one = outcome_of(POD, NODE, playbooks=[POD_FAULT, NODE_FAULT]).diagnoses[0]
    other = outcome_of(OTHER, NODE, playbooks=[POD_FAULT, NODE_FAULT]).diagnoses[0]
    assert one.fingerprint == other.fingerprint
    assert one.confidence is Confidence.CERTAIN


def test_evidence_says_where_in_the_object_the_value_stands() -> None:
    proof = outcome_of(NODE, playbooks=[NODE_FAULT]).diagnoses[0].evidence[0]
    assert (str(proof.ref), proof.path, proof.value) == ("Node/n1", "spec", {"unschedulable": True})


def test_what_is_only_advisory_explains_nothing() -> None:
    advice = playbook(8, "Pod", "`true`", cause("stale-configuration", "`true`", severity="advisory"))
    silent = playbook(9, "Pod", "`true`", cause("oom-killed", "`false`"))
    outcome = outcome_of(POD, playbooks=[advice, silent])
    assert causes_of(outcome) == ["stale-configuration Pod/shop/web-1"]
    assert [str(u.ref) for u in outcome.unexplained] == ["Pod/shop/web-1"]
