"""What is typed behind `/`: words, `ns:`, `sev:`, `kind:`, `cause:`, `id:`, and `!` in front to turn it round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gkedoctor.errors import UsageError
from gkedoctor.playbook.model import Severity
from gkedoctor.report.kind_names import kind_named

KEYS = ("ns", "sev", "kind", "cause", "id")
SEVERITIES = (*map(str, Severity), "unknown")


@dataclass(frozen=True)
class Facts:
    """What a filter can ask of a row. All in lower case."""

    text: str
    ns: frozenset[str] = frozenset()
    kind: frozenset[str] = frozenset()
    sev: str = ""
    cause: str = ""
    id: str = ""


@dataclass(frozen=True)
class Term:
    """One word of a filter. `key`: what it asks for, `""` for any text; `values`: one of them is enough."""

    key: str
    values: tuple[str, ...]
    inverted: bool

    def meets(self, facts: Facts) -> bool:
        """Whether a row passes."""
        return any(self._has(facts, value) for value in self.values) is not self.inverted

    def _has(self, facts: Facts, value: str) -> bool:
        match self.key:
            case "ns":
                return value in facts.ns
            case "kind":
                return _kind(value) in facts.kind
            case "sev":
                return bool(facts.sev) and facts.sev.startswith(value)
            case "cause":
                return value in facts.cause
            case "id":
                return value in facts.id
        return value in facts.text


def facts(
    text: str, *, ns: Iterable[str | None], kind: Iterable[str], sev: str = "", cause: str = "", id_: str = ""
) -> Facts:
    """Facts in lower case."""
    return Facts(
        text.lower(), frozenset(n.lower() for n in ns if n), frozenset(k.lower() for k in kind),
        sev.lower(), cause.lower(), id_.lower(),
    )  # fmt: skip


def parsed(text: str) -> tuple[Term, ...]:
    """The terms of what was typed; all have to be met. A lone key or `!` asks for nothing yet."""
    return tuple(term for word in text.split() if (term := _term(word)) is not None)


def _term(word: str) -> Term | None:
    inverted = word.startswith("!")
    word = word.removeprefix("!").lower()
    key, colon, rest = word.partition(":")
    if not colon or key not in KEYS:
        key, rest = "", word
    values = tuple(v for v in (rest.split(",") if key else [rest]) if v)
    return Term(key, values, inverted) if values else None


def meets(terms: Iterable[Term], facts: Facts) -> bool:
    """Whether a row meets every term."""
    return all(term.meets(facts) for term in terms)


def hints(terms: Iterable[Term], namespaces: Sequence[str]) -> list[str]:
    """Why terms cannot be met: severities, kinds and namespaces that do not exist, with the closest that do."""
    told = []
    for key, value in ((term.key, value) for term in terms for value in term.values):
        if key == "sev" and not any(word.startswith(value) for word in SEVERITIES):
            told.append(_unknown("severity", value, SEVERITIES))
        elif key == "ns" and value not in namespaces:
            told.append(_unknown("namespace", value, namespaces, "No finding is in"))
        elif key == "kind":
            told += _unknown_kind(value)
    return told


def _unknown(what: str, value: str, known: Sequence[str], begins: str = "Unknown") -> str:
    near = get_close_matches(value, known, 1)
    choose = f"Did you mean `{near[0]}`?" if near else f"Use one of: {', '.join(known[:9])}."
    return f"{begins} {what} `{value}`. {choose}"


def _unknown_kind(value: str) -> list[str]:
    try:
        kind_named(value)
    except UsageError as error:
        return [f"{error.message[0].upper()}{error.message[1:]}: {error.hint}"]
    return []


def _kind(value: str) -> str:
    try:
        return kind_named(value).name.lower()
    except UsageError:
        return value
