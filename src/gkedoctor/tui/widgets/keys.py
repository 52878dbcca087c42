"""The last line: the keys of this moment, made from the bindings. Help and quit come first, so that they always fit."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import ActiveBinding, Binding

from gkedoctor.tui.plain_text import PlainStatic, PlainText

_FIRST = ("app.help", "app.quit")


class Keys(PlainStatic):
    """Keys and what they do, as many as fit. A click does it."""

    DEFAULT_CSS = """
    Keys { dock: bottom; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    Keys { link-style: none; link-color: $foreground; link-style-hover: reverse; }
    """

    def __init__(self) -> None:
        super().__init__()

    def on_mount(self) -> None:
        """Keeps in step with the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._draw())

    def on_resize(self) -> None:
        """As many as fit."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached or self.screen is not self.app.screen:
            return
        text = PlainText(no_wrap=True)
        room = max(10, self.size.width or self.app.size.width - 2)  # before the first layout it has no size
        for key, binding in _ordered(self.screen.active_bindings):
            piece = f"{key} {binding.description}"
            if len(text) + len(piece) + (2 if len(text) else 0) > room:
                break
            text.append("  " if len(text) else "")
            start = len(text)
            text.append(key, "bold").append(f" {binding.description}")
            text.apply_meta({"@click": f"app.simulate_key('{binding.key}')"}, start, len(text))
        self.show_text(text)


def _ordered(active: Mapping[str, ActiveBinding]) -> list[tuple[str, Binding]]:
    """The bindings to show, each once."""
    found: dict[str, tuple[str, Binding]] = {}
    for entry in active.values():
        binding = entry.binding
        if binding.show and entry.enabled:
            found.setdefault(binding.action, (key_name(binding), binding))
    rank = {name: i for i, name in enumerate(_FIRST)}
    return sorted(found.values(), key=lambda pair: rank.get(pair[1].id or "", len(rank)))


_NAMES = {
    "question_mark": "?", "slash": "/", "colon": ":", "escape": "esc", "left_square_bracket": "[",
    "right_square_bracket": "]", "space": "space", "pageup": "PgUp", "pagedown": "PgDn", "plus": "+",
}  # fmt: skip


def key_name(binding: Binding) -> str:
    """A key as it is printed on keyboards and in k9s' manual."""
    if binding.key_display:
        return binding.key_display
    return _NAMES.get(binding.key, binding.key).replace("ctrl+", "^")
