"""Every place in every manifest is the one that PyYAML's own composer says, however it is written."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gkedoctor.manifests.loading import Manifests, read, read_text

WORDS = st.text("abcdefghij", min_size=1, max_size=6)
KEYS = WORDS | st.sampled_from(["app.kubernetes.io/name", "a/b", "x-y", "on", "5"])
SCALARS = st.integers() | st.booleans() | st.none() | st.text(max_size=12) | st.just("two\nlines\n")
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
SPECS = st.lists(st.dictionaries(KEYS, VALUES, max_size=4), min_size=1, max_size=3)
STYLES = st.fixed_dictionaries(
    {"default_flow_style": st.sampled_from([True, False, None]), "indent": st.sampled_from([2, 3, 4])}
)


def manifests_of(specs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": f"t{i}"}, "spec": spec}
        for i, spec in enumerate(specs)
    ]


def places(node: yaml.Node, path: str = "") -> Iterator[tuple[str, int, int]]:
    """Each path below a node with the line and column of its key or element, by the marks of yaml.compose."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f'{path}."{key.value}"'.lstrip(".")
            yield inner, key.start_mark.line + 1, key.start_mark.column + 1
            yield from places(value, inner)
    if isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield f"{path}[{i}]", value.start_mark.line + 1, value.start_mark.column + 1
            yield from places(value, f"{path}[{i}]")


def hold(found: Manifests, nodes: list[yaml.Node]) -> None:
    """Each object has the places of its node."""
    assert not found.problems
    origins = [manifest.origin for manifest in found.objects.values()]
    assert len(origins) == len(nodes)
    for origin, node in zip(origins, nodes, strict=True):
        for path, line, column in places(node):
            assert origin.place(path)[1:] == (line, column), path


@settings(max_examples=60, deadline=None)
@given(SPECS, STYLES)
def test_places_in_documents_are_those_of_the_composer(specs: list[dict[str, Any]], style: dict[str, Any]) -> None:
    text = "# first\n" + yaml.safe_dump_all(manifests_of(specs), explicit_start=True, **style)
    hold(read_text("f", text), list(yaml.compose_all(text, Loader=yaml.SafeLoader)))


@settings(max_examples=40, deadline=None)
@given(SPECS, STYLES)
def test_places_in_a_list_are_those_of_the_composer(specs: list[dict[str, Any]], style: dict[str, Any]) -> None:
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": manifests_of(specs)}, **style)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    (items,) = (value for key, value in root.value if key.value == "items")
    hold(read_text("f", text), items.value)


@settings(max_examples=40, deadline=None)
@given(SPECS, st.sampled_from([None, 1, 2, "\t"]))
def test_places_in_json_are_those_of_the_composer(specs: list[dict[str, Any]], indent: int | str | None) -> None:
    texts = [json.dumps(item, indent=indent, ensure_ascii=False) for item in manifests_of(specs)]
    found = read_text("f", "\n".join(texts))
    lines = [sum(text.count("\n") + 1 for text in texts[:i]) for i in range(len(texts))]
    assert not found.problems
    for manifest, text, before in zip(found.objects.values(), texts, lines, strict=True):
        for path, line, column in places(yaml.compose(_printable(text), Loader=yaml.SafeLoader)):
            assert manifest.origin.place(path)[1:] == (line + before, column), path


def _printable(text: str) -> str:
    """What YAML takes of JSON, at the same places."""
    return "".join(" " if c == "\t" else c if c.isprintable() or c == "\n" else "." for c in text)


def test_json_with_escapes_that_yaml_does_not_know_has_its_places() -> None:
    item = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {"a": "\U0001f600\\", "b": 1}}
    text = json.dumps(item, indent=2)
    assert "\\ud83d" in text
    (manifest,) = read_text("f", text).objects.values()
    assert manifest.origin.place("spec.b")[1:] == (9, 5)


MERGED = """\
apiVersion: v1
kind: Thing
metadata: {name: t}
spec:
  base: &base
    image: a
    port: 1
  more: &more {tag: b}
  one:
    <<: *base
    port: 2
  two:
    <<: [*more, *base]
  three: *base
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param("spec.one.port", (11, 5), id="a key of its own"),
        pytest.param("spec.one.image", (6, 5), id="a key that is merged in"),
        pytest.param("spec.two.tag", (8, 16), id="one of several"),
        pytest.param("spec.two.port", (7, 5), id="another of several"),
        pytest.param("spec.three.port", (7, 5), id="below an alias"),
        pytest.param("spec.one.absent", (9, 3), id="what is not there: the nearest above"),
    ],
)
def test_what_anchors_bring_in_stands_where_it_is_written(path: str, place: tuple[int, int]) -> None:
    (manifest,) = read_text("f", MERGED).objects.values()
    assert manifest.origin.place(path)[1:] == place


def test_windows_line_ends_and_a_byte_order_mark_move_nothing() -> None:
    text = "\ufeff" + MERGED.replace("\n", "\r\n")
    found = read([Path("-")], stdin=io.BytesIO(text.encode("utf-8")))
    (manifest,) = found.objects.values()
    assert manifest.origin.place("spec.one.port") == ("<stdin>", 11, 5)
