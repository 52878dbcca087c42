"""Every key of this moment, made from the bindings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from gkedoctor.tui.model.lines import Line, Page, pad
from gkedoctor.tui.plain_text import set_subtitle, set_title
from gkedoctor.tui.widgets.keys import key_name
from gkedoctor.tui.widgets.lines import Lines


class Help(ModalScreen[None]):
    """A page of keys. Any of escape, `?` and `q` leaves it."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help Lines { width: 78; max-width: 100%; height: 90%; border: round $primary; padding: 0; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Back", id="help.back"),
    ]

    def __init__(self, groups: Sequence[tuple[str, Sequence[Binding]]]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """One page."""
        page = Lines()
        set_title(page, "Help")
        set_subtitle(page, "esc closes")
        yield page

    def on_lines_resized(self, message: Lines.Resized) -> None:
        """In the width that there is."""
        message.lines.show(help_lines(self._groups, message.lines.room))


def help_lines(groups: Sequence[tuple[str, Sequence[Binding]]], width: int) -> list[Line]:
    """Keys by where they hold; those of the focused pane first."""
    page = Page(width)
    page.text("gkedoctor only reads: no key changes the cluster. A fix is text to copy.", "title")
    page.text("Start here: j and k choose a finding, enter reads it, c f copies its fix, q quits.")
    for title, bindings in groups:
        page.head(title)
        for keys, description in _rows(bindings):
            page.text(description, "", f"  {pad(keys, 18)} ", rest=" " * 21)
    page.head("COPY, after c")
    for letter, meaning in _COPIES:
        page.text(meaning, "", f"  {pad(letter, 18)} ", rest=" " * 21)
    page.head("FILTER")
    for words, meaning in _FILTERS:
        page.text(meaning, "", f"  {pad(words, 18)} ", rest=" " * 21)
    return page.lines


_COPIES = (
    ("c f", "the fix of the selected finding, or of all marked ones"),
    ("c v", "its verify commands"),
    ("c m", "a ticket in Markdown"),
    ("c c", "what the cursor is on"),
    ("c s", "then f, v, m or c: show the text, to select it by mouse"),
)
_FILTERS = (
    ("shop db", "both words, anywhere in the finding"),
    ("!shop", "without the word"),
    ("ns:shop,pay", "in one of these namespaces"),
    ("sev:high", "of this severity; also sev:unknown"),
    ("kind:deploy", "about a Deployment, or affecting one"),
    ("cause:missing", "whose cause has this in its name"),
    ("id:GKE-ING", "found by these playbooks"),
)


def _rows(bindings: Sequence[Binding]) -> list[tuple[str, str]]:
    keys: dict[str, list[str]] = {}
    for binding in bindings:
        keys.setdefault(binding.description, []).append(key_name(binding))
    return [(" ".join(dict.fromkeys(names)), description) for description, names in keys.items()]
