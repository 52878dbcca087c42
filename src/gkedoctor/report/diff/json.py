"""The comparison as one JSON object, by the schema `gkedoctor/diff/v1`."""

from __future__ import annotations

from gkedoctor.compare.comparison import Comparison
from gkedoctor.report.diff._json_schema import to_wire
from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded


def render(comparison: Comparison, page: Page) -> str:
    """The object, indented, with a newline at its end. The page does not matter."""
    return encoded(to_wire(comparison)) + "\n"
