"""What edges lead to is what their records declare: a field that is missing there could not be named by a playbook.

Every edge is followed from the objects of all cases of the shipped playbooks.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, partial
from typing import Any
from unittest.mock import patch

import pytest

from gkedoctor.diagnose.cases import case_files, given_snapshot, given_world, load_cases
from gkedoctor.graph import EDGES, Graph, Unknown
from gkedoctor.graph.core.graph import Edge
from gkedoctor.graph.core.records import record_type
from gkedoctor.playbook.types import ListOf, OneOf, Record, Type, element_of
from gkedoctor.snapshot.custom_kinds import is_custom
from gkedoctor.snapshot.intake import build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Snapshot
from tests.conftest import PLAYBOOKS, recorded

UNDECLARED: dict[str, str] = {}
"""Edges without a record, and why."""

UNSEEN = {"QuotaRecord": "no case holds the quotas of a project"}
"""Records that no case shows, and why."""

MOST = 12
"""Objects of one kind in one snapshot that edges are followed from."""


def snapshots() -> Iterator[Snapshot]:
    """Those of all cases. Texts are not searched for credentials: that takes long, and matters to no edge."""
    seen: set[str | None] = set()
    for file in map(load_cases, case_files([PLAYBOOKS])):
        for case in file.cases:
            given = case.given
            with patch("gkedoctor.diagnose.cases.build_snapshot", partial(build_snapshot, keep_values=True)):
                if given.manifests:
                    made = given_world(given, recorded)[0].closed
                elif given.objects or given.patch or given.recording not in seen:
                    seen.add(given.recording)
                    made = given_snapshot(given, recorded)
                else:
                    continue
            yield made


class Seen:
    """Fields of records that were met, and those that are declared nowhere."""

    def __init__(self) -> None:
        self.fields: dict[str, set[str]] = {}
        self.declared: dict[str, set[str]] = {}
        self.strange: set[tuple[str, str]] = set()

    def note(self, value: Any, kind: Type) -> None:
        if isinstance(kind, ListOf) and isinstance(value, list | tuple):
            for element in value:
                self.note(element, kind.element)
        elif isinstance(kind, OneOf):
            for one in kind.alternatives:
                if isinstance(one, ListOf) is isinstance(value, list | tuple):
                    self.note(value, one)
        elif isinstance(kind, Record) and kind.name.startswith("record ") and isinstance(value, dict):
            self._record(value, kind)

    def _record(self, value: dict[str, Any], kind: Record) -> None:
        name = kind.name.removeprefix("record ")
        self.declared[name] = set(kind.fields)
        self.fields.setdefault(name, set()).update(value)
        self.strange |= {(name, field) for field in value.keys() - kind.fields.keys()}
        for field in value.keys() & kind.fields.keys():
            self.note(value[field], kind.fields[field])


@cache
def seen() -> Seen:
    found = Seen()
    edges: dict[str, list[tuple[Edge, Type]]] = {}
    for edge in EDGES.values():
        kind = element_of([edge])
        if isinstance(kind, Record) and kind.name.startswith("record "):
            edges.setdefault(edge.source, []).append((edge, kind))
    for snapshot in snapshots():
        graph = Graph(snapshot)
        for collection in snapshot.collections.values():
            kind = COLLECTIONS.get(collection.name)
            mine = edges.get(kind.name if kind is not None else "*" if is_custom(collection.name) else "", [])
            for item in list(collection.objects)[:MOST] if mine else ():
                for edge, record in mine:
                    facts = graph.follow(edge.name, item)
                    if not isinstance(facts, Unknown):
                        found.note(list(facts), ListOf(record))
    return found


@pytest.mark.parametrize("edge", EDGES.values(), ids=lambda e: f"{e.source} {e.name}")
def test_every_edge_declares_what_it_leads_to(edge: Edge) -> None:
    assert (record_type(edge) is None) is (edge.name in UNDECLARED)


def test_records_hold_nothing_that_is_not_declared() -> None:
    assert seen().strange == set()


def test_every_declared_field_is_there() -> None:
    missing = {name: fields - seen().fields[name] for name, fields in seen().declared.items()}
    assert {name: fields for name, fields in missing.items() if fields} == {}
    kinds = [element_of([edge]) for edge in EDGES.values()]
    declared = {k.name.removeprefix("record ") for k in kinds if isinstance(k, Record) and k.name.startswith("record ")}
    assert declared - seen().declared.keys() == UNSEEN.keys()


def test_a_record_that_no_package_has_is_an_error() -> None:
    edge = next(iter(EDGES.values()))._replace(record="NoSuchRecord")
    with pytest.raises(LookupError, match="has no NoSuchRecord"):
        record_type(edge)


def test_no_record_is_built_before_somebody_asks() -> None:
    code = "import sys, gkedoctor.graph; print([name for name in sys.modules if name.endswith('.records')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert [name for name in ast.literal_eval(found) if ".core." not in name] == []
