"""Verify: whether a finding is gone, by reading again what it stands on until it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gkedoctor.diagnose.verification import Check, Claim, Reading, State, check
from gkedoctor.errors import SourceError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.required_kinds import kinds_of
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Snapshot

_ALWAYS = frozenset({"Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "Event", "Namespace"})
"""Kinds by which one sees a rollout, whatever the fault was."""


@dataclass(frozen=True, kw_only=True)
class VerifyOptions:
    """How long to wait, in seconds. `confirm`: how long another fault must stay before it is one.

    A Pod that has just been replaced may fail for a moment.
    """

    timeout: float = 600.0
    interval: float = 5.0
    confirm: float = 20.0


class Timer(NamedTuple):
    """The clock and the pause of a wait: `now` in seconds."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


def verify(
    claim: Claim,
    playbooks: Sequence[CompiledPlaybook],
    read: Callable[[], Snapshot],
    timer: Timer,
    options: VerifyOptions | None = None,
) -> Iterator[Reading]:
    """Readings until the finding is gone, has become another one, cannot be told, or the time is over."""
    wait = options or VerifyOptions()
    began, changed_at = timer.now(), None
    while True:
        found, trouble = _read(claim, playbooks, read)
        seconds = timer.now() - began
        is_changed = found is not None and found.state is State.CHANGED
        changed_at = None if not is_changed else seconds if changed_at is None else changed_at
        is_settled = is_changed and changed_at is not None and seconds - changed_at >= wait.confirm
        is_over = seconds + wait.interval > wait.timeout
        is_last = is_settled or is_over or (found is not None and found.state in (State.GONE, State.UNKNOWN))
        yield Reading(seconds, found, trouble, is_last)
        if is_last:
            return
        timer.sleep(wait.interval)


def _read(
    claim: Claim, playbooks: Sequence[CompiledPlaybook], read: Callable[[], Snapshot]
) -> tuple[Check | None, str]:
    """One check; a server that does not answer for a moment is no end."""
    try:
        return check(read(), playbooks, claim), ""
    except SourceError as error:
        return None, error.message


def kinds_to_read(claim: Claim, playbooks: Sequence[CompiledPlaybook]) -> list[Kind]:
    """The kinds that the finding stands on, and those by which its objects show that they are well.

    A finding of which no playbook is known needs all kinds that any of them reads.
    """
    own = [playbook for playbook in playbooks if playbook.id == claim.playbook] or playbooks
    names = _ALWAYS | {ref.kind for ref in claim.refs} | {name for playbook in own for name in kinds_of(playbook)}
    return [kind for name, kind in KINDS.items() if name in names]


def namespaces_to_read(claim: Claim) -> tuple[str, ...]:
    """The namespaces of its objects; none where one of them has no namespace, so that all are read."""
    namespaces = [ref.namespace for ref in claim.refs]
    return () if None in namespaces else tuple(sorted({name for name in namespaces if name}))
