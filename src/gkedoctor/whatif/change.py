"""One change to a state, and where its files come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gkedoctor.errors import ChangeError, GkedoctorError
from gkedoctor.manifests.loading import read_text
from gkedoctor.whatif.state import ClusterState


@dataclass(frozen=True)
class Change:
    """What one command does. `command`: as it was written, for messages."""

    command: str
    run: Callable[[ClusterState], None]

    def apply(self, state: ClusterState) -> None:
        """Carries it out. ChangeError, with the command, where kubectl or the API server would refuse it."""
        try:
            self.run(state)
        except GkedoctorError as error:
            raise ChangeError(f"`{self.command}`: {error.message}", hint=error.hint) from None
        except RecursionError:
            raise ChangeError(f"`{self.command}`: the change is nested too deeply") from None


@dataclass(frozen=True)
class Result:
    """What a command comes to: changes, and the objects that it prints with --dry-run=client -o yaml."""

    changes: tuple[Change, ...] = ()
    printed: tuple[dict[str, Any], ...] = ()


Documents = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Invocation:
    """A kubectl command without the program's name. `stdin`: what is piped into it, as text or as objects."""

    words: tuple[str, ...]
    text: str
    stdin: str | Documents | None = None
    folder: Path = field(default_factory=Path)
    """Where relative file names start."""

    def read_file(self, name: str) -> bytes:
        """The content of a file that a flag names. ChangeError where it cannot be read."""
        if name == "-":
            if not isinstance(self.stdin, str):
                raise ChangeError("- reads standard input, and there is none")
            return self.stdin.encode()
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise ChangeError(
                f"the file {name} cannot be read: {error.strerror or error}",
                hint="write the file first; without it the command changes nothing",
            ) from None

    def manifests(self, name: str, namespace: str) -> Documents:
        """The objects of `-f NAME`, `-` for standard input; `namespace`: of those that name none."""
        if name == "-" and isinstance(self.stdin, tuple):
            return self.stdin
        if name.startswith(("http://", "https://")):
            raise ChangeError(f"{name} is not read: only local files are", hint="download the file and name it")
        text = self.read_file(name).decode("utf-8", "replace")
        found = read_text("standard input" if name == "-" else name, text, namespace=namespace)
        if found.problems:
            problem = found.problems[0]
            raise ChangeError(f"{problem.place}: {problem.message}", hint=problem.hint)
        if not found.objects:
            raise ChangeError(f"{'standard input' if name == '-' else name} has no Kubernetes object")
        return tuple(manifest.item for manifest in found.objects.values())
