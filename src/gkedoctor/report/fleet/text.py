"""The fleet for people: one line a cause, then one line a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.fleet.model import Diagnosed, Failed, Fleet, FleetCause
from gkedoctor.playbook.model import Severity
from gkedoctor.report.escaping import inert
from gkedoctor.report.fleet._phrases import (
    NAMES,
    by_severity,
    closing,
    extent,
    few,
    open_symptoms,
    root_words,
    standing,
)
from gkedoctor.report.formats import Page
from gkedoctor.report.paint import Paint
from gkedoctor.report.phrases import counted
from gkedoctor.report.wrap import columns, wrapped

_MOST = 40
"""Lines of one list at most; the JSON report has all of them."""
_WIDEST_NAME = 32


def render(fleet: Fleet, page: Page) -> str:
    """Causes, clusters, what could not be diagnosed, one closing line."""
    blocks = [list(block) for block in _blocks(fleet, page)]
    blocks.append(wrapped(closing(fleet), page.width, rest="  "))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _blocks(fleet: Fleet, page: Page) -> Iterator[Iterator[str]]:
    advice = [cause for cause in fleet.causes if cause.severity is Severity.ADVISORY]
    yield _causes(fleet.causes[: len(fleet.causes) - len(advice)], page)
    yield _advice(advice, page)
    yield _open(fleet, page)
    yield _clusters(by_severity(fleet.clusters), page)
    yield _failed(fleet.failed, page)


def _causes(causes: Sequence[FleetCause], page: Page) -> Iterator[str]:
    for cause in causes[:_MOST]:
        mark = f"{cause.severity}[{cause.cause}]"
        where = f" {root_words(cause.at[0])}" if len(cause.at) == 1 else ""
        first, *more = wrapped(f"{mark}{where} in {extent(cause)}: {few(cause.clusters)}", page.width, rest="  ")
        yield Paint(page.colour).severity(mark, cause.severity) + first[len(mark) :]
        yield from more
        if len(cause.at) > 1:
            yield from wrapped(_roots(cause), page.width, "    ", "      ")
    yield from _rest(len(causes) - _MOST)


def _roots(cause: FleetCause) -> str:
    """`Secret/shop/db (12 clusters), Secret/shop/cache and 4 more`."""
    shown = cause.at[:NAMES]
    names = [
        f"{root_words(root)} ({counted(len(root.clusters), 'cluster')})" if len(root.clusters) > 1 else root_words(root)
        for root in shown
    ]
    more = len(cause.at) - len(shown)
    return f"{', '.join(names)} and {more} more" if more else ", ".join(names)


def _advice(causes: Sequence[FleetCause], page: Page) -> Iterator[str]:
    if causes:
        yield Paint(page.colour).label("Advisories:")
    for cause in causes[:_MOST]:
        yield from wrapped(f"{cause.cause} in {extent(cause)}: {few(cause.clusters)}", page.width, "  ", "    ")
    yield from _rest(len(causes) - _MOST)


def _open(fleet: Fleet, page: Page) -> Iterator[str]:
    if symptoms := open_symptoms(fleet):
        yield from wrapped(symptoms, page.width, rest="  ")


def _clusters(faulty: Sequence[Diagnosed], page: Page) -> Iterator[str]:
    """The most severe first; none without a fault."""
    if not faulty:
        return
    yield Paint(page.colour).label("Clusters, most severe first (details: gkedoctor report --from RECORDING):")
    wide = min(max(columns(inert(cluster.name)) for cluster in faulty[:_MOST]), _WIDEST_NAME)
    for cluster in faulty[:_MOST]:
        name = inert(cluster.name)
        yield from wrapped(f"{name}{' ' * max(0, wide - columns(name))}  {standing(cluster)}", page.width, "  ", "    ")
    yield from _rest(len(faulty) - _MOST)


def _failed(failed: Sequence[Failed], page: Page) -> Iterator[str]:
    if failed:
        yield Paint(page.colour).label("Could not be diagnosed:")
    for one in failed[:_MOST]:
        hint = f" ({inert(one.hint)})" if one.hint else ""
        yield from wrapped(f"{inert(one.name)}: {inert(one.message)}{hint}", page.width, "  ", "    ")
    yield from _rest(len(failed) - _MOST)


def _rest(more: int) -> Iterator[str]:
    if more > 0:
        yield f"  and {more:,} more"
