"""The screen on a part of a live cluster: what it reads, what it says of the rest, and the key that reads it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.screen_sources import ScreenQuery, cluster_source
from gkedoctor.errors import UsageError
from gkedoctor.graph import Ref
from gkedoctor.live.options import LiveOptions
from gkedoctor.service.report import ReportOptions
from gkedoctor.tui.app import GkedoctorApp
from tests.collect.kube_api import KubeApi
from tests.collect.watch_api import WatchApi
from tests.conftest import recorded

from .driving import awaited, press, settled, text, told, until

NAME = "two-problems"


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi.of(recorded(NAME)) as server:
        yield server


def app_of(api: KubeApi, folder: Path, target: str | None = None, *namespaces: str) -> GkedoctorApp:
    live = LiveOptions(api.kubeconfig(folder), gcp=False)
    return GkedoctorApp(cluster_source(live, ScreenQuery(ReportOptions(target=target, namespaces=namespaces))))


def whole_lists(api: KubeApi, kind: str) -> list[str]:
    return [one.path for one in api.asked if one.path.endswith(f"/{kind}") and "/namespaces/" not in one.path]


@awaited
async def test_only_the_namespace_is_read_and_the_rest_is_not_called_absent(api: KubeApi, tmp_path: Path) -> None:
    app = app_of(api, tmp_path, None, NAME)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        seen = text(app)
        assert app.scene is not None and len(app.scene.found) == 2
        assert f"namespace {NAME} only: A reads the whole cluster" in seen, seen
        assert len(api.asked) <= 62 and not whole_lists(api, "pods")
        await press(app, pilot, "right_square_bracket")
        await until(pilot, lambda: "Not read:" in text(app))
        assert "PersistentVolume" in text(app).partition("Not read:")[2]
        app.action_view("leftovers")
        await settled(app, pilot)
        assert "No leftovers" not in text(app) and "Leftovers were not read" in text(app)
        app.open_kind("PersistentVolume")
        await until(pilot, lambda: "Not read: only" in text(app))


@awaited
async def test_a_key_reads_the_whole_cluster_and_marks_nothing_as_new(api: KubeApi, tmp_path: Path) -> None:
    app = app_of(api, tmp_path, "ns:kube-system")
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        assert app.scene is not None and not app.scene.found and app.scene.answer.left_out is None
        await pilot.press("0")
        await pilot.pause()
        assert "A reads the whole cluster" in told(app)
        await press(app, pilot, "A")
        seen = text(app)
        assert (
            app.scene is not None and len(app.scene.found) > 1 and "new 12" not in seen and "only: A reads" not in seen
        ), seen
        assert whole_lists(api, "pods") and app.scene is not None and not app.scene.scope
        assert not app.scene.session.marks and app.source.whole is None


@awaited
async def test_what_is_proved_is_shown_while_the_rest_is_read(api: KubeApi, tmp_path: Path) -> None:
    slow = [True]

    def wait(asked: Any) -> None:
        while asked.path.endswith("/validatingwebhookconfigurations") and slow[0]:
            time.sleep(0.02)

    api.fault = wait
    app = app_of(api, tmp_path, "deploy/alpha", NAME)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.scene is not None and app.scene.found)
        assert "PARTIAL" in text(app) and "missing-secret" in {d.cause for d in app.scene.outcome.diagnoses}  # type: ignore[union-attr]
        slow[0] = False
        await settled(app, pilot)
        assert "PARTIAL" not in text(app)


@awaited
async def test_a_wrong_name_ends_it_after_a_few_requests(api: KubeApi, tmp_path: Path) -> None:
    app = app_of(api, tmp_path, "deploy/alhpa")
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.fault is not None)
    assert isinstance(app.fault, UsageError) and app.fault.hint == "did you mean `alpha`?"
    assert len(api.asked) <= 7


@pytest.fixture
def watched() -> Iterator[WatchApi]:
    with WatchApi.of(recorded(NAME)) as server:
        yield server


def lists(api: KubeApi) -> set[tuple[str, str]]:
    """What was listed or read, without watches, and without the lists of one object with which its watch begins."""
    read = {(one.path, one.query.get("fieldSelector", "")) for one in api.asked if one.query.get("watch") != "true"}
    return {(path, selector) for path, selector in read if not selector.startswith("metadata.name=")}


@awaited
async def test_a_part_is_followed_and_grows_where_a_finding_leads(watched: WatchApi, tmp_path: Path) -> None:
    live = LiveOptions(watched.kubeconfig(tmp_path), gcp=False)
    app = GkedoctorApp(cluster_source(live, ScreenQuery(ReportOptions(namespaces=(NAME,))), 30.0))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        assert app.scene is not None and len(app.scene.found) == 2
        await until(pilot, lambda: re.search(r"LIVE \d+s", text(app)))
        await until(pilot, lambda: watched.opened > 20)
        first = lists(watched)
        assert not any(path.endswith("/pods") and "/namespaces/" not in path for path, _ in first)
        service = next(one for one in watched.objects["services"] if one["metadata"]["name"] == "beta")
        watched.put("services", service | {"spec": service["spec"] | {"selector": {"app": "beta"}}})
        await until(pilot, lambda: app.scene is not None and app.scene.news.gone)
        assert lists(watched) - first <= {("/version", ""), ("/apis", "")}
        claim = {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "spec": {"storageClassName": "fast"},
                 "status": {"phase": "Pending"}, "metadata": {"name": "data", "namespace": NAME}}  # fmt: skip
        watched.put("persistentvolumeclaims", claim)
        await until(pilot, lambda: any("storageclasses" in path for path, _ in lists(watched)))
        pod = next(one for one in watched.objects["pods"] if one["metadata"]["name"].startswith("alpha"))
        watched.remove("pods", NAME, pod["metadata"]["name"])
        ref = Ref("Pod", pod["metadata"]["name"], NAME)
        await until(pilot, lambda: app.scene is not None and app.scene.find(ref) is None)
        app.source.leave()


@awaited
async def test_the_screen_looks_things_up_without_reading_them(watched: WatchApi, tmp_path: Path) -> None:
    live = LiveOptions(watched.kubeconfig(tmp_path), gcp=False)
    app = GkedoctorApp(cluster_source(live, ScreenQuery(ReportOptions(namespaces=(NAME,))), 30.0))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        await until(pilot, lambda: watched.opened > 20)
        app.open_kind("PersistentVolume")
        app.open_object(Ref("Node", "node-1"))
        await pilot.pause(0.2)
        first, before = lists(watched), app.scene
        pod = next(one for one in watched.objects["pods"] if one["metadata"]["name"].startswith("alpha"))
        watched.put("pods", pod)
        await until(pilot, lambda: app.scene is not before)
        assert not {path for path, _ in lists(watched) - first if path.startswith("/api")} - {"/apis"}
        app.source.leave()


def renamed(api: WatchApi, uid: str) -> None:
    """Gives the cluster the identity `uid`."""
    spaces = [one for one in api.objects["namespaces"] if one["metadata"]["name"] != "kube-system"]
    system = {"kind": "Namespace", "metadata": {"name": "kube-system", "uid": uid, "resourceVersion": "1"}}
    with api.changed:
        api.objects["namespaces"] = [*spaces, system]


@awaited
async def test_another_cluster_at_the_address_is_read_from_the_start(watched: WatchApi, tmp_path: Path) -> None:
    renamed(watched, "one")
    live = LiveOptions(watched.kubeconfig(tmp_path), gcp=False)
    app = GkedoctorApp(cluster_source(live, ScreenQuery(ReportOptions(namespaces=(NAME,))), 30.0))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(app, pilot)
        await until(pilot, lambda: watched.opened > 20)
        renamed(watched, "another")
        watched.objects["services"] = []
        watched.cut()
        await until(pilot, lambda: "it was read from the start" in told(app))
        await until(pilot, lambda: app.scene is not None and len(app.scene.found) == 1)
        assert app.scene is not None and not app.scene.session.marks and app.scene.scope == f"namespace {NAME}"
        app.source.leave()
