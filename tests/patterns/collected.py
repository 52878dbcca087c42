"""Every regular expression of the program, found by itself: a new one is tested from the day it is written.

Of the modules: whatever stands in their globals, and the texts that calls of `re` get. Of the playbooks: the texts that
`matches`, `capture` and `line` get. Those of the table of messages have a rule of their own (tests/messages): no repeat
without an upper limit.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jmespath
import yaml

import gkedoctor
from tests.conftest import PLAYBOOKS

SOURCE = Path(gkedoctor.__file__).parent
MASKING = ("snapshot/redact", "snapshot/mask", "snapshot/credentials")
"""Modules whose patterns are tested with the masking."""
_CALLS = frozenset({"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split", "lazy"})
_FUNCTIONS = {"matches": 1, "capture": 1, "line": 1}
"""Functions of expressions that take a pattern, and which of their arguments it is."""


class Regex(NamedTuple):
    """A pattern, where it stands, and how it is used: `search`, or `fullmatch` for what is only tried at one place."""

    place: str
    pattern: re.Pattern[Any]
    used: str = "search"


def everything() -> list[Regex]:
    """All of them, each once."""
    found: dict[tuple[Any, int], Regex] = {}
    modules = list(of_modules())
    named = {regex.pattern.pattern for regex in modules}
    calls = [regex for regex in of_calls() if regex.pattern.pattern not in named]
    for regex in [*modules, *calls, *of_playbooks()]:
        found.setdefault((regex.pattern.pattern, regex.pattern.flags), regex)
    return list(found.values())


def of_modules() -> Iterator[Regex]:
    """The patterns in the globals of all modules, in whatever tuple, list, dict or class."""
    methods = _methods()
    for module in pkgutil.walk_packages(gkedoctor.__path__, "gkedoctor."):
        path = module.name.removeprefix("gkedoctor.").replace(".", "/")
        if path == "__main__" or path.startswith(MASKING):
            continue
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            tried = methods.get(f"{path}: {name}" if name.startswith("_") else name, set())
            used = "fullmatch" if tried and tried <= {"fullmatch", "match"} else "search"
            yield from (Regex(f"{path}: {name}", found, used) for found in _within(value, 4))


def _methods() -> dict[str, set[str]]:
    """The methods that are called of globals or handed on (`_NODE.fullmatch`), by module and name."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        place = path.relative_to(SOURCE).as_posix().removesuffix(".py").removesuffix("/__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                found.setdefault(f"{place}: {name}" if name.startswith("_") else name, set()).add(node.attr)
    return found


def _within(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(getattr(type(value), "compiled", None), object) and type(value).__name__ == "_Lazy":
        yield value.compiled
    elif depth and isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner, depth - 1)
    elif depth and isinstance(value, tuple | list | frozenset | set):
        for inner in value:
            yield from _within(inner, depth - 1)
    elif depth and isinstance(value, type) and value.__module__.startswith("gkedoctor"):
        for inner in vars(value).values():
            yield from _within(inner, 1)


def of_calls() -> Iterator[Regex]:
    """The patterns that are written where they are used."""
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if place.startswith(MASKING):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = _pattern_of(node)
            if text is not None:
                yield Regex(f"{place}:{node.lineno}", re.compile(text), _used(node))


def _used(node: Any) -> str:
    return "fullmatch" if getattr(node.func, "attr", "") in ("fullmatch", "match") else "search"


def _pattern_of(node: ast.AST) -> str | bytes | None:
    if not isinstance(node, ast.Call) or not node.args:
        return None
    called = node.func
    of_re = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    first = node.args[0]
    if name in _CALLS and (of_re or name == "lazy") and isinstance(first, ast.Constant):
        return first.value if isinstance(first.value, str | bytes) else None
    return None


def of_playbooks() -> Iterator[Regex]:
    """The patterns in the expressions of the shipped playbooks."""
    for path in sorted(PLAYBOOKS.rglob("GKE-*.yaml")):
        if not path.name.endswith(".test.yaml"):
            for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
                for pattern in _patterns_in(text):
                    yield Regex(path.stem, re.compile(pattern, re.IGNORECASE | re.DOTALL))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from re.findall(r"\{\{(.*?)\}\}", value, re.DOTALL)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _patterns_in(text: str) -> Iterator[str]:
    if not any(f"{name}(" in text for name in _FUNCTIONS):
        return
    try:
        tree = jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError:
        return
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting += [child for child in node["children"] if isinstance(child, dict)]
        if node["type"] == "function_expression" and node["value"] in _FUNCTIONS:
            argument = node["children"][_FUNCTIONS[node["value"]]]
            if argument["type"] == "literal":
                yield argument["value"]
