"""The YAML of an object, with the evidence marked where it stands in it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from gkedoctor.graph import Unknown
from gkedoctor.report.phrases import value as shown_value
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.nesting import shallow
from gkedoctor.tui.model.lines import Line, Page, fold, line
from gkedoctor.tui.model.state import ViewState

_STEP = re.compile(r'"(?:[^"\\]|\\.)*"|[^.\[\]"]+|\[(?:\d+|\*)?\]')
_SHORTEST = 3
"""Characters of a value that is searched for: a `1` stands everywhere."""

_INDENT = re.compile(r"[ -]*")
NOWHERE = (-1, -1)


class Mark(NamedTuple):
    """Lines of a YAML text, as (first, one after the last). `exact`: whether the path of the evidence leads there."""

    first: int
    last: int
    exact: bool = True


class Evidence(NamedTuple):
    """What a page is opened for: the path of a value in the object, and the value."""

    path: str = ""
    value: Any = None


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks; what is not plain data as its words."""

    def ignore_aliases(self, data: Any) -> bool:
        """The same list twice is written twice."""
        return True


_Dumper.add_representer(
    str, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", s, style="|" if "\n" in s else None)
)
_Dumper.add_multi_representer(dict, lambda d, m: d.represent_dict(m))
_Dumper.add_multi_representer(object, lambda d, o: d.represent_str(str(o)))


def yaml_text(item: Any) -> str:
    """An object as YAML, one line a value however long. What is nested too deeply for YAML is cut."""
    item = shallow(item) if isinstance(item, dict) else item
    return yaml.dump(item, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000).rstrip("\n")


def _as_printed(item: Object) -> Object:
    """The object with apiVersion and kind first, as kubectl prints it: lists of the API leave both out."""
    first = {key: item[key] for key in ("apiVersion", "kind") if key in item and "metadata" in item}
    return {**first, **item}


def yaml_lines(scene: ViewState, item: Object, sought: Evidence, width: int) -> tuple[list[Line], object]:
    """The lines of an object and of what is recorded beside it, and the entry to begin at."""
    texts = [("", yaml_text(_as_printed(item))), *((title, yaml_text(found)) for title, found in _beside(scene, item))]
    at, mark = next(
        ((i, found) for exact in (True, False) for i, (_, text) in enumerate(texts)
         if (found := evidence_mark(text, sought, exact=exact)) is not None),
        (0, None),
    )  # fmt: skip
    page = Page(width)
    if sought.path and (mark is None or not mark.exact):
        page.text(_note(sought, mark), "unknown", "  ")
        page.gap()
    for i, (title, text) in enumerate(texts):
        if title:
            page.head(title)
        page.lines.extend(_rows(text, mark if i == at else None, i, width))
    return page.lines, ((at, mark.first) if mark is not None else None)


def _beside(scene: ViewState, item: Object) -> Iterator[tuple[str, Any]]:
    """What Google Cloud gives by another call than the object itself."""
    if str(item.get("kind")).rpartition("#")[2] != "backendService":
        return
    found = scene.graph.find("BackendServiceHealth", None, str(item.get("name")))
    if isinstance(found, Unknown):
        yield "HEALTH NOT CHECKED", found.reason
    elif found is not None:
        yield "HEALTH, by backendServices.getHealth", {"backends": found.get("backends")}


def _note(sought: Evidence, mark: Mark | None) -> str:
    told = f"Evidence: {shown_value(sought.value)}. " if sought.value is not None else ""
    if mark is None:
        return f"{told}`{sought.path}` is not a field of this object: it is calculated from several objects."
    return f"{told}`{sought.path}` is not a field of this object; the mark shows what it is based on."


def _rows(text: str, mark: Mark | None, part: int, width: int) -> Iterator[Line]:
    """One entry a line of YAML; one that is too long for the screen goes on below."""
    for i, row in enumerate(text.split("\n")):
        here = mark is not None and mark.first <= i < mark.last
        sign = ("* " if here else "  ", "mark" if here else "")
        key, colon, rest = row.partition(": ") if ": " in row else (row, "", "")
        if not colon and not row.endswith(":"):
            key, rest = "", row
        if columns(row) + 2 <= width:
            yield line(sign, (key + colon, "key"), (rest, "value"), entry=(part, i))
            continue
        yield from _folded(sign, key + colon, row, (part, i), width)


def _folded(sign: tuple[str, str], key: str, row: str, entry: Hashable, width: int) -> Iterator[Line]:
    indent = " " * min(columns(_INDENT.match(row)[0]) + 2, width // 2)  # type: ignore[index]  # it matches anything
    first, *more = fold(row, width - 2 - columns(indent))
    named = key if first.startswith(key) else ""
    yield line(sign, (named, "key"), (first[len(named) :], "value"), entry=entry)
    for piece in more:
        yield line("  ", indent, (piece, "value"), entry=entry)


# where evidence stands


def evidence_mark(text: str, sought: Evidence, *, exact: bool) -> Mark | None:
    """The lines that a path leads to; not `exact`: else those with the value, or with the last name of the path."""
    if not sought.path:
        return None
    if exact:
        found = marked_lines(text, sought.path)
        return Mark(*found) if found != NOWHERE else None
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    steps = [step.strip('"') for step in _STEP.findall(sought.path)]
    names = [step for step in steps if not step.startswith("[")]
    entries = list(_entries(node, ""))
    values = set(_scalars(sought.value))
    by_value = [e for e in entries if values and (_holds(e.node, values) or e.key in values)]
    named = [e for e in entries if names and e.key == names[-1]]
    best = next((e for e in by_value if names and e.key == names[-1]), None) or next(iter([*by_value, *named]), None)
    return Mark(best.line, _end(best.line, best.node), exact=False) if best is not None else None


class _Entry(NamedTuple):
    key: str
    line: int
    node: yaml.Node


def _entries(node: yaml.Node | None, key: str) -> Iterator[_Entry]:
    """Everything in a document: the key under which it stands, and its line."""
    if isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            yield _Entry(name.value, name.start_mark.line, child)
            yield from _entries(child, name.value)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield _Entry(key, child.start_mark.line, child)
            yield from _entries(child, key)


def _scalars(value: Any) -> Iterator[str]:
    """The texts in a value that are long enough to mean something."""
    if isinstance(value, Mapping):
        for child in value.values():
            yield from _scalars(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _scalars(child)
    elif value is not None and not isinstance(value, bool) and len(str(value)) >= _SHORTEST:
        yield str(value)


def _holds(node: yaml.Node, values: set[str]) -> bool:
    """Whether a node is one of the values; long ones were shortened."""
    if not isinstance(node, yaml.ScalarNode):
        return False
    text = str(node.value).strip()
    return text in values or any(v.endswith("…") and text.startswith(v[:-1]) for v in values)


def marked_lines(text: str, path: str) -> tuple[int, int]:
    """The lines of a YAML text at which a path stands, as (first, one after the last); (-1, -1) where it is not.

    `[]` and `[*]` are the first element that has what follows.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    start = node.start_mark.line if node is not None else 0
    found = _walked(start, node, _STEP.findall(path))
    return (found[0], _end(*found)) if found is not None else NOWHERE


def _walked(start: int, node: yaml.Node | None, steps: list[str]) -> tuple[int, yaml.Node] | None:
    if not steps:
        return (start, node) if node is not None else None
    if steps[0] in ("[]", "[*]"):
        children = node.value if isinstance(node, yaml.SequenceNode) else []
        found = (_walked(child.start_mark.line, child, steps[1:]) for child in children)
        return next((one for one in found if one is not None), None)
    below = _child(node, steps[0])
    return _walked(*below, steps[1:]) if below is not None else None


def _end(start: int, node: yaml.Node) -> int:
    last = node.end_mark.line
    whole = node.end_mark.column == 0 or isinstance(node, yaml.CollectionNode)
    return max(start + 1, last if whole else last + 1)


def _child(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and step.startswith("["):
        number = int(step[1:-1])
        return (node.value[number].start_mark.line, node.value[number]) if number < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        wanted = step.strip('"')
        return next(((k.start_mark.line, v) for k, v in node.value if k.value == wanted), None)
    return None
