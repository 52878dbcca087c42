"""Rules about load balancers, certificates and ScaledObjects: only a change that reaches the fault clears it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gkedoctor.diagnose.cases import given_snapshot, load_cases
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.commands import changes_of_text
from gkedoctor.whatif.overlay import lay_over
from gkedoctor.whatif.simulate import settled
from gkedoctor.whatif.state import ClusterState
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


def changed(snapshot: Snapshot, kind: str, **fields: Any) -> Snapshot:
    """The state with other fields in each object of a kind of Google Cloud."""
    state = ClusterState(snapshot)
    for item in snapshot.collection(KINDS[kind].collection).objects:
        state.put(KINDS[kind].collection, {**item, **fields})
    return state.freeze()


def test_an_ingress_is_served_once_its_add_on_is_enabled_and_its_backends_can_be_used() -> None:
    file = "ingress/http-load-balancing-disabled"
    snapshot, cause = given(file, "the add-on is off, and an Ingress of the class gce waits")
    after = changed(snapshot, "Cluster", addonsConfig={"httpLoadBalancing": {"disabled": False}})
    fixed = settled(after, snapshot)
    assert "ingress-served" in fixed.rules
    assert causes(fixed.snapshot) <= causes(snapshot) - {cause}
    ingress = "kubectl -n ing-classname-ignored delete service plain"
    assert "ingress-served" not in settled(lay_over(after, changes_of_text(ingress)), snapshot).rules


@pytest.mark.parametrize(("path", "cured"), [("/healthz", True), ("/", False)])
def test_annotated_health_turns_only_with_a_path_that_no_log_shows_refused(path: str, cured: bool) -> None:
    file = "ingress/ingress-backend-unhealthy-as-annotated"
    snapshot, cause = given(file, "the access log shows the answer to the health check")
    config = {
        "apiVersion": "cloud.google.com/v1", "kind": "BackendConfig",
        "metadata": {"name": "nginx", "namespace": "ing-basic-auth"},
        "spec": {"healthCheck": {"requestPath": path, "type": "HTTP"}},
    }  # fmt: skip
    note = """annotate service nginx cloud.google.com/backend-config='{"default":"nginx"}'"""
    text = f"kubectl apply -f - <<'EOF'\n{json.dumps(config)}\nEOF\nkubectl -n ing-basic-auth {note}"
    fixed = settled(lay_over(snapshot, changes_of_text(text)), snapshot)
    assert ("annotated-health" in fixed.rules) is cured
    assert (cause not in causes(fixed.snapshot)) is cured


@pytest.mark.parametrize(("name", "cured"), [("gke-l7-gxlb", True), ("gke-l7-gxlbx", False)])
def test_a_gateway_is_taken_up_once_its_class_exists(name: str, cured: bool) -> None:
    snapshot, cause = given("gateway/gateway-not-programmed", "the class does not exist")
    patch = json.dumps({"spec": {"gatewayClassName": name}})
    text = f"kubectl -n shop patch gateway shop --type=merge -p '{patch}'"
    fixed = settled(lay_over(snapshot, changes_of_text(text)), snapshot)
    assert ("gateway-taken-up" in fixed.rules, cause not in causes(fixed.snapshot)) == (cured, cured)


def test_an_https_proxy_gets_the_pre_shared_certificates_of_the_annotation_if_all_exist() -> None:
    file = "certificate/served-certificate-invalid"
    snapshot, cause = given(file, "the certificate that the proxy presents has ended, and stands in no Secret")
    state = ClusterState(snapshot)
    link = "https://www.googleapis.com/compute/v1/projects/teratail-prod/global/sslCertificates/shop-2026"
    later = {"name": "shop-2026", "selfLink": link, "expireTime": "2027-03-01T00:00:00.000-08:00"}
    state.put("compute.sslCertificates", later)
    before = state.freeze()
    note = "kubectl -n ing-tls-ok annotate ingress safe --overwrite ingress.gcp.kubernetes.io/pre-shared-cert="
    fixed = settled(lay_over(before, changes_of_text(note + "shop-2026")), before)
    assert "pre-shared-certificates" in fixed.rules
    assert cause not in causes(fixed.snapshot)
    kept = settled(lay_over(before, changes_of_text(note + "shop-2026,shop-2030")), before)
    assert "pre-shared-certificates" not in kept.rules
