"""The fleet as Markdown, for a ticket. Text out of clusters stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.fleet.model import Diagnosed, Failed, Fleet, FleetCause
from gkedoctor.report.fleet._phrases import by_severity, closing, open_symptoms, root_words, standing
from gkedoctor.report.formats import Page
from gkedoctor.report.markdown import cell, code, text

_ROWS, _NAMES = 60, 5


def render(fleet: Fleet, page: Page) -> str:
    """A table of causes, a table of faulty clusters, and what could not be diagnosed. The page does not matter."""
    said = closing(fleet)
    lines = [f"**{said[:1].upper()}{text(said[1:])}.**", *_causes(fleet.causes)]
    if symptoms := open_symptoms(fleet):
        lines += ["", text(symptoms)]
    lines += [*_clusters(by_severity(fleet.clusters)), *_failed(fleet.failed)]
    return "\n".join(lines) + "\n"


def _causes(causes: Sequence[FleetCause]) -> Iterator[str]:
    if causes:
        yield from ["", "| severity | cause | clusters | roots | objects | where |"]
        yield "| --- | --- | --- | --- | --- | --- |"
    for cause in causes[:_ROWS]:
        cells = [
            str(cause.severity),
            _code(cause.cause),
            f"{len(cause.clusters):,}",
            f"{cause.roots:,}",
            _list([root_words(root) for root in cause.at]),
            _list(cause.clusters),
        ]
        yield f"| {' | '.join(cells)} |"
    yield from _rest(len(causes))


def _clusters(faulty: Sequence[Diagnosed]) -> Iterator[str]:
    if faulty:
        yield from ["", "| cluster | found |", "| --- | --- |"]
    yield from (f"| {_code(cluster.name)} | {text(standing(cluster))} |" for cluster in faulty[:_ROWS])
    yield from _rest(len(faulty))


def _failed(failed: Sequence[Failed]) -> Iterator[str]:
    if failed:
        yield from ["", "**Could not be diagnosed**", ""]
    yield from (f"- {code(one.name)}: {text(one.message)}" for one in failed[:_ROWS])
    yield from _rest(len(failed))


def _list(items: Sequence[str]) -> str:
    more = len(items) - _NAMES
    return ", ".join(map(_code, items[:_NAMES])) + (f" and {more} more" if more > 0 else "")


def _code(said: str) -> str:
    return cell(code(said))


def _rest(count: int) -> Iterator[str]:
    if count > _ROWS:
        yield from ["", f"and {count - _ROWS:,} more"]
