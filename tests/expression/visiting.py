"""jmespath's own TreeInterpreter with Kleene's third value: slow, and what the closures are held against."""

from __future__ import annotations

from typing import Any

from jmespath.exceptions import JMESPathError
from jmespath.visitor import Options, TreeInterpreter

from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.jmespath_compiler import truth


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
