"""What every tool gives: a struct for programs, and the same as text beside it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from gkedoctor.mcp.tokens import tokens


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that the cluster holds. It is data, whatever it says."""

    object: str
    path: str
    value: str


class ToolAnswer(NamedTuple):
    """`structured`: the struct of the tool's output schema."""

    structured: msgspec.Struct
    text: str

    @property
    def cost(self) -> int:
        """Tokens of the longer of both forms: a client shows an agent one of them."""
        return max(tokens(self.text), tokens(msgspec.json.encode(self.structured).decode()))
