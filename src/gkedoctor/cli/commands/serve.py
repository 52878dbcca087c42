"""`gkedoctor serve`."""

from __future__ import annotations

import shlex
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.messages import print_message
from gkedoctor.cli.pace import progress
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.serve.server import Server


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Where to listen; 0 picks one.")
@click.option(
    "--kubeconfig", "to", type=click.Path(path_type=Path), metavar="OUT",
    help="Where to write the kubeconfig; else a temporary file.",
)  # fmt: skip
@click.option("--config-values", is_flag=True, help="Show the values of ConfigMaps, if SRC holds them.")
def serve(source: Path, port: int, to: Path | None, config_values: bool) -> None:
    """Serve a recorded cluster to kubectl.

    Answers as its API server, read-only, on 127.0.0.1 until Ctrl-C. SRC is a
    snapshot or a recording of any other format. Whoever can log in to this
    machine can read it. Ages in tables count from the recording's clock,
    those of `kubectl describe` from now.

    \b
    Examples:
      gkedoctor serve shop.gkesnap
      gkedoctor serve dump/ --port 8001 --kubeconfig shop.kubeconfig
    """
    from gkedoctor.serve.api import Api
    from gkedoctor.serve.server import Server
    from gkedoctor.snapshot.sources import load

    with paused_garbage_collector(), progress(f"reading {source} …"):
        api = Api(load(source, config_values=config_values))
    server = Server(api, port)
    with _interruptible(), _written(server, to) as path:
        recorded = api.recorded
        print_message(f"{recorded.name} as recorded at {recorded.moment}: {server.url}")
        print_message(f"export KUBECONFIG={shlex.quote(str(path.resolve()))}")
        print_message("Ctrl-C ends it.")
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            print_message()
        finally:
            server.end()


@contextmanager
def _written(server: Server, to: Path | None) -> Iterator[Path]:
    """The kubeconfig, at the place wanted or in a folder that goes with the server."""
    from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig

    recorded = server.api.recorded
    text = kubeconfig(f"{server.url}/{recorded.identity}", recorded.name, recorded.moment)
    if to is not None:
        write_kubeconfig(text, to)
        yield to
        return
    with tempfile.TemporaryDirectory(prefix="gkedoctor-serve-") as folder:
        path = Path(folder) / "kubeconfig"
        write_kubeconfig(text, path)
        yield path


@contextmanager
def _interruptible() -> Iterator[None]:
    """Lets SIGTERM end it like Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
