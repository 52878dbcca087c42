"""Colour for words that are there anyway: it never carries a meaning of its own."""

from __future__ import annotations

from typing import NamedTuple

from gkedoctor.playbook.model import Severity

_SEVERITY = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "1;33",
    Severity.MEDIUM: "1;35",
    Severity.LOW: "1;36",
    Severity.ADVISORY: "1;34",
}
_LABEL = "1"


class Paint(NamedTuple):
    """Colours a text, or leaves it as it is."""

    on: bool

    def severity(self, text: str, severity: Severity) -> str:
        """In the colour of a severity."""
        return self._in(_SEVERITY[severity], text)

    def label(self, text: str) -> str:
        """Bold."""
        return self._in(_LABEL, text)

    def _in(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.on else text
