"""Takes out of an outcome what is suppressed, and counts it.

A rule fits a finding by its root. Where the root does not fit (a Secret that is missing carries no annotation), it
fits if it fits every workload that suffers: what hits others too is not hidden by one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from gkedoctor.config.annotation import IGNORE, parse
from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.validation import Mistake
from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.graph import Graph, Ref, ref_of, workload
from gkedoctor.graph.objects.owners import WORKLOADS
from gkedoctor.playbook.library import Library
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object, Snapshot

Finding = Diagnosis | Unexplained


class Suppressed(msgspec.Struct, frozen=True):
    """A suppressed finding, and the rule that suppresses it."""

    finding: Finding
    rule: SuppressionRule


@dataclass(frozen=True)
class FilteredOutcome:
    """An outcome without what is suppressed. `notes`: rules that ended or cannot be read; `idle`: that met nothing."""

    outcome: Outcome
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def suppress(
    outcome: Outcome, snapshot: Snapshot, rules: Sequence[SuppressionRule], library: Library
) -> FilteredOutcome:
    """The outcome without what the rules and the annotations of its own objects suppress.

    `library`: whose causes an annotation may name.
    """
    sieve = _SuppressionFilter(Graph(snapshot), rules, library)
    diagnoses = tuple(d for d in outcome.diagnoses if sieve.passes(d))
    unexplained = tuple(u for u in outcome.unexplained if sieve.passes(u))
    left = msgspec.structs.replace(outcome, diagnoses=diagnoses, unexplained=unexplained)
    return FilteredOutcome(left, tuple(sieve.suppressed), tuple(sieve.notes()), tuple(sieve.idle()))


class _SuppressionFilter:
    """Asks the rules about one finding after the other, and remembers which of them met something."""

    def __init__(self, graph: Graph, rules: Sequence[SuppressionRule], library: Library) -> None:
        self._graph, self._rules, self._library = graph, rules, library
        self._met: dict[str, int] = {}
        self._ended: dict[str, SuppressionRule] = {rule.place: rule for rule in rules if rule.ended(graph.clock)}
        self._unreadable: dict[str, Mistake] = {}
        self.suppressed: list[Suppressed] = []

    def passes(self, finding: Finding) -> bool:
        """Whether no rule suppresses the finding."""
        found = next((rule for rule in self._fitting(finding) if self._holds(rule)), None)
        if found is not None:
            self.suppressed.append(Suppressed(finding, found))
        return found is None

    def notes(self) -> Iterator[str]:
        """The rules that ended, and the annotations that cannot be read."""
        for place, rule in self._ended.items():
            count = self._met.get(place, 0)
            again = f", and its findings are still there ({count})" if count else ""
            yield f"{place}: this suppression ended on {rule.until}{again}: {rule.reason}"
        for owner, mistake in self._unreadable.items():
            hint = f"; {mistake.hint}" if mistake.hint else ""
            yield f"annotation {IGNORE} of {owner} cannot be read: {mistake.message}{hint}"

    def idle(self) -> Iterator[str]:
        """The rules that would hold and met nothing."""
        for rule in self._rules:
            if rule.place not in self._met and rule.place not in self._ended:
                yield f"{rule.place}: this suppression matches nothing: {rule.reason}"

    def _holds(self, rule: SuppressionRule) -> bool:
        self._met[rule.place] = self._met.get(rule.place, 0) + 1
        if rule.ended(self._graph.clock):
            self._ended[rule.place] = rule
            return False
        return True

    def _fitting(self, finding: Finding) -> Iterator[SuppressionRule]:
        yield from (rule for rule in self._rules if _fits(rule, finding))
        annotated = self._annotated(finding.place)
        if annotated is not None and _names(annotated, finding):
            yield annotated
        others = [self._annotated(ref) for ref in _sufferers(finding)]
        first = others[0] if others else None
        if first is not None and all(rule is not None and _names(rule, finding) for rule in others):
            yield next((r for r in others if r is not None and r.ended(self._graph.clock)), first)

    def _annotated(self, ref: Ref) -> SuppressionRule | None:
        for owner, item in self._carriers(ref):
            text = (item["metadata"].get("annotations") or {}).get(IGNORE)
            if isinstance(text, str):
                rule = parse(text, owner, lambda: self._library.causes)
                if isinstance(rule, SuppressionRule):
                    return rule
                self._unreadable[owner] = rule
        return None

    def _carriers(self, ref: Ref) -> Iterator[tuple[str, Object]]:
        """The object, and the workload above it."""
        kind = KINDS.get(ref.kind)
        item = self._graph.find(ref.kind, ref.namespace, ref.name) if kind is not None and not kind.cloud else None
        if isinstance(item, dict):
            yield str(ref), item
            above = workload(self._graph, item)
            if above is not item:
                yield str(ref_of(above)), above


def _fits(rule: SuppressionRule, finding: Finding) -> bool:
    if not _names(rule, finding):
        return False
    if not rule.namespaces and not rule.objects:
        return True
    return _is_at(rule, finding.place) or _all_at(rule, _sufferers(finding))


def _all_at(rule: SuppressionRule, refs: Sequence[Ref]) -> bool:
    return bool(refs) and all(_is_at(rule, ref) for ref in refs)


def _names(rule: SuppressionRule, finding: Finding) -> bool:
    """Whether a rule is about such a cause. A symptom without a cause has none that could be named."""
    if isinstance(finding, Unexplained):
        return all(pattern == "*" for pattern in rule.causes) and not rule.playbooks
    return _one(rule.causes, finding.cause) and _one(rule.playbooks, finding.playbook)


def _sufferers(finding: Finding) -> list[Ref]:
    if isinstance(finding, Unexplained):
        return []
    return [c.ref for c in finding.explains if c.ref.kind in WORKLOADS or c.ref.kind == "Pod"]


def _is_at(rule: SuppressionRule, ref: Ref) -> bool:
    home = ref.name if ref.kind == "Namespace" else ref.namespace
    return (not rule.namespaces or (home is not None and _one(rule.namespaces, home))) and (
        not rule.objects or any(_is_named(pattern, ref) for pattern in rule.objects)
    )


def _is_named(pattern: str, ref: Ref) -> bool:
    """Whether KIND/NAME or KIND/NAMESPACE/NAME fits, part by part."""
    parts = pattern.split("/")
    names = (ref.kind, ref.name) if len(parts) == 2 else (ref.kind, ref.namespace or "", ref.name)
    return all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=True))


def _one(patterns: Sequence[str], word: str) -> bool:
    """Whether one of the patterns fits; where there are none, every word does."""
    return not patterns or any(fnmatchcase(word, pattern) for pattern in patterns)
