"""The command palette: views, kinds as in k9s (`:pod`, `:deploy`), `:ns NAME`, `:explain ID`, and what keys do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from gkedoctor.errors import UsageError
from gkedoctor.report.kind_names import kind_named
from gkedoctor.tui.model.header import VIEWS
from gkedoctor.tui.navigation import Navigator
from gkedoctor.tui.plain_text import entry, highlighted, plain


class Command(NamedTuple):
    """One line of the palette."""

    words: str
    run: Callable[[], object]
    help: str = ""


def _nothing() -> None:
    """Enter on what matches nothing."""


class Commands(Provider):
    """What can be typed after `:`."""

    @property
    def _navigator(self) -> Navigator:
        return cast("Navigator", self.app)

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """What there is before anything is typed."""
        for command in self._fixed():
            yield DiscoveryHit(entry(plain(command.words), command.help), command.run, command.words)

    async def search(self, query: str) -> Hits:
        """What fits; a whole command first."""
        typed = self._typed(query.strip())
        for command in typed:
            yield Hit(10.0, entry(plain(command.words), command.help), command.run, command.words)
        whole = {command.words for command in typed}
        matcher, known = self.matcher(query), [c for c in (*self._fixed(), *self._listed()) if c.words not in whole]
        scores = [matcher.match(command.words) for command in known]
        if not any(scores) and not typed:
            none = f"No view, kind or command matches `{query}`."
            yield Hit(0.01, entry(plain(none), "try :pod, :deploy, :ns NAME or :explain ID"), _nothing, query)
        for command, score in zip(known, scores, strict=True):
            if score > 0:
                shown = entry(highlighted(command.words, matcher), command.help)
                yield Hit(min(score, 1.0), shown, command.run, command.words)

    def _fixed(self) -> list[Command]:
        navigator = self._navigator
        views = [Command(title, partial(navigator.action_view, view), "view") for view, title in VIEWS.items()]
        whole = [Command("Read the whole cluster", navigator.action_whole, "A")] if navigator.source.whole else []
        return [
            *views,
            *whole,
            Command("Save the report or the snapshot", navigator.action_save, "^s"),
            Command("Read again, and mark what is new", navigator.action_again, "r"),
            Command("History of this session", navigator.action_history, "H"),
            Command("Acknowledge new, changed and fixed findings", navigator.acknowledge, "a"),
            Command("Theme", navigator.search_themes, "light, dark, ansi"),
            Command("Help", navigator.action_help, "?"),
            Command("Quit", partial(navigator.exit, 0), "q"),
        ]

    def _listed(self) -> list[Command]:
        navigator, scene = self._navigator, self._navigator.scene
        if scene is None:
            return []
        namespaces = sorted({str((o.get("metadata") or {}).get("name")) for o in scene.graph.all("Namespace")})
        return [
            *(
                Command(f"ns {name}", partial(navigator.filter_by, f"ns:{name}"), "only this namespace")
                for name in namespaces
            ),
            *(Command(f"explain {p.id}", partial(navigator.explain, p.id), p.model.title) for p in scene.playbooks),
        ]

    def _typed(self, query: str) -> list[Command]:
        """A command that is whole as it was typed."""
        navigator = self._navigator
        word, _, rest = query.partition(" ")
        match word:
            case "q" | "quit":
                return [Command("quit", partial(navigator.exit, 0))]
            case "ns" if rest:
                return [Command(f"ns {rest}", partial(navigator.filter_by, f"ns:{rest}"), "only this namespace")]
            case "explain" if rest:
                return [Command(f"explain {rest}", partial(navigator.explain, rest.upper()), "the playbook's page")]
        try:
            kind = kind_named(word)
        except UsageError:
            return []
        return [Command(query, partial(navigator.open_kind, kind.name, rest), f"every {kind.name}")]
