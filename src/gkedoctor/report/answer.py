"""What a report shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Diagnosis, Outcome, Unexplained
from gkedoctor.errors import ManifestError


@dataclass(frozen=True)
class Answer:
    """The part of an outcome that was asked for.

    `left_out` counts the findings outside of it, so that a filter never makes a sick cluster read like a
    healthy one, and is None where nobody looked there. `notes` say what of the question could not be looked up.
    `playbooks` gives the titles of playbooks by their ids, for formats that name the rule behind a finding.
    `suppressed` is not in the outcome and always counted, with `show_suppressed` listed. `known`: the fingerprints
    that the baseline has too; None without one. `advice_in_full`: the question was narrow enough to tell all of what
    is only advisory. `problems`: what in the manifests cannot be read.
    """

    outcome: Outcome
    left_out: int | None = 0
    notes: tuple[str, ...] = ()
    playbooks: Mapping[str, str] = field(default_factory=dict)
    suppressed: tuple[Suppressed, ...] = ()
    show_suppressed: bool = False
    known: frozenset[str] | None = None
    advice_in_full: bool = False
    problems: tuple[ManifestError, ...] = ()

    @property
    def covers_several_namespaces(self) -> bool:
        """Whether its findings are about objects of more than one namespace."""
        found: list[Diagnosis | Unexplained] = [*self.outcome.diagnoses, *self.outcome.symptoms]
        return len({one.place.namespace for one in found if one.place.namespace}) > 1

    def title_of(self, playbook: str) -> str:
        """What a playbook is about, in a few words."""
        return self.playbooks.get(playbook, playbook)

    def is_new(self, fingerprint: str) -> bool | None:
        """Whether the baseline lacks a finding; None where there is no baseline."""
        return None if self.known is None else fingerprint not in self.known
