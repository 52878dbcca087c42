"""The fleet as one JSON object, by the schema `gkedoctor/fleet/v1`."""

from __future__ import annotations

from gkedoctor.fleet.model import Fleet
from gkedoctor.report.fleet._json_schema import to_wire
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded


def render(fleet: Fleet, page: Page) -> str:
    """The object, indented, with a newline at its end. The page does not matter."""
    return encoded(to_wire(fleet)) + "\n"
