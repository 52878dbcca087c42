"""Each recorded fault, met before the deploy: what specs prove of it, with which help, and why the rest runs first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gkedoctor.diagnose.model import Diagnosis
from gkedoctor.diagnose.spec import lint
from gkedoctor.manifests.overlay import ManifestOverlay, world
from gkedoctor.playbook.model import Confidence, Severity
from tests.conftest import REBUILT, RECORDINGS, recorded, shipped_playbooks
from tests.lint.recorded_manifests import BESIDE, manifests

FILES = "the files prove it"
COMPLETE = "proved where the files are everything, or the cluster is known; else something to look up"
CLUSTER = "proved only where the cluster is known"

PROVABLE: Mapping[str, str] = {
    "billing-configmap-envfrom": COMPLETE,
    "ci-serviceaccount": COMPLETE,
    "db-pvc-class": COMPLETE,
    "hostport": CLUSTER,  # how many nodes there are
    "ing-classname-ignored": FILES,
    "ing-missing-secret": COMPLETE,
    "ing-no-service": FILES,  # Service page is in the files, and pages comes near
    "ing-selector": FILES,
    "ing-static-ip": CLUSTER,  # which addresses the project has
    "ing-tls-expired": FILES,
    "ing-tls-missing": COMPLETE,
    "ml-cpu": CLUSTER,  # how large the nodes are
    "orders-secret-key": FILES,
    "pair-selector-after": FILES,
    "pull-secret": COMPLETE,
    "pvc-no-class": CLUSTER,  # every cluster of GKE is made with a default class; this one lost it
    "scaled-to-zero": FILES,
    "team-quota": FILES,
    "teratail-missing-secret": COMPLETE,
    "teratail-sa-secret-volume": COMPLETE,
    "teratail-selector-typo": FILES,
    "teratail-target-port": FILES,
    "two-problems": COMPLETE,
}

NOT_PROVABLE: Mapping[str, str] = {
    "anti-affinity": "there are two nodes for two replicas; that one is cordoned is the state of a day",
    "batch-backoff": "what the program does",
    "catalog-image-tag": "what is in the registry",
    "cordoned": "a cordon is the state of a day",
    "db-credentials": "what the database answers",
    "db-host": "the host stands in the program's own configuration: only its log names it",
    "ephemeral": "what the program writes",
    "front-rollout": "what is in the registry",
    "hpa-no-requests": "which APIs the cluster serves; that nothing is requested comes to light instead",
    "image-dns": "whether a registry's name resolves",
    "ing-basic-auth": "what the application answers at /",
    "ing-probe-added-later": "what the load balancer took over when it was made",
    "ing-readiness-gate": "what the application answers at /",
    "liveness-path": "what the application answers at the path",
    "mail-init-crash": "what the program does",
    "node-not-ready": "the state of a Node",
    "orphans-cluster-deleted": "what is left over in Google Cloud",
    "pair-image-after": "what is in the registry",
    "probe-scheme": "what the application speaks at the port",
    "report-oom": "how much memory the program takes",
    "secret-double-base64": "how the program reads the value; that it looks encoded twice is a habit of its own",
    "search-command": "what is in the image",
    "startup-probe": "how long the program takes to start",
    "teratail-basic-auth": "what the application answers at the path",
    "teratail-ingress": "what the application answers at /",
    "teratail-readiness-404": "what the application answers at the path",
    "worker-crash-env": "which variables the program wants",
}

TOLD_AS_ADVICE = {"scaled-to-zero"}
"""Whoever writes 0 replicas into a file may mean it."""

TRUTHS = {
    path.parent.name: json.loads(path.read_text())
    for path in sorted(RECORDINGS.glob("*/truth.json"))
    if path.parent.name not in REBUILT
}
FAULTY = [name for name, truth in TRUTHS.items() if truth["cause"]]
HEALTHY = [name for name in TRUTHS if name not in FAULTY]


def worlds(name: str) -> dict[str, ManifestOverlay]:
    given = manifests(name)
    assert not given.problems
    now = recorded(name).clock
    return {
        FILES: world(given, now=now),
        COMPLETE: world(given, complete=True, now=now),
        CLUSTER: world(given, recorded(name)),
    }


def found(files: ManifestOverlay) -> list[Diagnosis]:
    assert not files.problems
    return list(lint(files, shipped_playbooks()).diagnoses)


def wanted(truth: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(cause, root) for cause, root in truth.get("roots") or [(truth["cause"], truth["root"])]}


def as_in(truth: Mapping[str, Any], told: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What was told, by the truth's own cause where it names another that is as good."""
    as_good = truth.get("accept_causes") or []
    return {(truth["cause"] if cause in as_good else cause, root) for cause, root in told}


def short(diagnosis: Diagnosis) -> tuple[str, str]:
    return diagnosis.cause, f"{diagnosis.root.kind}/{diagnosis.root.name}"


def grave(diagnoses: list[Diagnosis]) -> set[tuple[str, str]]:
    return {short(d) for d in diagnoses if d.severity is not Severity.ADVISORY}


def test_every_recording_with_a_fault_is_said_to_be_provable_or_not() -> None:
    assert {*PROVABLE, *NOT_PROVABLE} == set(FAULTY)
    assert not PROVABLE.keys() & NOT_PROVABLE.keys()


@pytest.mark.parametrize("name", sorted(PROVABLE))
def test_a_fault_of_wiring_is_found_with_its_root_where_it_can_be_proved(name: str) -> None:
    given, provable = worlds(name), [FILES, COMPLETE, CLUSTER]
    for way in provable[provable.index(PROVABLE[name]) :]:
        told = found(given[way])
        assert wanted(TRUTHS[name]) <= as_in(TRUTHS[name], {short(d) for d in told}), (way, told)
        if name not in TOLD_AS_ADVICE:
            assert wanted(TRUTHS[name]) == as_in(TRUTHS[name], grave(told)), (way, told)
        assert all(d.location is not None for d in told)


@pytest.mark.parametrize("name", sorted(n for n, way in PROVABLE.items() if way == COMPLETE))
def test_what_may_be_elsewhere_is_something_to_look_up(name: str) -> None:
    told = {short(d): d for d in found(worlds(name)[FILES])}
    missing = [root for root in wanted(TRUTHS[name]) if root in told and told[root].severity is Severity.ADVISORY]
    assert missing
    for root in missing:
        assert told[root].confidence is Confidence.POSSIBLE
        assert "is not in these files" in told[root].title


@pytest.mark.parametrize("name", sorted(NOT_PROVABLE))
def test_what_only_a_run_can_show_is_not_claimed(name: str) -> None:
    for way, files in worlds(name).items():
        told = found(files)
        assert grave(told) <= BESIDE.get(name, set()), way


@pytest.mark.parametrize("name", HEALTHY)
def test_the_manifests_of_a_healthy_cluster_are_met_with_silence(name: str) -> None:
    for way, files in worlds(name).items():
        told = found(files)
        assert not grave(told), way
        assert not [d for d in told if d.playbook not in HABITS], way


HABITS = {f"GKE-SPEC-{number:03}" for number in range(1, 100)}
"""Playbooks about manifests alone: what they advise is true of a cluster that works."""
