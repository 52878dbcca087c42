"""`kubectl apply` and `kubectl replace`."""

from __future__ import annotations

import json
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.graph import name_of, namespace_of
from gkedoctor.graph.core.accessors import annotations_of, json_map
from gkedoctor.snapshot.field_history import LAST_APPLIED
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.merge_keys import is_built_in_type
from gkedoctor.whatif.patches import merge_patch, strategic_merge
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT
from gkedoctor.whatif.state import ClusterState

_SYNTAX = Syntax(
    ("filename", "selector", "prune-allowlist", "timeout", "grace-period", "subresource", "kustomize"),
    ("server-side", "force-conflicts", "force", "recursive", "all", "prune", "wait", "overwrite", "openapi-patch"),
    SELECTION_SHORT,
)


@verb("apply")
def apply(invocation: Invocation, words: list[str]) -> Result:
    """Creates what is not there, and merges into what is."""
    arguments = parse_flags(words, _SYNTAX)
    documents = _documents(invocation, arguments)
    if arguments.on("prune"):
        raise ChangeError("--prune is not supported")

    def run(state: ClusterState) -> None:
        for document in documents:
            apply_document(state, document)

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),), documents)


def _documents(invocation: Invocation, arguments: Arguments) -> tuple[dict[str, Any], ...]:
    files = [*arguments.many("filename"), *(["-"] if arguments.positional == ("-",) else [])]
    if not files:
        raise ChangeError("-f FILE is missing")
    return tuple(d for file in files for d in invocation.manifests(file, arguments.namespace))


def apply_document(state: ClusterState, document: dict[str, Any]) -> None:
    """What `kubectl apply` makes of one manifest.

    With the last applied configuration three ways are merged: what it had and the manifest has not is removed. Without
    it (a recording leaves it out), the manifest is merged into the object as a patch.
    """
    resource = state.resource_of(document)
    space = namespace_of(document) if resource.namespaced else None
    held = state.get(resource.collection, space, name_of(document))
    if held is None:
        state.write(document)
        return
    current = state.find(resource, space, name_of(document))
    last = json_map(annotations_of(current).get(LAST_APPLIED))
    patch = _with_nulls(document, last) if last is not None else document
    merge = strategic_merge if is_built_in_type(current) else merge_patch
    merged = merge(current, {**patch, "apiVersion": current.get("apiVersion", document.get("apiVersion"))})
    if last is not None:
        notes = {**annotations_of(merged), LAST_APPLIED: json.dumps(document, sort_keys=True)}
        merged = {**merged, "metadata": {**merged["metadata"], "annotations": notes}}
    state.write(merged)


def _with_nulls(document: Any, last: Any) -> Any:
    """The manifest with a null for each field that the last applied one had and this one has not."""
    if not isinstance(document, dict) or not isinstance(last, dict):
        return document
    gone = {key: None for key in last if key not in document and key != "status"}
    return {**{key: _with_nulls(value, last.get(key)) for key, value in document.items()}, **gone}


@verb("replace")
def replace(invocation: Invocation, words: list[str]) -> Result:
    """Puts whole objects in the place of those that are there; with --force also where there is none."""
    arguments = parse_flags(words, _SYNTAX)
    documents = _documents(invocation, arguments)

    def run(state: ClusterState) -> None:
        for document in documents:
            resource = state.resource_of(document)
            space = namespace_of(document) if resource.namespaced else None
            held = state.get(resource.collection, space, name_of(document))
            if held is None and not arguments.on("force"):
                state.find(resource, space, name_of(document))
            if held is not None and arguments.on("force"):
                state.delete(resource, held)
            kept = {"status": held["status"]} if held is not None and "status" in held else {}
            state.write({**kept, **document})

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),), documents)
