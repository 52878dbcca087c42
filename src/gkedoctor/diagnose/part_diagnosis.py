"""What is wrong in some namespaces, from the part of a cluster or recording that the answer needs.

The playbooks are asked about what is in the namespaces; what their look-ups lack is read, and they are asked again,
until nothing is lacking. Where a symptom may follow from an object elsewhere, that object is asked about too, so that
the part grows along the chain of causes and stops where it ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from gkedoctor.diagnose.engine import outcome_of
from gkedoctor.diagnose.evaluate import Finding, UnknownFacts, candidates, findings_of
from gkedoctor.diagnose.model import Outcome
from gkedoctor.graph import Graph, Ref, namespace_of, ref_of
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import needed_kinds
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Object, Snapshot, Status
from gkedoctor.snapshot.part import Read
from gkedoctor.snapshot.partial import Part

_NEVER = rb"(?!)"
"""A pattern that nothing matches."""

_MOST_ROUNDS = 30
"""A chain of causes is much shorter; each round reads something that was not read before."""


class PartDiagnosis(NamedTuple):
    """What is wrong in some namespaces, and the snapshot that says so: all that was read."""

    outcome: Outcome
    snapshot: Snapshot


OnPartial = Callable[[PartDiagnosis, Sequence[str]], None]
"""Takes what was found so far, and the names of the collections that are read next."""


def diagnose_part(
    part: Part,
    playbooks: Sequence[CompiledPlaybook],
    namespaces: Sequence[str],
    objects: Sequence[Ref] = (),
    *,
    on_partial: OnPartial | None = None,
) -> PartDiagnosis:
    """What the diagnosis of the whole says of some namespaces; what follows from it elsewhere may be left out.

    `part`: has the reader, and what was read of it before. `objects`: others that are asked about, of any place.
    `on_partial` is called with what the part shows, each time that more is to be read. SourceError of the reader.
    """
    live = [playbook for playbook in playbooks if playbook.is_live and not _is_about_leftovers(playbook)]
    _start(part, live, namespaces)
    for _ in range(_MOST_ROUNDS):
        snapshot = part.snapshot()
        focus = _Evaluation(snapshot, part, live, frozenset(namespaces), frozenset(objects))
        found = focus.findings()
        outcome = outcome_of(focus.graph, found, focus.doubts, focus.concerns)
        if on_partial is not None and (waiting := part.waiting()):
            on_partial(PartDiagnosis(outcome, snapshot), waiting)
        if not part.read_on():
            break
    return PartDiagnosis(outcome, snapshot)


def _start(part: Part, playbooks: Sequence[CompiledPlaybook], namespaces: Sequence[str]) -> None:
    """Reads what is needed in any case: what playbooks and edges read in namespaces, and objects of operators anywhere.

    Where those may not be listed everywhere, the namespaces have to do.
    """
    kinds = needed_kinds(playbooks)
    custom = [kind.collection for kind in kinds if is_custom(kind.collection)]
    own = [kind.collection for kind in kinds if _is_read_first(kind)]
    found = part.read(
        [Read("namespaces"), *(Read(name, space) for space in namespaces for name in own), *map(Read, custom)]
    )
    denied = [one.read.collection for one in found if one.read.is_whole and one.state.status is Status.DENIED]
    part.read(Read(name, space) for name in denied if name in custom for space in namespaces)


def _is_read_first(kind: Kind) -> bool:
    """Whether playbooks ask about objects of a kind in a namespace; older templates are read where a finding is."""
    return kind.namespaced and not is_custom(kind.collection) and kind.name != "ControllerRevision"


def _is_about_leftovers(playbook: CompiledPlaybook) -> bool:
    """Whether it is about unused objects of Google Cloud, from which nothing in a namespace follows."""
    lists = any(cause.explains is not None for cause in playbook.model.causes)
    return lists and all(KINDS[kind].cloud for kind in playbook.kinds)


class _Evaluation:
    """The subjects that concern some namespaces, and what the playbooks say of them."""

    def __init__(
        self,
        snapshot: Snapshot,
        part: Part,
        playbooks: Sequence[CompiledPlaybook],
        namespaces: frozenset[str],
        objects: frozenset[Ref],
    ) -> None:
        self.graph, self.doubts = Graph(snapshot, apart=part.demands.aside), UnknownFacts()
        self._playbooks, self._namespaces = playbooks, namespaces
        names = b"|".join(re.escape(name.encode()) for name in sorted(namespaces)) or _NEVER
        words = b"|".join([names, *(re.escape(ref.name.encode()) for ref in sorted(objects))])
        self._word = re.compile(rb"(?<![a-z0-9-])(?:%s)(?![a-z0-9-])" % words)
        self._named = re.compile(
            rb'amespace":"(?:%s)"|[.](?:%s)(?![a-z0-9-])|(?<![a-z0-9-])(?:%s)/|[\[,]"(?:%s)"' % ((names,) * 4)
        )
        self._known: dict[int, bool] = {}
        self._found: dict[tuple[int, int], list[Finding]] = {}
        self._reached: set[Ref] = set(objects)

    def findings(self) -> list[Finding]:
        """All findings on what concerns the namespaces or may be its cause, in the order of playbooks and subjects."""
        self._note_doubts()
        while self._evaluate():
            reached = {ref for found in self._found.values() for f in found for ref in f.may_follow}
            if reached <= self._reached:
                break
            self._reached |= reached
        order = ((i, item) for i, _, item in self._subjects())
        return [f for i, item in order for f in self._found.get((i, id(item)), ())]

    def concerns(self, item: Object) -> bool:
        """Whether an object is in the namespaces, or refers to something there."""
        namespace = namespace_of(item)
        if namespace in self._namespaces:
            return True
        if id(item) not in self._known:
            pattern = self._named if namespace else self._word
            self._known[id(item)] = pattern.search(msgspec.json.encode(item)) is not None
        return self._known[id(item)]

    def _note_doubts(self) -> None:
        """Notes the kinds of which not all subjects in the namespaces may be there."""
        for playbook in self._playbooks:
            for kind in playbook.kinds:
                for namespace in self._namespaces if KINDS[kind].namespaced else ():
                    doubt = self.graph.why_incomplete(kind, namespace)
                    if doubt is not None:
                        self.doubts.note(doubt, playbook.id)

    def _evaluate(self) -> bool:
        """Asks the playbooks about each subject that they were not asked about yet; whether there was any."""
        is_new = False
        for i, kind, item in self._subjects():
            if (i, id(item)) not in self._found:
                is_new = True
                self._found[i, id(item)] = list(
                    findings_of(self.graph, self._playbooks[i], _typed(item, kind), self.doubts)
                )
        return is_new

    def _subjects(self) -> Iterator[tuple[int, str, Object]]:
        for i, playbook in enumerate(self._playbooks):
            for kind in playbook.kinds:
                for item in candidates(self.graph, playbook, kind):
                    if self._is_subject(playbook, kind, item):
                        yield i, kind, item

    def _is_subject(self, playbook: CompiledPlaybook, kind: str, item: Object) -> bool:
        if not KINDS[kind].cloud and namespace_of(item) in self._namespaces:
            return True
        if kind == "Namespace" and name_of(item) in self._namespaces:
            return True
        return ref_of(_typed(item, kind)) in self._reached or self.concerns(item)


def _typed(item: Object, kind: str) -> Object:
    return item if "kind" in item else {"kind": kind, **item}
