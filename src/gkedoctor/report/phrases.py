"""Facts as words: refs, values, counts, and why something was not looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from gkedoctor.diagnose.model import Diagnosis, Location, NotChecked, Outcome, Unexplained
from gkedoctor.errors import ManifestError
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.latest_timestamp import EPOCH
from gkedoctor.snapshot.model import FILES_ALONE
from gkedoctor.snapshot.timestamps import parse_timestamp

_LONGEST_VALUE = 300
_COUNTED_APIS = frozenset({"networking.gke.io", "gateway.networking.k8s.io"})
"""API groups with so many kinds that few clusters have that a list of them would hide the rest."""

_MOST_OF_API = 2
_MOST_DENIED = 3
"""Denied kinds that are told one by one, each with the permission that it needs."""

_MOST_NAMED = 6
_REASONS = {
    "denied": "no permission",
    "failed": "could not be read",
    "disabled": "the API is off or the kind is not served",
    "malformed": "not all objects could be understood",
    "not_asked": "not looked at",
    "partial": "only in part",
    "complete": "only in part",
}


def place(ref: Ref) -> str:
    """Where an object is, from the outside in: `shop/Secret/shop-db`."""
    parts = (ref.namespace, ref.project, ref.location, ref.kind, ref.name)
    return inert("/".join(part for part in parts if part))


def in_file(found: Location) -> str:
    """Where in a file something stands, as editors jump to it: `shop/cart.yaml:12:9`."""
    return inert(f"{found.file}:{found.line}:{found.column}")


def value(found: Any, longest: int = _LONGEST_VALUE) -> str:
    """A value of an object on one line, shortened where it is long: the JSON report has all of it."""
    text = inert(found if isinstance(found, str) else _json(found))
    return text if len(text) <= longest else text[:longest] + "…"


def counts(looked_at: Mapping[str, int]) -> str:
    """`18 pods, 1 service, 3 nodes`."""
    return ", ".join(counted(count, name.removesuffix("s")) for name, count in looked_at.items())


def counted(count: int, noun: str) -> str:
    """`1 pod`, `18 pods`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def severities(diagnoses: Iterable[Diagnosis]) -> str:
    """`1 critical, 2 high`, the gravest first."""
    found = [d.severity for d in diagnoses]
    return ", ".join(f"{found.count(s)} {s}" for s in Severity if s in found)


def moment(time: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def at_moment(time: datetime) -> str:
    """The same for the clock of a recording, which is EPOCH where none of its objects has a time."""
    return "at an unknown time" if time == EPOCH else moment(time)


def since(told: str) -> str:
    """A time out of the cluster like `moment`; as it is where it is none."""
    time = parse_timestamp(told)
    return moment(time) if time is not None else inert(told)


def closing(answer: Answer) -> str:
    """One line: what was found, in how much, of which cluster and moment, and what lies outside of the question."""
    outcome = answer.outcome
    of = f" of {inert(outcome.cluster)}" if outcome.cluster else ""
    where = ", ".join([f"in {counts(outcome.looked_at)}{of}", *recorded(outcome)])
    return "; ".join([f"{verdict(answer)} {where}", *asides(answer)])


def recorded(outcome: Outcome) -> list[str]:
    """When the cluster was recorded; nothing of files that were laid over none."""
    return [] if outcome.source == FILES_ALONE else [f"recorded {at_moment(outcome.recorded_at)}"]


def unread(problem: ManifestError) -> str:
    """What of a manifest cannot be read, and where."""
    return inert(f"{problem.place}: {problem.message}")


def asides(answer: Answer) -> list[str]:
    """What a reader has to know of a report beside its findings, in a few words each."""
    outcome = answer.outcome
    told = [] if outcome.complete else ["not everything could be looked at"]
    if answer.known is not None:
        found: list[Diagnosis | Unexplained] = [*outcome.diagnoses, *outcome.unexplained]
        new = sum(answer.is_new(one.fingerprint) is True for one in found)
        told.append(f"{new} new, {len(found) - new} known from the baseline")
    if answer.problems:
        told.append(f"{counted(len(answer.problems), 'problem')} in the files themselves")
    if answer.suppressed:
        told.append(f"{len(answer.suppressed)} suppressed")
    if answer.left_out is None:
        told.append("other namespaces were not looked at")
    elif answer.left_out:
        told.append(f"{counted(answer.left_out, 'finding')} outside of what was asked for")
    return told


def verdict(answer: Answer) -> str:
    """`found 1 critical and 2 symptoms without a cause`; "nothing is wrong" only where all was looked at."""
    outcome = answer.outcome
    found = [severities(outcome.diagnoses)] if outcome.diagnoses else []
    if outcome.open:
        found.append(f"{counted(len(outcome.open), 'symptom')} without a cause")
    if outcome.recovering:
        found.append(f"{counted(len(outcome.recovering), 'fixed fault')} not retried yet")
    if found:
        return f"found {' and '.join(found)}"
    hidden = answer.left_out != 0 or answer.suppressed or answer.problems
    return "nothing was found" if hidden or not outcome.complete else "nothing is wrong"


def holes(entries: Sequence[NotChecked]) -> list[str]:
    """What was not looked at, one line per reason: Google Cloud counts as one thing, and many denied kinds too."""
    grouped: dict[str, list[NotChecked]] = {}
    denied = [entry for entry in entries if entry.reason == "denied" and not _is_cloud(entry)]
    if len(denied) > _MOST_DENIED:
        entries = [entry for entry in entries if entry not in denied]
        named = ", ".join(inert(entry.collection) for entry in denied[:_MOST_NAMED])
        more = f" and {len(denied) - _MOST_NAMED} more" if len(denied) > _MOST_NAMED else ""
        why = "no permission (the missing ones: gkedoctor access; a role: gkedoctor access --print-role cluster)"
        return [f"{counted(len(denied), 'kind')} ({named}{more}): {why}", *holes(entries)]
    for entry in entries:
        needs = "" if _is_cloud(entry) or entry.reason != "denied" else entry.needs
        grouped.setdefault(_why(entry, needs), []).append(entry)
    return [f"{_which(group)}: {why}" for why, group in grouped.items()]


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


def _json(found: Any) -> str:
    try:
        return msgspec.json.encode(found, enc_hook=str).decode()
    except UnicodeEncodeError:
        return str(found)
