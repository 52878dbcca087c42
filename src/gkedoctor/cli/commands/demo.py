"""`gkedoctor demo`."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from gkedoctor import shipped
from gkedoctor.cli.examples import resolve
from gkedoctor.cli.messages import print_message
from gkedoctor.errors import ExitCode

FIRST = "teratail-missing-secret"
_CAUSE = "missing-secret"
_NEXT = """
Try next:
  gkedoctor demo {name} --screen        browse it on a full screen
  gkedoctor demo ing-basic-auth         a load balancer that answers 502
  gkedoctor explain "no healthy upstream"
  gkedoctor report --from example:      list the other recorded clusters
  gkedoctor diagnose                    your own cluster; only reads
"""


def _examples(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in shipped.example_names() if name.startswith(incomplete)]


def _explained(context: click.Context, name: str) -> None:
    """What the cause of the first demo means, as a second step."""
    from gkedoctor.cli.commands.explain import explain

    if name != FIRST:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.pause("Press any key for what the cause means …", err=True)
    print_message(f"\n$ gkedoctor explain {_CAUSE}\n")
    context.invoke(explain, words=(_CAUSE,), folders=(), form="text", everything=False, color="auto")


@click.command()
@click.argument("name", metavar="[NAME]", default=FIRST, shell_complete=_examples)
@click.option("--screen", is_flag=True, help="Browse it on a full screen, as `gkedoctor diagnose` does.")
def demo(name: str, screen: bool) -> int:
    """Diagnose a recorded cluster that comes with gkedoctor. No cluster is needed.

    Prints the report of the recording and what to try next. NAME is one of
    the recordings that `gkedoctor report --from example:` lists.

    \b
    Examples:
      gkedoctor demo
      gkedoctor demo ing-basic-auth
      gkedoctor demo two-problems --screen
    """
    from pathlib import Path

    from gkedoctor.cli.commands.diagnose import diagnose
    from gkedoctor.cli.commands.report import report

    source = resolve(Path(f"example:{name.removeprefix('example:')}"))
    context = click.get_current_context()
    if screen and sys.stdout.isatty():
        context.invoke(diagnose, source=source)
    else:
        print_message(f"$ gkedoctor report --from example:{source.name}\n")
        context.invoke(report, source=source, fail_on="never")
        _explained(context, source.name)
    print_message(_NEXT.format(name=source.name).rstrip("\n"))
    return ExitCode.OK
