"""A pasted shell line: commands with quotes, pipes, here-documents, `&&`, `;` and comments. Nothing is executed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from gkedoctor.errors import ChangeError

_SINGLE_QUOTED = re.compile(r"'[^']*'")
_EXPANSION = re.compile(r"(?<!\\)(?:\$[A-Za-z_({]|`)")
_SEPARATORS = ("&&", ";", "\n")
_HERE = "<<"


class ShellCommand(NamedTuple):
    """One command of a pipeline. `stdin`: the text of its here-document."""

    words: tuple[str, ...]
    stdin: str | None


def pipelines(text: str) -> list[list[ShellCommand]]:
    """The pipelines of a text, in order. ChangeError for what only a shell can evaluate."""
    found: list[list[ShellCommand]] = []
    lines = text.split("\n")
    while lines:
        logical = _logical_line(lines)
        if logical.strip():
            found += _parsed(logical, lines)
    return found


def _logical_line(lines: list[str]) -> str:
    """The next line, with those that belong to it: after a backslash, or inside of quotes."""
    logical = lines.pop(0)
    while True:
        if logical.endswith("\\") and lines:
            logical = logical[:-1] + lines.pop(0)
        elif _is_open(logical) and lines:
            logical += "\n" + lines.pop(0)
        else:
            return logical


def _is_open(text: str) -> bool:
    try:
        _tokens(text)
    except ValueError:
        return True
    return False


def _tokens(text: str) -> list[str]:
    """The words and operators of a line; a comment ends it."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";<>|&()")
    lexer.commenters = ""
    lexer.whitespace_split = True
    found: list[str] = []
    for token in lexer:
        if token.startswith("#"):
            break
        found.append(token)
    return found


def _parsed(logical: str, lines: list[str]) -> Iterator[list[ShellCommand]]:
    if _EXPANSION.search(_SINGLE_QUOTED.sub("''", logical)):
        raise ChangeError("shell variables and command substitutions are not evaluated", hint="write the values")
    try:
        tokens = _tokens(logical)
    except ValueError as error:
        raise ChangeError(f"the command line cannot be read: {error}", hint="is a quote missing?") from None
    pipeline: list[ShellCommand] = []
    words: list[str] = []
    stdin: str | None = None
    while tokens:
        token = tokens.pop(0)
        if token == _HERE:
            stdin = _here_document(tokens, lines)
        elif token == "|" or token in _SEPARATORS:
            pipeline.append(_command(words, stdin))
            words, stdin = [], None
            if token != "|":
                yield pipeline
                pipeline = []
        elif set(token) <= set(";<>|&()") and token:
            raise ChangeError(f"`{token}` in a command line is not supported", hint="write one command a line")
        else:
            words.append(token)
    if words:
        pipeline.append(_command(words, stdin))
    if pipeline:
        yield pipeline


def _command(words: list[str], stdin: str | None) -> ShellCommand:
    if not words:
        raise ChangeError("a command is missing in the command line")
    return ShellCommand(tuple(words), stdin)


def _here_document(tokens: list[str], lines: list[str]) -> str:
    """The lines up to the word that ends it; after `<<-` without leading tabs."""
    word = tokens.pop(0) if tokens else ""
    stripped = word.startswith("-")
    end = word.removeprefix("-")
    body: list[str] = []
    while lines:
        line = lines.pop(0).lstrip("\t") if stripped else lines.pop(0)
        if line == end:
            return "".join(f"{one}\n" for one in body)
        body.append(line)
    raise ChangeError(f"the here-document does not end: no line is `{end}`")
