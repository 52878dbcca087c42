"""`example:NAME`: the recorded clusters that come with gkedoctor, wherever it is installed."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import UsageError

PREFIX = "example:"


class RecordingPath(click.Path):
    """A path of a recording; `example:NAME` is one that comes with gkedoctor, and `example:` lists them."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; `example:` alone prints the names and ends. UsageError for an example that does not exist."""
        path = Path(str(super().convert(value, param, ctx)))
        if str(path) == PREFIX:
            write_result("".join(f"{PREFIX}{name}\n" for name in names()))
            raise click.exceptions.Exit(0)
        return resolve(path)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The examples after their prefix, else files."""
        if incomplete.startswith(PREFIX):
            begun = incomplete.removeprefix(PREFIX)
            return [CompletionItem(f"{PREFIX}{name}") for name in names() if name.startswith(begun)]
        return super().shell_complete(ctx, param, incomplete)


def names() -> list[str]:
    """The names of the examples, sorted."""
    from gkedoctor import shipped

    return sorted(path.name for path in shipped.recorded_clusters().iterdir() if path.is_dir())


def resolve(path: Path) -> Path:
    """The folder of `example:NAME`; any other path as it is. UsageError names the examples that there are."""
    text = str(path)
    if not text.startswith(PREFIX):
        return path
    from gkedoctor import shipped

    wanted, known = text.removeprefix(PREFIX), names()
    if wanted in known:
        return shipped.recorded_clusters() / wanted
    near = get_close_matches(wanted, known, 1)
    if wanted and near:
        raise UsageError(f"no example `{wanted}`", hint=f"did you mean `{PREFIX}{near[0]}`?")
    raise UsageError(f"no example `{wanted}`", hint="`--from example:` lists the names")
