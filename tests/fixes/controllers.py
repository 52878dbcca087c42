"""What controllers and kubelets do next: the product's own simulation, in one place."""

from __future__ import annotations

from gkedoctor.whatif.simulate import settle as simulated
from tests.fixes.api_server.store import Store


def settle(store: Store) -> None:
    """Lets controllers act on what was written since they last did; nothing where nothing was."""
    with store.lock:
        if store.settled == store.version:
            return
        store.last = simulated(store.snapshot(), before=store.last)
        store.take(store.last)
        store.settled = store.version
