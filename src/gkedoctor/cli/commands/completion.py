"""`gkedoctor completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.stdout import write_result

_VARIABLE = "_GKEDOCTOR_COMPLETE"
"""What click looks for: the name of the command in capitals."""


@click.command()
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")
def completion(shell: str) -> None:
    """Print the shell completion script.

    `kubectl gkedoctor` completes as soon as kubectl does: kubectl calls the
    program kubectl_complete-gkedoctor, which is installed with gkedoctor.

    \b
    Examples:
      source <(gkedoctor completion bash)
      gkedoctor completion fish > ~/.config/fish/completions/gkedoctor.fish
    """
    from gkedoctor.cli.app import app

    kind = get_completion_class(shell)
    assert kind is not None  # Choice lets no other shell in
    write_result(kind(app, {}, "gkedoctor", _VARIABLE).source().strip() + "\n")
