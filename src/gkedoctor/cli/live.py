"""A live cluster as the source of a command: kubectl's and gcloud's flags by their names, and progress."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gkedoctor.cli.messages import print_message, redraw
from gkedoctor.cli.object_words import complete_context
from gkedoctor.errors import UsageError
from gkedoctor.report.escaping import inert

if TYPE_CHECKING:
    from gkedoctor.cli.early_results import Look
    from gkedoctor.cli.request_trace import RequestTrace
    from gkedoctor.collect.collector import CollectRequest
    from gkedoctor.collect.results import CollectorProgress
    from gkedoctor.collect.trace import OnRequest
    from gkedoctor.live.collection import CollectionResult
    from gkedoctor.live.options import LiveOptions

F = TypeVar("F", bound=Callable[..., Any])
_TRACE = "gkedoctor.cli.request_trace"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """kubectl's durations: `30`, `10s`, `1m30s`."""

    name = "duration"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, int | float):
            return float(value)
        parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", value)
        if not parts or "".join(a + b for a, b in parts) != value:
            self.fail(f"`{value}` is not a duration; write it like 10s or 1m", param, ctx)
        return sum(float(number) * _SECONDS[unit or "s"] for number, unit in parts)


_TIMEOUT = click.option(
    "--timeout", type=Duration(), default="5m", metavar="TIME", help="Timeout of all requests together. Default: 5m."
)
_CLUSTER = (
    click.option("--kubeconfig", metavar="FILE", help="Path to the kubeconfig file."),
    click.option(
        "--context", metavar="NAME", shell_complete=complete_context, help="Context of the kubeconfig to use."
    ),
    click.option("--as", "as_user", metavar="USER", help="User to impersonate in the cluster."),
    click.option(
        "--as-group", "as_groups", multiple=True, metavar="GROUP", help="Group to impersonate with --as. Repeatable."
    ),
    click.option(
        "--request-timeout",
        type=Duration(),
        default="30s",
        metavar="TIME",
        help="Timeout of one request. Default: 30s.",
    ),
    _TIMEOUT,
    click.option("--project", metavar="ID", help="Google Cloud project, if not in the context."),
    click.option("--location", metavar="ZONE|REGION", help="Cluster location, if not in the context."),
    click.option(
        "--impersonate-service-account", "impersonate", metavar="EMAIL", help="Service account to use, as in gcloud."
    ),
    click.option("--gcp/--no-gcp", "gcp", default=True, help="Read Google Cloud as well (default), or not."),
    click.option("--trace", is_flag=True, help="Print each request, with time and size."),
)
_CHANGE_RECORDS = (
    click.option(
        "--operations", type=Duration(), metavar="TIME",
        help="Read Google Cloud operations as changes, as 24h.",
    ),
    click.option(
        "--audit-logs", type=Duration(), metavar="TIME",
        help="Read Cloud Audit Logs as changes, as 2h.",
    ),
)  # fmt: skip
"""What records changes of Google Cloud, and who made them."""

_BESIDE = (
    click.option("--logs/--no-logs", "logs", default=True, help="Read logs of unhealthy containers (default)."),
    click.option("--uptime-checks", is_flag=True, help="Read uptime checks and their alerts as well."),
    click.option(
        "--event-history", type=Duration(), metavar="TIME",
        help="Read older Events from Cloud Logging, as 24h.",
    ),
    *_CHANGE_RECORDS,
)  # fmt: skip


def parse_options(flags: Mapping[str, Any], *, screen: bool = False) -> LiveOptions:
    """The values of the flags of a live collection. UsageError where one makes no sense without another.

    `screen`: the terminal is not to be written to until the command ends.
    """
    from gkedoctor.live.options import LiveOptions

    if flags["as_groups"] and not flags["as_user"]:
        raise UsageError("--as-group needs --as", hint="whom to impersonate: --as USER --as-group GROUP")
    _quiet_libraries()
    made = LiveOptions(**{**flags, "trace": _request_trace(screen) if flags.get("trace") else None})
    if made.on_request and not made.gcp:
        flags_of_cloud = "--uptime-checks, --event-history, --operations and --audit-logs are read from Google Cloud"
        raise UsageError(flags_of_cloud, hint="leave --no-gcp out")
    return made


def _request_trace(screen: bool) -> RequestTrace:
    """Prints the requests of this command, and their totals when it ends, however it does."""
    from gkedoctor.cli.request_trace import RequestTrace

    context = click.get_current_context()
    known: RequestTrace | None = context.meta.get(_TRACE)
    if known is None:
        known = context.meta[_TRACE] = RequestTrace(held=screen)
        context.call_on_close(known.summary)
    return known


def cluster_options(command: F, *, timeout: bool = True) -> F:
    """Adds the flags that say which cluster, as whom, and (`timeout`) for how long."""
    for option in reversed(_CLUSTER):
        command = option(command) if timeout or option is not _TIMEOUT else command
    return command


def beside_options(command: F) -> F:
    """Adds the flags that say what is read beside the lists of objects."""
    for option in reversed(_BESIDE):
        command = option(command)
    return command


def change_record_options(command: F) -> F:
    """Adds the flags that say which records of changes are read beside the cluster's own."""
    for option in reversed(_CHANGE_RECORDS):
        command = option(command)
    return command


def live_options(command: F) -> F:
    """Adds the flags of a live collection: those of the cluster, and of what is read beside its lists."""
    return cluster_options(beside_options(command))


def read_live(asked: CollectRequest, first: Look | None = None, *, keep_values: bool = False) -> CollectionResult:
    """Reads the cluster, and shows how far it is. SourceError where it cannot be reached.

    `first`: says what is found in what has come in, while the rest is read. `keep_values`: only values of Secrets are
    masked.
    """
    from gkedoctor.cli.early_results import answering
    from gkedoctor.live.collection import LiveCollection

    board, recording = board_of(asked.deadline.trace), LiveCollection(asked, keep_values=keep_values)
    with ending_signals(), answering(recording, first, board.tell):
        recorded = recording.whole(board.say)
    board.close()
    return recorded


def board_of(trace: OnRequest | None) -> Board:
    """Progress in place on a terminal; not where requests are printed, whose lines it would be drawn over."""
    return Board(sys.stderr.isatty() and trace is None)


def _quiet_libraries() -> None:
    """Keeps warnings of the client libraries, with lines of their source, off the screen: what matters is noted.

    As docs.python.org/3/library/warnings has it for applications; `python -W` and PYTHONWARNINGS still show them.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


@contextmanager
def ending_signals() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end the command in order, with 128 and their number: nothing is written any more.

    What was started (an exec plugin, a file with a client key) is cleaned up, and as the first process of a container
    it ends at all, for the kernel gives that one no default (man 7 pid_namespaces).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup has it
    before = {number: signal.signal(number, _end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


class Board:
    """Progress on standard error: one line a collector, in place on a terminal, else when it is done."""

    def __init__(self, terminal: bool) -> None:
        self._terminal = terminal
        self._began = time.monotonic()
        self._lines: dict[str, str] = {}
        self._lock = threading.Lock()
        self._shown = 0
        self._preliminary: list[str] = []

    def say(self, said: CollectorProgress) -> None:
        """Shows how far a collector is, and what went wrong at once. Called from several threads."""
        with self._lock:
            self._say(said)

    def _say(self, said: CollectorProgress) -> None:
        seconds = time.monotonic() - self._began
        line = f"  {said.collector:<15} {said.objects:>7,}  {seconds:5.1f} s  {said.state or '…'}"
        self._lines[said.collector] = line
        trouble = [f"  {said.collector:<15} {inert(said.trouble)}"] if said.trouble else []
        if self._terminal:
            self._redraw(trouble)
            return
        for text in [*trouble, *([line] if said.state else [])]:
            print_message(text)

    def tell(self, lines: Sequence[str]) -> None:
        """Prints lines of what was found so far; on a terminal above the collectors, until `close` takes them away."""
        with self._lock:
            if self._terminal:
                self._preliminary += lines
                self._redraw([])
                return
            for line in lines:
                print_message(line)

    def close(self) -> None:
        """Leaves the lines of the collectors; the answer takes the place of what was preliminary."""
        with self._lock:
            open_ = [name for name, row in self._lines.items() if row.endswith("…")]
            self._lines |= {name: f"{self._lines[name].removesuffix('…')}done" for name in open_}
            if self._terminal and (self._preliminary or open_):
                self._preliminary = []
                self._redraw([])
            self._shown = 0

    def _redraw(self, above: Sequence[str]) -> None:
        rows = [*self._preliminary, *self._lines.values()]
        redraw(above, rows, self._shown)
        self._shown = len(rows)


def refuse_live_flags(context: click.Context, names: Sequence[str]) -> None:
    """UsageError where flags for a live cluster were given together with --from."""
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            given = next(p for p in context.command.params if p.name == name)
            flag = (given.secondary_opts if context.params[name] is False else given.opts)[0]
            raise UsageError(f"{flag} is for a live cluster, --from for a recording", hint="leave one of them out")
