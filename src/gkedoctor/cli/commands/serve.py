"""`gkedoctor serve`."""

from __future__ import annotations

import shlex
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gkedoctor.cli.examples import RecordingPath
from gkedoctor.cli.messages import print_message
from gkedoctor.cli.progress import progress
from gkedoctor.cli.size import limits, size_option
from gkedoctor.snapshot.garbage import paused_garbage_collector

if TYPE_CHECKING:
    from gkedoctor.serve.access import Access
    from gkedoctor.serve.server import Server


@click.command()
@click.argument("source", metavar="SRC", type=RecordingPath())
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port to listen on. Default: a free one."
)
@click.option(
    "--kubeconfig", "to", type=click.Path(path_type=Path), metavar="OUT",
    help="Write the kubeconfig to this file. Default: a temporary file.",
)  # fmt: skip
@size_option
@click.option("--config-values", is_flag=True, help="Show values of ConfigMaps, if SRC has them.")
@click.option("--token", "with_token", is_flag=True, help="Require the token in the kubeconfig.")
@click.option("--token-file", type=click.Path(path_type=Path), metavar="FILE", help="Require the token in this file.")
def serve(
    source: Path, port: int, to: Path | None, config_values: bool, with_token: bool, token_file: Path | None
) -> None:
    """Serve a recorded cluster to kubectl.

    Acts as its API server, read-only, on 127.0.0.1 until Ctrl-C. SRC is a
    snapshot or a recording of any other format. Without --token, anyone with
    a login on this machine can read it. Ages in tables count from the time
    of the recording, those of `kubectl describe` from now. Values of
    ConfigMaps are replaced by a note.

    \b
    Examples:
      gkedoctor serve shop.gkesnap
      gkedoctor serve dump/ --port 8001 --kubeconfig shop.kubeconfig
    """
    from gkedoctor.serve.api import Api
    from gkedoctor.serve.server import Server
    from gkedoctor.snapshot.sources import load

    with paused_garbage_collector(freeze=True), progress(f"reading {source} …"):
        api = Api(load(source, config_values=config_values, limits=limits()))
    access = _access(token_file) if with_token or token_file is not None else None
    server = Server(api, port, access)
    with _interruptible(), _written(server, to) as path:
        recorded = api.recorded
        print_message(f"{recorded.name} as recorded at {recorded.moment}: {server.url}")
        print_message(f"export KUBECONFIG={shlex.quote(str(path.resolve()))}")
        print_message("Press Ctrl-C to stop.")
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            print_message()
        finally:
            server.end()


def _access(token_file: Path | None) -> Access:
    from gkedoctor.serve.access import access_for, token_from
    from gkedoctor.serve.server import LOOPBACK

    return access_for(LOOPBACK, token_from(token_file), datetime.now(UTC))


@contextmanager
def _written(server: Server, to: Path | None) -> Iterator[Path]:
    """The kubeconfig, at the place wanted or in a folder that goes with the server."""
    from gkedoctor.serve.kubeconfig import kubeconfig, write_kubeconfig

    recorded = server.api.recorded
    text = kubeconfig(f"{server.url}/{recorded.identity}", recorded.name, recorded.moment, server.access)
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
    """Lets every signal that ends a program end it like Ctrl-C, so that nothing is left behind."""
    known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)]
    heeded = [number for number in known if signal.getsignal(number) != signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {number: signal.signal(number, signal.default_int_handler) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
