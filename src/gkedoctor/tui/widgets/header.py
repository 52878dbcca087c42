"""The two lines on top: which cluster, of when, how bad; and the views."""

from __future__ import annotations

import time
from typing import ClassVar, cast

from gkedoctor.tui.model.header import head_parts, tab_parts
from gkedoctor.tui.model.lines import STYLES
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.navigation import Navigator
from gkedoctor.tui.plain_text import PlainStatic, PlainText


class Header(PlainStatic):
    """Says what one is looking at. A click on a view goes there."""

    DEFAULT_CSS = """
    Header {
        dock: top; height: 2; background: $panel; color: $foreground; padding: 0 1;
        link-style: none; link-color: $foreground; link-style-hover: bold;
        & > .header--title { text-style: bold; }
        & > .header--critical, & > .header--fail { color: $text-error; text-style: bold; }
        & > .header--high { color: $text-warning; text-style: bold; }
        & > .header--medium { color: $text-warning; }
        & > .header--low, & > .header--advisory { color: $text-secondary; }
        & > .header--unknown { color: $text-accent; }
        & > .header--ok { color: $text-success; }
    }
    Header:nocolor > .header--critical, Header:nocolor > .header--fail { color: $foreground; text-style: bold reverse; }
    Header:nocolor > .header--high { color: $foreground; text-style: bold underline; }
    Header:nocolor > .header--medium, Header:nocolor > .header--unknown { color: $foreground; text-style: bold; }
    Header:nocolor > .header--low, Header:nocolor > .header--advisory { color: $foreground; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"header--{name}" for name in STYLES}

    def __init__(self, view: str) -> None:
        super().__init__()
        self.view = view
        self._told: tuple[ViewState | None, str] = (None, "")

    def show(self, scene: ViewState | None, doing: str) -> None:
        """Another moment, or what is being done."""
        self._told = (scene, doing)
        self._draw()

    def redraw(self) -> None:
        """The same, a second later."""
        self._draw()

    def on_resize(self) -> None:
        """As much as fits."""
        self._draw()

    def _draw(self) -> None:
        scene, doing = self._told
        fresh = cast("Navigator", self.app).freshness
        width = max(10, self.size.width or self.app.size.width - 2)  # before the first layout it has no size
        text = PlainText(no_wrap=True, overflow="ellipsis")
        for part, style in head_parts(scene, doing, width, fresh, time.monotonic()):
            text.append(part, self.get_component_rich_style(f"header--{style}", partial=True) if style else "")
        text.append("\n")
        for part, style, view in tab_parts(scene, self.view, width):
            looks = "bold reverse" if style == "here" else ""
            text.append(part, looks)
            if view:
                text.apply_meta({"@click": f"app.view('{view}')"}, len(text) - len(part), len(text))
        self.show_text(text)
