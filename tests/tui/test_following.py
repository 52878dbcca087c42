"""A live cluster that is followed on the screen: changes come by themselves, and the header says how new they are."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source, recording_source
from gkedoctor.errors import ExitCode, SourceError, UsageError
from gkedoctor.live.options import LiveOptions
from gkedoctor.service.report import ReportOptions
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model.freshness import Freshness
from gkedoctor.tui.source import Load, Moment, Source, Taken
from tests.collect.watch_api import WatchApi
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

from .driving import awaited, press, settled, text, until, whole

NAME = "two-problems"


@pytest.fixture
def api() -> Iterator[WatchApi]:
    with WatchApi.of(recorded(NAME)) as server:
        yield server


def followed(api: WatchApi, folder: Path) -> Source:
    return cluster_source(LiveOptions(api.kubeconfig(folder), gcp=False), ScreenQuery(), 30.0)


def failing(fails: list[bool]) -> Load:
    """Reads a recording, but for the times at which `fails` holds True."""

    def load(*_: object) -> Taken:
        if fails[0]:
            raise SourceError("the file is being written")
        return Taken(recorded(NAME))

    return load


@awaited
async def test_a_change_is_on_the_screen_by_itself(api: WatchApi, tmp_path: Path) -> None:
    app = GkedoctorApp(followed(api, tmp_path))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        assert "selects app=betta" in text(app)
        await until(pilot, lambda: re.search(r"LIVE \d+s", text(app)))
        await until(pilot, lambda: any(one.query.get("watch") == "true" for one in api.asked))
        listed = sum(one.query.get("watch") != "true" for one in api.asked)
        service = next(one for one in api.objects["services"] if one["metadata"]["name"] == "beta")
        api.put("services", service | {"spec": service["spec"] | {"selector": {"app": "beta"}}})
        await until(pilot, lambda: app.scene is not None and app.scene.news.gone)
        await pilot.pause()
        assert "! fixed" in text(app)
        again = [one for one in api.asked if one.query.get("watch") != "true"][listed:]
        assert {one.path for one in again} <= {"/version", "/apis"}  # no list
        app.source.leave()


@awaited
async def test_another_cluster_begins_the_session_again() -> None:
    sentence = "another cluster answers at this address: it was read from the start"
    ended = threading.Event()

    def follow() -> Iterator[Moment]:
        yield Moment(recorded("db-host"), Freshness(time.monotonic()), [sentence], begun_again=True)
        ended.wait(30)

    load = failing([False])
    app = GkedoctorApp(Source(NAME, load, shipped_playbooks, whole, follow=follow, leave=ended.set))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.scene is not None and "db-host" in app.scene.snapshot.manifest.source)
        await pilot.pause()
        assert app.scene is not None and not app.scene.session.changes and not app.scene.news
        assert "fixed" not in text(app) and "new" not in text(app).splitlines()[0]
        ended.set()


@awaited
async def test_a_failed_reading_is_said_until_one_succeeds(tmp_path: Path) -> None:
    fails = [False]
    app = GkedoctorApp(Source(NAME, failing(fails), shipped_playbooks, whole, interval=0.1))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        fails[0] = True
        await until(pilot, lambda: "last read failed" in text(app))
        seen = text(app)
        assert "the file is being written; retrying" in seen, seen
        assert app.screen.has_class("-stale")
        fails[0] = False
        await until(pilot, lambda: "last read failed" not in text(app))
        assert not app.screen.has_class("-stale")


@awaited
async def test_what_is_read_again_by_hand_is_not_stale_any_more() -> None:
    fails = [False]
    app = GkedoctorApp(Source(NAME, failing(fails), shipped_playbooks, whole))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        for fails[0] in (True, False):
            await press(app, pilot, "r")
            assert ("failed" in text(app).splitlines()[0]) == fails[0]
            assert app.screen.has_class("-stale") == fails[0]


@awaited
async def test_an_object_that_does_not_exist_is_an_error_as_in_a_report() -> None:
    query = ScreenQuery(ReportOptions(target="deploy/foo"))
    app = GkedoctorApp(recording_source(RECORDINGS / NAME, query))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.fault is not None)
    assert isinstance(app.fault, UsageError) and app.fault.exit_code == ExitCode.USAGE
    assert app.fault.message == "there is no Deployment/foo"
