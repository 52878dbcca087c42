"""What controllers and kubelets do next: the product's own simulation, in one place."""

from __future__ import annotations

from gkedoctor.snapshot.model import Snapshot
from tests.fixes.api_server.store import Store

try:
    from gkedoctor.whatif.simulate import settle as _settle
except ImportError:  # the simulation is not merged yet

    def _settle(snapshot: Snapshot) -> Snapshot:
        return snapshot


def settle(store: Store) -> None:
    """Lets controllers act on what was written; nothing where nothing was."""
    with store.lock:
        if store.settled == store.version:
            return
        store.take(_settle(store.snapshot()))
        store.settled = store.version
