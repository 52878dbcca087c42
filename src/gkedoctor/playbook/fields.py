"""Walks the expressions of a playbook from the names that are bound, and finds fields that do not exist.

A misspelled field is null for ever in JMESPath: the symptom is never seen, or the cause never holds. So is a field of a
list (`pods.metadata` where `pods[0].metadata` or `pods[].metadata` is meant).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError

from gkedoctor.graph import EDGES, nearest
from gkedoctor.graph.core.similar_names import is_slip
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.types import ANY, NOTHING, ListOf, OneOf, Record, Type, element_of, object_of, one_of
from gkedoctor.snapshot.kinds import KINDS


class Misread(NamedTuple):
    """A field that does not exist: what is wrong, and the closest match."""

    message: str
    hint: str | None


class Scope:
    """The types of the names of a playbook; those of `let` are worked out when they are first used."""

    def __init__(self, playbook: CompiledPlaybook) -> None:
        self._playbook = playbook
        self._types: dict[str, Type] = {"subject": one_of([object_of(KINDS.get(kind)) for kind in playbook.kinds])}
        for bind, relate in playbook.relations.items():
            self._types[bind] = ListOf(self._led_to(relate.edge, relate.source))
        self._working: set[str] = set()

    def of(self, name: str) -> Type:
        """The type of a name; ANY where nothing is declared, or where it depends on itself."""
        if name not in self._types:
            self._types[name] = self._worked_out(name)
        return self._types[name]

    def check(self, expression: Expression) -> Iterator[Misread]:
        """The fields of an expression that do not exist."""
        walk = _Walk(self)
        walk.of(expression.tree, None)
        yield from dict.fromkeys(walk.found)

    def _led_to(self, edge: str, source: str) -> Type:
        kinds = (*self._playbook.kinds, "*")
        named = [one for (_, name), one in EDGES.items() if name == edge]
        return element_of([one for one in named if source != "subject" or one.source in kinds])

    def _worked_out(self, name: str) -> Type:
        each = self._playbook.each
        expression = self._playbook.lets.get(name)
        if expression is None and each is not None and each[0] == name:
            listed = self._type(name, each[1])
            return listed.element if isinstance(listed, ListOf) else ANY
        return self._type(name, expression) if expression is not None else ANY

    def _type(self, name: str, expression: Expression) -> Type:
        if name in self._working:
            return ANY
        self._working.add(name)
        try:
            return _Walk(self).of(expression.tree, None)
        except JMESPathError:  # said where it stands; here another expression uses its name
            return ANY
        finally:
            self._working.discard(name)


class _Walk:
    """One expression: the types of its nodes, and what is wrong on the way. `here` None stands for the scope itself."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.found: list[Misread] = []

    def of(self, node: Mapping[str, Any], here: Type | None) -> Type:
        """The type of a node that is evaluated against a value of type `here`."""
        walk = _NODES.get(node["type"])
        return walk(self, node, here) if walk is not None else self._children(node, here)

    def _field(self, node: Mapping[str, Any], here: Type | None) -> Type:
        name = str(node["value"])
        return self._scope.of(name) if here is None else self._get(here, name)

    def _get(self, here: Type, name: str) -> Type:
        if isinstance(here, Record):
            if name not in here.fields and not here.others:
                slips = (one for one in here.fields if is_slip(name, one))
                near = next(slips, None) or nearest(name, list(here.fields))
                known = "metadata, spec, status" if "metadata" in here.fields else ", ".join(here.fields)
                hint = f"did you mean `{near}`?" if near else f"the fields here are {known}"
                self.found.append(Misread(f"{here.name} has no field `{name}`", hint))
            return here.fields.get(name, ANY)
        if isinstance(here, ListOf):
            self.found.append(Misread(f"`.{name}` of a list is null", f"write `[0].{name}` or `[].{name}`"))
        if isinstance(here, OneOf):
            return self._get_of_one(here, name)
        return ANY

    def _get_of_one(self, here: OneOf, name: str) -> Type:
        """A field that one of several types has; wrong only where none of them does."""
        tries = [_Walk(self._scope) for _ in here.alternatives]
        types = [walk._get(one, name) for walk, one in zip(tries, here.alternatives, strict=True)]
        if all(walk.found for walk in tries):
            self.found += tries[0].found
        return one_of([kind for walk, kind in zip(tries, types, strict=True) if not walk.found])

    def _chain(self, node: Mapping[str, Any], here: Type | None) -> Type:
        found: Type | None = here
        for child in node["children"]:
            found = self.of(child, found)
        return found if found is not None else ANY

    def _index(self, node: Mapping[str, Any], here: Type | None) -> Type:
        return here.element if isinstance(here, ListOf) else ANY

    def _same(self, node: Mapping[str, Any], here: Type | None) -> Type:
        return here if here is not None else ANY

    def _flatten(self, node: Mapping[str, Any], here: Type | None) -> Type:
        inner = self.of(node["children"][0], here)
        if not isinstance(inner, ListOf):
            return ListOf(ANY)
        parts = inner.element.alternatives if isinstance(inner.element, OneOf) else (inner.element,)
        return ListOf(one_of([part.element if isinstance(part, ListOf) else part for part in parts]))

    def _literal(self, node: Mapping[str, Any], here: Type | None) -> Type:
        return ANY if node["value"] else NOTHING

    def _projection(self, node: Mapping[str, Any], here: Type | None) -> Type:
        left, right, *condition = node["children"]
        listed = self.of(left, here)
        element = listed.element if isinstance(listed, ListOf) else ANY
        for one in condition:
            self.of(one, element)
        return ListOf(self.of(right, element))

    def _values(self, node: Mapping[str, Any], here: Type | None) -> Type:
        self.of(node["children"][0], here)
        return ListOf(self.of(node["children"][1], ANY))

    def _or(self, node: Mapping[str, Any], here: Type | None) -> Type:
        return one_of([self.of(child, here) for child in node["children"]])

    def _and(self, node: Mapping[str, Any], here: Type | None) -> Type:
        _, right = [self.of(child, here) for child in node["children"]]
        return right

    def _list(self, node: Mapping[str, Any], here: Type | None) -> Type:
        return ListOf(one_of([self.of(child, here) for child in node["children"]]))

    def _hash(self, node: Mapping[str, Any], here: Type | None) -> Type:
        fields = {str(pair["value"]): self.of(pair["children"][0], here) for pair in node["children"]}
        return Record("map", fields)

    def _children(self, node: Mapping[str, Any], here: Type | None) -> Type:
        for child in node.get("children") or []:
            if isinstance(child, dict):
                self.of(child, here)
        return ANY

    def _call(self, node: Mapping[str, Any], here: Type | None) -> Type:
        """A function: `&expression` is evaluated against the elements of the list beside it."""
        arguments = node["children"]
        types = [self.of(child, here) for child in arguments if child["type"] != "expref"]
        listed = next((one for one in types if isinstance(one, ListOf)), ListOf(ANY))
        inner = [self.of(child["children"][0], listed.element) for child in arguments if child["type"] == "expref"]
        name = node["value"]
        if name == "where" and len(arguments) > 1 and isinstance(arguments[1].get("value"), str):
            self._get(listed.element, arguments[1]["value"])
        if name == "map":
            return ListOf(inner[0]) if inner else ListOf(ANY)
        if name in _SAME_LIST:
            return types[0] if types else ANY
        if name in _ONE_OF_LIST:
            return listed.element
        return one_of(types) if name == "not_null" else ANY


_SAME_LIST = frozenset(("where", "distinct", "sort_by", "reverse", "sort"))
_ONE_OF_LIST = frozenset(("max_by", "min_by"))
_NODES = {
    "field": _Walk._field,
    "subexpression": _Walk._chain,
    "index_expression": _Walk._chain,
    "pipe": _Walk._chain,
    "index": _Walk._index,
    "slice": _Walk._same,
    "identity": _Walk._same,
    "current": _Walk._same,
    "flatten": _Walk._flatten,
    "literal": _Walk._literal,
    "projection": _Walk._projection,
    "filter_projection": _Walk._projection,
    "value_projection": _Walk._values,
    "or_expression": _Walk._or,
    "and_expression": _Walk._and,
    "multi_select_list": _Walk._list,
    "multi_select_dict": _Walk._hash,
    "function_expression": _Walk._call,
}
