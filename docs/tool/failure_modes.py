"""The page on failure modes of load balancers: which playbook finds each, by which case, or why none does."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired, TypedDict

import msgspec
from docs.tool import reference

DATA = Path(__file__).resolve().parents[1] / "load-balancer-failure-modes.yaml"
PAGE = "load-balancer-failure-modes.md"


class Found(TypedDict):
    """A case of a playbook that shows a failure mode."""

    playbook: str
    case: str


class Row(TypedDict):
    """A failure mode: what finds it, or why nothing does."""

    row: int
    what: str
    found: NotRequired[list[Found]]
    not_found: NotRequired[str]


class Table(TypedDict):
    """The failure modes of one kind of load balancer."""

    title: str
    rows: list[Row]


class Tables(TypedDict):
    """The whole file."""

    tables: dict[str, Table]


def tables() -> dict[str, Table]:
    """The tables of the data file; a mistake in it is an error of msgspec with its place."""
    return msgspec.yaml.decode(DATA.read_bytes(), type=Tables)["tables"]


def page(files: dict[str, str]) -> str:
    """The page. `files`: id of a playbook → path of its file, as seen from `docs/`."""
    rows = [row for table in tables().values() for row in table["rows"]]
    parts = [
        "# Failure modes of load balancers",
        reference.MADE,
        "What is known to go wrong with load balancers on GKE: which playbook finds it and by which test case, or why "
        f"none does. {_found(rows)} of {len(rows)} are found.",
        *(_section(table, files) for table in tables().values()),
    ]
    return "\n\n".join(parts) + "\n"


def _section(table: Table, files: dict[str, str]) -> str:
    lines = [f"| {r['row']} | {r['what']} | {_answer(r, files)} |" for r in table["rows"]]
    head = ["| row | what | found by |", "| --- | --- | --- |"]
    return "\n".join(
        [f"## {table['title']}", "", f"{_found(table['rows'])} of {len(lines)} are found.", "", *head, *lines]
    )


def _found(rows: list[Row]) -> int:
    return sum("found" in row for row in rows)


def _answer(row: Row, files: dict[str, str]) -> str:
    if "found" not in row:
        return f"not found: {row.get('not_found', '')}"
    return "<br>".join(f"[{f['playbook']}]({files[f['playbook']]}): {f['case']}" for f in row["found"])
