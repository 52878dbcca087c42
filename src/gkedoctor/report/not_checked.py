"""What was not checked, in words: one line for a screen, or a line a reason, and what would make it known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gkedoctor.diagnose.engine import matters
from gkedoctor.diagnose.model import NotChecked, Outcome
from gkedoctor.report.escaping import inert
from gkedoctor.report.phrases import counted
from gkedoctor.snapshot.kinds import COLLECTIONS

_COUNTED_APIS = frozenset({"networking.gke.io", "gateway.networking.k8s.io"})
"""API groups with so many kinds that few clusters have that a list of them would hide the rest."""

_MOST_OF_API = 2
_MOST_DENIED = 3
"""Denied kinds that are listed one by one, each with the permission that it needs."""

_MOST_NAMED = 6
_REASONS = {
    "denied": "no permission",
    "failed": "could not be read",
    "disabled": "the API is off or the kind is not served",
    "malformed": "some objects have an unknown form",
    "not_asked": "not collected",
    "partial": "only in part",
    "complete": "only in part",
}
_NO_GAP = frozenset({"disabled", "complete"})
"""Reasons that leave no question: what a cluster does not serve, it does not have."""


def gaps(outcome: Outcome) -> list[NotChecked]:
    """What a playbook needed and could not see. An API that is off is no gap."""
    return [entry for entry in outcome.not_checked if entry.reason not in _NO_GAP]


def not_checked_lines(entries: Sequence[NotChecked]) -> list[str]:
    """What was not checked, one line a reason: Google Cloud counts as one thing, and many denied kinds too."""
    grouped: dict[str, list[NotChecked]] = {}
    denied = [entry for entry in entries if entry.reason == "denied" and not _is_cloud(entry)]
    if len(denied) > _MOST_DENIED:
        entries = [entry for entry in entries if entry not in denied]
        named = ", ".join(inert(entry.collection) for entry in denied[:_MOST_NAMED])
        more = f" and {len(denied) - _MOST_NAMED} more" if len(denied) > _MOST_NAMED else ""
        why = "no permission (the missing ones: gkedoctor access; a role: gkedoctor access --print-role cluster)"
        return [f"{counted(len(denied), 'kind')} ({named}{more}): {why}", *not_checked_lines(entries)]
    for entry in entries:
        needs = "" if _is_cloud(entry) or entry.reason != "denied" else entry.needs
        grouped.setdefault(_why(entry, needs), []).append(entry)
    return [f"{_which(group)}: {why}" for why, group in grouped.items()]


def summary(entries: Sequence[NotChecked]) -> str:
    """`events, Google Cloud (17 collections), 6 other kinds`: what decides by its name, the rest counted."""
    cloud = [entry for entry in entries if _is_cloud(entry)]
    named = [entry for entry in entries if entry not in cloud and matters(entry)]
    rest = len(entries) - len(cloud) - len(named)
    parts = [inert(entry.collection) for entry in named[:_MOST_DENIED]]
    parts += [f"{len(named) - _MOST_DENIED} more that are needed"] if len(named) > _MOST_DENIED else []
    parts += [f"Google Cloud ({counted(len(cloud), 'collection')})"] if cloud else []
    parts += [counted(rest, "other kind" if parts else "kind")] if rest else []
    return ", ".join(parts)


def ways_to_check(outcome: Outcome) -> list[str]:
    """What would make the answer complete, as sentences; empty where it is complete."""
    if outcome.complete:
        return []
    reasons = {entry.reason for entry in outcome.not_checked if matters(entry)}
    cloud = any(_is_cloud(entry) and entry.reason == "not_asked" for entry in outcome.not_checked)
    ways = ["Missing permissions: gkedoctor access."] if "denied" in reasons else []
    if "not_asked" in reasons or cloud:
        ways.append(_collect(outcome.live))
    if reasons & {"failed", "partial", "malformed"}:
        ways.append("Could not be read: see --details, then run it again.")
    return ways


def _collect(live: bool) -> str:
    if live:
        return "To check it: run without --no-gcp, with Google Cloud credentials."
    return "To check it: record with `gkedoctor snapshot -o FILE.gkesnap`, which also reads Google Cloud."


def _is_cloud(entry: NotChecked) -> bool:
    known = COLLECTIONS.get(entry.collection)
    return known is not None and known.cloud


def _which(group: Sequence[NotChecked]) -> str:
    """The names of the collections; many of one API group of GKE or the Gateway API are counted."""
    cloud = [inert(entry.collection) for entry in group if _is_cloud(entry)]
    names = []
    for api, entries in _by_api(entry for entry in group if not _is_cloud(entry)):
        found = [inert(entry.collection) for entry in entries]
        names += [f"{api} ({len(found)} kinds)"] if api and len(found) > _MOST_OF_API else found
    if cloud:
        names.append(f"Google Cloud ({counted(len(cloud), 'collection') if len(cloud) > 3 else ', '.join(cloud)})")
    return ", ".join(names)


def _by_api(entries: Iterable[NotChecked]) -> Iterator[tuple[str, list[NotChecked]]]:
    """The entries by the API group of their kind, in the order of the first of each; "" for the built-in groups."""
    found: dict[str, list[NotChecked]] = {}
    for entry in entries:
        known = COLLECTIONS.get(entry.collection)
        group = known.group if known is not None else ""
        found.setdefault(group if group in _COUNTED_APIS else "", []).append(entry)
    return iter(found.items())


def _why(entry: NotChecked, needs: str) -> str:
    if entry.reason in ("not_asked", "disabled") and entry.detail:
        return inert(entry.detail)
    parts = (_REASONS.get(entry.reason, entry.reason), entry.detail, f"needs {needs}" if needs else "")
    return inert(", ".join(part for part in parts if part))
