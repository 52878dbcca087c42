"""A session on a server on loopback that runs in a thread, and what it has said."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gkedoctor.collect.deadline import Deadline
from gkedoctor.live.following import ClusterFollower
from gkedoctor.live.options import LiveOptions
from gkedoctor.live.session import LiveUpdate, Timing
from gkedoctor.snapshot.kinds import KINDS, Kind
from gkedoctor.snapshot.model import Status
from tests.collect.loopback import Asked
from tests.collect.watch_api import WatchApi

WATCHED = [KINDS[name] for name in ("Pod", "Service", "Event", "Secret", "Node")]
SECONDS = 40.0


def pod(name: str, namespace: str = "shop", phase: str = "Running") -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "resourceVersion": "1"}
    return {"metadata": metadata, "spec": {"containers": [{"name": "app"}]}, "status": {"phase": phase}}


class Followed:
    """A session that runs in a thread, and what it has said."""

    def __init__(
        self, api: WatchApi | None, folder: Path, interval: float = 60.0, kinds: Sequence[Kind] = WATCHED,
        *, config: str = "", begin: bool = True, gcp: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        def deadline(seconds: float) -> Deadline:
            return Deadline(seconds, float("inf"), 1, jitter=lambda: 0.5, sleep=lambda s: time.sleep(min(s, 0.02)))

        live = LiveOptions(config or api.kubeconfig(folder), gcp=gcp, logs=False, **options)
        self.session = ClusterFollower(live.request((), kinds=kinds), interval, Timing(0.01, deadline))
        self.last: LiveUpdate | None = None
        self.snapshot = self.session.first(lambda _: None).snapshot
        self.said: list[str] = []
        self.begun_again = 0
        self.failures: list[str] = []
        self.faults: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, daemon=True)
        if begin:
            self.begin()

    def begin(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        try:
            for update in self.session.follow():
                self.last, self.snapshot = update, update.snapshot or self.snapshot
                self.said += update.notices
                self.begun_again += update.begun_again
                self.failures += [update.freshness.reason] if update.freshness.failed else []
        except BaseException as error:  # noqa: BLE001  # looked at by the test
            self.faults.put(error)

    def names(self, collection: str = "pods") -> list[str]:
        return [item["metadata"]["name"] for item in self.snapshot.collection(collection).objects]

    def until(self, holds: Any) -> None:
        end = time.monotonic() + SECONDS
        while not holds():
            if not self.faults.empty():
                raise self.faults.get()
            assert time.monotonic() < end, (self.names(), self.said, self.failures, self.last)
            time.sleep(0.01)

    @property
    def is_fine(self) -> bool:
        return self.last is not None and not self.last.freshness.failed


@contextmanager
def followed(
    api: WatchApi, folder: Path, kinds: Sequence[Kind] = WATCHED, watches: int = len(WATCHED)
) -> Iterator[Followed]:
    """A session that has opened so many watches; it ends with the block."""
    live = Followed(api, folder, kinds=kinds)
    live.until(lambda: api.opened >= watches)
    yield live
    live.session.close()
    live.thread.join(5)
    assert not live.thread.is_alive()


def lists(api: WatchApi, collection: str = "pods") -> int:
    return sum(one.path.endswith(f"/{collection}") and "watch" not in one.query for one in api.asked)


def state(live: Followed, collection: str) -> Status:
    return live.snapshot.collection(collection).state.status


def watches(asked: Asked, collection: str = "pods") -> bool:
    return bool(asked.query.get("watch")) and asked.path.endswith(f"/{collection}")
