"""Lines of styled text. A style is a name of `STYLES`; what it looks like is the widget's matter."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gkedoctor.graph import Ref
from gkedoctor.report.escaping import inert
from gkedoctor.report.wrap import columns, command_lines

STYLES = (
    "critical", "high", "medium", "low", "advisory", "unknown", "ok", "fail",
    "title", "head", "dim", "key", "value", "command", "mark", "new", "gone", "object", "link", "found",
)  # fmt: skip

_BREAKS = "/-.,=:"
"""Signs behind which a long word is broken, if one comes in its second half."""

Part = tuple[str, str]
"""A piece of text and the name of its style, `""` for plain."""


class Open(NamedTuple):
    """Enter goes to an object, at a field of it if one is named; `value`: what evidence shows of it."""

    ref: Ref
    path: str = ""
    value: Any = None


class Link(NamedTuple):
    """Enter opens a page of documentation."""

    url: str


class Take(NamedTuple):
    """Enter copies a text; `what` names it."""

    what: str
    text: str


Act = Open | Link | Take


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Lines of the same `entry` are one thing to the cursor; None: the cursor passes over it."""

    parts: tuple[Part, ...] = ()
    entry: Hashable = None
    act: Act | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self.parts)


def line(*parts: str | Part, entry: Hashable = None, act: Act | None = None) -> Line:
    """A line out of plain and styled pieces; what does not print is spelt out."""
    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Line(tuple((inert(text), style) for text, style in pairs if text), entry, act)


def fold(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns: broken at spaces, and where a word is longer inside of it."""
    lines: list[str] = []
    current = ""
    for word in inert(text).split(" "):
        for piece in _pieces(word, max(width, 8)):
            if current and columns(current) + 1 + columns(piece) > width:
                lines.append(current)
                current = piece
            else:
                current = f"{current} {piece}" if current else piece
    return [*lines, current]


def _pieces(word: str, width: int) -> Iterator[str]:
    while columns(word) > width:
        cut = clip(word, width)
        end = max(cut.rfind(sign) for sign in _BREAKS) + 1
        cut = cut[:end] if end > width // 2 else cut
        yield cut
        word = word[len(cut) :]
    yield word


def broken(row: str, width: int) -> list[str]:
    """A line as it is, or in several where it is too long: nothing of it is cut off, and no space is lost."""
    if columns(row) <= width:
        return [row]
    indent = row[: len(row) - len(row.lstrip(" "))]
    return [indent + piece for piece in _pieces(row[len(indent) :], max(8, width - len(indent)))]


def clip(text: str, width: int) -> str:
    """As much of the beginning of a text as fits."""
    if text.isascii():
        return text[:width]
    taken, used = 0, 0
    for char in text:
        used += columns(char)
        if used > width:
            break
        taken += 1
    return text[:taken]


def short(text: str, width: int) -> str:
    """A text that fits, the middle left out where it is too long: names tell by their beginning and end."""
    text = inert(text)
    if columns(text) <= width:
        return text
    if width < 8:
        return clip(text, width)
    head = clip(text, (width - 1) * 2 // 3)
    tail = text[::-1]
    return f"{head}…{clip(tail, width - 1 - columns(head))[::-1]}"


def pad(text: str, width: int) -> str:
    """A text in exactly so many columns."""
    text = short(text, width)
    return text + " " * (width - columns(text))


def first_of(pieces: list[str], most: int) -> list[str]:
    """The first few lines; the last one says that there is more."""
    if len(pieces) <= most:
        return pieces
    last = pieces[most - 1]
    return [*pieces[: most - 1], clip(last, columns(last) - 1) + "…"]


@dataclass
class Page:
    """Collects lines of one width."""

    width: int
    lines: list[Line] = field(default_factory=list)

    def add(self, *parts: str | Part, entry: Hashable = None, act: Act | None = None) -> None:
        """One line as it is."""
        self.lines.append(line(*parts, entry=entry, act=act))

    def gap(self) -> None:
        """An empty line, unless there is one already."""
        if self.lines and self.lines[-1].parts:
            self.lines.append(Line())

    def head(self, text: str, beside: str = "") -> None:
        """A heading, with a hint beside it."""
        self.gap()
        self.add((text, "head"), (f"  {beside}" if beside else "", "dim"))

    def text(
        self, text: str, style: str = "", indent: str = "", *, rest: str | None = None,
        entry: Hashable = None, act: Act | None = None,
    ) -> None:  # fmt: skip
        """A text, folded; its further lines begin with `rest`."""
        rest = indent if rest is None else rest
        room = self.width - max(columns(indent), columns(rest))
        for i, piece in enumerate(fold(text, room)):
            self.add(rest if i else indent, (piece, style), entry=entry, act=act)

    def commands(self, commands: Iterable[str], name: str, what: str) -> None:
        """Commands, each one thing, in lines that can be pasted; a quoted text that is too long goes on below."""
        for i, command in enumerate(commands):
            for row in command_lines(command, self.width, "  "):
                for piece in broken(row, self.width):
                    self.add((piece, "command"), entry=(name, i), act=Take(what, command))
