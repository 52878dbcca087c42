"""Events of an object; of a workload or a Service also those of its Pods, the evidence's first."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.diagnose.model import ResolvedEvidence
from gkedoctor.graph import EDGES, Ref, Unknown, ref_of
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.report.phrases import to_second
from gkedoctor.snapshot.model import Object
from gkedoctor.tui.model.lines import Line, Open, Page
from gkedoctor.tui.model.logs import pods_behind
from gkedoctor.tui.model.state import ViewState

MAX_LISTED = 50
"""Objects whose Events are listed on one page; more are reached by their own pages."""


def event_lines(scene: ViewState, item: Object, proofs: Sequence[ResolvedEvidence], width: int) -> list[Line]:
    """Events of an object, then those of what it controls and of its Pods, each under its name."""
    page = Page(width)
    below = _below(scene, item, proofs)
    if isinstance(below, Unknown):
        page.text(f"Events of its Pods are not known: {below.reason}", "unknown", "  ")
        below = []
    if below:
        page.head(str(ref_of(item)))
    own_events(scene, item, page)
    for one in below[:MAX_LISTED]:
        page.head(str(ref_of(one)))
        own_events(scene, one, page)
    if len(below) > MAX_LISTED:
        page.text(f"and {len(below) - MAX_LISTED} more objects with Events", "dim", "  ")
    return page.lines


def _below(scene: ViewState, item: Object, proofs: Sequence[ResolvedEvidence]) -> list[Object] | Unknown:
    """ReplicaSets, Jobs and Pods that have Events: what the evidence names first, then the latest Event first."""
    if item.get("kind") == "Pod" or "metadata" not in item:
        return []
    pods = pods_behind(scene.graph, item)
    children = scene.graph.follow("children", item) if (item.get("kind"), "children") in EDGES else []
    if isinstance(pods, Unknown):
        return pods
    named = [proof.ref for proof in proofs]
    found = {ref_of(one): one for one in (*pods, *([] if isinstance(children, Unknown) else children))}
    dated = [(ref, one, last_seen(events[-1])) for ref, one in found.items() if (events := _events(scene, one))]
    dated.sort(key=lambda d: (_rank(d[0], named), -d[2].timestamp(), d[0].name))
    return [one for _, one, _ in dated]


def _rank(ref: Ref, named: list[Ref]) -> int:
    return named.index(ref) if ref in named else len(named)


def _events(scene: ViewState, item: Object) -> Sequence[Object]:
    found = scene.graph.follow("all_events", item)
    return [] if isinstance(found, Unknown) else found


def own_events(scene: ViewState, item: Object, page: Page) -> None:
    """The Events of one object, the latest last."""
    found = scene.graph.follow("all_events", item) if "metadata" in item else []
    if isinstance(found, Unknown):
        page.text(f"not known: {found.reason}", "unknown", "  ")
    elif not found:
        page.text("none recorded", "dim", "  ")
    else:
        for event in found:
            count = event.get("count") or (event.get("series") or {}).get("count") or 1
            times = f" x{count}" if count > 1 else ""
            warning = event.get("type") == "Warning"
            told = f"{'Warning ' if warning else ''}{event.get('reason')}{times}: {event.get('message')}"
            ref = ref_of(event)
            page.text(
                f"{to_second(last_seen(event))}  {told}",
                "unknown" if warning else "", "  ", rest="    ", entry=("event", ref), act=Open(ref),
            )  # fmt: skip
