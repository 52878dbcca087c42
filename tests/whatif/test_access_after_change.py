"""Roles, NetworkPolicies, suspended Jobs and resumed Deployments: what a change opens, and what it leaves shut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gkedoctor.diagnose.cases import given_snapshot, load_cases
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.graph import Graph
from gkedoctor.graph.workloads.pods import step
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.commands import changes_of_text
from gkedoctor.whatif.overlay import lay_over
from gkedoctor.whatif.simulate import settle
from tests.conftest import recorded, shipped_playbooks

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"


def case(file: str, name: str) -> Snapshot:
    found = next(c for c in load_cases(PLAYBOOKS / f"{file}.test.yaml").cases if c.name == name)
    return given_snapshot(found.given, recorded)


def left(snapshot: Snapshot, *commands: str) -> list[str]:
    """The causes that are left after commands."""
    after = snapshot
    for command in commands:
        after = settle(lay_over(after, changes_of_text(command)), after)
    return sorted(found.cause for found in diagnose(after, shipped_playbooks()).diagnoses)


REFUSED = ("container/container-crash-loop", "a ServiceAccount without the permission that the application needs")
BLOCKED = ("network/network-policy-blocks-traffic", "nothing but DNS is let out, and the database is not reached")
OUTLASTED = ("job/sidecar-keeps-job-running", "a database proxy of the template's own")
PAUSED = ("rollout/deployment-paused", "a paused Deployment runs the old template")
NEVER = ("image/image-pull-failed", "a manifest for a local image with imagePullPolicy Never")
SCALED = ("operator/custom-resource-failed", "KEDA does not find what to scale")
RETARGET = (
    """kubectl -n shop patch scaledobjects.keda.sh worker --type=merge -p '{"spec":{"scaleTargetRef":{"name":"%s"}}}'"""
)
NAMESPACE = "kubectl -n worker-crash-env"
BINDING = f"{NAMESPACE} create rolebinding r --role=r --serviceaccount=worker-crash-env"


def rule_to(port: int) -> str:
    value = f'{{"to":[{{"podSelector":{{"matchLabels":{{"app":"db"}}}}}}],"ports":[{{"port":{port}}}]}}'
    patch = f'[{{"op":"add","path":"/spec/egress/-","value":{value}}}]'
    return f"kubectl -n shop patch networkpolicy default-deny --type=json -p '{patch}'"


@pytest.mark.parametrize(
    ("given", "commands", "causes"),
    [
        (REFUSED, (f"{NAMESPACE} create role r --verb=list,watch --resource=pods", f"{BINDING}:default"), []),
        (REFUSED, (f"{NAMESPACE} create role r --verb=get --resource=pods", f"{BINDING}:default"), ["rbac-forbidden"]),
        (REFUSED, (f"{NAMESPACE} create role r --verb=list --resource=pods", f"{BINDING}:other"), ["rbac-forbidden"]),
        (BLOCKED, (rule_to(3306),), []),
        (BLOCKED, (rule_to(5432),), ["network-policy-blocks"]),
        (OUTLASTED, ('kubectl -n shop patch job migrate --type=merge -p \'{"spec":{"suspend":true}}\'',), []),
        (OUTLASTED, ("kubectl -n shop annotate job migrate a=b",), ["sidecar-keeps-job-running"]),
        (PAUSED, ("kubectl -n teratail-healthy rollout resume deployment nginx",), []),
        (PAUSED, ("kubectl -n teratail-healthy annotate deployment nginx a=b",), ["rollout-paused"]),
        (SCALED, (RETARGET % "worker",), []),
        (SCALED, (RETARGET % "workers",), ["hpa-target-missing"]),
        (NEVER, ("kubectl -n catalog-image-tag set env deployment/catalog A=b",), ["image-never-pull"]),
    ],
)
def test_a_fault_is_over_where_the_change_reaches_what_it_stands_on(
    given: tuple[str, str], commands: tuple[str, ...], causes: list[str]
) -> None:
    assert left(case(*given), *commands) == causes


def test_a_resumed_deployment_runs_the_template_that_was_written_while_it_was_paused() -> None:
    command = "kubectl -n teratail-healthy rollout resume deployment nginx"
    snapshot = case(*PAUSED)
    after = Graph(settle(lay_over(snapshot, changes_of_text(command)), snapshot))
    pods: list[Any] = [pod for pod in after.all("Pod") if pod["metadata"]["labels"].get("app") == "nginx"]
    assert [pod["spec"]["containers"][0]["image"] for pod in pods] == ["asia.gcr.io/teratail-prod/nginx:v2"]
    assert [step(after.clock, pod) for pod in pods] == ["fine"]
