"""The names that a playbook's expressions see, each worked out when it is first asked for."""

from __future__ import annotations

from typing import Any

from gkedoctor.graph import Graph, Unknown
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.functions import Functions
from gkedoctor.playbook.jmespath_compiler import truth


class Scope:
    """One subject under one playbook: `subject`, what `relate` binds, `let`, the element of `each`, `clock`."""

    __slots__ = ("_functions", "_graph", "_playbook", "_values")

    def __init__(self, playbook: CompiledPlaybook, graph: Graph, functions: Functions, values: dict[str, Any]) -> None:
        self._playbook, self._graph, self._functions = playbook, graph, functions
        self._values = values

    def get(self, name: str, _default: object = None) -> Any:
        """The value of a name; None where the playbook has no such name."""
        values = self._values
        if name in values:
            return values[name]
        found = values[name] = self._work_out(name)
        return found

    def evaluate(self, expression: Expression) -> Any:
        """The value of an expression in this scope."""
        return expression.evaluate(self, self._functions)

    def holds(self, expression: Expression) -> bool | Unknown:
        """Whether a condition holds, does not, or cannot be known."""
        return truth(expression.evaluate(self, self._functions))

    def within(self, name: str, element: Any) -> Scope:
        """The same scope with one more name. What does not depend on the element is worked out once for all."""
        return Scope(self._playbook, self._graph, self._functions, {**self._shared(name), name: element})

    def _shared(self, element_name: str) -> dict[str, Any]:
        depends = self._playbook.dependents(element_name)
        return {name: value for name, value in self._values.items() if name not in depends}

    def _work_out(self, name: str) -> Any:
        relation = self._playbook.relations.get(name)
        if relation is not None:
            return self._follow(relation.edge, self.get(relation.source))
        expression = self._playbook.lets.get(name)
        if expression is not None:
            return self.evaluate(expression)
        return self._graph.clock.isoformat() if name == "clock" else None

    def _follow(self, edge: str, source: Any) -> Any:
        if isinstance(source, Unknown):
            return source
        if isinstance(source, dict):
            led_to = self._graph.follow(edge, source)
            return led_to if isinstance(led_to, Unknown) else list(led_to)
        found: list[Any] = []
        for item in source if isinstance(source, list | tuple) else [source]:
            if not isinstance(item, dict):
                continue
            led_to = self._graph.follow(edge, item)
            if isinstance(led_to, Unknown):
                return led_to
            found += [f for f in led_to if not any(f is g for g in found[-8:])]
        return found
