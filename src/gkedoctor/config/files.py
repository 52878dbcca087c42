"""Finds and reads the configuration: `.gkedoctor.yaml` here or above, else the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec

from gkedoctor.config.model import FAIL_ON, NEVER, Config, Lint, Patterns, Settings, Suppression, SuppressionRule
from gkedoctor.config.validation import Mistake, day, is_pattern, unknown_cause, unknown_object
from gkedoctor.errors import ConfigError
from gkedoctor.graph import nearest
from gkedoctor.playbook.library import Names
from gkedoctor.strict_yaml import Keys, Source, error_at, line_of, read_source, read_yaml, validation_error

NAME = ".gkedoctor.yaml"
_CRITERIA = ("cause", "playbook", "namespace", "object")


def find(start: Path, environment: Mapping[str, str]) -> Path | None:
    """The nearest `.gkedoctor.yaml` from a folder up to the repository's root or home, else the user's own file.

    Outside of both only the folder itself counts: above it (`/tmp`) anybody may write.
    """
    for folder in _way_up(start.resolve(), _home(environment)):
        if _is_there(folder / NAME):
            return folder / NAME
    own = _user_folder(environment)
    return own / "config.yaml" if own is not None and _is_there(own / "config.yaml") else None


def _is_there(file: Path) -> bool:
    """Whether there is such a file. ConfigError where the system does not say: it may hold what must be regarded."""
    try:
        return file.is_file()
    except OSError as error:
        hint = "make it readable, or run with --no-config"
        raise ConfigError(f"cannot be read: {error.strerror or error}", path=str(file), hint=hint) from None


def _way_up(start: Path, home: Path | None) -> Iterator[Path]:
    way = [start, *start.parents]
    root = next((folder for folder in way if (folder / ".git").exists()), None)
    last = root if root is not None else home if home in way else start
    yield from way[: way.index(last) + 1]


def _home(environment: Mapping[str, str]) -> Path | None:
    home = environment.get("HOME")
    return Path(home).resolve() if home else None


def _user_folder(environment: Mapping[str, str]) -> Path | None:
    xdg = environment.get("XDG_CONFIG_HOME", "")
    if xdg.startswith("/"):  # the specification: a relative path is to be ignored
        return Path(xdg) / "gkedoctor"
    home = _home(environment)
    return home / ".config" / "gkedoctor" if home is not None else None


def read(path: Path, start: Path, names: Callable[[Sequence[Path]], Names]) -> Settings:
    """The settings in a file; ConfigError says where something in it is wrong.

    `names`: the causes and retired ids that hold with further folders of playbooks; called where a rule names one.
    """
    source = read_source(path, ConfigError)
    value = read_yaml(source)
    try:
        config = msgspec.convert({} if value is None else value, Config)
    except msgspec.ValidationError as error:
        raise validation_error(source, str(error), _keys()) from None
    for field in ("fail_on", "min_severity"):
        _check_severity(source, field, getattr(config, field))
    shown = _shown(path, start)
    _check(source, "$.lint.elsewhere", config.lint.elsewhere, unknown_object)
    folders = tuple(_folder(source, path, i, name) for i, name in enumerate(config.playbooks))
    known = cache(lambda: names(folders))
    return Settings(
        path=path,
        fail_on=config.fail_on,
        min_severity=config.min_severity,
        playbooks=folders,
        rules=tuple(_rule(source, shown, i, one, known) for i, one in enumerate(config.suppress)),
        elsewhere=_many(config.lint.elsewhere),
        pseudonymize=config.pseudonymize,
    )


def _keys() -> Keys:
    return {
        "": [f.encode_name for f in msgspec.structs.fields(Config)],
        "lint": [f.encode_name for f in msgspec.structs.fields(Lint)],
        "suppress": [f.encode_name for f in msgspec.structs.fields(Suppression)],
    }


def _shown(path: Path, start: Path) -> str:
    resolved, here = path.resolve(), start.resolve()
    return str(resolved.relative_to(here)) if resolved.is_relative_to(here) else str(path)


def _check_severity(source: Source, field: str, word: str | None) -> None:
    known = [w for w in FAIL_ON if w != NEVER or field == "fail_on"]
    if word is not None and word not in known:
        near = nearest(word, known)
        hint = f"did you mean `{near}`?" if near else f"one of {', '.join(known)}"
        raise error_at(source, f"$.{field}", f"`{word}` is not a severity", hint=hint)


def _folder(source: Source, path: Path, i: int, name: str) -> Path:
    folder = path.parent / Path(name).expanduser()
    if not folder.is_dir():
        raise error_at(source, f"$.playbooks[{i}]", f"there is no folder of playbooks at {folder}")
    return folder


def _rule(source: Source, shown: str, i: int, one: Suppression, names: Callable[[], Names]) -> SuppressionRule:
    place = f"$.suppress[{i}]"
    if not one.reason.strip():
        raise error_at(source, f"{place}.reason", "the reason is empty", hint="write why the finding is suppressed")
    if not any(getattr(one, field) for field in _CRITERIA):
        raise error_at(source, place, "this would suppress everything", hint=f"add one of {', '.join(_CRITERIA)}")
    _check(source, f"{place}.cause", one.cause, partial(unknown_cause, causes=lambda: names().causes))
    _check(source, f"{place}.object", one.object, unknown_object)
    until = day(one.until) if one.until is not None else None
    if one.until is not None and until is None:
        raise error_at(source, f"{place}.until", f"`{one.until}` is not a date", hint="write it as 2026-12-31")
    playbooks = tuple(_current(word, names) for word in _many(one.playbook))
    return SuppressionRule(
        f"{shown}:{line_of(source, place)}", " ".join(one.reason.split()), until,
        _many(one.cause), playbooks, _many(one.namespace), _many(one.object),
    )  # fmt: skip


def _current(playbook: str, names: Callable[[], Names]) -> str:
    """The id, or the one that took its place; patterns stay as they are."""
    return playbook if is_pattern(playbook) else names().current(playbook)


def _many(patterns: Patterns) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else patterns


def _check(source: Source, place: str, patterns: Patterns, wrong: Callable[[str], Mistake | None]) -> None:
    for i, pattern in enumerate(_many(patterns)):
        problem = wrong(pattern)
        if problem is not None:
            where = place if isinstance(patterns, str) else f"{place}[{i}]"
            raise error_at(source, where, problem.message, hint=problem.hint)
