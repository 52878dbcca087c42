"""Manifests and playbooks in, outcome out: what specs alone prove, before anything runs.

Every playbook is asked twice. Of the closed world, in which the files are everything: what does not fail there fails
nowhere. And of the open one, in which what is not in the files may exist elsewhere: what fails there too is certain.
What lies between depends on what is not in the files, and is told as just that. (Kleene's logic is monotone: what an
open world proves, a closed one does too.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import msgspec

from gkedoctor.diagnose.causality import CausalGraph
from gkedoctor.diagnose.engine import diagnoses_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, candidates, finding_in, functions_of, scopes
from gkedoctor.diagnose.evidence import proof
from gkedoctor.diagnose.model import Consequence, Diagnosis, Location, NotChecked, Outcome, ResolvedEvidence
from gkedoctor.diagnose.scope import Scope
from gkedoctor.graph import Graph, Ref, Unknown
from gkedoctor.manifests.overlay import DECLARED, HOLLOW, NOT_HERE, ManifestOverlay
from gkedoctor.manifests.planned import is_planned, names_planned, template_path, workload_ref
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.model import Confidence, Severity
from gkedoctor.playbook.template import Template
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import CollectionState, Object, Status


def lint(world: ManifestOverlay, playbooks: Sequence[CompiledPlaybook]) -> Outcome:
    """Everything that the playbooks can prove from the specs in the files, the most important first."""
    views = [view for playbook in playbooks if (view := playbook.spec_view) is not None]
    asked = _ManifestEvaluation(Graph(world.closed, cache_edges=True), Graph(world.open, cache_edges=True))
    found = [finding for view in views for finding in asked.findings(view)]
    diagnoses = [_in_files(world, one) for one in diagnoses_of(asked.closed, CausalGraph(found))]
    manifest = world.open.manifest
    not_checked = tuple(asked.not_checked())
    return Outcome(
        source=manifest.source,
        cluster=manifest.cluster,
        project=manifest.project,
        location=manifest.location,
        recorded_at=manifest.recorded_at,
        live=False,
        complete=not not_checked,
        not_checked=not_checked,
        diagnoses=tuple(one for one in diagnoses if one.location is not None),
        unexplained=(),
        looked_at={"objects": len(world.origins)},
    )


class _ManifestEvaluation:
    """The two worlds, and what of the open one could not be seen when it was asked for."""

    def __init__(self, closed: Graph, opened: Graph) -> None:
        self.closed, self.opened = closed, opened
        self._unseen: dict[str, str] = {}
        self._doubts = UnknownFacts()

    def findings(self, view: CompiledPlaybook) -> Iterator[Finding]:
        """The findings of one playbook, each as sure as the open world lets it be."""
        functions = functions_of(self.closed, view)
        for kind in view.kinds:
            for subject in candidates(self.closed, view, kind):
                yield from self._of(view, functions, subject)

    def _of(self, view: CompiledPlaybook, functions: Functions, subject: Object) -> Iterator[Finding]:
        places = scopes(self.closed, view, functions, subject, self._doubts)
        found = [finding_in(view, subject, scope, self._doubts) for scope in places]
        if found.count(None) == len(found):
            return
        opened = scopes(self.opened, view, functions, subject, self._doubts)
        for i, finding in enumerate(found):
            if finding is not None and finding.winner is None:
                yield finding
            elif finding is not None:
                judged = self._judged(finding, opened[i] if len(opened) == len(places) else None)
                if judged is not None:
                    yield judged

    def _judged(self, finding: Finding, scope: Scope | None) -> Finding | None:
        """The finding as sure as it is; None where the open world has another answer."""
        assert finding.winner is not None
        again = finding_in(finding.playbook, finding.subject, scope, self._doubts) if scope is not None else None
        if again is not None and again.winner is finding.winner and again.root == finding.root:
            return replace(finding, confidence=again.confidence)
        why = _doubt(finding, scope)
        if why is None or why.reason == DECLARED:
            return None
        if why.reason != NOT_HERE and self._state(why).status is not Status.COMPLETE:
            self._unseen.setdefault(why.collection, why.reason)
        if (kind := COLLECTIONS.get(why.collection)) is not None and kind.cloud:
            return None  # an address or a certificate of Google Cloud is in no file
        near = finding.scope.evaluate(finding.playbook.near) if finding.playbook.near is not None else None
        return _advice(finding, why) if isinstance(near, Unknown) or not near else _likely(finding, why, near)

    def not_checked(self) -> Iterator[NotChecked]:
        """What the cluster under the files did not show."""
        for name, reason in sorted(self._unseen.items()):
            state = self.opened.snapshot.collection(name).state
            yield NotChecked(name, str(state.status), state.needs, reason)

    def _state(self, why: Unknown) -> CollectionState:
        return self.opened.snapshot.collection(why.collection).state


def _doubt(finding: Finding, scope: Scope | None) -> Unknown | None:
    """What the open world does not know of a finding of the closed one."""
    assert finding.winner is not None
    if scope is None:
        return Unknown("", NOT_HERE)
    for condition in (finding.playbook.symptom, finding.winner.when):
        holds = scope.holds(condition)
        if isinstance(holds, Unknown):
            return holds
    return None


def _likely(finding: Finding, why: Unknown, near: object) -> Finding:
    """The same finding where something in the files comes near: most likely that is meant."""
    assert finding.winner is not None
    also = f" (closest match: {near})" if isinstance(near, str) else ""
    winner = replace(finding.winner, title=_title(finding, why, also)) if why.name else finding.winner
    return replace(finding, winner=winner, confidence=max(finding.confidence, Confidence.LIKELY, key=lambda c: c.rank))


def _advice(finding: Finding, why: Unknown) -> Finding:
    """The same finding as what it is: something to look up, for it stands and falls with what is not in the files."""
    assert finding.winner is not None
    reason = "" if why.reason in (NOT_HERE, HOLLOW) else f" ({why.reason})"
    model = msgspec.structs.replace(finding.winner.model, severity=Severity.ADVISORY)
    winner = replace(finding.winner, model=model, title=_title(finding, why, reason))
    return replace(finding, winner=winner, confidence=Confidence.POSSIBLE)


def _title(finding: Finding, why: Unknown, aside: str) -> Template:
    """`Secret db is not in these files; Deployment cart references it (…)`: that it does not exist is not known."""
    assert finding.winner is not None
    kind = COLLECTIONS.get(why.collection)
    if not why.name or kind is None:
        return Template(("in these files: ", *finding.winner.title.parts))
    state = HOLLOW if why.reason == HOLLOW else NOT_HERE
    return Template((f"{kind.name} {why.name} is {state}{aside}; {_asks(finding)}",))


def _asks(finding: Finding) -> str:
    """`Deployment cart references it (spec.template.spec.volumes[0].secret)`."""
    assert finding.winner is not None
    found = (proof(evidence, finding.scope, finding.ref) for evidence in finding.winner.evidence)
    told = next((_of_workload(one) for one in found if one is not None), None)
    ref = told.ref if told is not None else _of_ref(finding.ref)
    return f"{ref.kind} {ref.name} references it" + (f" ({told.path})" if told is not None else "")


def _of_ref(ref: Ref) -> Ref:
    """The object in the files that stands for another: the workload of a planned Pod."""
    return workload_ref(ref) if is_planned(ref) else ref


def _of_workload(found: ResolvedEvidence) -> ResolvedEvidence:
    """Evidence in a planned Pod as it stands in the template of its workload."""
    ref = _of_ref(found.ref)
    if ref == found.ref:
        return found
    return msgspec.structs.replace(found, ref=ref, path=f"{template_path(ref.kind)}.{found.path}")


def _in_files(world: ManifestOverlay, found: Diagnosis) -> Diagnosis:
    """The diagnosis as it reads in the files, with its place there; without one where it is not about them."""
    evidence = tuple(map(_of_workload, found.evidence))
    explains = {_of_ref(c.ref): c.symptom for c in found.explains}
    root = _of_ref(found.root)
    located = msgspec.structs.replace(
        found,
        root=root,
        evidence=evidence,
        explains=tuple(Consequence(ref, symptom) for ref, symptom in explains.items() if ref != root),
        fix=msgspec.structs.replace(found.fix, commands=tuple(_possible(found.fix.commands))),
        verify=tuple(_possible(found.verify)),
        path=(),
    )
    return msgspec.structs.replace(located, location=_location(world, located))


def _possible(commands: Iterable[str]) -> Iterator[str]:
    """The commands that do not ask for a Pod whose name is not known yet."""
    return (command for command in commands if not names_planned(command))


def _location(world: ManifestOverlay, found: Diagnosis) -> Location | None:
    """The first evidence in an object of the files, else the root or who suffers, if it is of the files."""
    places = [(p.ref, p.path) for p in found.evidence]
    places += [(ref, "") for ref in (found.root, *(c.ref for c in found.explains))]
    for ref, path in places:
        origin = world.origins.get(ref) or world.parts.get(ref)
        if origin is not None:
            return Location(*origin.place(path))
    return None
