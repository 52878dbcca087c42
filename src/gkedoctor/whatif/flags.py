"""The flags of a kubectl command, as spf13/pflag reads them: `--name=value`, `--name value`, `-nvalue`, `-n value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gkedoctor.errors import ChangeError
from gkedoctor.graph import nearest

GLOBAL_VALUES = (
    "namespace", "context", "cluster", "kubeconfig", "user", "as", "as-group", "as-uid", "request-timeout", "token",
    "server", "cache-dir", "certificate-authority", "client-certificate", "client-key", "tls-server-name", "v",
    "field-manager", "output", "profile", "template",
)  # fmt: skip
GLOBAL_SWITCHES = ("insecure-skip-tls-verify", "match-server-version", "warnings-as-errors", "show-managed-fields",
                   "save-config", "record", "allow-missing-template-keys", "disable-compression")  # fmt: skip
_SHORT = {"n": "namespace", "s": "server", "o": "output", "v": "v"}
_OPTIONAL = MappingProxyType({"dry-run": "unchanged", "cascade": "background", "validate": "strict"})
"""Flags whose value may be left out, and then is this one."""


@dataclass(frozen=True)
class Syntax:
    """The flags of one verb: those with a value, those without, and short names."""

    values: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Arguments:
    """A command taken apart. `flags` has every value of a flag, in order; a switch has `true` or `false`."""

    positional: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    after_dashes: tuple[str, ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The last value of a flag."""
        return self.flags.get(name, (default,))[-1]

    def has(self, name: str) -> bool:
        """Whether the flag was given."""
        return name in self.flags

    def on(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.one(name, "false") == "true"

    def required(self, name: str) -> str:
        """The value of a flag; ChangeError without one."""
        if not self.has(name):
            raise ChangeError(f"--{name} is missing")
        return self.one(name)

    def whole_number(self, name: str) -> int:
        """The value of a flag that is a count; ChangeError where it is none."""
        text = self.required(name)
        if not text.isdecimal():
            raise ChangeError(f"--{name}={text} is not a whole number")
        return int(text)

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a flag that may be repeated."""
        return self.flags.get(name, ())

    @property
    def namespace(self) -> str:
        """The namespace of `-n`, else `default`."""
        return self.one("namespace", "default")

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing is to be changed."""
        return self.one("dry-run", "none") not in ("none", "false")


def verb_of(words: Sequence[str]) -> tuple[str, list[str]]:
    """The verb, and the other words: global flags may stand before it."""
    i = 0
    while i < len(words):
        word = words[i]
        if not word.startswith("-"):
            return word, [*words[:i], *words[i + 1 :]]
        name = word.lstrip("-").partition("=")[0]
        name = _SHORT.get(name, name)
        i += 2 if name in GLOBAL_VALUES and "=" not in word and not (word[1] != "-" and len(word) > 2) else 1
    raise ChangeError("the kubectl command has no verb")


def parse_flags(words: Sequence[str], syntax: Syntax) -> Arguments:
    """The words of a command without its verb. ChangeError for a flag that the verb does not have."""
    values = {*GLOBAL_VALUES, *syntax.values}
    switches = {*GLOBAL_SWITCHES, *syntax.switches}
    short = {**_SHORT, **syntax.short}
    positional: list[str] = []
    flags: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        if word == "-" or not word.startswith("-"):
            positional.append(word)
            continue
        name, value = _split(word, short)
        if name in values and value is None:
            if not rest:
                raise ChangeError(f"--{name} needs a value")
            value = rest.pop(0)
        elif name in _OPTIONAL:
            value = _OPTIONAL[name] if value is None else value
        elif name not in values and name not in switches:
            raise ChangeError(f"unknown flag {word.partition('=')[0]}", hint=_suggestion(name, values | switches))
        flags.setdefault(name, []).append("true" if value is None else value)
    return Arguments(tuple(positional), {k: tuple(v) for k, v in flags.items()}, tuple(rest))


def _split(word: str, short: Mapping[str, str]) -> tuple[str, str | None]:
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        return name, value if equals else None
    name = short.get(word[1], word[1])
    value = word[2:].removeprefix("=")
    return name, value or None


def _suggestion(name: str, known: Iterable[str]) -> str | None:
    near = nearest(name, sorted(known))
    return f"did you mean --{near}?" if near else None
