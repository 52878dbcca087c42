"""What diagnosing many recordings comes to, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.model import Severity


@dataclass(frozen=True)
class Recording:
    """One recording to diagnose. `name`: unique among those of a run; `at`: a path or a URL."""

    name: str
    at: str


@dataclass(frozen=True)
class Diagnosed:
    """What was found in one recording. `outcome` is without what is suppressed, or milder than what was asked for.

    `name`: the cluster's own, where no other has it, else the recording's. `left_out` counts what was too mild.
    `known` and `holes`: the fingerprints that a baseline has too, and what it could not look at; None without one.
    """

    name: str
    at: str
    outcome: Outcome
    left_out: int = 0
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    known: frozenset[str] | None = None
    holes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Failed:
    """A recording that could not be diagnosed, and why."""

    name: str
    at: str
    message: str
    hint: str | None = None


Result = Diagnosed | Failed


@dataclass(frozen=True)
class Root:
    """Roots of one kind and name: the same object, as far as people who run many clusters are concerned.

    `namespaces` is empty for what has none. `roots` counts them, `clusters` names where they are.
    """

    kind: str
    name: str
    namespaces: tuple[str, ...]
    clusters: tuple[str, ...]
    roots: int


@dataclass(frozen=True)
class FleetCause:
    """One cause wherever it is. `severity`: the gravest of them; `at`: its roots, the most widespread first."""

    cause: str
    severity: Severity
    playbooks: tuple[str, ...]
    clusters: tuple[str, ...]
    roots: int
    at: tuple[Root, ...]


@dataclass(frozen=True)
class Fleet:
    """All of it, in an order that depends on nothing but the recordings: causes by gravity and spread, else by name.

    `not_reached`: names of recordings that nobody came to, because it was `interrupted`.
    """

    clusters: tuple[Diagnosed, ...]
    causes: tuple[FleetCause, ...]
    failed: tuple[Failed, ...] = ()
    not_reached: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def asked(self) -> int:
        """How many recordings were to be diagnosed."""
        return len(self.clusters) + len(self.failed) + len(self.not_reached)
