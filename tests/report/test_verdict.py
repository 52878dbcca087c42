"""The verdict is never wider than what was checked: over all recordings, whole and with parts of them missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gkedoctor.cli.exit_codes import verdict as exit_code
from gkedoctor.diagnose.engine import diagnose, matters
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import ExitCode
from gkedoctor.graph import Graph, State, path_of_object
from gkedoctor.graph.frontends.frontend import frontend_kinds, is_frontend
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.text import render
from gkedoctor.report.not_checked import gaps
from gkedoctor.report.verdict import verdict
from gkedoctor.snapshot.kinds import is_cloud
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import recorded, shipped_playbooks

from .recordings import NAMES

MISSING: dict[str, Callable[[str], bool]] = {
    "whole": lambda name: False,
    "no Google Cloud": is_cloud,
    "no health": lambda name: "ealth" in name,
    "Pods alone": lambda name: name != "pods",
    "no Events": lambda name: name == "events",
    "no endpoints": lambda name: name == "endpointslices",
}
CANNOT_START = ("cannot start", "CreateContainerConfigError", "ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff")


def outcomes(recording: str) -> list[tuple[str, Snapshot, Outcome]]:
    snapshot = recorded(recording)
    found = []
    for label, drop in MISSING.items():
        part = Snapshot(snapshot.manifest, [c for name, c in snapshot.collections.items() if not drop(name)])
        found.append((label, part, diagnose(part, shipped_playbooks())))
    return found


def has_unknown_hop(snapshot: Snapshot) -> bool:
    graph = Graph(snapshot)
    items = [item for kind in frontend_kinds() for item in graph.all(kind) if is_frontend(item)]
    return any(hop.state is State.UNKNOWN for item in items for hop in path_of_object(graph, item).all())


@pytest.mark.parametrize("recording", NAMES)
def test_no_problems_is_said_only_where_everything_was_checked(recording: str) -> None:
    for label, snapshot, outcome in outcomes(recording):
        said, answer = verdict(Answer(outcome)), Answer(outcome)
        faults = [d for d in outcome.diagnoses if d.severity != "advisory"] or outcome.unexplained
        code = exit_code(outcome, "advisory")
        if said == "No problems found":
            assert not gaps(outcome), label
        if said.startswith("No problems"):
            assert outcome.complete and not faults, label
            assert not has_unknown_hop(snapshot), label
            assert not any(map(matters, outcome.not_checked)), label
        if outcome.unexplained:
            assert exit_code(outcome, "critical") is ExitCode.FOUND, label
        if not faults and not outcome.diagnoses:
            assert code is (ExitCode.OK if said.startswith("No problems") else ExitCode.INCOMPLETE), label
        if said.startswith("Not enough"):
            text = " ".join(render(answer, Page(100)).split())
            assert "To check it:" in text or "Missing permissions:" in text or "is unknown at" in text, label


@pytest.mark.parametrize("recording", NAMES)
def test_pods_that_cannot_start_are_at_least_high_however_little_was_recorded(recording: str) -> None:
    for label, _, outcome in outcomes(recording):
        for found in outcome.diagnoses:
            if found.severity != "advisory" and any(word in found.title for word in CANNOT_START):
                assert found.severity in ("critical", "high"), (label, found.title)


def test_a_request_path_elsewhere_is_no_gap_of_a_namespace() -> None:
    from gkedoctor.report.selection import Selection, select

    snapshot = recorded("ing-healthy")
    part = Snapshot(snapshot.manifest, [c for name, c in snapshot.collections.items() if not is_cloud(name)])
    outcome = diagnose(part, shipped_playbooks())
    assert [str(hop.frontend) for hop in outcome.unknown_hops] == ["Ingress/ing-healthy/shop"] or outcome.unknown_hops
    assert not outcome.complete
    home = outcome.unknown_hops[0].frontend.namespace or ""
    assert not select(outcome, part, Selection(namespaces=frozenset({home}))).outcome.complete
    assert select(outcome, part, Selection(namespaces=frozenset({"kube-system"}))).outcome.complete
