"""The JSON of the fleet as YAML."""

from __future__ import annotations

from gkedoctor.fleet.model import Fleet
from gkedoctor.report.fleet._json_schema import to_wire
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.yaml import dumped


def render(fleet: Fleet, page: Page) -> str:
    """One document, keys in the order of the schema. The page does not matter."""
    return dumped(to_wire(fleet))
