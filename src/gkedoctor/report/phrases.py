"""Facts as words: refs, values, counts, times, and the title of a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from gkedoctor.diagnose.model import Consequence, Diagnosis, Location, Outcome, ResolvedFix
from gkedoctor.errors import ManifestError
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.escaping import inert
from gkedoctor.snapshot.latest_timestamp import EPOCH
from gkedoctor.snapshot.model import FILES_ALONE
from gkedoctor.snapshot.timestamps import parse_timestamp

_LONGEST_VALUE = 300
_ZONAL = ("NetworkEndpointGroup", "InstanceGroup")
_PAIR = re.compile(r"[\w./:-]+=[\w./:@%+-]+")
"""A key and its value that nobody can misread without quotes."""


def place(ref: Ref) -> str:
    """Where an object is, from the outside in: `shop/Secret/shop-db`."""
    parts = (ref.namespace, ref.project, ref.location, ref.kind, ref.name)
    return inert("/".join(part for part in parts if part))


def zone(ref: Ref) -> str:
    """The zone of an object whose name stands in several of them: each zone of a cluster has its own NEG."""
    return inert(ref.location or "") if ref.kind in _ZONAL else ""


def in_file(found: Location) -> str:
    """Where in a file something stands, as editors jump to it: `shop/cart.yaml:12:9`."""
    return inert(f"{found.file}:{found.line}:{found.column}")


def value(found: Any, longest: int = _LONGEST_VALUE) -> str:
    """A value of an object on one line, shortened where it is long: the JSON report has all of it."""
    text = inert(found if isinstance(found, str) else _flat(found) or _json(found))
    return text if len(text) <= longest else text[:longest] + "…"


def _flat(found: Any) -> str:
    """`app=cart, tier=web`, `address=10.8.0.98 state=UNHEALTHY, …`; empty where only JSON shows what it is."""
    if isinstance(found, Mapping):
        return _pairs(found, ", ")
    if isinstance(found, list) and found and all(isinstance(one, Mapping) for one in found):
        pairs = [_pairs(one, " ") for one in found]
        return ", ".join(pairs) if all(pairs) else ""
    return ""


def _pairs(found: Mapping[Any, Any], between: str) -> str:
    words = [f"{key}={_scalar(one)}" for key, one in found.items()]
    return between.join(words) if all(_PAIR.fullmatch(word) for word in words) else ""


def _scalar(found: Any) -> str:
    return _json(found) if isinstance(found, bool | int | float) else found if isinstance(found, str) else ""


def counts(looked_at: Mapping[str, int]) -> str:
    """`18 pods, 1 service, 3 nodes`; what a recording has none of is left out."""
    return ", ".join(counted(count, name.removesuffix("s")) for name, count in looked_at.items() if count)


def counted(count: int, noun: str) -> str:
    """`1 pod`, `18 pods`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def severities(diagnoses: Iterable[Diagnosis]) -> str:
    """`1 critical, 2 high`, the most severe first."""
    found = [d.severity for d in diagnoses]
    return ", ".join(f"{found.count(s)} {s}" for s in Severity if s in found)


def moment(time: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def to_second(time: datetime) -> str:
    """A time to the second, in UTC, for places that say so themselves."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def at_moment(time: datetime) -> str:
    """The same for the clock of a recording, which is EPOCH where none of its objects has a time."""
    return "at an unknown time" if time == EPOCH else moment(time)


def since(text: str) -> str:
    """A time out of the cluster like `moment`; as it is where it is none."""
    time = parse_timestamp(text)
    return moment(time) if time is not None else inert(text)


def began(found: Diagnosis) -> str:
    """When a finding began; empty where that is not known."""
    return since(found.since) + " or earlier" * found.since_at_latest if found.since else ""


def title(found: Diagnosis, answer: Answer) -> str:
    """The title of a finding, with the namespace of its object where the report covers several."""
    namespace = found.root.namespace
    if not namespace or not answer.covers_several_namespaces or _names(found.title, namespace):
        return found.title
    return f"{found.title} (namespace {namespace})"


def _names(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def recorded(outcome: Outcome) -> list[str]:
    """When the cluster was recorded; nothing of files that were laid over none."""
    return [] if outcome.source == FILES_ALONE else [f"recorded {at_moment(outcome.recorded_at)}"]


def unread(problem: ManifestError) -> str:
    """What of a manifest cannot be read, and where."""
    return inert(f"{problem.place}: {problem.message}")


def _json(found: Any) -> str:
    try:
        return msgspec.json.encode(found, enc_hook=str).decode()
    except UnicodeEncodeError:
        return str(found)


def belongs_to(fix: ResolvedFix) -> str:
    """Where else the fix has to be made; empty where the object stands for itself."""
    if not fix.managed_by:
        return ""
    owner = inert(fix.managed_by)
    return f"This object belongs to {owner}: change it there too, or the next update undoes the fix."


def only_reads(fix: ResolvedFix) -> str:
    """Why the commands only read; empty where they fix it."""
    return f"These commands only read: {inert(fix.only_reads)}" if fix.only_reads else ""


def all_commands(found: Diagnosis) -> tuple[str, ...]:
    """Every command that is shown with a finding."""
    others = (command for way in found.fix.alternatives for command in way.commands)
    return (*found.fix.commands, *others, *found.verify)


def affected(found: Diagnosis) -> list[Consequence]:
    """The objects that a cause affects, without its own."""
    return [one for one in found.explains if one.ref != found.root]
