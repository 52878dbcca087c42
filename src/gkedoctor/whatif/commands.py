"""kubectl commands, as an argument list or as a pasted shell line, to changes of a state. Nothing is executed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from gkedoctor.errors import ChangeError
from gkedoctor.graph import nearest
from gkedoctor.whatif import verbs as _verbs  # noqa: F401  # registers the verbs
from gkedoctor.whatif.change import Change, Documents, Invocation, Result
from gkedoctor.whatif.flags import verb_of
from gkedoctor.whatif.registry import VERBS
from gkedoctor.whatif.shell import ShellCommand, pipelines

_TEXT = ("cat", "echo", "printf")


def changes_of_words(words: Sequence[str], *, stdin: str | None = None, folder: Path | None = None) -> list[Change]:
    """The changes of one kubectl command, given as an argument list with `kubectl` in front.

    `folder`: where relative file names start. ChangeError for a verb or flag that is not known, and for a file that
    is not there.
    """
    return list(_result(ShellCommand(tuple(words), stdin), None, folder).changes)


def changes_of_text(text: str, *, folder: Path | None = None) -> list[Change]:
    """The changes of a pasted shell line, or of several lines: quotes, pipes and here-documents as in a shell."""
    found: list[Change] = []
    for pipeline in pipelines(text):
        piped: str | Documents | None = None
        for command in pipeline:
            result = _result(command, piped, folder)
            found += result.changes
            piped = result.printed or (_text(command) if command.words[0] in _TEXT else None)
    return found


def _text(command: ShellCommand) -> str:
    """What `cat` of a here-document, or `echo`, writes."""
    if command.words[0] == "cat":
        return command.stdin or ""
    return " ".join(word for word in command.words[1:] if word != "-n") + "\n"


def _result(command: ShellCommand, piped: str | Documents | None, folder: Path | None) -> Result:
    program, *words = command.words
    if program in _TEXT:
        if program == "cat" and command.stdin is None and words:
            raise ChangeError("cat of a file is not read", hint="name the file: kubectl apply -f FILE")
        return Result()
    if program.rpartition("/")[2] != "kubectl":
        raise ChangeError(f"`{program}` is not simulated: only kubectl commands are")
    name, rest = verb_of(words)
    run = VERBS.get(name)
    text = _shown(command)
    if run is None:
        near = nearest(name, sorted(VERBS))
        raise ChangeError(f"kubectl {name} is not simulated", hint=f"did you mean `{near}`?" if near else None)
    stdin = command.stdin if command.stdin is not None else piped
    try:
        return run(Invocation(tuple(words), text, stdin, folder or Path()), rest)
    except ChangeError as error:
        raise ChangeError(f"`{text}`: {error.message}", hint=error.hint) from None


def _shown(command: ShellCommand) -> str:
    """The command on one line, short enough for a message."""
    text = " ".join(shlex.join(command.words).split())
    return text if len(text) <= 120 else f"{text[:117]}…"
