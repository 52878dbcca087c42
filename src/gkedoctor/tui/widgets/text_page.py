"""A page of text in which words can be searched for: they are highlighted, and all lines stay."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from gkedoctor.tui.model.lines import Line, Part
from gkedoctor.tui.model.search import Match, Span, highlighted, matches
from gkedoctor.tui.widgets.lines import Lines


class TextPage(Lines):
    """Lines with a search. The place that was gone to last has the number `match` of all."""

    DEFAULT_CSS = """
    TextPage > .lines--found { background: $warning; color: $background; text-style: bold; }
    TextPage:nocolor > .lines--found { text-style: bold underline; }
    TextPage:ansi > .lines--found { text-style: bold reverse; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._words = ""
        self._matches: list[Match] = []
        self._spans: dict[int, list[Span]] = {}
        self.match: int | None = None

    def show(self, lines: Sequence[Line], *, entry: Hashable = None, top: bool = False) -> None:
        """Other lines: the same words are searched for in them."""
        super().show(lines, entry=entry, top=top)
        self._find()

    def search(self, words: str) -> None:
        """Other words: goes to the first place at or after the cursor."""
        if words == self._words:
            return
        self._words = words
        self._find()
        if self._matches:
            after = (i for i, match in enumerate(self._matches) if match[0].line >= self.at)
            self._go(next(after, 0))

    def step_match(self, step: int) -> None:
        """The next place or the one before, round and round."""
        if self._matches:
            self._go((self.match + step) % len(self._matches) if self.match is not None else 0)

    @property
    def counted(self) -> str:
        """`3/17`; nothing where nothing is searched for."""
        if not self._words:
            return ""
        return f"{self.match + 1 if self.match is not None else 0}/{len(self._matches)}"

    def line_parts(self, place: int) -> Sequence[Part]:
        """The pieces of a line, with what was found in it highlighted."""
        parts, spans = super().line_parts(place), self._spans.get(place)
        if not spans:
            return parts
        here = self._matches[self.match] if self.match is not None else ()
        return highlighted(highlighted(parts, spans, "found"), [s for s in here if s.line == place], "mark")

    def _find(self) -> None:
        self._matches = matches(self.lines, self._words)
        self._spans = {}
        for span in (span for match in self._matches for span in match):
            self._spans.setdefault(span.line, []).append(span)
        if self.match is not None:
            self.match = min(self.match, len(self._matches) - 1) if self._matches else None
        self.refresh()

    def _go(self, number: int) -> None:
        self.match = number
        self.go_line(self._matches[number][0].line)
