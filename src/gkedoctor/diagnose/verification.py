"""Whether a finding is gone: from the same objects, read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from gkedoctor.diagnose.causality import CausalGraph
from gkedoctor.diagnose.engine import all_findings, matters, outcome_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts
from gkedoctor.diagnose.model import Diagnosis, Outcome
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.model import Snapshot, Status


class Claim(msgspec.Struct, frozen=True):
    """A finding of an earlier report. `affected`: the objects that suffered from it."""

    fingerprint: str
    playbook: str
    cause: str
    title: str
    root: Ref
    affected: tuple[Ref, ...] = ()

    @property
    def refs(self) -> frozenset[Ref]:
        """The objects that it is about."""
        return frozenset((self.root, *self.affected))


def claim_of(found: Diagnosis) -> Claim:
    """What is kept of a diagnosis to verify it later."""
    affected = tuple(consequence.ref for consequence in found.explains)
    return Claim(found.fingerprint, found.playbook, found.cause, found.title, found.root, affected)


class State(StrEnum):
    """What has become of a finding.

    `present`: still there. `recovering`: fixed, and its controller has not tried again. `settling`: gone, while what
    suffered from it is not well yet. `changed`: another fault has its objects now. `unknown`: something that it stands
    on could not be read.
    """

    PRESENT = "present"
    RECOVERING = "recovering"
    SETTLING = "settling"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"


class Check(msgspec.Struct, frozen=True):
    """What has become of a finding at one moment. `waits`: what is still waited for, in words."""

    state: State
    waits: tuple[str, ...] = ()
    other: Diagnosis | None = None


class Reading(msgspec.Struct, frozen=True):
    """What one reading showed after so many seconds. `trouble`: why it failed; then there is no check.

    `is_last`: nothing more comes.
    """

    seconds: float
    check: Check | None
    trouble: str = ""
    is_last: bool = False


def check(snapshot: Snapshot, playbooks: Sequence[CompiledPlaybook], claim: Claim) -> Check:
    """What has become of a finding in a snapshot, which may be of its objects alone."""
    graph, doubts = Graph(snapshot), UnknownFacts()
    found = all_findings(graph, playbooks, doubts)
    outcome = outcome_of(graph, found, doubts)
    if any(_is_same(one, claim) for one in outcome.diagnoses):
        return Check(State.PRESENT)
    fixed = [item for item in outcome.recovering if item.recovery and item.recovery.fixes == claim.fingerprint]
    if fixed:
        return Check(State.RECOVERING, tuple(item.symptom for item in fixed))
    unread = tuple(_unread(outcome, doubts, claim))
    if unread:
        return Check(State.UNKNOWN, unread)
    other = next((one for one in outcome.diagnoses if _concerns(one, claim)), None)
    if other is not None:
        return Check(State.CHANGED, (other.title,), other)
    waits = tuple(_symptoms(graph, found, claim))
    return Check(State.SETTLING, waits) if waits else Check(State.GONE)


def _is_same(found: Diagnosis, claim: Claim) -> bool:
    """By fingerprint; or by cause and root, where a second object of that name has made its fingerprint another."""
    return found.fingerprint == claim.fingerprint or (found.cause, found.root) == (claim.cause, claim.root)


def _concerns(found: Diagnosis, claim: Claim) -> bool:
    refs = {found.root, *(consequence.ref for consequence in found.explains)}
    return found.severity is not Severity.ADVISORY and not claim.refs.isdisjoint(refs)


def _unread(outcome: Outcome, doubts: UnknownFacts, claim: Claim) -> Iterator[str]:
    """What the playbook of the finding needed and could not read."""
    needed = {unknown.collection for unknown, playbooks in doubts.seen.items() if claim.playbook in playbooks}
    for hole in outcome.not_checked:
        if hole.collection in needed and matters(hole) and hole.reason != Status.NOT_ASKED:
            yield f"{hole.collection}: {hole.reason}" + (f" (needs {hole.needs})" if hole.needs else "")


def _symptoms(graph: Graph, found: Sequence[Finding], claim: Claim) -> Iterator[str]:
    """What is not well yet of what suffered, also what may well pass by itself; of many Pods of one workload one."""
    seen: set[tuple[Ref, str]] = set()
    roots = CausalGraph(found)
    for finding in found:
        if finding.advisory or any(root.advisory for root in roots.roots_of(finding)):
            continue
        above = ref_of(workload(graph, finding.subject))
        key = (above, finding.symptom)
        if claim.refs.isdisjoint((finding.ref, above)) or key in seen:
            continue
        seen.add(key)
        yield f"{finding.ref}: {finding.symptom}"
