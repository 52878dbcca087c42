"""The table of operators' kinds: every line can be read, and templates come to what they name."""

from __future__ import annotations

import re

import pytest

from gkedoctor.playbook.loader import shipped_causes
from gkedoctor.snapshot.custom_kinds import (
    CustomKind,
    collections_by_word,
    custom_kind,
    custom_kinds,
    filled,
    is_custom,
    listed_kinds,
)
from gkedoctor.snapshot.importers.names import collection_of_file, plural_of
from gkedoctor.snapshot.kinds import KINDS

_TOKEN = re.compile(r"[!~+]?[A-Za-z*][\w.*/-]{0,100}|[\w.\[\]]{1,100}=\S{1,200}")


@pytest.mark.parametrize("row", custom_kinds(), ids=lambda row: f"{row.kind}.{row.group}")
def test_a_line_says_what_it_may(row: CustomKind) -> None:
    assert row.source.startswith("https://")
    assert not row.cause or row.cause in shipped_causes()
    assert all(_TOKEN.fullmatch(token) for token in row.evidence)
    assert all(made.kind in KINDS for made in row.makes)
    if row.kind != "*":
        words = (f"{row.group}/v1", row.kind)
        assert row.resource in (plural_of(*words).partition(".")[0], row.kind.lower()), "as kubectl get FILE names it"
        assert is_custom(row.collection)


def test_no_kind_has_two_lines() -> None:
    assert len({(row.group, row.kind) for row in custom_kinds()}) == len(custom_kinds())


def test_kinds_of_groups_are_judged_and_not_asked_for() -> None:
    found = custom_kind("artifactregistry.cnrm.cloud.google.com", "ArtifactRegistryRepository")
    assert found is not None and found.kind == "*"
    assert not [kind for kind in listed_kinds() if "*" in kind.group or "*" in kind.name]
    assert custom_kind("example.com", "Widget") is None


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{spec.target.name,metadata.name}", ["web"]),
        ("{metadata.name}-app", ["web-app"]),
        ("{spec.secretObjects[].secretName}", ["a", "b"]),
        ('{metadata.labels."strimzi.io/cluster"}', ["bus"]),
        ("{spec.issuerRef.kind,=Issuer}", ["Issuer"]),
        ("{spec.nothing}", []),
        ("*.{metadata.name}.credentials", ["*.web.credentials"]),
    ],
)
def test_a_template_comes_to_names(template: str, found: list[str]) -> None:
    item = {
        "metadata": {"name": "web", "labels": {"strimzi.io/cluster": "bus"}},
        "spec": {"secretObjects": [{"secretName": "a"}, {"secretName": "b"}]},
    }
    assert list(filled(template, item)) == found


def test_a_file_is_known_by_the_plural_alone_where_one_operator_has_it() -> None:
    assert collection_of_file("externalsecrets") == "externalsecrets"  # two operators have it
    assert collection_of_file("scaledobjects") == "scaledobjects.keda.sh"
    assert collection_of_file("certificates.cert-manager.io") == "certificates.cert-manager.io"
    assert collection_of_file("services") == "services"
    assert not {"services", "ingresses"} & collections_by_word().keys()
