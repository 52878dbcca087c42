"""Fixes: commands with conditions, other ways, who owns the manifest, and what is fixed but not retried."""

from __future__ import annotations

from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import Source, load_playbook
from tests.diagnose.toys import obj, outcome_of

HELM = {"annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}}
FIXED_POD = obj(
    "Pod", "web-1", metadata={"labels": {"fixed": "yes"}}, spec={"containers": []}, status={"phase": "Pending"}
)
POD = obj("Pod", "web-1", spec={"containers": []}, status={"phase": "Pending"})


def _playbook(fix: str, ruled_out: str = "") -> CompiledPlaybook:
    text = f"""\
playbook: 1
id: GKE-POD-901
title: toy
about: toy
severity: medium
subject: Pod
let: {{namespace: subject.metadata.namespace}}
symptom: {{say: bad, when: "subject.status.phase == 'Pending'"}}
causes:
  - cause: missing-secret
    title: toy
    root: ref('Secret', namespace, 'db')
    when: "`true`"
{ruled_out}
    evidence: [{{show: subject.status.phase}}]
    fix: {fix}
    verify: [kubectl get pods]
    docs: [https://kubernetes.io/]
"""
    return load_playbook(Source("toy.yaml", text))


FIXED = """\
    ruled_out_if:
      - when: subject.metadata.labels.fixed
        say: Secret db now exists
        fixed:
          retry: kubelet
          last: subject.metadata.creationTimestamp
          run: ["kubectl -n {{ namespace }} delete pod web-1"]
"""


def _only(outcome: Outcome) -> str:
    (found,) = outcome.unexplained
    return found.symptom


def test_a_command_with_a_condition_is_printed_only_where_it_holds() -> None:
    fix = "{say: x, run: [{run: kubectl a, when: subject.spec.nodeName}, {run: kubectl create b, when: subject.spec}]}"
    (found,) = outcome_of(POD, playbooks=[_playbook(fix.replace("kubectl a", "kubectl get a"))]).diagnoses
    assert found.fix.commands == ("kubectl create b",)


def test_other_ways_are_offered_in_the_order_of_the_author_where_their_condition_holds() -> None:
    fix = (
        "{say: x, run: [kubectl create a], alternatives: ["
        "{say: 'Undo {{ namespace }}.', run: [kubectl rollout undo x]},"
        " {say: never, when: subject.spec.nodeName, run: [kubectl get y]}]}"
    )
    (found,) = outcome_of(POD, playbooks=[_playbook(fix)]).diagnoses
    assert [(way.say, way.commands) for way in found.fix.alternatives] == [("Undo shop.", ("kubectl rollout undo x",))]


def test_a_fix_names_what_writes_the_object_again() -> None:
    secret = obj("Secret", "db", metadata=HELM)
    (found,) = outcome_of(POD, secret, playbooks=[_playbook("{say: x}")]).diagnoses
    assert found.fix.managed_by == "Helm release shop/web"


def test_the_maker_of_a_root_that_is_not_there_is_not_guessed() -> None:
    (found,) = outcome_of(POD, playbooks=[_playbook("{say: x}")]).diagnoses
    assert found.fix.managed_by is None


def test_a_fixed_cause_is_recovering_until_its_controller_tries_again() -> None:
    outcome = outcome_of(FIXED_POD, playbooks=[_playbook("{say: x}", FIXED)])
    assert not outcome.diagnoses and not outcome.open
    assert _only(outcome) == "fixed: Secret db now exists; the kubelet retries within 90s"
    (found,) = outcome.recovering
    assert found.recovery is not None
    assert found.recovery.commands == ("kubectl -n shop delete pod web-1",)


def test_a_recovery_carries_the_fingerprint_of_what_it_fixes() -> None:
    playbook = _playbook("{say: x}", FIXED)
    (before,) = outcome_of(POD, playbooks=[playbook]).diagnoses
    (after,) = outcome_of(FIXED_POD, playbooks=[playbook]).recovering
    assert after.recovery is not None and after.recovery.fixes == before.fingerprint


def test_a_try_that_is_overdue_is_said_to_be_due() -> None:
    metadata = FIXED_POD["metadata"] | {"creationTimestamp": "2026-01-01T11:00:00Z"}
    outcome = outcome_of({**FIXED_POD, "metadata": metadata}, playbooks=[_playbook("{say: x}", FIXED)])
    assert _only(outcome) == "fixed: Secret db now exists; the kubelet is due to retry"


def test_a_rule_out_without_fixed_leaves_the_symptom_unexplained() -> None:
    plain = FIXED.partition("        fixed:")[0]
    outcome = outcome_of(FIXED_POD, playbooks=[_playbook("{say: x}", plain)])
    assert [u.symptom for u in outcome.open] == ["bad"] and not outcome.recovering
