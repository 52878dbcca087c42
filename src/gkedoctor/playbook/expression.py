"""JMESPath in three-valued logic.

jmespath's own interpreter, with one more value: `Unknown`. What is computed from it is unknown, except where the
answer does not depend on it: `false && unknown` is false, `true || unknown` is true (Kleene). So no playbook author
has to write what happens when a listing was denied.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import Options, TreeInterpreter

from gkedoctor.graph.unknown import Unknown
from gkedoctor.playbook.functions import Functions


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

    def evaluate(self, names: Names, interpreter: Interpreter) -> Any:
        """The value: JSON, None, or Unknown. Raises nothing for data of an unexpected shape."""
        return interpreter.visit(self.tree, names)

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


def truth(value: Any) -> bool | Unknown:
    """JMESPath's truth: null, false, empty text, list and map are false; Unknown stays what it is."""
    if isinstance(value, Unknown):
        return value
    return not (value is None or value is False or value == "" or value == [] or value == {})


class Interpreter(TreeInterpreter):
    """jmespath's TreeInterpreter with Kleene's third value. Keeps no state between evaluations: one serves many."""

    def __init__(self, functions: Functions) -> None:
        super().__init__(Options(custom_functions=functions))
        self._call = functions.call_function

    def visit_field(self, node: Any, value: Any) -> Any:
        """As jmespath, without swallowing an AttributeError from inside a look-up."""
        look_up = getattr(value, "get", None)
        return look_up(node["value"]) if look_up is not None else None

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """A comparison with something unknown is unknown; an order between text and number is null."""
        left, right = (self.visit(child, value) for child in node["children"])
        unknown = _first_unknown(left, right)
        if unknown is not None:
            return unknown
        if node["value"] not in ("eq", "ne") and not _ordered(left, right):
            return None
        return self.COMPARATOR_FUNC[node["value"]](left, right)

    def visit_or_expression(self, node: Any, value: Any) -> Any:
        """True if either is, whatever the other may be."""
        left = self.visit(node["children"][0], value)
        if truth(left) is True:
            return left
        right = self.visit(node["children"][1], value)
        return left if isinstance(left, Unknown) and truth(right) is not True else right

    def visit_and_expression(self, node: Any, value: Any) -> Any:
        """False if either is, whatever the other may be."""
        left = self.visit(node["children"][0], value)
        if truth(left) is False:
            return left
        right = self.visit(node["children"][1], value)
        return left if isinstance(left, Unknown) and truth(right) is not False else right

    def visit_not_expression(self, node: Any, value: Any) -> Any:
        """Not unknown is unknown."""
        inner = truth(self.visit(node["children"][0], value))
        return inner if isinstance(inner, Unknown) else not inner

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        """A function of something unknown is unknown; arguments of the wrong type give null."""
        arguments = [self.visit(child, value) for child in node["children"]]
        unknown = _first_unknown(*arguments)
        if unknown is not None and node["value"] not in ("not_null", "is_unknown"):
            return unknown
        try:
            return self._call(node["value"], arguments)
        except JMESPathError:
            return None

    def visit_filter_projection(self, node: Any, value: Any) -> Any:
        """The elements for which the condition holds; unknown if it certainly holds for none and may for one."""
        base = self.visit(node["children"][0], value)
        if isinstance(base, Unknown) or not isinstance(base, list | tuple):
            return base if isinstance(base, Unknown) else None
        found, doubts = [], []
        for element in base:
            holds = truth(self.visit(node["children"][2], element))
            if isinstance(holds, Unknown):
                doubts.append(holds)
            elif holds and (current := self.visit(node["children"][1], element)) is not None:
                found.append(current)
        return doubts[0] if doubts and not found else found

    def visit_projection(self, node: Any, value: Any) -> Any:
        """As jmespath; a projection over something unknown is unknown."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list | tuple):
            return base if isinstance(base, Unknown) else None
        projected = (self.visit(node["children"][1], element) for element in base)
        return [element for element in projected if element is not None]

    def visit_value_projection(self, node: Any, value: Any) -> Any:
        """As jmespath; `*` of something unknown is unknown."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, dict):
            return base if isinstance(base, Unknown) else None
        projected = (self.visit(node["children"][1], element) for element in base.values())
        return [element for element in projected if element is not None]

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """As jmespath; the flattened unknown is unknown."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list | tuple):
            return base if isinstance(base, Unknown) else None
        merged: list[Any] = []
        for element in base:
            if isinstance(element, list | tuple):
                merged.extend(element)
            else:
                merged.append(element)
        return merged

    def visit_index(self, node: Any, value: Any) -> Any:
        """As jmespath; an element of something unknown is unknown."""
        if isinstance(value, Unknown):
            return value
        return super().visit_index(node, list(value) if isinstance(value, tuple) else value)

    def visit_slice(self, node: Any, value: Any) -> Any:
        """As jmespath; a slice of something unknown is unknown."""
        if isinstance(value, Unknown):
            return value
        return super().visit_slice(node, value)

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        """As jmespath; of something unknown it is unknown."""
        return value if isinstance(value, Unknown) else super().visit_multi_select_dict(node, value)

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        """As jmespath; of something unknown it is unknown."""
        return value if isinstance(value, Unknown) else super().visit_multi_select_list(node, value)


def _ordered(left: Any, right: Any) -> bool:
    both = (left, right)
    if any(isinstance(v, bool) for v in both):
        return False
    return all(isinstance(v, int | float) for v in both) or all(isinstance(v, str) for v in both)


def _first_unknown(*values: Any) -> Unknown | None:
    return next((v for v in values if isinstance(v, Unknown)), None)


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
