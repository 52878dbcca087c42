"""CronJobs: when they were due, and how many runs they missed.

Five fields and `@daily` as in robfig/cron ParseStandard, which the controller uses; times in `spec.timeZone`, else UTC
(the time zone of the controller manager, which GKE runs in UTC).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.times import stamp
from gkedoctor.graph.objects.owners import owned
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_COUNTED = 200


class Schedule(NamedTuple):
    """The minutes, hours, days, months and weekdays of a schedule; whether days and weekdays were restricted."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def on(self, date: datetime) -> bool:
        """Whether it runs on that day: either of day and weekday is enough where both are given."""
        day, weekday = date.day in self.days, date.isoweekday() % 7 in self.weekdays
        both = self.any_day or self.any_weekday
        return date.month in self.months and (day and weekday if both else day or weekday)

    def never(self) -> bool:
        """Whether no day of any year matches: 30 February."""
        if not self.any_weekday and not self.any_day:
            return False
        return not any(day <= _LONGEST[month - 1] for month in self.months for day in self.days)


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule | None:
    """The schedule of a cron text; None where it is none."""
    parts = _WORDS.get(text.strip().lower(), text).split()
    if len(parts) != 5:
        return None
    fields = [_field(part, *bounds) for part, bounds in zip(parts, _FIELDS, strict=True)]
    if any(f is None for f in fields):
        return None
    minutes, hours, days, months, weekdays = (f or frozenset() for f in fields)
    weekdays = frozenset(d % 7 for d in weekdays)
    return Schedule(minutes, hours, days, months, weekdays, parts[2][0] in "*?", parts[4][0] in "*?")


def _field(text: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int] | None:
    values: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first in ("*", "?") else _number(first, low, names)
        whole = first in ("*", "?") or (bool(step) and not last)
        end = (high if low or high != 7 else 6) if whole else _number(last or first, low, names)
        by = (whole_number(step) or 0) if step else 1
        if start is None or end is None or by < 1 or not low <= start <= end <= high:
            return None
        values.update(range(start, end + 1, by))
    return frozenset(values)


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text in names:
        return names.index(text) + low
    return whole_number(text) if len(text) < 4 else None


def due(schedule: Schedule, after: datetime, until: datetime, most: int = _COUNTED) -> list[datetime]:
    """The latest due times in (after, until], at most `most`, the earliest first. Walks back by days, then minutes."""
    found: list[datetime] = []
    day = until.replace(hour=0, minute=0, second=0, microsecond=0)
    while day + timedelta(days=1) > after and len(found) < most and (until - day).days < 800:
        times = _latest_first(schedule, day) if schedule.on(day) else ()
        found += islice((t for t in times if after < t <= until), most - len(found))
        day -= timedelta(days=1)
    return found[::-1]


def _latest_first(schedule: Schedule, day: datetime) -> Iterator[datetime]:
    minutes = sorted(schedule.minutes, reverse=True)
    return (day.replace(hour=h, minute=m) for h in sorted(schedule.hours, reverse=True) for m in minutes)


@edge("schedule", "CronJob", record="ScheduleRecord")
def schedule_of(graph: Graph, item: Object) -> Facts:
    """When it should have run, as one record {readable, never, zoneKnown, missed, last, every, going, usual}.

    `missed` counts the due times since the last start (or its creation), those of the last 100 s left out; `every` is
    the time between two runs in seconds. `going`: for how long the oldest run that has not ended has been going;
    `usual`: twice as long as the longest run that ended well. Both null where there is none.
    """
    spec = item.get("spec") or {}
    schedule, zone = parse(str(spec.get("schedule") or "")), _zone(spec.get("timeZone"))
    every = str(spec.get("schedule") or "").startswith("@every ")
    record: Record = {"readable": schedule is not None or every, "never": False, "zoneKnown": zone is not None}
    record |= _runs(graph, item)
    if zone is None:
        record["nearestZone"] = nearest(str(spec.get("timeZone")), sorted(available_timezones()))
    if schedule is None or zone is None:
        return [{**record, "missed": None, "last": None, "every": None}]
    since = _last_start(graph, item)
    now = graph.clock.astimezone(zone)
    before = now - timedelta(days=800)
    recent = due(schedule, before, now, most=2)
    missed = due(schedule, max(since.astimezone(zone), before), now - timedelta(seconds=100)) if since else []
    gap = (recent[1] - recent[0]).total_seconds() if len(recent) == 2 else None
    last = stamp(recent[-1]) if recent else None
    return [{**record, "never": schedule.never(), "missed": len(missed), "last": last, "every": gap}]


def _runs(graph: Graph, item: Object) -> Record:
    """How long runs take: the one that has not ended, and those that have."""
    jobs = [job for job in owned(graph, item) if job.get("kind") == "Job"]
    statuses = [job.get("status") or {} for job in jobs]
    times = [
        (parse_timestamp(s.get("startTime")), parse_timestamp(s.get("completionTime")))
        for s in statuses
        if not s.get("failed")
    ]
    took = [(end - start).total_seconds() for start, end in times if start and end]
    starts = [start for start, end in times if start and not end]
    going = (graph.clock - min(starts)).total_seconds() if starts else None
    return {"going": going, "usual": 2 * max(took) if took else None}


def _last_start(graph: Graph, item: Object) -> datetime | None:
    """When it last made a Job, by its status and by the Jobs that are there; else when it was created."""
    status, metadata = item.get("status") or {}, item["metadata"]
    made = [job["metadata"].get("creationTimestamp") for job in owned(graph, item)]
    texts = [status.get("lastScheduleTime"), metadata.get("creationTimestamp"), *made]
    return max((t for t in map(parse_timestamp, texts) if t is not None), default=None)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
