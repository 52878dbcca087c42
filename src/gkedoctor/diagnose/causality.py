"""Folding: every symptom under the roots it follows from.

A finding *may follow* from what stands on objects it depends on (`explained_by`). Findings without a cause of their
own also follow from findings on the same object. A root is a finding with a cause from which no other finding with a
cause can be reached; what is advisory explains nothing that is not. In a ring (a readiness gate: the Pod waits for
the load balancer, which waits for the Pod) the surer one is the root.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property

from gkedoctor.diagnose.evaluate import Finding
from gkedoctor.graph import Ref


class CausalGraph:
    """Which findings are roots, and which roots every finding follows from."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        self._order = {id(f): i for i, f in enumerate(findings)}
        self._on: dict[Ref, list[Finding]] = {}
        for finding in findings:
            self._on.setdefault(finding.ref, []).append(finding)
        self._reached = {id(f): self._reach(f) for f in findings}
        self.roots = [f for f in findings if f.winner is not None and self._is_root(f)]
        self._root_ids = {id(f) for f in self.roots}

    def roots_of(self, finding: Finding) -> list[Finding]:
        """The roots a finding follows from; itself where it is one. Empty: nothing explains it."""
        if id(finding) in self._root_ids:
            return [finding]
        return [f for f in self._reached[id(finding)] if id(f) in self._root_ids]

    def reached_from(self, finding: Finding) -> list[Finding]:
        """The findings that a finding may follow from, at once or by way of others."""
        return self._reached[id(finding)]

    def below(self, group: Iterable[Finding]) -> list[Finding]:
        """All findings that follow from some roots, these among them, in the order of the findings."""
        found = {id(f): f for root in group for f in self._followers.get(id(root), ())}
        return sorted(found.values(), key=lambda f: self._order[id(f)])

    @cached_property
    def _followers(self) -> dict[int, list[Finding]]:
        followers: dict[int, list[Finding]] = {}
        for finding in self.findings:
            for root in self.roots_of(finding):
                followers.setdefault(id(root), []).append(finding)
        return followers

    def explained(self, finding: Finding) -> bool:
        """Whether a root is known."""
        return bool(self.roots_of(finding))

    def deepest(self) -> list[Finding]:
        """The unexplained findings below which there is no other unexplained finding."""
        open_ = [f for f in self.findings if not self.explained(f)]
        ids = {id(f) for f in open_}
        kept: list[Finding] = []
        for finding in open_:
            below = [f for f in self._reached[id(finding)] if id(f) in ids and f.ref != finding.ref]
            mutual = [
                f for f in below if self._order[id(f)] > self._order[id(finding)] and finding in self._reached[id(f)]
            ]
            if len(below) == len(mutual):
                kept.append(finding)
        return kept

    def _neighbours(self, finding: Finding) -> Iterable[Finding]:
        for ref in sorted(finding.may_follow, key=lambda r: r.sort_key):
            if ref != finding.ref:
                yield from self._on.get(ref, ())
        if finding.winner is None:
            yield from (f for f in self._on[finding.ref] if f is not finding)

    def _reach(self, start: Finding) -> list[Finding]:
        seen, queue, found = {id(start)}, deque([start]), []
        while queue:
            for neighbour in self._neighbours(queue.popleft()):
                if id(neighbour) not in seen and (start.advisory or not neighbour.advisory):
                    seen.add(id(neighbour))
                    found.append(neighbour)
                    queue.append(neighbour)
        return found

    def _is_root(self, finding: Finding) -> bool:
        deeper = [
            f for f in self._reached[id(finding)] if f.winner is not None and self._cause(f) != self._cause(finding)
        ]
        return all(finding in self._reached[id(d)] and self._surer(finding, d) for d in deeper)

    def _cause(self, finding: Finding) -> tuple[str, Ref | None]:
        return (finding.winner.cause if finding.winner else "", finding.root)

    def _surer(self, one: Finding, other: Finding) -> bool:
        return (one.confidence.rank, self._order[id(one)]) < (other.confidence.rank, self._order[id(other)])
