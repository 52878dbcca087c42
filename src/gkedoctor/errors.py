"""What can go wrong, as one tree. Every message is one line a user can act on.

GkedoctorError
├── UsageError          a flag, a name or an argument that does not fit       exit 2
│   ├── NoPageError     a message that no page explains                       exit 1
│   ├── ChangeError     a patch or a kubectl command that cannot be applied
│   └── FileError       a file somebody wrote that cannot be read; knows file, line, column
│       ├── PlaybookError   a playbook
│       ├── ConfigError     a .gkedoctor.yaml
│       └── ManifestError   a manifest                                       exit 3
└── SourceError         the source cannot be reached or read                  exit 3
    ├── UnreachableError   a live cluster that does not answer, or to which there is no way in
    ├── LimitError      a source that is beyond a limit of `limits.py`; says which, and what raises it
    └── SnapshotError   a snapshot that is damaged, truncated or too new
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, the same for every command."""

    OK = 0
    """Nothing at or above `--fail-on`."""

    FOUND = 1
    """Something at or above `--fail-on`."""

    USAGE = 2
    """A bad flag, argument or playbook."""

    SOURCE = 3
    """The source cannot be reached or read."""

    INCOMPLETE = 4
    """No finding, and not everything that is needed was checked."""

    BUG = 5
    """An internal error."""

    INTERRUPTED = 130
    """Ctrl-C."""


class GkedoctorError(Exception):
    """Base of all errors that a user is shown; `hint` says what to do next."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GkedoctorError):
    """A flag, a name or an argument that does not fit."""

    exit_code = ExitCode.USAGE


class NoPageError(UsageError):
    """A message that no page explains: as `grep`, exit 1 says that nothing matches."""

    exit_code = ExitCode.FOUND


class ChangeError(UsageError):
    """A patch, a manifest or a kubectl command that cannot be applied to the state it is meant for."""


class FileError(UsageError):
    """A file that cannot be read. `line` and `column` count from 1; `source_line` is the text there."""

    what = "file"
    """What kind of file it is, in one word."""

    def __init__(
        self,
        message: str,
        *,
        path: str,
        line: int | None = None,
        column: int | None = None,
        source_line: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.path, self.line, self.column, self.source_line = path, line, column, source_line

    @property
    def place(self) -> str:
        """`file:line:column`, as far as known."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class PlaybookError(FileError):
    """A playbook that cannot be read."""

    what = "playbook"


class ConfigError(FileError):
    """A configuration file that cannot be read."""

    what = "config"


class ManifestError(FileError):
    """A manifest that cannot be read or understood. It does not keep the others from being looked at."""

    exit_code = ExitCode.SOURCE
    what = "manifest"


class SourceError(GkedoctorError):
    """The source of a diagnosis cannot be reached or read."""

    exit_code = ExitCode.SOURCE


class UnreachableError(SourceError):
    """A live cluster that does not answer, or to which there is no way in. Google Cloud may still know of it."""


class SnapshotError(SourceError):
    """A snapshot that is damaged, truncated, or of a newer format."""


class LimitError(SourceError):
    """A source beyond a limit. `what` says what was found or would be needed, `limit` what is allowed, with its unit.

    The message names the flag as well as the hint does: where one file of many is refused, only the message is kept.
    """

    def __init__(self, name: str, what: str, limit: str) -> None:
        super().__init__(
            f"{name} {what}: the limit is {limit} (raise it with --max-size)",
            hint="If you trust the source, repeat the command with --max-size SIZE, for example --max-size 20Gi.",
        )
