"""`example:NAME`: the recorded clusters that come with gkedoctor, wherever it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from gkedoctor import shipped
from gkedoctor.cli.stdout import write_result


class RecordingPath(click.Path):
    """A path of a recording; `example:NAME` is one that comes with gkedoctor, and `example:` lists them."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; `example:` alone prints the names and ends. UsageError for an example that does not exist."""
        path = Path(str(super().convert(value, param, ctx)))
        if str(path) == shipped.EXAMPLE:
            write_result("".join(f"{shipped.EXAMPLE}{name}\n" for name in shipped.example_names()))
            raise click.exceptions.Exit(0)
        return resolve(path)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The examples after their prefix, else files."""
        if incomplete.startswith(shipped.EXAMPLE):
            begun = incomplete.removeprefix(shipped.EXAMPLE)
            return [
                CompletionItem(f"{shipped.EXAMPLE}{name}") for name in shipped.example_names() if name.startswith(begun)
            ]
        return super().shell_complete(ctx, param, incomplete)


def resolve(path: Path) -> Path:
    """The folder of `example:NAME`; any other path as it is. UsageError for an example that does not exist."""
    text = str(path)
    return shipped.example(text, "`--from example:` lists the names") if text.startswith(shipped.EXAMPLE) else path
