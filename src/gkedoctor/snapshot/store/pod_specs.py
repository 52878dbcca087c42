"""Specs of Pods, decoded once for all Pods of a template.

What each Pod has of its own in its spec are two names: that of its Node, and that of the volume with its token, which
admission ends at random (kubernetes/kubernetes, plugin/pkg/admission/serviceaccount/admission.go,
`ServiceAccountVolumeName`). Without them the specs of a template are the same bytes, and a Pod needs no more than a
copy of what lies on the way to its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

_NODE = b'"nodeName":"'
_TOKEN = b'"kube-api-access-'
_TOKEN_SIZE = len(_TOKEN) + 5 + 1
_NAME = re.compile(rb"[-.A-Za-z0-9]+")
_NODE_MARK, _TOKEN_MARK = "\0node", "\0token"
_WITH_MOUNTS = ("containers", "initContainers", "ephemeralContainers")
_MOST = 1 << 10
"""Specs that are remembered: Pods are in the order of their names, so those of a template come together."""

_Key = tuple[tuple[bytes, ...], tuple[bytes, ...]]
_Holes = dict[Any, Any]
"""Where the names stand in a spec: the mark of one, or the holes of the part that stands there."""


class _Template(NamedTuple):
    """A spec with marks for names; without holes, one that does not fit the names it was made of."""

    spec: dict[str, Any]
    holes: _Holes


class PodSpecs:
    """Decodes the specs of Pods; `decode` is asked for each that differs in more than the two names."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        self._decode = decode
        self._known: dict[_Key, _Template] = {}
        self._nodes: dict[bytes, str] = {}

    def decoded(self, text: bytes) -> Any:
        """What the text holds, as any decoder would give it."""
        before, _, rest = text.partition(_NODE)
        node, _, after = rest.partition(b'"')
        token = _token(text)
        if not token or (node not in self._nodes and not _NAME.fullmatch(node)):
            return self._decode(text)
        key = (tuple(before.split(token)), tuple(after.split(token)))
        template = self._known.get(key) or self._learned(key)
        if not template.holes:
            return self._decode(text)
        name = self._nodes.setdefault(node, node.decode())
        return _filled(template.spec, template.holes, {_NODE_MARK: name, _TOKEN_MARK: token[1:-1].decode()})

    def _learned(self, key: _Key) -> _Template:
        if len(self._known) >= _MOST:
            self._known = {}
        before, after = (rb'"\u0000token"'.join(parts) for parts in key)
        spec = self._decode(before + _NODE + rb'\u0000node"' + after)
        tokens = sum(map(len, key)) - len(key)
        marked = (before + after).count(rb"\u0000") == tokens and isinstance(spec, dict)
        holes = _holes(spec) if marked else {}
        template = self._known[key] = _Template(spec, holes if _count(holes) == tokens + 1 else {})
        return template


def _token(text: bytes) -> bytes:
    """The name of the volume with its quotes; empty where there is none that admission made."""
    start = text.find(_TOKEN)
    token = text[start : start + _TOKEN_SIZE]
    return token if token[len(_TOKEN) : -1].isalnum() and token.endswith(b'"') else b""


def _holes(spec: dict[str, Any]) -> _Holes:
    """The places at which the names are expected; a spec with marks in others is not taken for a template."""
    holes: _Holes = {"nodeName": _NODE_MARK} if spec.get("nodeName") == _NODE_MARK else {}
    for field in _WITH_MOUNTS:
        below = {i: {"volumeMounts": _named(c.get("volumeMounts"))} for i, c in _maps(spec.get(field))}
        if found := {i: mounts for i, mounts in below.items() if mounts["volumeMounts"]}:
            holes[field] = found
    if volumes := _named(spec.get("volumes")):
        holes["volumes"] = volumes
    return holes


def _named(items: Any) -> _Holes:
    return {i: {"name": _TOKEN_MARK} for i, item in _maps(items) if item.get("name") == _TOKEN_MARK}


def _maps(items: Any) -> Iterable[tuple[int, dict[str, Any]]]:
    return [(i, item) for i, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []


def _count(holes: _Holes) -> int:
    return sum(1 if isinstance(inner, str) else _count(inner) for inner in holes.values())


def _filled(part: Any, holes: _Holes, names: dict[str, str]) -> Any:
    """A copy of a spec, or of a part of one, with its own names."""
    own = part.copy()
    for key, inner in holes.items():
        own[key] = names[inner] if type(inner) is str else _filled(part[key], inner, names)
    return own
