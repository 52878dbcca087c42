"""A page for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gkedoctor.explain.document import Block, Code, Heading, Item, Items, Text
from gkedoctor.report.escaping import inert
from gkedoctor.report.paint import Paint
from gkedoctor.report.wrap import wrapped

_INDENT = "  "


def to_terminal(blocks: Iterable[Block], width: int, *, colour: bool = False) -> str:
    """The page, its lines no longer than `width` where that is possible."""
    paint = Paint(colour)
    lines: list[str] = []
    for block in blocks:
        if lines and (isinstance(block, Heading) or _stands_alone(block)):
            lines.append("")
        lines += _lines(block, width, paint)
    return "\n".join(lines) + "\n"


def _stands_alone(block: Block) -> bool:
    return isinstance(block, Text) and not block.label


def _lines(block: Block, width: int, paint: Paint) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield from (paint.label(line) for line in wrapped(inert(text) + ("" if level == 1 else ":"), width))
        case Text(text, ""):
            yield from wrapped(inert(text), width, _INDENT, _INDENT)
        case Text(text, label):
            yield from wrapped(inert(f"{label.lower()}: {text}".strip()), width, _INDENT, _INDENT * 2)
        case Items(items):
            for item in items:
                yield from _item(item, width)
        case Code(text):
            yield from (f"{_INDENT * 2}{inert(line)}".rstrip() for line in text.split("\n"))


def _item(item: Item, width: int) -> Iterator[str]:
    said = ": ".join(part for part in (item.name, item.text) if part)
    yield from wrapped(inert(f"- {said}"), width, _INDENT, _INDENT * 2)
