"""What people write in an expression or a text and did not mean, with what to write instead.

JMESPath has no `null`, `true` or number outside of backquotes, and texts stand in single quotes
(https://jmespath.org/specification.html). Most of such slips are valid JMESPath: they name a field that does not exist,
which is null for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError
from jmespath.lexer import Lexer

from gkedoctor.graph import nearest
from gkedoctor.graph.core.similar_names import is_slip
from gkedoctor.playbook.functions import MATCHING, pattern
from gkedoctor.snapshot.kinds import KINDS

_WORDS = ("null", "true", "false")
_COMPARATORS = frozenset(("eq", "ne", "lt", "lte", "gt", "gte"))
_BEFORE_VALUE = _COMPARATORS | {"lparen", "comma"}
_PATTERN_HINT = r"a backslash before a character takes it literally: `\[`, `\(`"
_HOLE = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|`[^`]*`|\"(?:[^\"\\]|\\.)*\"")
_SIGNS = (
    (re.compile(r"(?<![=!<>])=(?!=)|==="), "`=` compares nothing: write `==`"),
    (re.compile(r"\band\b|(?<!&)&(?!&)(?=\s)"), "`and` is written `&&`"),
    (re.compile(r"\bor\b"), "`or` is written `||`"),
    (re.compile(r"\bnot\s"), "`not` is written `!`, as in `!(a.b)`"),
    (re.compile(r"(?:==|!=|<=?|>=?|,|\()\s*-?\d"), "a number stands in backquotes: write `` `5` ``"),
    (
        re.compile(r"\.[\w-]+/"),
        'a key with dots or a slash stands in double quotes: `labels."app.kubernetes.io/name"`',
    ),
    (re.compile(r"\s\?\s|\s\+\s"), "JMESPath has no `+` and no `? :`: `join('', [a, b])`, and `a && b || c`"),
)


class Mistake(NamedTuple):
    """What is wrong, and what to write."""

    message: str
    hint: str | None = None


def why_unreadable(source: str) -> str:
    """What was probably meant in a text that is no expression."""
    bare = _QUOTED.sub("x", source)
    if bare.count("'") % 2:
        return "a text stands in single quotes; one inside it is written `\\'`"
    found = next((hint for pattern, hint in _SIGNS if pattern.search(bare)), None)
    return found or "JMESPath: https://jmespath.org/specification.html"


def mistakes(source: str, tree: Any) -> Iterator[Mistake]:
    """What a readable expression says and hardly means."""
    for word in dict.fromkeys(_bare_words(tree)):
        yield Mistake(f"`{word}` names a field here", f"write `` `{word}` ``, in backquotes")
    for text in dict.fromkeys(_double_quoted(source)):
        yield Mistake(f'"{text}" in double quotes names a field', f"a text stands in single quotes: '{text}'")
    for call in _calls(tree, "ref"):
        yield from _of_ref(call["children"])
    for name in MATCHING:
        for call in _calls(tree, name):
            yield from _of_pattern(call["children"][1:2])


def unclosed(text: str) -> Mistake | None:
    """What is wrong with the holes of a text: `{{` without `}}`, or the other way round."""
    left = _HOLE.sub("", text)
    if "{{" in left:
        return Mistake("`{{` is not closed", "an expression in a text stands in `{{ … }}`")
    # `}}` ends JSON as well (`{"spec":{"a":1}}`), so it is a mistake only where no brace could have opened it
    if "}}" in left and "{" not in left:
        return Mistake("`}}` closes nothing", "an expression in a text stands in `{{ … }}`")
    return None


def _of_ref(arguments: list[Any]) -> Iterator[Mistake]:
    first = arguments[0] if arguments else {}
    name = first.get("value") if first.get("type") == "literal" else None
    if not isinstance(name, str):
        return
    kind = KINDS.get(name)
    if kind is None:
        # what has no collection of its own (a node pool, an operator's object) may be a root as well
        near = nearest(name, list(KINDS))
        if near is not None and is_slip(name, near):
            yield Mistake(f"unknown kind `{name}`", f"did you mean `{near}`?")
    elif not kind.cloud and not kind.namespaced and (len(arguments) < 3 or not _is_empty(arguments[1])):
        yield Mistake(f"a {name} has no namespace", f"write ref('{name}', `null`, NAME)")
    elif not kind.cloud and kind.namespaced and len(arguments) > 1 and _is_empty(arguments[1]):
        yield Mistake(f"a {name} has a namespace", f"write ref('{name}', NAMESPACE, NAME)")


def _of_pattern(arguments: list[Any]) -> Iterator[Mistake]:
    for argument in arguments:
        regex = argument.get("value") if argument.get("type") == "literal" else None
        if isinstance(regex, str):
            try:
                pattern(regex)
            except ValueError as error:
                yield Mistake(f"`{regex}` is not a regular expression: {error}", _PATTERN_HINT)


def _is_empty(node: Any) -> bool:
    return node.get("type") == "literal" and not node.get("value")


def _bare_words(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if node.get("type") == "field" and node["value"] in _WORDS:
        yield node["value"]
    for child in node.get("children") or []:
        yield from _bare_words(child)


def _double_quoted(source: str) -> Iterator[str]:
    """Names in double quotes where a value is expected: after a comparison, or as an argument."""
    try:
        before = ""
        for token in Lexer().tokenize(source):
            if token["type"] == "quoted_identifier" and before in _BEFORE_VALUE:
                yield str(token["value"])
            before = token["type"]
    except JMESPathError:
        return


def _calls(node: Any, name: str) -> Iterator[Any]:
    if not isinstance(node, dict):
        return
    if node.get("type") == "function_expression" and node.get("value") == name:
        yield node
    for child in node.get("children") or []:
        yield from _calls(child, name)
