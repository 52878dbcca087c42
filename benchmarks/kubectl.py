"""kubectl of this environment, and the kubeconfig that leads it to a server on loopback."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gkedoctor.serve.api import Api
from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig
from gkedoctor.serve.server import Server
from gkedoctor.snapshot.model import Snapshot


def program() -> str | None:
    """kubectl beside this Python, else any on the path; None where there is none."""
    return shutil.which("kubectl", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def config_of(url: str, folder: Path) -> str:
    """Writes the kubeconfig of a server that accepts any token."""
    file = folder / "config"
    context = {"name": "x", "context": {"cluster": "c", "user": "u"}}
    made = {"apiVersion": "v1", "kind": "Config", "current-context": "x", "contexts": [context]}
    users = [{"name": "u", "user": {"token": "t"}}]
    file.write_text(json.dumps(made | {"clusters": [{"name": "c", "cluster": {"server": url}}], "users": users}))
    return str(file)


@contextmanager
def served(snapshot: Snapshot) -> Iterator[Path]:
    """The kubeconfig of a server of the snapshot, which runs in this process for as long as it is needed."""
    server = Server(Api(snapshot))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file, known = Path(folder) / "config", server.api.recorded
            write_kubeconfig(kubeconfig(f"{server.url}/{known.identity}", known.name, known.moment), file)
            yield file
    finally:
        server.shutdown()
        server.end()
