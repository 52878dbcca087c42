"""Times as they stand in objects, and lengths of time as kubectl prints them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.graph.core.times import human_duration
from gkedoctor.snapshot.timestamps import parse_timestamp


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (150, "2m30s"),
        (599, "9m59s"),
        (600, "10m"),
        (3 * 3600 - 1, "179m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 60, "3h1m"),
        (8 * 3600 + 60, "8h"),
        (9 * 3600 + 1200, "9h"),
        (86400 + 3600, "25h"),
        (48 * 3600, "2d"),
        (50 * 3600, "2d2h"),
        (8 * 86400 + 3600, "8d"),
        (729 * 86400, "729d"),
        (730 * 86400, "2y"),
        (731 * 86400, "2y1d"),
        (10 * 365 * 86400, "10y"),
    ],
)
def test_ages_are_written_like_kubectl_does(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


@given(st.datetimes(datetime(1901, 1, 1), datetime(8999, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_time_is_read_back_in_utc(local: datetime, minutes: int) -> None:
    time = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    read = parse_timestamp(time.isoformat())
    assert read == time
    assert read is not None and read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-22T12:00:00Z", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("2026-11-22T12:00:00.123456789Z", datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-22T12:00:00+02:00", datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-11-22T12:00:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_what_is_no_time_is_none(text: object, time: datetime | None) -> None:
    assert parse_timestamp(text) == time


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "1899-01-01"]
)
def test_a_time_that_cannot_be_meant_is_none(text: str) -> None:
    assert parse_timestamp(text) is None
