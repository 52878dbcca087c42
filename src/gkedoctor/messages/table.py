"""The table of messages: entries by id (`image/not-found`: file and name), each file read when it is first needed.

Most reports need two or three files, and none of them before there is a symptom; the texts of shipped files are
checked by `playbooks lint` and the tests, so a report does not check them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gkedoctor import shipped
from gkedoctor.errors import PlaybookError
from gkedoctor.limits import LONGEST_TEXT
from gkedoctor.messages.model import Entry, MessageFile
from gkedoctor.messages.patterns import FLAGS, compiled, expand, fixed_letters, has_gap

FOLDER = "messages"
"""The name of the folder of message files beside playbooks."""


class Message:
    """One entry of the table, its patterns compiled when they are first used."""

    def __init__(self, id: str, entry: Entry, file: MessageFile) -> None:
        self.id, self.entry, self.file = id, entry, file

    @property
    def name(self) -> str:
        """The id without its file: `not-found`."""
        return self.id.rpartition("/")[2]

    @property
    def program(self) -> str:
        """The program that prints it."""
        return self.entry.program or self.file.program

    @property
    def read_from(self) -> tuple[str, ...]:
        """Where it appears."""
        return self.entry.read_from or self.file.read_from

    @property
    def source(self) -> str:
        """The code or page that the wording follows."""
        return self.entry.source or self.file.source

    @property
    def leads(self) -> bool:
        """Whether the sentence by itself leads to a cause or a page; others mean something only where they are read."""
        return not self.entry.in_context and bool(self.entry.cause or self.entry.page)

    @property
    def tells(self) -> bool:
        """Whether it leads to a cause or a page for playbooks as well as for people."""
        return self.leads and not self.entry.explain_only

    @cached_property
    def expanded(self) -> tuple[str, ...]:
        """The regular expressions, fragments inserted."""
        return tuple(expand(text, self.file.fragments) for text in self.entry.patterns)

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        return compiled(self.expanded)

    @cached_property
    def _each(self) -> tuple[re.Pattern[str], ...]:
        """Each pattern by itself; `re` would compile more than it remembers again and again."""
        return tuple(re.compile(text, FLAGS) for text in self.expanded)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, in the order of the patterns."""
        text = text[:LONGEST_TEXT]
        for pattern in self._compiled:
            found = pattern.search(text)
            if found is not None:
                return found
        return None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, pattern by pattern."""
        text = text[:LONGEST_TEXT]
        return (match for pattern in self._compiled for match in pattern.finditer(text))

    def groups(self, text: str) -> dict[str, Any] | None:
        """The named groups of the first match; None where nothing matches."""
        found = self.search(text)
        return found.groupdict() if found is not None else None

    def is_about(self, text: str, values: Mapping[str, Any]) -> bool:
        """Whether the text contains the message with these values in its named groups, at any place.

        Case is ignored there, too: a kind is `Secret` in an object and `secret` in a message.
        """
        wanted = {name: _folded(value) for name, value in values.items()}.items()
        found = (match.groupdict() for match in self.finditer(text))
        return any(wanted <= {name: _folded(value) for name, value in groups.items()}.items() for groups in found)

    def pinned(self, text: str) -> int:
        """How many characters of the text the entry determines, by the pattern that fixes most; 0 without a match."""
        text = text[:LONGEST_TEXT]
        found = ((regex, pattern.search(text)) for regex, pattern in zip(self.expanded, self._each, strict=True))
        return max((self._determined(regex, match[0]) for regex, match in found if match), default=0)

    def _determined(self, regex: str, matched: str) -> int:
        """The characters that a pattern determines; of alternatives without gaps it is the whole of the one met."""
        if self.entry.explain_only and not has_gap(regex):
            return len(matched)
        return min(len(matched), fixed_letters(regex))


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class Found(NamedTuple):
    """The entry that a text matches, and the named groups of the match."""

    message: Message
    groups: dict[str, Any]

    def as_record(self) -> dict[str, Any]:
        """What expressions get: {id, meaning, cause, fix, docs, groups}."""
        entry = self.message.entry
        shown = {"meaning": entry.meaning, "cause": entry.cause, "fix": entry.fix, "docs": entry.docs}
        return {"id": self.message.id, **shown, "groups": self.groups}


class Messages:
    """The entries of one or more folders. A value: the same folders give the same table."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._read: dict[str, Mapping[str, Message]] = {}

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The files by name (`image` for `image.yaml`), sorted; of two with one name that of the first folder."""
        found = {path.stem: path for folder in reversed(self._folders) for path in folder.glob("*.yaml")}
        return dict(sorted(found.items()))

    def of(self, program: str) -> Mapping[str, Message]:
        """The entries of one file by id, in its order; empty where there is no such file."""
        if program not in self._read:
            path = self.paths.get(program)
            self._read[program] = _entries(program, read_unchecked(path)) if path is not None else {}
        return self._read[program]

    def get(self, id: str) -> Message | None:
        """The entry of an id."""
        return self.of(id.partition("/")[0]).get(id)

    def __getitem__(self, id: str) -> Message:
        found = self.get(id)
        if found is None:
            path = str(self.paths.get(id.partition("/")[0], FOLDER))
            raise PlaybookError(f"no message `{id}`", path=path, hint=f"the files are {', '.join(self.paths)}")
        return found

    def __iter__(self) -> Iterator[Message]:
        """All entries, in the order of files and of what stands in them."""
        for program in self.paths:
            yield from self.of(program).values()

    def first(self, text: str, program: str, *, telling: bool = False) -> Found | None:
        """The first entry of one file that a text matches; with `telling`, of those that need no context."""
        for candidate in self.of(program).values():
            if candidate.tells or not telling:
                found = candidate.search(text)
                if found is not None:
                    return Found(candidate, found.groupdict())
        return None

    def best(self, text: str) -> Found | None:
        """The entry that a text matches: in each file the first, and of these the one that determines most of the text.

        Entries that mean something only in their context are left out.
        """
        found = [hit for program in self.paths if (hit := self.first(text, program, telling=True)) is not None]
        return max(found, key=lambda hit: hit.message.pinned(text), default=None)


def _entries(program: str, file: MessageFile) -> Mapping[str, Message]:
    return {f"{program}/{name}": Message(f"{program}/{name}", entry, file) for name, entry in file.entries.items()}


def read_unchecked(path: Path) -> MessageFile:
    """A file whose contents are known to be right; PlaybookError where it is not even a file of messages."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return msgspec.convert(yaml.load(path.read_text(encoding="utf-8"), Loader=loader), MessageFile)
    except (yaml.YAMLError, msgspec.ValidationError, OSError, UnicodeDecodeError) as error:
        hint = f"`gkedoctor playbooks lint {path}` says where"
        raise PlaybookError(f"not a file of messages: {error}", path=str(path), hint=hint) from None


@cache
def shipped_messages() -> Messages:
    """The table that comes with gkedoctor."""
    return Messages([shipped.playbooks() / FOLDER])


def messages_beside(paths: Iterable[str]) -> Messages:
    """The table for playbooks of these files: the shipped one, and the folders `messages` beside or above them."""
    own = shipped.playbooks()
    parents = dict.fromkeys(Path(path).parent for path in paths)
    roots = dict.fromkeys(
        root for parent in parents if own not in (parent, *parent.parents) for root in (parent, parent.parent)
    )
    folders = [root / FOLDER for root in roots if (root / FOLDER).is_dir()]
    return Messages([own / FOLDER, *folders]) if folders else shipped_messages()


def message(id: str) -> Message:
    """A shipped entry, for facts that Python derives."""
    return shipped_messages()[id]
