"""Label selectors as people and API clients type them: `app=cart,tier!=db,env in (prod,live),!old,size>3`.

Source: k8s.io/apimachinery, pkg/labels/selector.go (Lexer, Parser, NewRequirement). White space means nothing, an empty
text selects everything, a value that is left out is the empty one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.errors import UsageError
from gkedoctor.graph.core.label_selectors import holds

Requirements = tuple[Mapping[str, Any], ...]
"""Entries {key, operator, values} of `matchExpressions`; all of them have to hold."""

_TOKEN = re.compile(r"\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)")
_WORD = re.compile(r"[^=!<>(),]+")
_NAME = r"[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?"
_KEY = re.compile(rf"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?{_NAME}", re.ASCII)
_VALUE = re.compile(rf"(?:{_NAME})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_OPERATORS = {"=": "In", "==": "In", "!=": "NotIn", ">": "Gt", "<": "Lt", "in": "In", "notin": "NotIn"}
_END = ""


class SelectorError(UsageError):
    """A text that is no label selector. `why`: in the words of the API server."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(
            f"not a label selector: `{text}`: {why}", hint="as in kubectl: app=cart,tier!=db,env in (prod,live),!old"
        )
        self.why = why


def parse_label_selector(text: str) -> Requirements:
    """The requirements of a selector. Raises SelectorError, which says what was found and what was expected."""
    return _Parser(text).requirements()


def selects(requirements: Requirements, labels: Mapping[str, str] | None) -> bool:
    """Whether labels meet every requirement."""
    return all(holds(requirement, labels) for requirement in requirements)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_TOKEN.findall(text), _END]
        self._at = 0

    def requirements(self) -> Requirements:
        return tuple(self._all())

    def _all(self) -> Iterator[Mapping[str, Any]]:
        if self._next() == _END:
            return
        while True:
            yield self._requirement()
            token = self._take()
            if token == _END:
                return
            if token != ",":
                raise self._expected(token, "',' or 'end of string'")
            if self._next() != "!" and not _is_word(self._next()):
                raise self._expected(self._next(), "identifier after ','")

    def _requirement(self) -> Mapping[str, Any]:
        if self._next() == "!":
            self._take()
            return {"key": self._key(), "operator": "DoesNotExist"}
        key = self._key()
        if self._next() in (_END, ","):
            return {"key": key, "operator": "Exists"}
        sign = self._take()
        if sign not in _OPERATORS:
            raise self._expected(sign, "in, notin, =, ==, !=, gt, lt")
        values = self._list() if sign in ("in", "notin") else [self._value()]
        if sign in ("<", ">") and not _INTEGER.fullmatch(values[0]):
            raise SelectorError(self._text, "for 'Gt', 'Lt' operators, the value must be an integer")
        return {"key": key, "operator": _OPERATORS[sign], "values": values}

    def _key(self) -> str:
        token = self._take()
        if not _is_word(token):
            raise self._expected(token, "identifier")
        if not _KEY.fullmatch(token):
            raise SelectorError(self._text, f"invalid label key '{token}'")
        return token

    def _value(self) -> str:
        """One value, the empty one where a comma, a parenthesis or the end stands in its place."""
        if self._next() in (_END, ",", ")"):
            return ""
        token = self._take()
        if not _is_word(token):
            raise self._expected(token, "identifier")
        if not _VALUE.fullmatch(token):
            raise SelectorError(self._text, f"invalid label value '{token}'")
        return token

    def _list(self) -> list[str]:
        if (token := self._take()) != "(":
            raise self._expected(token, "'('")
        if self._next() == ")":
            raise SelectorError(self._text, "for 'in', 'notin' operators, values set can't be empty")
        values = [self._value()]
        while (token := self._take()) == ",":
            values.append(self._value())
        if token != ")":
            raise self._expected(token, "',' or ')'")
        return values

    def _next(self) -> str:
        return str(self._tokens[self._at])

    def _take(self) -> str:
        token = self._next()
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _expected(self, found: str, expected: str) -> SelectorError:
        return SelectorError(self._text, f"found '{found}', expected: {expected}")


def _is_word(token: str) -> bool:
    return _WORD.fullmatch(token) is not None
