"""`--max-size`: the one flag that raises the limits of what is read from files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from gkedoctor.limits import DEFAULT, Limits

F = TypeVar("F", bound=Callable[..., Any])
_KEY = "gkedoctor.limits"
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_MOST = 1 << 50


class Size(click.ParamType[int]):
    """Bytes as Kubernetes and gcloud write them: `20Gi`, `20GiB`, `500MB`, `1000000`."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of bytes."""
        if isinstance(value, int):
            return value
        text = value.strip().lower()
        number = text.rstrip("bikmgt")
        unit = text[len(number) :].removesuffix("b")
        known = number.isascii() and number.isdigit() and len(number) < 16 and unit in _UNITS
        if not known or not 0 < int(number) * _UNITS[unit] <= _MOST:
            self.fail(f"`{value}` is not a size; write it like 20Gi or 500Mi", param, ctx)
        return int(number) * _UNITS[unit]


def size_option(command: F) -> F:
    """Adds --max-size. Its value is in `limits()` and not among the command's arguments: few of them look at it."""
    return click.option(
        "--max-size",
        type=Size(),
        metavar="SIZE",
        envvar="GKEDOCTOR_MAX_SIZE",
        expose_value=False,
        callback=_note,
        help="Limit for a recording (GKEDOCTOR_MAX_SIZE).",
    )(command)


def limits() -> Limits:
    """The limits of the command that runs; those without the flag where none does."""
    context = click.get_current_context(silent=True)
    found: Limits = context.meta.get(_KEY, DEFAULT) if context is not None else DEFAULT
    return found


def _note(context: click.Context, _: click.Parameter, value: int | None) -> None:
    if value is not None:
        context.meta[_KEY] = DEFAULT.raised(value)
