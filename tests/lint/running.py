"""Runs `gkedoctor lint` as a user does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from click.testing import CliRunner

from gkedoctor.cli.app import run


class Ran(NamedTuple):
    """What the shell was told."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.out)
        return found

    @property
    def causes(self) -> list[tuple[str, str]]:
        return [(d["severity"], d["cause"]) for d in self.report["diagnoses"]]

    @property
    def places(self) -> list[str]:
        return [f"{d['location']['line']}:{d['location']['column']}" for d in self.report["diagnoses"]]


def lint(*arguments: str | Path, stdin: str = "", config: Path | None = None) -> Ran:
    """One run, with one configuration or none."""
    settings = ["--config", str(config)] if config is not None else ["--no-config"]
    with CliRunner().isolation(input=stdin) as (out, err, _):
        code = run(["lint", *settings, *map(str, arguments)])
        return Ran(code, out.getvalue().decode(), err.getvalue().decode())


def lint_text(folder: Path, text: str, *arguments: str) -> Ran:
    """A run on one file, with its findings as JSON."""
    file = folder / "given.yaml"
    file.write_text(text)
    return lint(file, "-o", "json", *arguments)
