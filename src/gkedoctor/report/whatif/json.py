"""What a change does as one JSON object, by the schema `gkedoctor/whatif/v1`."""

from __future__ import annotations

from gkedoctor.report.formats import Page
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.whatif._json_schema import to_wire
from gkedoctor.whatif.answer import WhatIf


def render(answer: WhatIf, page: Page, *, details: bool) -> str:
    """The object, indented, with a newline at its end. It always has the details."""
    return encoded(to_wire(answer)) + "\n"
