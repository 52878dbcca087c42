"""An expression of a playbook: JMESPath in three-valued logic (`closures.py`).

What is computed from something unknown is unknown, so no playbook author has to write what happens when a listing was
denied.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import jmespath

from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.jmespath_compiler import Closure, closure


class Names(Protocol):
    """What an expression is evaluated against: values by name."""

    def get(self, name: str) -> Any:
        """The value of a name, None where there is none."""


class Expression:
    """One JMESPath expression, compiled when it is first evaluated."""

    __slots__ = ("__dict__", "source")

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def tree(self) -> Any:
        """The syntax tree; raises jmespath's ParseError for what cannot be parsed."""
        return jmespath.compile(self.source).parsed

    @cached_property
    def _value(self) -> Closure:
        return closure(self.tree)

    @classmethod
    def of_tree(cls, tree: Mapping[str, Any]) -> Expression:
        """A part of another expression."""
        found = cls("")
        found.__dict__["tree"] = tree
        return found

    @cached_property
    def conjuncts(self) -> tuple[Expression, ...]:
        """`a`, `b` and `c` of `a && b && c`: where one is false, so is the whole, whatever the others may be."""
        return tuple(map(Expression.of_tree, _conjuncts(self.tree)))

    def evaluate(self, names: Names, functions: Functions) -> Any:
        """The value: JSON, None, or Unknown. Raises nothing for data of an unexpected shape."""
        return self._value(names, functions)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the expression looks up in its scope."""
        return frozenset(_free_names(self.tree, in_scope=True))

    @cached_property
    def calls(self) -> tuple[tuple[str, int], ...]:
        """The functions that it calls, with the number of arguments."""
        return tuple(_calls(self.tree))

    @cached_property
    def negates_a_chain(self) -> bool:
        """Whether it says `!a.b`, which JMESPath reads as `(!a).b`, and that is null."""
        return _negates_a_chain(self.tree)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


_IN_SCOPE = {
    "subexpression": 1,
    "projection": 1,
    "filter_projection": 1,
    "value_projection": 1,
    "pipe": 1,
    "index_expression": 1,
    "expref": 0,
}
"""How many of a node's children are evaluated against the scope; all of them where it is not named."""


def _free_names(node: Any, *, in_scope: bool) -> list[str]:
    """Field names evaluated against the scope itself: the first link of every chain, not what hangs below it."""
    if not isinstance(node, dict):
        return []
    kind, children = node.get("type"), node.get("children") or []
    if kind == "field":
        return [str(node["value"])] if in_scope else []
    below = _IN_SCOPE.get(str(kind))
    names: list[str] = []
    for position, child in enumerate(children):
        names += _free_names(child, in_scope=in_scope and (below is None or position < below))
    return names


def _conjuncts(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if node.get("type") != "and_expression":
        return [node]
    return [part for child in node["children"] for part in _conjuncts(child)]


def _calls(node: Any) -> list[tuple[str, int]]:
    if not isinstance(node, dict):
        return []
    children = node.get("children") or []
    own = [(str(node["value"]), len(children))] if node.get("type") == "function_expression" else []
    return own + [call for child in children for call in _calls(child)]


def _negates_a_chain(node: Any) -> bool:
    if not isinstance(node, dict):
        return False
    children = node.get("children") or []
    first = children[0] if children else None
    chained = node.get("type") in ("subexpression", "index_expression", "projection", "filter_projection")
    if chained and isinstance(first, dict) and first.get("type") == "not_expression":
        return True
    return any(_negates_a_chain(child) for child in children)
