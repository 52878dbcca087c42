"""What a cluster serves, and which one it is, may change while it is followed."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.serve.api import Api
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Snapshot, Status
from tests.collect.followed import WATCHED, Followed, followed, lists, pod, state, watches
from tests.collect.kube_api import forbidden, status
from tests.collect.loopback import Reply
from tests.collect.watch_api import WatchApi, login

CERTIFICATE = next(kind for kind in listed_kinds() if kind.collection == "certificates.cert-manager.io")
BACKENDS = KINDS["BackendConfig"].collection
ALL = [*WATCHED, KINDS["Namespace"], KINDS["BackendConfig"], CERTIFICATE]


def system(uid: str) -> dict[str, Any]:
    return {"metadata": {"name": "kube-system", "uid": uid, "resourceVersion": "1"}}


def thing(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "shop", "resourceVersion": "1"}, "spec": {}}


@pytest.fixture
def api() -> Iterator[WatchApi]:
    objects = {"pods": [pod("a")], "namespaces": [system("one")]}
    with WatchApi(objects, absent=[BACKENDS]) as server:
        yield server


@pytest.fixture
def live(api: WatchApi, tmp_path: Path) -> Iterator[Followed]:
    with followed(api, tmp_path, ALL, len(WATCHED) + 1) as live:
        yield live


@pytest.mark.parametrize("aggregated", [True, False])
def test_a_kind_that_is_installed_is_read_and_watched(api: WatchApi, live: Followed, aggregated: bool) -> None:
    api.aggregated = aggregated
    assert state(live, BACKENDS) is Status.DISABLED and CERTIFICATE.collection not in live.snapshot.collections
    api.objects[BACKENDS] = [thing("web")]  # type: ignore[index]
    api.objects[CERTIFICATE.collection] = [thing("tls")]  # type: ignore[index]
    api.absent, api.operators = set(), True
    live.until(lambda: state(live, BACKENDS) is Status.COMPLETE and live.names(BACKENDS) == ["web"])
    live.until(lambda: live.names(CERTIFICATE.collection) == ["tls"])
    live.until(lambda: any(text.startswith("served now: ") and "backendconfigs" in text for text in live.said))
    api.put(BACKENDS, thing("more"))
    live.until(lambda: live.names(BACKENDS) == ["more", "web"])
    assert (lists(api, BACKENDS), lists(api)) == (1, 1) and live.is_fine


def test_looking_for_new_kinds_sends_no_list_and_costs_no_answer(api: WatchApi, live: Followed) -> None:
    tries = lambda: [one for one in api.asked if one.path == "/apis" and "If-None-Match" in one.headers]  # noqa: E731
    live.until(lambda: len(tries()) >= 3)
    assert lists(api) == 1 and not lists(api, BACKENDS) and not lists(api, "certificates")


def test_a_kind_that_may_not_be_read_when_it_is_installed_is_denied(api: WatchApi, live: Followed) -> None:
    api.fault = lambda asked: forbidden(BACKENDS) if asked.path.endswith(f"/{BACKENDS}") else None
    api.absent = set()
    live.until(lambda: state(live, BACKENDS) is Status.DENIED)
    assert live.is_fine


def test_a_kind_that_fails_when_it_is_installed_is_tried_again(api: WatchApi, live: Followed) -> None:
    failing = [True]
    no = status(500, "the conversion webhook does not answer")
    api.fault = lambda asked: no if failing[0] and asked.path.endswith(f"/{BACKENDS}") else None
    api.objects[BACKENDS], api.absent = [thing("web")], set()  # type: ignore[index]
    live.until(lambda: state(live, BACKENDS) is Status.FAILED)
    live.until(lambda: any(text.startswith("served now, and cannot be read: backendconfigs: ") for text in live.said)
               or any("backendconfigs" in text for text in live.failures))  # fmt: skip
    failing[0] = False
    live.until(lambda: state(live, BACKENDS) is Status.COMPLETE and live.names(BACKENDS) == ["web"] and live.is_fine)


def test_discovery_that_is_refused_changes_nothing(api: WatchApi, live: Followed) -> None:
    api.fault = lambda asked: forbidden("apis") if asked.path == "/apis" else None
    api.absent = set()
    before = len(api.asked)
    live.until(lambda: sum(one.path == "/apis" for one in api.asked[before:]) >= 3)
    assert state(live, BACKENDS) is Status.DISABLED and live.is_fine
    api.fault = lambda _: None
    live.until(lambda: state(live, BACKENDS) is Status.COMPLETE)


def test_another_cluster_at_the_address_is_read_from_the_start(api: WatchApi, live: Followed) -> None:
    with api.changed:
        api.version, api.log, api.absent = 3, [], set()
        api.objects = {"pods": [pod("z")], "namespaces": [system("two")], BACKENDS: [thing("web")]}
    api.cut()
    live.until(lambda: live.begun_again == 1 and live.is_fine)
    assert (live.names(), live.names(BACKENDS), state(live, BACKENDS)) == (["z"], ["web"], Status.COMPLETE)
    assert "another cluster answers at this address: it was read from the start" in live.said
    assert any("another cluster answers" in text for text in live.failures)
    api.put("pods", pod("y"))
    live.until(lambda: live.names() == ["y", "z"])


def test_the_same_cluster_after_a_restart_is_not_another_one(api: WatchApi, live: Followed) -> None:
    api.cut()
    asks = lambda: sum("fieldSelector" in one.query for one in api.asked)  # noqa: E731
    live.until(lambda: asks() == 2)  # as it began to follow, and now
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"])
    assert not live.begun_again and asks() == 2 and lists(api) == 1


def test_what_was_read_of_another_cluster_is_let_go_without_the_collector(api: WatchApi, live: Followed) -> None:
    """A screen freezes what it has: rings of references, which threads leave, are never freed."""
    gc.disable()
    try:
        before = weakref.ref(live.session._session._objects)
        api.objects["namespaces"] = [system("two")]
        api.cut()
        live.until(lambda: live.begun_again == 1 and live.is_fine)
        live.until(lambda: before() is None)
    finally:
        gc.enable()


def test_a_server_that_serves_more_namespaces_than_were_asked_for_is_not_another_one(
    api: WatchApi, live: Followed
) -> None:
    first = {"metadata": {"name": "default", "uid": "of another Namespace", "resourceVersion": "1"}}
    listed = {"metadata": {"resourceVersion": "9"}, "items": [first, system("one")]}
    api.fault = lambda asked: Reply(body=listed) if "fieldSelector" in asked.query else None
    api.cut()
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
    assert not live.begun_again


@pytest.mark.parametrize("code", [403, 500])
def test_a_cluster_that_does_not_say_which_one_it_is_goes_on(api: WatchApi, live: Followed, code: int) -> None:
    tries = [0]

    def fault(asked: Any) -> Any:
        if "/namespaces" not in asked.path or watches(asked) or (code == 500 and tries[0] > 2):
            return None
        tries[0] += 1
        return status(code, "no")

    api.fault = fault
    api.cut()
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
    assert not live.begun_again


def test_a_server_that_was_restored_to_an_earlier_state_is_listed_again(api: WatchApi, live: Followed) -> None:
    api.put("pods", pod("lost"))
    live.until(lambda: "lost" in live.names())
    with api.changed:
        api.objects, api.log, api.version = {"pods": [pod("a")], "namespaces": [system("one")]}, [], 5
    api.cut()
    live.until(lambda: live.names() == ["a"] and live.is_fine)
    live.until(lambda: any("listed again" in text and "went back from 11 to 5" in text for text in live.said))
    assert not live.begun_again and live.failures == []
    api.put("pods", pod("b"))
    live.until(lambda: live.names() == ["a", "b"])


def test_a_bookmark_of_an_earlier_version_lists_again(api: WatchApi, live: Followed) -> None:
    api.objects["pods"] = [pod("z")]  # type: ignore[index]
    api.bookmark(5)
    api.put("services", thing("s"))
    live.until(lambda: live.names() == ["z"])


def recording(name: str, at: datetime) -> Snapshot:
    gathered = Gathered("x", recorded_at=at)
    for kind in WATCHED:
        gathered.add(kind.collection, [pod(name)] if kind.name == "Pod" else [])
    return build_snapshot(gathered)


def test_another_recording_that_is_served_is_read_from_the_start(tmp_path: Path) -> None:
    first = recording("a", datetime(2026, 11, 22, 12, tzinfo=UTC))
    second = recording("b", datetime(2026, 11, 23, 9, tzinfo=UTC))
    server = Server(Api(first))
    known, file = server.api.recorded, tmp_path / "config"
    write_kubeconfig(kubeconfig(f"{server.url}/{known.identity}", known.name, known.moment), file)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    live = Followed(None, tmp_path, config=str(file))
    live.until(lambda: server.streams >= len(WATCHED))
    before, server.api = server.api, Api(second)
    server.api.recorded.identity = known.identity
    before.stopping.set()
    live.until(lambda: live.begun_again == 1 and live.is_fine)
    assert live.names() == ["b"] and live.snapshot.clock == second.clock
    live.session.close()
    server.shutdown()
    server.end()


@pytest.mark.parametrize("context", ["test", "renamed"])
def test_a_cluster_that_was_created_again_elsewhere_is_found_by_its_kubeconfig(
    api: WatchApi, live: Followed, tmp_path: Path, context: str
) -> None:
    with WatchApi({"pods": [pod("z")], "namespaces": [system("two")]}) as again:
        written = Path(again.kubeconfig(tmp_path, context=context))
        written.replace(tmp_path / "config-test")
        api.fault = lambda _: status(503, "gone")
        api.cut()
        live.until(lambda: live.begun_again == 1 and live.names() == ["z"] and live.is_fine)


def test_another_context_that_becomes_current_is_not_followed(api: WatchApi, live: Followed, tmp_path: Path) -> None:
    with WatchApi({"pods": [pod("z")], "namespaces": [system("two")]}) as other:
        config = tmp_path / "config-test"
        both = json.loads(config.read_text())
        more = json.loads(Path(other.kubeconfig(tmp_path, context="other")).read_text())
        both["clusters"].append(more["clusters"][0] | {"name": "other"})
        both["contexts"].append({"name": "other", "context": {"cluster": "other", "user": "u"}})
        config.write_text(json.dumps(both | {"current-context": "other"}))
        login(api, tmp_path, "n3w")
        api.token = "n3w"
        api.cut()
        api.put("pods", pod("b"))
        live.until(lambda: live.names() == ["a", "b"] and live.is_fine)
        assert not live.begun_again and not other.asked
