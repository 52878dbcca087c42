"""JMESPath in three-valued logic: each expression becomes one Python function, made of the functions of its parts.

As jmespath's own interpreter, with one more value: `Unknown`. What is computed from it is unknown, except where the
answer does not depend on it: `false && unknown` is false, `true || unknown` is true (Kleene).
A tree that is visited node by node takes four times as long, and a large cluster is millions of evaluations.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jmespath import visitor
from jmespath.exceptions import JMESPathError

from gkedoctor.graph import Unknown
from gkedoctor.playbook.functions import Functions

Closure = Callable[[Any, Functions], Any]
"""What an expression gives for a value, with the functions that it may call."""

_SEEN_THROUGH = ("not_null", "is_unknown", "access")
"""Functions that have an answer for what is unknown."""

_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "string": (str,),
        "number": (int, float),
        "boolean": (bool,),
        "array": (list,),
        "object": (dict,),
        "null": (type(None),),
    }
)
"""The types that jmespath names in signatures, as far as one look tells them."""


def closure(node: Mapping[str, Any]) -> Closure:
    """The function that a node of jmespath's syntax tree stands for."""
    return _MAKERS[node["type"]](node)


_CONTAINERS, _SEQUENCES, _NUMBERS = (str, list, dict), (list, tuple), (int, float)
"""Made once: `str | list | dict` makes a new union each time it is met, which takes three times as long as the test."""


def truth(value: Any) -> bool | Unknown:
    """JMESPath's truth: null, false, empty text, list and map are false; Unknown stays what it is."""
    if value is True:
        return True
    if value is None or value is False:
        return False
    if isinstance(value, _CONTAINERS):
        return bool(value)
    return value if isinstance(value, Unknown) else True


def _field(node: Mapping[str, Any]) -> Closure:
    name = node["value"]

    def field(value: Any, _functions: Functions) -> Any:
        if type(value) is dict:
            return value.get(name)
        look_up = getattr(value, "get", None)
        return look_up(name) if look_up is not None else None

    return field


def _chain(node: Mapping[str, Any]) -> Closure:
    """`a.b.c` in one loop where all links are fields, else one part after the other."""
    names = _names(node)
    return _fields(names) if names is not None else _sequence(node)


def _names(node: Mapping[str, Any]) -> list[str] | None:
    if node["type"] == "field":
        return [node["value"]]
    if node["type"] != "subexpression":
        return None
    parts = [_names(child) for child in node["children"]]
    return [name for part in parts if part for name in part] if all(parts) else None


def _fields(names: list[str]) -> Closure:
    def fields(value: Any, _functions: Functions) -> Any:
        for name in names:
            if type(value) is dict:
                value = value.get(name)
                continue
            look_up = getattr(value, "get", None)
            if look_up is None:
                return None
            value = look_up(name)
        return value

    return fields


def _sequence(node: Mapping[str, Any]) -> Closure:
    parts = [closure(child) for child in node["children"]]
    if len(parts) != 2:
        return lambda value, functions: _through(parts, value, functions)
    first, second = parts
    return lambda value, functions: second(first(value, functions), functions)


def _through(parts: list[Closure], value: Any, functions: Functions) -> Any:
    for part in parts:
        value = part(value, functions)
    return value


def _current(_node: Mapping[str, Any]) -> Closure:
    return lambda value, _functions: value


def _literal(node: Mapping[str, Any]) -> Closure:
    constant = node["value"]
    return lambda _value, _functions: constant


def _comparator(node: Mapping[str, Any]) -> Closure:
    """A comparison with something unknown is unknown; an order between text and number is null."""
    left, right = (closure(child) for child in node["children"])
    compare = _COMPARISONS[node["value"]]

    def compared(value: Any, functions: Functions) -> Any:
        one = left(value, functions)
        if isinstance(one, Unknown):
            return one
        other = right(value, functions)
        return other if isinstance(other, Unknown) else compare(one, other)

    return compared


def _same(one: Any, other: Any) -> bool:
    """As in JSON: 0 and 1 are not false and true, which Python takes for the same."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def ordered(one: Any, other: Any) -> bool | None:
        both_are = (_is_number(one) and _is_number(other)) or (isinstance(one, str) and isinstance(other, str))
        return compare(one, other) if both_are else None

    return ordered


def _is_number(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool | None]] = MappingProxyType(
    {
        "eq": _same,
        "ne": lambda one, other: not _same(one, other),
        "lt": _ordered(operator.lt),
        "lte": _ordered(operator.le),
        "gt": _ordered(operator.gt),
        "gte": _ordered(operator.ge),
    }
)


def _or(node: Mapping[str, Any]) -> Closure:
    """True if either is, whatever the other may be."""
    first, second = (closure(child) for child in node["children"])

    def either(value: Any, functions: Functions) -> Any:
        left = first(value, functions)
        holds = truth(left)
        if holds is True:
            return left
        right = second(value, functions)
        return left if holds is not False and truth(right) is not True else right

    return either


def _and(node: Mapping[str, Any]) -> Closure:
    """False if either is, whatever the other may be."""
    first, second = (closure(child) for child in node["children"])

    def both(value: Any, functions: Functions) -> Any:
        left = first(value, functions)
        holds = truth(left)
        if holds is False:
            return left
        right = second(value, functions)
        return left if holds is not True and truth(right) is not False else right

    return both


def _not(node: Mapping[str, Any]) -> Closure:
    inner = closure(node["children"][0])

    def inverted(value: Any, functions: Functions) -> Any:
        holds = truth(inner(value, functions))
        return holds if isinstance(holds, Unknown) else not holds

    return inverted


def _filter_projection(node: Mapping[str, Any]) -> Closure:
    """The elements for which the condition holds; unknown if it certainly holds for none and may for one."""
    base, each, condition = (closure(child) for child in node["children"])

    def filtered(value: Any, functions: Functions) -> Any:
        elements = base(value, functions)
        if not isinstance(elements, _SEQUENCES):
            return elements if isinstance(elements, Unknown) else None
        found: list[Any] = []
        doubt: Unknown | None = None
        for element in elements:
            holds = truth(condition(element, functions))
            if holds is True:
                current = each(element, functions)
                if current is not None:
                    found.append(current)
            elif holds is not False and doubt is None:
                doubt = holds
        return doubt if doubt is not None and not found else found

    return filtered


def _projection(node: Mapping[str, Any]) -> Closure:
    """As jmespath; a projection over something unknown is unknown."""
    base, each = (closure(child) for child in node["children"])

    def projected(value: Any, functions: Functions) -> Any:
        elements = base(value, functions)
        if not isinstance(elements, _SEQUENCES):
            return elements if isinstance(elements, Unknown) else None
        found = (each(element, functions) for element in elements)
        return [element for element in found if element is not None]

    return projected


def _value_projection(node: Mapping[str, Any]) -> Closure:
    """As jmespath; `*` of something unknown is unknown."""
    base, each = (closure(child) for child in node["children"])

    def projected(value: Any, functions: Functions) -> Any:
        found = base(value, functions)
        if not isinstance(found, dict):
            return found if isinstance(found, Unknown) else None
        elements = (each(element, functions) for element in found.values())
        return [element for element in elements if element is not None]

    return projected


def _flatten(node: Mapping[str, Any]) -> Closure:
    """As jmespath; the flattened unknown is unknown."""
    base = closure(node["children"][0])

    def flattened(value: Any, functions: Functions) -> Any:
        elements = base(value, functions)
        if not isinstance(elements, _SEQUENCES):
            return elements if isinstance(elements, Unknown) else None
        merged: list[Any] = []
        for element in elements:
            if isinstance(element, _SEQUENCES):
                merged.extend(element)
            else:
                merged.append(element)
        return merged

    return flattened


def _index(node: Mapping[str, Any]) -> Closure:
    """As jmespath; an element of something unknown is unknown."""
    position = node["value"]

    def element(value: Any, _functions: Functions) -> Any:
        if isinstance(value, _SEQUENCES):
            return value[position] if -len(value) <= position < len(value) else None
        return value if isinstance(value, Unknown) else None

    return element


def _slice(node: Mapping[str, Any]) -> Closure:
    part = slice(*node["children"])

    def sliced(value: Any, _functions: Functions) -> Any:
        if isinstance(value, list):
            return value[part]
        return value if isinstance(value, Unknown) else None

    return sliced


def _multi_select_dict(node: Mapping[str, Any]) -> Closure:
    """As jmespath; of something unknown it is unknown."""
    parts = [(child["value"], closure(child["children"][0])) for child in node["children"]]

    def selected(value: Any, functions: Functions) -> Any:
        if value is None or isinstance(value, Unknown):
            return value
        return {name: part(value, functions) for name, part in parts}

    return selected


def _multi_select_list(node: Mapping[str, Any]) -> Closure:
    """As jmespath; of something unknown it is unknown."""
    parts = [closure(child) for child in node["children"]]

    def selected(value: Any, functions: Functions) -> Any:
        if value is None or isinstance(value, Unknown):
            return value
        return [part(value, functions) for part in parts]

    return selected


class _Visited:
    """What jmespath's functions (`sort_by`, `map`) ask for the value of an expression that they were given."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions

    def visit(self, part: Closure, value: Any) -> Any:
        """The value of the expression for one element."""
        return part(value, self.functions)


def _expression(node: Mapping[str, Any]) -> Closure:
    part = closure(node["children"][0])
    expression: Callable[..., Any] = visitor._Expression
    return lambda _value, functions: expression(part, _Visited(functions))


def _function(node: Mapping[str, Any]) -> Closure:
    """A function of something unknown is unknown; arguments of the wrong type give null."""
    name = node["value"]
    parts = [closure(child) for child in node["children"]]
    sees_through, call = name in _SEEN_THROUGH, _call(name, len(parts))

    def called(value: Any, functions: Functions) -> Any:
        arguments = [part(value, functions) for part in parts]
        if not sees_through:
            for argument in arguments:
                if isinstance(argument, Unknown):
                    return argument
        try:
            return call(functions, arguments)
        except JMESPathError:
            return None

    return called


def _call(name: str, count: int) -> Callable[[Functions, list[Any]], Any]:
    """The call of one function: with its plain signature looked at once, else as jmespath checks it each time."""
    known = Functions.FUNCTION_TABLE.get(name)
    signature = known["signature"] if known is not None else ()
    words = [argument["types"] for argument in signature]
    plain = all(word in _TYPES for types in words for word in types)
    if known is None or not plain or len(signature) != count or any(a.get("variadic") for a in signature):
        return lambda functions, arguments: functions.call_function(name, arguments)
    function = known["function"]
    checks = [(i, tuple(t for word in types for t in _TYPES[word])) for i, types in enumerate(words) if types]

    def call(functions: Functions, arguments: list[Any]) -> Any:
        for i, types in checks:
            if type(arguments[i]) not in types:
                return None
        return function(functions, *arguments)

    return call


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Closure]] = MappingProxyType(
    {
        "field": _field,
        "subexpression": _chain,
        "index_expression": _sequence,
        "pipe": _sequence,
        "current": _current,
        "identity": _current,
        "literal": _literal,
        "comparator": _comparator,
        "or_expression": _or,
        "and_expression": _and,
        "not_expression": _not,
        "filter_projection": _filter_projection,
        "projection": _projection,
        "value_projection": _value_projection,
        "flatten": _flatten,
        "index": _index,
        "slice": _slice,
        "multi_select_dict": _multi_select_dict,
        "multi_select_list": _multi_select_list,
        "expref": _expression,
        "function_expression": _function,
    }
)
