"""Which secret stands where, in which form: drawn from a seed, every type and every place several times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.leaks.forms import BARE, NAMED, QUOTED, WHOLE, base64_of, helm_release
from benchmarks.leaks.values import filled, marked, needles, plain

_FOLDER = Path(__file__).parent


class Kind(NamedTuple):
    """A type of secret. `name`: the variable that holds it; empty where the template is a text around the secret."""

    type: str
    template: str
    name: str = ""
    known: bool = True
    """Whether its form is documented and tells that it is a secret, whatever stands around it."""

    @property
    def whole(self) -> bool:
        """Whether it is a text of its own and not a value."""
        return "⟦" in self.template or self.template.startswith(("{pem", "{pgp"))


class Leak(NamedTuple):
    """One secret at one place. It is in clear if any of `needles` is whole in an output."""

    type: str
    place: str
    form: str
    name: str
    text: str
    needles: tuple[str, ...]
    known: bool


VALUE_PLACES = (
    *("env", "env", "env", "env-of-template", "env-of-template", "probe-header", "storage-class", "configmap"),
    *("annotation-value", "volume-attribute", "url-map-header", "custom-resource", "route-header"),
    *("init-container-env", "job-env", "stateful-set-env", "service-annotation"),
)
"""Places with a name and a value."""

INNOCENT_PLACES = ("env-innocent", "label-like-annotation", "probe-path", "configmap-innocent", "webhook-url")
"""Places with a name that tells nothing: for values that show what they are."""

TEXT_PLACES = (
    "log", "log", "log", "event", "termination-message", "annotation", "configmap-file", "command", "args",
    "ingress-snippet", "condition", "last-applied", "log", "event", "lifecycle-hook",
    "cronjob-args", "status-message", "waiting-message", "node-annotation",
)  # fmt: skip
"""Places of whole texts; more than one part of them goes to logs."""

SECRET_PLACES = ("secret", "secret-string-data", "helm-release", "secret-echoed-in-log")
"""Places of values that a Secret holds."""


def kinds(folder: Path = _FOLDER) -> list[Kind]:
    """All types of the tables: tokens, texts, and names of credentials."""
    tokens = [_token(line) for line in _lines(folder / "tokens.txt")]
    phrases = [_phrase(line) for line in _lines(folder / "phrases.txt")]
    named = [_named(line) for line in _lines(folder / "names.txt")]
    return [*tokens, *phrases, *named]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _token(line: str) -> Kind:
    kind, name, template = line.split(None, 2)
    return Kind(kind.removeprefix("?"), template, name, not kind.startswith("?"))


def _phrase(line: str) -> Kind:
    kind, template = line.split(None, 1)
    return Kind(kind.removeprefix("?"), template.replace("\\n", "\n"), known=not kind.startswith("?"))


def _named(line: str) -> Kind:
    name, template = line.split(None, 1)
    return Kind(f"named {name}", template, name, known=False)


def leaks(seed: str, known: Sequence[Kind] = (), rounds: int = 3) -> list[Leak]:
    """The corpus: each type several times, places and forms in turn. The same seed gives the same corpus."""
    random = Random(f"leaks {seed}")
    table = list(known) or kinds()
    turn = _Turn(random)
    found: list[Leak] = []
    for number in range(rounds):
        for kind in table:
            found += _leaks_of(kind, number, turn)
    return found


class _Turn:
    """Choices that come equally often and in no order: a shuffled deck for each set of them, dealt to its end."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._decks: dict[tuple[str, ...], list[str]] = {}

    def of(self, choices: Sequence[str]) -> str:
        """The next of these."""
        deck = self._decks.setdefault(tuple(choices), [])
        if not deck:
            deck += choices
            self.random.shuffle(deck)
        return deck.pop()


def _leaks_of(kind: Kind, number: int, turn: _Turn) -> Iterator[Leak]:
    """One round of one type: once or twice, at places and in forms that suit it."""
    if kind.whole:
        yield _phrase_leak(kind, turn.of(TEXT_PLACES), turn)
        return
    yield _value_leak(kind, turn.of(SECRET_PLACES if number == 2 else VALUE_PLACES), turn)
    if kind.known and number != 1:
        yield _bare_leak(kind, turn)
    else:
        yield _named_leak(kind, turn.of(TEXT_PLACES), turn)


def _value(kind: Kind, random: Random) -> str:
    return marked(filled(kind.template, random))


def _value_leak(kind: Kind, place: str, turn: _Turn) -> Leak:
    text = _value(kind, turn.random)
    return Leak(kind.type, place, "value", kind.name, text, _all_needles(place, kind.name, text), kind.known)


def _all_needles(place: str, name: str, text: str) -> tuple[str, ...]:
    """The value, and what it is in the data of a Secret: base64, or a release of Helm in base64."""
    value = plain(text)
    match place:
        case "secret" | "secret-echoed-in-log":
            return (value, base64_of(value))
        case "helm-release":
            release = helm_release(name, value)
            return (value, release, base64_of(release))
    return needles(text)


def _named_leak(kind: Kind, place: str, turn: _Turn) -> Leak:
    value = _value(kind, turn.random)
    form = turn.of(QUOTED if " " in value else tuple(NAMED))
    text = NAMED[form](kind.name, value, turn.random)
    return Leak(kind.type, place, form, kind.name, text, needles(text), kind.known)


def _bare_leak(kind: Kind, turn: _Turn) -> Leak:
    value = _value(kind, turn.random)
    if turn.random.random() < 0.3:
        place = turn.of(INNOCENT_PLACES)
        return Leak(kind.type, place, "value", "", value, needles(value), kind.known)
    form = turn.of(tuple(BARE))
    text = BARE[form](kind.name, value, turn.random)
    return Leak(kind.type, turn.of(TEXT_PLACES), form, "", text, needles(text), kind.known)


def _phrase_leak(kind: Kind, place: str, turn: _Turn) -> Leak:
    text = filled(kind.template, turn.random)
    form = turn.of(tuple(WHOLE)) if "\n" in text else turn.of(("json-message", "after-time", "as-is"))
    made = WHOLE[form](text, turn.random)
    return Leak(kind.type, place, form, "", made, needles(made), kind.known)
