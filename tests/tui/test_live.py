"""A live cluster on the screen: collected while one looks, stopped, read again, watched. Against a fake API server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source
from gkedoctor.errors import SourceError
from gkedoctor.live.options import LiveOptions
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.source import Source
from tests.collect.kube_api import KubeApi, forbidden
from tests.conftest import recorded

from .driving import awaited, cursor_line, press, settled, text, told, until

NAME = "two-problems"


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi.of(recorded(NAME)) as server:
        yield server


def source(api: KubeApi, folder: Path, interval: float | None = None) -> Source:
    live = LiveOptions(api.kubeconfig(folder), gcp=False)
    return cluster_source(live, ScreenQuery(), interval)


@awaited
async def test_findings_come_while_slower_collectors_run(api: KubeApi, tmp_path: Path) -> None:
    slow = [True]

    def wait(asked: Any) -> None:
        while asked.path.endswith("/networkpolicies") and slow[0]:
            time.sleep(0.05)

    api.fault = wait
    app = GkedoctorApp(source(api, tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.scene is not None and app.scene.found)
        await pilot.pause(0.5)
        seen = text(app)
        assert "Collecting" in seen and "Kubernetes" in seen and "esc stops" in seen
        assert "Service/beta" in seen and "LIVE" in seen and "PARTIAL" in seen
        await pilot.press("j")
        await pilot.pause()
        assert "Service/beta" in cursor_line(text(app))
        slow[0] = False
        await settled(app, pilot)
        seen = text(app)
        assert "Collecting" not in seen and "PARTIAL" not in seen
        assert "Service/beta" in cursor_line(seen)  # the cursor is where it was


@awaited
async def test_escape_stops_and_keeps_what_is_there(api: KubeApi, tmp_path: Path) -> None:
    stuck = [True]

    def wait(asked: Any) -> None:
        while asked.path.endswith("/networkpolicies") and stuck[0]:
            time.sleep(0.05)

    api.fault = wait
    app = GkedoctorApp(source(api, tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.scene is not None and app.scene.found)
        began = time.monotonic()
        await pilot.press("escape")
        await settled(app, pilot)
        assert time.monotonic() - began < 5
        assert "PARTIAL (stopped early)" in text(app)
        assert "Service/beta" in text(app)
        stuck[0] = False


@awaited
async def test_what_is_denied_is_told_with_its_permission(api: KubeApi, tmp_path: Path) -> None:
    api.fault = lambda asked: forbidden("secrets") if asked.path.endswith("/secrets") else None
    app = GkedoctorApp(source(api, tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(app, pilot)
        await press(app, pilot, "left_square_bracket")
        seen = text(app)
        assert "NO PERMISSION" in seen and "list secrets" in seen


@awaited
async def test_what_was_not_asked_of_a_live_cluster_says_nothing_of_a_recording(api: KubeApi, tmp_path: Path) -> None:
    app = GkedoctorApp(source(api, tmp_path))
    async with app.run_test(size=(100, 50)) as pilot:
        await settled(app, pilot)
        await press(app, pilot, "left_square_bracket")
        seen = text(app)
        assert "NOT COLLECTED" in seen and "Google Cloud was not read: --no-gcp is set" in seen, seen
        assert "RECORDING" not in seen.upper()


@awaited
async def test_read_again_marks_what_is_new_and_gone(api: KubeApi, tmp_path: Path) -> None:
    app = GkedoctorApp(source(api, tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(app, pilot)
        await press(app, pilot, "j")
        other = KubeApi.of(recorded("db-host"))
        api.objects = other.objects
        await press(app, pilot, "r")
        seen = text(app)
        assert "new 12:31" in seen and "GONE" in seen and "deleted 12:31" in seen
        assert "1 new" in told(app) and "2 gone" in told(app)


@awaited
async def test_watching_reads_again_by_itself_and_keeps_the_cursor(api: KubeApi, tmp_path: Path) -> None:
    app = GkedoctorApp(source(api, tmp_path, interval=0.2))
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(app, pilot)
        await pilot.press("j")
        first = app.scene
        await until(pilot, lambda: app.scene is not first and not app.doing)
        await pilot.pause(0.1)
        assert "Service/beta" in cursor_line(text(app))
        assert "Collecting" not in text(app)


@awaited
async def test_a_cluster_that_cannot_be_reached_ends_it(tmp_path: Path) -> None:
    with KubeApi.of(recorded(NAME)) as api:
        unreachable = source(api, tmp_path)
    app = GkedoctorApp(unreachable)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.fault is not None, 60)
    assert isinstance(app.fault, SourceError)
