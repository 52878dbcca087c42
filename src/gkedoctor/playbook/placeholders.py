"""Words in CAPITALS of a command that a person plainly has to fill in.

Names are lower case in Kubernetes (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/) and Google
Cloud (https://cloud.google.com/compute/docs/naming-resources), so a word in capitals where a name stands is a
placeholder. What may be a value of an enumeration (`--direction INGRESS`), a variable or text is left alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

_EXPRESSION = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
_WORD = r"[A-Z][A-Z0-9_]+"
_NAME = re.compile(rf"(?:[a-z][a-z.]*/)?(?P<name>{_WORD})")
_FLAG = re.compile(r"(?P<flag>--?[a-z-]+)(?:=(?P<value>.*))?")
_JSON_VALUE = re.compile(rf"[:\[,]\s*(?P<name>{_WORD})\s*(?=[,}}\]])")
_NAMES = frozenset((
    "-n", "-c", "--account", "--cluster", "--container", "--context", "--location", "--namespace", "--network",
    "--project", "--region", "--replicas", "--subnet", "--zone",
))  # fmt: skip
"""Flags whose value is a name or a number, never a word in capitals."""
_ENDS = frozenset(("|", "||", "&&", ";", "&", "<<", ">", "<", "--"))
"""Where the arguments of a program end; behind `--` stand those of another one."""


def placeholders_in(command: str) -> list[str]:
    """The placeholders of a command line, each once, in their order."""
    return list(dict.fromkeys(_found(_EXPRESSION.sub("x", command).partition("<<")[0])))


def _found(text: str) -> Iterator[str]:
    words = _words(text)
    if words[:1] not in (["kubectl"], ["gcloud"]):
        return
    flag: str | None = None
    for word in words[1:]:
        if word in _ENDS:
            return
        if (option := _FLAG.fullmatch(word)) is not None:
            flag = option["flag"] if option["value"] is None else None
            words_of_value = [option["value"]] if option["value"] and option["flag"] in _NAMES else []
            yield from _names(words_of_value)
        elif word.startswith(("{", "[")):
            yield from (match["name"] for match in _JSON_VALUE.finditer(word))
            flag = None
        else:
            if flag is None or flag in _NAMES:
                yield from _names([word])
            flag = None


def _names(words: list[str]) -> Iterator[str]:
    yield from (match["name"] for word in words if (match := _NAME.fullmatch(word)) is not None)


def _words(text: str) -> list[str]:
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError:  # a quote that is not closed: where words end is not known
        return []
