"""Rules about load balancers, certificates and ScaledObjects: only a change that reaches the fault clears it."""

from __future__ import annotations

import pytest

from gkedoctor.diagnose.cases import given_snapshot, load_cases
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.commands import changes_of_text
from gkedoctor.whatif.overlay import lay_over
from gkedoctor.whatif.simulate import settled
from tests.conftest import PLAYBOOKS, recorded, shipped_playbooks

CASES = [
    (
        "loadbalancer/forwarding-rule-missing", "somebody deleted the rule", "forwarding-rule-created",
        "-n l4-healthy annotate service game resync=1", "-n l4-healthy label deployment game a=b",
    ),
    (
        "service/load-balancer-settings-ignored", "somebody took the finalizer off", "finalizer-added",
        "-n l4-healthy annotate service game resync=1", "-n l4-healthy label deployment game a=b",
    ),
    (
        "service/service-stuck-deleting", "a service attachment uses the forwarding rule", "service-deleted",
        "-n l4-internal-healthy delete serviceattachment inapi",
        "-n l4-internal-healthy annotate serviceattachment inapi resync=1",
    ),
    (
        "loadbalancer/service-attachment-not-published", "somebody deleted the service attachment in Google Cloud",
        "service-attachment-created", "-n l4-internal-healthy annotate serviceattachment inapi resync=1",
        "-n l4-internal-healthy annotate service inapi resync=1",
    ),
    (
        "loadbalancer/service-traffic-blocked", "an external load balancer that allows private ranges alone",
        "service-firewall",
        """-n l4-healthy patch service game -p '{"spec":{"loadBalancerSourceRanges":["198.51.100.0/24"]}}'""",
        """-n l4-healthy patch service game -p '{"spec":{"loadBalancerSourceRanges":["10.1.0.0/16"]}}'""",
    ),
    (
        "certificate/managed-certificate-not-provisioned", "nobody uses it", "managed-certificate-issued",
        "-n shop annotate ingress shop networking.gke.io/managed-certificates=app-cert",
        "-n shop annotate ingress shop networking.gke.io/managed-certificates=other",
    ),
    (
        "service/service-without-endpoints", "KEDA stands above the workload and has scaled it to zero",
        "scaled-object", """-n shop patch scaledobject mailer --type=merge -p '{"spec":{"minReplicaCount":1}}'""",
        """-n shop patch scaledobject mailer --type=merge -p '{"spec":{"maxReplicaCount":3}}'""",
    ),
]  # fmt: skip


def given(file: str, name: str) -> tuple[Snapshot, str]:
    """The state of a case and the cause that it is for."""
    path = PLAYBOOKS / f"{file}.test.yaml"
    case = next(case for case in load_cases(path).cases if case.name == name)
    return given_snapshot(case.given, recorded), case.expect[0].cause


def causes(snapshot: Snapshot) -> set[str]:
    return {found.cause for found in diagnose(snapshot, shipped_playbooks()).diagnoses}


@pytest.mark.parametrize(("file", "name", "rule", "cure", "other"), CASES, ids=[case[2] for case in CASES])
def test_only_what_reaches_the_fault_clears_it(file: str, name: str, rule: str, cure: str, other: str) -> None:
    snapshot, cause = given(file, name)
    assert cause in causes(snapshot)
    fixed = settled(lay_over(snapshot, changes_of_text(f"kubectl {cure}")), snapshot)
    assert rule in fixed.rules
    assert cause not in causes(fixed.snapshot)
    kept = settled(lay_over(snapshot, changes_of_text(f"kubectl {other}")), snapshot)
    assert cause in causes(kept.snapshot)
