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
from gkedoctor.cli.streams import prepare_streams
from gkedoctor.errors import ExitCode, GkedoctorError

_COMMANDS = {
    "diagnose": Entry("gkedoctor.cli.commands.diagnose:diagnose", "Walk through what is wrong on a full screen."),
    "report": Entry("gkedoctor.cli.commands.report:report", "Say what is wrong in a cluster, and why."),
    "verify": Entry("gkedoctor.cli.commands.verify:verify", "Wait until a finding is fixed."),
    "lint": Entry("gkedoctor.cli.commands.lint:lint", "Say what will not work of manifests, before they are applied."),
    "whatif": Entry("gkedoctor.cli.commands.whatif:whatif", "Show what a change would fix and break."),
    "access": Entry("gkedoctor.cli.commands.access:access", "Say which permissions are missing, and print roles."),
    "snapshot": Entry("gkedoctor.cli.commands.snapshot:snapshot", "Record the live cluster, with credentials masked."),
    "diff": Entry("gkedoctor.cli.commands.diff:diff", "Say what is new, what is fixed, and what broke it."),
    "fleet": Entry("gkedoctor.cli.commands.fleet:fleet", "Say what many recorded clusters have in common."),
    "path": Entry("gkedoctor.cli.commands.path:path", "Show the way of a request, hop by hop."),
    "leftovers": Entry("gkedoctor.cli.commands.leftovers:leftovers", "Say what gone clusters left on Google Cloud."),
    "teardown": Entry("gkedoctor.cli.commands.teardown:teardown", "List what deleting the cluster would leave behind."),
    "explain": Entry("gkedoctor.cli.commands.explain:explain", "Explain a playbook, a cause or a message."),
    "import": Entry("gkedoctor.cli.commands.import_recording:import_recording", "Turn a recording into a snapshot."),
    "serve": Entry("gkedoctor.cli.commands.serve:serve", "Serve a recorded cluster to kubectl."),
    "playbooks": Entry("gkedoctor.cli.commands.playbooks:playbooks", "List, show, lint and test playbooks."),
    "schema": Entry("gkedoctor.cli.commands.schema:schema", "Print the JSON Schema of reports or playbooks."),
    "completion": Entry("gkedoctor.cli.commands.completion:completion", "Print what makes a shell complete commands."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="gkedoctor %(version)s")
def app() -> None:
    """Find out why something on Google Kubernetes Engine does not work.

    gkedoctor only reads. It exits 0 if nothing is wrong, 1 if something is,
    2 for a wrong flag or playbook, 3 if the recording cannot be read, 4 if
    nothing was found and not everything could be looked at, 5 for its own
    faults.

    \b
    Examples:
      gkedoctor report --from cluster.json
      gkedoctor report --from cluster.json --json deploy/cart -n shop
    """


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
