"""The command `gkedoctor`, and the one place where every failure ends.

Standard output holds the result and nothing else; progress, notes and errors go to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from gkedoctor import __version__
from gkedoctor.cli.damaged_recording import damaged_recording
from gkedoctor.cli.error_output import print_failure
from gkedoctor.cli.lazy_group import Entry, LazyGroup
from gkedoctor.cli.stdout import write_result
from gkedoctor.cli.streams import prepare_streams
from gkedoctor.errors import ExitCode, GkedoctorError

_COMMANDS = {
    "demo": Entry("gkedoctor.cli.commands.demo:demo", "Diagnose a recorded cluster; no cluster is needed."),
    "diagnose": Entry("gkedoctor.cli.commands.diagnose:diagnose", "Browse problems interactively on a full screen."),
    "report": Entry("gkedoctor.cli.commands.report:report", "Report problems in a cluster, with cause and fix."),
    "verify": Entry("gkedoctor.cli.commands.verify:verify", "Wait until a finding is fixed."),
    "lint": Entry("gkedoctor.cli.commands.lint:lint", "Check manifests for problems before you apply them."),
    "whatif": Entry("gkedoctor.cli.commands.whatif:whatif", "Show what a change would fix and break."),
    "access": Entry("gkedoctor.cli.commands.access:access", "Check permissions, and print the roles needed."),
    "snapshot": Entry("gkedoctor.cli.commands.snapshot:snapshot", "Record the live cluster, with credentials masked."),
    "diff": Entry("gkedoctor.cli.commands.diff:diff", "Compare two recordings: new, fixed, and why."),
    "changes": Entry("gkedoctor.cli.commands.changes:changes", "List who changed what, in the order of time."),
    "fleet": Entry("gkedoctor.cli.commands.fleet:fleet", "Diagnose many recorded clusters together."),
    "path": Entry("gkedoctor.cli.commands.path:path", "Show the path of a request, hop by hop."),
    "leftovers": Entry(
        "gkedoctor.cli.commands.leftovers:leftovers", "List what deleted clusters left on Google Cloud."
    ),
    "teardown": Entry("gkedoctor.cli.commands.teardown:teardown", "List what deleting the cluster would leave behind."),
    "explain": Entry("gkedoctor.cli.commands.explain:explain", "Explain an error message, a cause or a playbook."),
    "import": Entry("gkedoctor.cli.commands.import_recording:import_recording", "Convert a recording into a snapshot."),
    "mcp": Entry("gkedoctor.cli.commands.mcp:mcp", "Serve diagnosis to AI agents (Model Context Protocol)."),
    "serve": Entry("gkedoctor.cli.commands.serve:serve", "Serve a recorded cluster to kubectl."),
    "playbooks": Entry("gkedoctor.cli.commands.playbooks:playbooks", "List, show, lint and test playbooks."),
    "schema": Entry("gkedoctor.cli.commands.schema:schema", "Print the JSON Schema of a file format."),
    "completion": Entry("gkedoctor.cli.commands.completion:completion", "Print the shell completion script."),
}

_START = """\
gkedoctor finds out why something on Google Kubernetes Engine does not work.

  gkedoctor diagnose    Browse the problems of your current cluster.
  gkedoctor report      Print them.
  gkedoctor demo        See a recorded cluster; no cluster is needed.
  gkedoctor help        List all commands.
"""


@click.group(
    cls=LazyGroup,
    entries=_COMMANDS,
    aliases={"help": "--help", "version": "--version"},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="gkedoctor %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Find out why something on Google Kubernetes Engine does not work.

    gkedoctor only reads. Exit 0 if no problem was found, 1 if one was, 2 for
    a wrong flag or playbook, 3 if the cluster or recording cannot be read,
    4 if no problem was found but not everything could be checked, 5 for an
    internal error.

    \b
    Examples:
      gkedoctor diagnose
      gkedoctor report -n shop
      gkedoctor report --from cluster.json --json deploy/cart -n shop
    """
    if context.invoked_subcommand is None:
        write_result(_START)


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], name: str = "gkedoctor") -> int:
    """Runs one command line, tells what fails, and gives the code to exit with. `name`: as help calls the command."""
    prepare_streams()
    try:
        code = app.main(list(arguments), prog_name=name, standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the only such place: everything ends here
        return print_failure(_cause(error, arguments))
    return ExitCode.OK if code is None else int(code)


def _cause(error: BaseException, arguments: Sequence[str]) -> BaseException:
    """The damaged snapshot that an unexpected error comes from; else the error itself."""
    if isinstance(error, GkedoctorError | click.ClickException | click.Abort | OSError | KeyboardInterrupt):
        return error
    return damaged_recording(arguments) or error
