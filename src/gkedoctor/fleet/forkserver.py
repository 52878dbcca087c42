"""Starts what worker processes are forked from. Loads nothing itself, so that this happens beside all other work."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver


def start() -> None:
    """Starts the server process, which loads what workers need while this one reads playbooks."""
    multiprocessing.set_forkserver_preload(["gkedoctor.fleet.process_pool"])
    forkserver.ensure_running()
