"""All playbooks that a run works with, and the public names that go with them: causes, and ids that were retired."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, overload

import msgspec

from gkedoctor import shipped
from gkedoctor.errors import PlaybookError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import RETIRED_FILE, load_playbooks, shipped_causes
from gkedoctor.playbook.third_party import ThirdPartyPlaybook, offered, offered_causes
from gkedoctor.playbook.vocabulary import Vocabulary
from gkedoctor.strict_yaml import Source, convert_at, error_at, read_source, read_yaml


class Names(NamedTuple):
    """What configuration and questions may name. `retired`: an id that no playbook has any more → the one it is now."""

    causes: Vocabulary = Vocabulary()
    retired: Mapping[str, str] = MappingProxyType({})

    def current(self, playbook: str) -> str:
        """The id that stands for another now; the same where it was not retired."""
        return self.retired.get(playbook, playbook)


class Library(Sequence[CompiledPlaybook]):
    """The playbooks by id, with their names. `names` is read when it is first asked for: few reports need it."""

    def __init__(self, playbooks: Iterable[CompiledPlaybook], names: Callable[[], Names] = Names) -> None:
        self.playbooks = tuple(sorted(playbooks, key=lambda p: p.id))
        self._read_names = names

    @cached_property
    def names(self) -> Names:
        """Causes and retired ids."""
        return self._read_names()

    @property
    def causes(self) -> Vocabulary:
        """The words that these playbooks may give as a cause."""
        return self.names.causes

    def find(self, playbook: str) -> CompiledPlaybook | None:
        """The playbook of an id, whatever its letters' case, or the one that took the place of a retired id."""
        wanted = playbook.upper()
        found = next((p for p in self.playbooks if p.id == wanted), None)
        return found or next((p for p in self.playbooks if p.id == self.names.current(wanted)), None)

    @overload
    def __getitem__(self, index: int) -> CompiledPlaybook: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CompiledPlaybook]: ...
    def __getitem__(self, index: Any) -> Any:
        return self.playbooks[index]

    def __len__(self) -> int:
        return len(self.playbooks)


def load_library(folders: Sequence[Path], note: Callable[[str], None]) -> Library:
    """The shipped playbooks, which their own tests check, those of installed packages, and those of further folders.

    What of a package cannot be used is left out, and `note` is called with the reason. A folder was named by the user:
    what is wrong there is a PlaybookError.
    """
    known = {playbook.id: playbook for playbook in load_playbooks([shipped.playbooks()], check=False)}
    offers = list(offered())
    _add_offered(known, offers, note)
    if not offers and not folders:
        return Library(known.values(), shipped_names)
    names = _names(folders, offers, note)
    for playbook in load_playbooks(folders, causes=names.causes):
        if playbook.id in known:
            raise PlaybookError(f"playbook {playbook.id} is also in {known[playbook.id].path}", path=playbook.path)
        known[playbook.id] = playbook
    return Library(known.values(), lambda: names)


def public_names(folders: Sequence[Path]) -> Names:
    """The causes that shipped playbooks, packages and folders declare, and the ids that were retired."""
    return _names(folders, offered(), lambda note: None)


def _names(folders: Sequence[Path], offers: Iterable[ThirdPartyPlaybook], note: Callable[[str], None]) -> Names:
    base = shipped_names()
    return Names(offered_causes(base.causes, offers, note).with_folders(folders), base.retired)


def shipped_names() -> Names:
    """The fixed words, and the shipped ids that were retired."""
    return Names(shipped_causes(), retired_ids(shipped.playbooks() / RETIRED_FILE))


class _Retired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    retired: dict[str, str]


def retired_ids(path: Path) -> Mapping[str, str]:
    """The ids in a `retired.yaml`, each with the one that took its place; a chain is followed to its end.

    PlaybookError where a chain does not end.
    """
    source = read_source(path)
    found = convert_at(source, "$", read_yaml(source), _Retired, {"": ["retired"]}).retired
    return MappingProxyType({old: _end(source, old, found) for old in found})


def _end(source: Source, old: str, found: Mapping[str, str]) -> str:
    seen, now = {old}, found[old]
    while now in found:
        if now in seen:
            raise error_at(source, f"$.retired.{old}", f"`{old}` leads back to itself")
        seen.add(now)
        now = found[now]
    return now


def _add_offered(
    known: dict[str, CompiledPlaybook], offers: Iterable[ThirdPartyPlaybook], note: Callable[[str], None]
) -> None:
    """Adds to the playbooks by id what packages offer; notes what was left out, and of which package."""
    for offer in offers:
        trouble = offer.trouble
        if offer.playbook is not None:
            other = known.setdefault(offer.playbook.id, offer.playbook)
            if other is not offer.playbook:
                trouble = f"{offer.playbook.path}: playbook {offer.playbook.id} is also in {other.path}"
        if trouble:
            note(f"of package {offer.package}, left out: {trouble}")
