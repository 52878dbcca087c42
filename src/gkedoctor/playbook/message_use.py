"""How playbooks use the table of messages: the ids that they name, and patterns that belong into the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from gkedoctor.messages import Messages
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.functions import MATCHING

NAMING = ("says", "says_about", "extract", "last_line", "line_about")
"""The functions whose second argument is the id of a message."""
_TEXTS = frozenset(("message", "log", "said", "previousLog", "line", "telling"))
"""Fields that hold what a program printed: of Events, conditions and container states, and of the graph's records."""
_TAKING_APART = frozenset(("extract", "message_in", "capture", "condition", "age", "length", "from_json", "where"))
"""Functions whose value is not the text itself any more."""


class Use(NamedTuple):
    """A message that an expression of a playbook names. `place`: where, as a path into the file."""

    place: str
    id: str


class PrivatePattern(NamedTuple):
    """A pattern over a message that stands in a playbook and belongs into the table."""

    place: str
    regex: str


def messages_used(playbook: CompiledPlaybook) -> Iterator[Use]:
    """Every message that the expressions of a playbook name, with `spec` of it."""
    trees = [(place, _tree(expression)) for place, expression in _expressions(playbook)]
    files = {
        name for _, tree in trees for call in _calls(tree, ("message_in",)) for name in _texts_in(call["children"][1])
    }
    for place, tree in trees:
        yield from (Use(place, id) for id in ids_in(tree))
        yield from (Use(place, text) for text in _texts_in(tree) if text.partition("/")[0] in files and "/" in text)


def private_patterns(playbook: CompiledPlaybook) -> Iterator[PrivatePattern]:
    """Regular expressions that a playbook matches against texts of programs."""
    texts = _names_of_texts(playbook)
    for place, expression in _expressions(playbook):
        for call in _calls(_tree(expression), MATCHING):
            children = call["children"]
            if len(children) == 2 and _reads(children[0], texts):
                yield PrivatePattern(place, children[1]["value"] if _is_text(children[1]) else "put together here")


def ids_in(node: Any) -> Iterator[str]:
    """The ids of messages that a syntax tree names."""
    yield from _second_arguments(node, NAMING)


def _second_arguments(node: Any, functions: tuple[str, ...]) -> Iterator[str]:
    for call in _calls(node, functions):
        yield from (child["value"] for child in call["children"][1:2] if _is_text(child))


def _texts_in(node: Any) -> Iterator[str]:
    """The texts that a syntax tree compares with something: literals, and the elements of literal lists."""
    if not isinstance(node, dict):
        return
    if node.get("type") == "literal":
        value = node["value"]
        yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))
    if node.get("type") != "function_expression" or node["value"] not in NAMING:
        for child in node.get("children") or []:
            yield from _texts_in(child)


def unknown_messages(playbook: CompiledPlaybook, messages: Messages) -> Iterator[Use]:
    """The uses of messages that do not exist."""
    return (use for use in messages_used(playbook) if messages.get(use.id) is None)


def _expressions(playbook: CompiledPlaybook) -> Iterator[tuple[str, Expression]]:
    yield from playbook.expressions()
    view = playbook.spec_view
    if view is not None:
        known = {expression.source for _, expression in playbook.expressions()}
        added = ((place, expression) for place, expression in view.expressions() if expression.source not in known)
        yield from ((place.replace("$.", "$.spec.", 1), expression) for place, expression in added)


def _names_of_texts(playbook: CompiledPlaybook) -> frozenset[str]:
    """The names whose value is a text of a program, directly or by way of other names."""
    lets = {name: _tree(expression) for name, expression in playbook.lets.items()}
    found: frozenset[str] = frozenset()
    while grown := frozenset(n for n, tree in lets.items() if n not in found and _reads(tree, found)):
        found |= grown
    return found


def _reads(node: Any, names: frozenset[str]) -> bool:
    """Whether the value of a syntax tree may be a text of a program."""
    if not isinstance(node, dict):
        return False
    kind, children = node.get("type"), node.get("children") or []
    if kind == "function_expression" and (node["value"] in _TAKING_APART or node["value"] in ("matches", "says")):
        return False
    if kind in ("comparator", "not_expression"):
        return False
    if kind == "field":
        return node["value"] in _TEXTS or node["value"] in names
    if kind == "subexpression":  # of `a.b.c` the last field decides
        return (
            _reads(children[-1], names)
            if children[-1].get("type") == "field"
            else any(_reads(c, names) for c in children)
        )
    if kind == "filter_projection":  # the condition says which elements, not what they are
        return any(_reads(child, names) for child in children[:2])
    return any(_reads(child, names) for child in children)


def _calls(node: Any, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if not isinstance(node, dict):
        return
    if node.get("type") == "function_expression" and node["value"] in names:
        yield node
    for child in node.get("children") or []:
        yield from _calls(child, names)


def _is_text(node: Any) -> bool:
    return isinstance(node, dict) and node.get("type") == "literal" and isinstance(node["value"], str)


def _tree(expression: Expression) -> Any:
    try:
        return expression.tree
    except JMESPathError:  # said by the checks of expressions
        return None
