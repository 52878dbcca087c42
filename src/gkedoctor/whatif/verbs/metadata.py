"""`kubectl annotate`, `kubectl label`, `kubectl taint`."""

from __future__ import annotations

from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES
from gkedoctor.whatif.verbs.edits import edit_objects, with_value

_SYNTAX = Syntax((*SELECTION_VALUES, "resource-version"), (*SELECTION_SWITCHES, "overwrite", "list"), SELECTION_SHORT)
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


@verb("annotate")
def annotate(invocation: Invocation, words: list[str]) -> Result:
    """Adds and removes annotations."""
    return _edit_map(invocation, parse_flags(words, _SYNTAX), "annotations")


@verb("label")
def label(invocation: Invocation, words: list[str]) -> Result:
    """Adds and removes labels."""
    return _edit_map(invocation, parse_flags(words, _SYNTAX), "labels")


def _edit_map(invocation: Invocation, arguments: Arguments, field: str) -> Result:
    """`key=value` adds, `key-` removes; a key that has another value is changed only with --overwrite."""
    objects = tuple(w for w in arguments.positional if "=" not in w and not w.endswith("-"))
    added = dict(w.split("=", 1) for w in arguments.positional if "=" in w)
    removed = {w[:-1] for w in arguments.positional if "=" not in w and w.endswith("-")}
    if not added and not removed:
        raise ChangeError(f"no {field} are given", hint="KEY=VALUE to set, KEY- to remove")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        held = dict(item["metadata"].get(field) or {})
        taken = [key for key, value in added.items() if held.get(key, value) != value]
        if taken and not arguments.on("overwrite"):
            raise ChangeError(f"'{taken[0]}' already has a value ({held[taken[0]]})", hint="add --overwrite")
        held = {key: value for key, value in {**held, **added}.items() if key not in removed}
        return with_value(item, ("metadata", field), held or None)

    return edit_objects(invocation, arguments, objects, edit)


@verb("taint")
def taint(invocation: Invocation, words: list[str]) -> Result:
    """Adds and removes taints of Nodes."""
    arguments = parse_flags(words, _SYNTAX)
    changes = [w for w in arguments.positional if w.endswith("-") or (":" in w and "/" not in w.partition(":")[2])]
    objects = tuple(w for w in arguments.positional if w not in changes)
    if not changes:
        raise ChangeError("no taint is given", hint="KEY=VALUE:EFFECT to set, KEY:EFFECT- to remove")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        taints = list((item.get("spec") or {}).get("taints") or [])
        for change in changes:
            taints = _tainted(taints, change, overwrite=arguments.on("overwrite"))
        return with_value(item, ("spec", "taints"), taints or None)

    return edit_objects(invocation, arguments, objects, edit)


def _tainted(taints: list[Any], change: str, *, overwrite: bool) -> list[Any]:
    key, _, effect = change.removesuffix("-").partition(":")
    key, _, value = key.partition("=")
    if change.endswith("-"):
        kept = [t for t in taints if t.get("key") != key or (effect and t.get("effect") != effect)]
        if kept == taints:
            raise ChangeError(f'taint "{change[:-1]}" not found')
        return kept
    if effect not in _EFFECTS:
        raise ChangeError(f"unknown effect `{effect}`", hint=f"one of {', '.join(_EFFECTS)}")
    same = [t for t in taints if (t.get("key"), t.get("effect")) == (key, effect)]
    if same and not overwrite and (same[0].get("value") or "") != value:
        raise ChangeError(f"the node already has taint {key}:{effect}", hint="add --overwrite")
    new = {"key": key, "effect": effect} | ({"value": value} if value else {})
    return [*(t for t in taints if t not in same), new]
