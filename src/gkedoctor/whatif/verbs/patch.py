"""`kubectl patch`."""

from __future__ import annotations

import json
from typing import Any

import yaml

from gkedoctor.errors import ChangeError
from gkedoctor.graph import ref_of
from gkedoctor.whatif.change import Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.patches import json_patch, merge_patch, strategic_merge
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES
from gkedoctor.whatif.verbs.edits import edit_objects

_SYNTAX = Syntax(
    (*SELECTION_VALUES, "patch", "patch-file", "type", "subresource"),
    SELECTION_SWITCHES,
    {**SELECTION_SHORT, "p": "patch"},
)
_SUBRESOURCES = ("", "status", "scale", "resize")


@verb("patch")
def patch(invocation: Invocation, words: list[str]) -> Result:
    """A patch of each selected object."""
    arguments = parse_flags(words, _SYNTAX)
    body = _body(invocation, arguments)
    kind = arguments.one("type", "strategic")
    subresource = arguments.one("subresource")
    if kind not in ("strategic", "merge", "json"):
        raise ChangeError(f"--type={kind} is unknown", hint="one of strategic, merge, json")
    if subresource not in _SUBRESOURCES:
        raise ChangeError(f"--subresource={subresource} is not supported")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        patched = _patched(item, kind, body)
        if not isinstance(patched, dict) or not isinstance(patched.get("metadata"), dict):
            raise ChangeError("the patch leaves no Kubernetes object")
        if ref_of(patched) != ref_of(item):
            raise ChangeError(f"a patch cannot change kind, name or namespace of {ref_of(item)}")
        return _restricted(item, patched, subresource)

    return edit_objects(invocation, arguments, arguments.positional, edit)


def _body(invocation: Invocation, arguments: Arguments) -> Any:
    if arguments.has("patch-file"):
        text = invocation.read_file(arguments.one("patch-file")).decode("utf-8", "replace")
    else:
        text = arguments.required("patch")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass  # kubectl takes YAML as well
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        found = None
    if not isinstance(found, dict | list):
        raise ChangeError("the patch is neither JSON nor YAML", hint="quote it: -p '{\"spec\": …}'")
    return found


def _patched(item: dict[str, Any], kind: str, body: Any) -> Any:
    if kind == "json":
        return json_patch(item, body)
    if not isinstance(body, dict):
        raise ChangeError(f"a patch of type {kind} is an object", hint="a list of operations is --type=json")
    return merge_patch(item, body) if kind == "merge" else strategic_merge(item, body)


def _restricted(item: dict[str, Any], patched: dict[str, Any], subresource: str) -> dict[str, Any]:
    """What the API server takes of a patch: of a subresource its part only."""
    if subresource == "status":
        return {**item, "status": patched.get("status") or {}}
    if subresource == "scale":
        return {**item, "spec": {**item.get("spec", {}), "replicas": (patched.get("spec") or {}).get("replicas")}}
    return patched
