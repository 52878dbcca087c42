"""The verbs of kubectl that are known: each a function from a command to what it does."""

from __future__ import annotations

from collections.abc import Callable

from gkedoctor.whatif.change import Invocation, Result

Verb = Callable[[Invocation, list[str]], Result]
"""A command and its words without the verb."""

VERBS: dict[str, Verb] = {}
"""Filled while `verbs` is imported, read-only afterwards."""


def verb(*names: str) -> Callable[[Verb], Verb]:
    """Registers a function as one or several verbs."""

    def register(function: Verb) -> Verb:
        VERBS.update(dict.fromkeys(names, function))
        return function

    return register
