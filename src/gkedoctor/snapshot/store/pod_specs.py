"""Specs of Pods, decoded once for all Pods of a template.

What each Pod has of its own in its spec are two names: that of its Node, and that of the volume with its token, which
admission ends at random (kubernetes/kubernetes, plugin/pkg/admission/serviceaccount/admission.go,
`ServiceAccountVolumeName`). Without them the specs of a template are the same bytes, and a Pod needs no more than a
copy of what lies on the way to its names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_NODE = b'"nodeName":"'
_TOKEN = b'"kube-api-access-'
_TOKEN_SIZE = len(_TOKEN) + 5 + 1
_NAME = re.compile(rb"[-.A-Za-z0-9]+")
_NODE_MARK, _TOKEN_MARK = "\0node", "\0token"
_NODE_TEXT, _TOKEN_TEXT, _MARK_TEXT = rb'\u0000node"', rb'"\u0000token"', rb"\u0000"
_WITH_MOUNTS = ("containers", "initContainers", "ephemeralContainers")
_MOST = 1 << 10
"""Specs that are remembered: Pods are in the order of their names, so those of a template come together."""

_Key = tuple[bytes, bytes]
"""What stands before the name of the Node and after it, with a mark for the name of the volume."""


class _Template(NamedTuple):
    """A spec with marks for names. `mounts`: field, container and mount that name the volume; `volumes`: which it is.

    Not `fits`: the names that it was made of stand in other places too, or in others.
    """

    before: bytes
    after: bytes
    spec: dict[str, Any]
    mounts: tuple[tuple[str, int, int], ...] = ()
    volumes: tuple[int, ...] = ()
    fits: bool = False


_NONE = _Template(b"\0", b"\0", {})


class PodSpecs:
    """Decodes the specs of Pods; `decode` is asked for each that differs in more than the two names."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        self._decode = decode
        self._last = _NONE
        self._known: dict[_Key, _Template] = {}
        self._nodes: dict[bytes, str] = {}

    def decoded(self, text: bytes) -> Any:
        """What the text holds, as any decoder would give it."""
        token = _token(text)
        if not token or _MARK_TEXT in text:
            return self._decode(text)
        marked, template = text.replace(token, _TOKEN_TEXT), self._last
        if not (marked.startswith(template.before) and marked.endswith(template.after)):
            template = self._template(marked)
        node = marked[len(template.before) : len(marked) - len(template.after)]
        name = self._nodes.get(node) or self._named(node)
        if not name or not template.fits:
            return self._decode(text)
        return _filled(template, name, token[1:-1].decode())

    def _named(self, node: bytes) -> str:
        """The name of a Node; empty where it is none that may stand in JSON as it is."""
        if _NAME.fullmatch(node):
            self._nodes[node] = node.decode()
        return self._nodes.get(node, "")

    def _template(self, marked: bytes) -> _Template:
        """The template of a spec, which is the last one from then on."""
        before, mark, rest = marked.partition(_NODE)
        key = (before + mark, rest[rest.find(b'"') :])
        if mark:
            self._last = self._known.get(key) or self._learned(key)
        return self._last if mark else _NONE

    def _learned(self, key: _Key) -> _Template:
        if len(self._known) >= _MOST:
            self._known = {}
        before, after = key
        spec = self._decode(before + _NODE_TEXT + after[1:])
        if not isinstance(spec, dict):
            return _NONE
        mounts, volumes = tuple(_mounts(spec)), tuple(_named(spec.get("volumes")))
        tokens = before.count(_TOKEN_TEXT) + after.count(_TOKEN_TEXT)
        fits = spec.get("nodeName") == _NODE_MARK and len(mounts) + len(volumes) == tokens
        template = self._known[key] = _Template(before, after, spec, mounts, volumes, fits)
        return template


def _token(text: bytes) -> bytes:
    """The name of the volume with its quotes; empty where there is none that admission made."""
    start = text.find(_TOKEN)
    token = text[start : start + _TOKEN_SIZE]
    return token if token[len(_TOKEN) : -1].isalnum() and token.endswith(b'"') else b""


def _mounts(spec: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """The mounts at which the name of the volume is expected."""
    for field in _WITH_MOUNTS:
        containers = spec.get(field)
        for i, container in enumerate(containers if isinstance(containers, list) else ()):
            mounts = container.get("volumeMounts") if isinstance(container, dict) else None
            yield from ((field, i, j) for j in _named(mounts))


def _named(items: Any) -> Iterator[int]:
    """Which of some volumes or mounts have the name."""
    for i, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get("name") == _TOKEN_MARK:
            yield i


def _filled(template: _Template, node: str, token: str) -> dict[str, Any]:
    """A copy of a spec with its own names; what is not on the way to them is the template's."""
    shared = template.spec
    spec = shared.copy()
    spec["nodeName"] = node
    for field, i, j in template.mounts:
        containers = spec[field] if spec[field] is not shared[field] else shared[field].copy()
        container = containers[i] if containers[i] is not shared[field][i] else containers[i].copy()
        mounts = container["volumeMounts"]
        if mounts is shared[field][i]["volumeMounts"]:
            mounts = mounts.copy()
        mounts[j] = {**mounts[j], "name": token}
        container["volumeMounts"], containers[i], spec[field] = mounts, container, containers
    if template.volumes:
        volumes = spec["volumes"] = shared["volumes"].copy()
        for i in template.volumes:
            volumes[i] = {**volumes[i], "name": token}
    return spec
