"""The line to type a filter in."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FilterBar(Input):
    """Filters while one types; enter keeps it, escape takes it away. Hidden while there is nothing in it."""

    DEFAULT_CSS = """
    FilterBar { dock: bottom; height: 1; border: none; padding: 0 1; background: $boost; margin-bottom: 1; }
    FilterBar { display: none; }
    FilterBar:focus { border: none; }
    FilterBar.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", id="filter.clear"),
        Binding("enter", "keep", "Keep filter", id="filter.keep"),
        Binding("down", "keep", "To the list", show=False, id="filter.down"),
    ]

    class Left(Message):
        """The list may have the focus again."""

    def __init__(self) -> None:
        super().__init__(
            placeholder="filter: words  ns:shop  sev:high  kind:pod  cause:missing-secret  !not",
            id="filter",
            select_on_focus=False,
        )

    def opened(self) -> FilterBar:
        """Shows it."""
        self.add_class("-open")
        return self

    def action_keep(self) -> None:
        """Back to the list, filtered."""
        self.set_class(bool(self.value), "-open")
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Back to the list, all of it."""
        self.value = ""
        self.remove_class("-open")
        self.post_message(self.Left())
