"""What the screen of `diagnose` shows of a recording: its first page, then the pages of some of its objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tui.driving import drive, press, settled, text
from textual.pilot import Pilot

from benchmarks.leaks.objects import NAMESPACE
from benchmarks.leaks.outputs import Output
from gkedoctor.cli.screen_sources import ScreenQuery, recording_source
from gkedoctor.graph import Ref
from gkedoctor.tui.app import GkedoctorApp

_SIZE = (220, 120)
"""Columns and rows: a whole page is seen at once."""

_SHOWN = (
    ("pods.json", "Pod", "crash-", ("y", "p")),
    ("pods.json", "Pod", "env-", ("y",)),
    ("pods.json", "Pod", "event-", ("e",)),
    ("pods.json", "Pod", "annotation-", ("y",)),
    ("deployments.json", "Deployment", "env-of-template-", ("y",)),
    ("ingresses.json", "Ingress", "ingress-snippet-", ("y",)),
    ("horizontalpodautoscalers.json", "HorizontalPodAutoscaler", "condition-", ("d",)),
)
_OF_EACH = 6


def screen(recording: Path) -> Output:
    """The pages of six objects of each kind that holds secrets, as lines of text."""
    seen: list[str] = []

    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        seen.append(text(app))
        for ref, keys in _objects(recording):
            app.open_object(ref)
            await settled(app, pilot)
            for key in keys:
                await press(app, pilot, key)
                seen.append(text(app))
            await press(app, pilot, "escape")

    drive(GkedoctorApp(recording_source(recording, ScreenQuery())), look, _SIZE)
    return Output("diagnose, the screen of 42 objects", "\n".join(seen))


def _objects(recording: Path) -> Iterator[tuple[Ref, tuple[str, ...]]]:
    for file, kind, start, keys in _SHOWN:
        items = json.loads((recording / "kubernetes" / file).read_text(encoding="utf-8"))["items"]
        names = [name for item in items if (name := item["metadata"]["name"]).startswith(start)]
        for name in names[:_OF_EACH]:
            yield Ref(kind, name, NAMESPACE), keys
