"""`kubectl gkedoctor`: kubectl runs programs called `kubectl-NAME` as plugins, and `kubectl_complete-NAME` to complete.

The answer of the latter is cobra's: a word a line, with a tab before its description, then `:` and a number of flags.
Source: kubernetes/kubectl, pkg/util/completion; spf13/cobra, completions.go.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from gkedoctor.report.escaping import inert

_NO_FILES, _FILES = 4, 0
"""ShellCompDirectiveNoFileComp and ShellCompDirectiveDefault."""


def main() -> None:
    """The console script `kubectl-gkedoctor`."""
    from gkedoctor.cli.app import run

    sys.exit(run(sys.argv[1:], name="kubectl gkedoctor"))


def complete() -> None:
    """The console script `kubectl_complete-gkedoctor`."""
    from gkedoctor.cli.error_output import print_failure
    from gkedoctor.cli.streams import prepare_streams

    prepare_streams()
    try:
        sys.stdout.write("".join(f"{line}\n" for line in completions(sys.argv[1:])))  # has tabs, so no write_result
        sys.stdout.flush()
    except Exception as error:  # noqa: BLE001  # as in `app.run`: everything ends here
        sys.exit(print_failure(error))


def completions(arguments: Sequence[str]) -> Iterator[str]:
    """What may stand for the last of the arguments, as cobra writes it."""
    from click.shell_completion import ShellComplete

    from gkedoctor.cli.app import app

    *before, incomplete = arguments or [""]
    items = ShellComplete(app, {}, "kubectl gkedoctor", "").get_completions(before, incomplete)
    for item in items:
        if item.type == "plain":
            yield f"{inert(str(item.value))}\t{inert(item.help)}" if item.help else inert(str(item.value))
    yield f":{_FILES if any(item.type != 'plain' for item in items) else _NO_FILES}"
