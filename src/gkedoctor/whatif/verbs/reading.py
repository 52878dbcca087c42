"""Verbs that change nothing, and those that cannot be simulated."""

from __future__ import annotations

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Invocation, Result
from gkedoctor.whatif.registry import verb


@verb("get", "describe", "logs", "events", "top", "auth", "wait", "explain", "version", "api-resources", "cluster-info",
      "config", "diff")  # fmt: skip
def read(invocation: Invocation, words: list[str]) -> Result:
    """Reads only."""
    return Result()


@verb("edit")
def edit(invocation: Invocation, words: list[str]) -> Result:
    """Opens an editor."""
    raise ChangeError("kubectl edit opens an editor, and has no change in it", hint="write it as kubectl patch")
