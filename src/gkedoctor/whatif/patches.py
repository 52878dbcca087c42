"""The three kinds of patch that the API server takes, as pure functions on JSON documents."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from gkedoctor.whatif.json_patch import json_patch
from gkedoctor.whatif.strategic_merge import strategic_merge

__all__ = ["json_patch", "merge_patch", "strategic_merge"]


def merge_patch(document: Any, patch: Any) -> Any:
    """The document with a JSON merge patch (RFC 7386) applied, as a copy: null deletes, lists are replaced."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    result = copy.deepcopy(dict(document)) if isinstance(document, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result
