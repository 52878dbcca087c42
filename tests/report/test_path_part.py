"""The path of a request through a part of a recording is the one through all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gkedoctor.errors import UsageError
from gkedoctor.graph import Graph
from gkedoctor.graph.request_path.lookup import PATHS, hosts
from gkedoctor.report.request_path import RequestPathAnswer
from gkedoctor.service.path import request_path
from gkedoctor.service.path_part import path_of_part
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.recorded_parts import RecordedParts
from tests.conftest import RECORDINGS, recorded

SAMPLE = sorted(path.name for path in RECORDINGS.iterdir() if path.is_dir())[2::9]
NOWHERE = ["nothere.example.org", "192.0.2.99", "Ingress/x/nothere"]


def entry_points(snapshot: Snapshot) -> list[str]:
    graph = Graph(snapshot)
    objects = [o["metadata"] | {"kind": kind} for kind in PATHS for o in graph.all(kind)[:3]]
    objects += [
        o["metadata"] | {"kind": kind} for kind in ("Pod", "HTTPRoute", "Deployment") for o in graph.all(kind)[:2]
    ]
    named = [f"{o['kind']}/{o['namespace']}/{o['name']}" for o in objects]
    named += [f"ns:{home}" for home in sorted({str(o["namespace"]) for o in objects})[:3]]
    addresses = [str(rule["IPAddress"]) for rule in graph.all("ForwardingRule") if rule.get("IPAddress")]
    return [*named, *hosts(graph)[:2], *addresses[:2], *NOWHERE]


def answer(ask: Callable[[], RequestPathAnswer | None]) -> Any:
    try:
        return ask()
    except UsageError as error:
        return str(error)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_part_shows_the_path_that_the_whole_shows(name: str) -> None:
    snapshot = recorded(name)
    for entry_point in entry_points(snapshot):
        part = answer(lambda entry_point=entry_point: path_of_part(entry_point, RecordedParts(snapshot, small=0)))
        if part is not None:
            assert part == answer(lambda entry_point=entry_point: request_path(entry_point, snapshot)), entry_point
