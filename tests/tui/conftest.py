"""Screens are read as soon as nothing is done any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import _wait


@pytest.fixture(autouse=True, scope="session")
def the_screen_is_asked_more_often_whether_it_rests() -> Iterator[None]:
    """Textual's pilot asks every 20 ms whether the process is idle, several times for each key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", _wait.SLEEP_GRANULARITY / 4)
        patch.setattr(_wait, "SLEEP_IDLE", _wait.SLEEP_IDLE / 4)
        yield
