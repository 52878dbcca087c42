"""`v` on a finding: it is read again until it is fixed, and the screen says so."""

from __future__ import annotations

from pathlib import Path

from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source
from gkedoctor.live.options import LiveOptions
from gkedoctor.service.verify import VerifyOptions
from gkedoctor.tui.app import GkedoctorApp
from tests.collect.kube_api import KubeApi
from tests.conftest import recorded

from .driving import awaited, doctor, press, settled, text, told, until

BROKEN, WELL = "pair-selector-after", "pair-selector-before"


@awaited
async def test_a_finding_is_verified_until_it_is_fixed(tmp_path: Path) -> None:
    with KubeApi.of(recorded(BROKEN)) as api:
        live = LiveOptions(api.kubeconfig(tmp_path), gcp=False)
        app = GkedoctorApp(cluster_source(live, ScreenQuery()))
        async with app.run_test(size=(120, 35)) as pilot:
            await settled(app, pilot)
            await pilot.press("v")
            await until(pilot, lambda: "still there" in text(app))
            api.objects = KubeApi.of(recorded(WELL)).objects
            await until(pilot, lambda: "fixed" in text(app), VerifyOptions().interval + 20)
            assert "verifying" not in text(app)


@awaited
async def test_a_second_time_ends_it(tmp_path: Path) -> None:
    with KubeApi.of(recorded(BROKEN)) as api:
        live = LiveOptions(api.kubeconfig(tmp_path), gcp=False)
        app = GkedoctorApp(cluster_source(live, ScreenQuery()))
        async with app.run_test(size=(120, 35)) as pilot:
            await settled(app, pilot)
            await pilot.press("v")
            await until(pilot, lambda: "verifying" in text(app))
            await pilot.press("v")
            await until(pilot, lambda: "verifying" not in text(app))


@awaited
async def test_a_recording_does_not_change() -> None:
    app = doctor(BROKEN)
    async with app.run_test(size=(120, 35)) as pilot:
        await settled(app, pilot)
        await press(app, pilot, "v")
        assert "A recording does not change" in told(app)
