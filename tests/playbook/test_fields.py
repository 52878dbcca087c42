"""Fields that do not exist are found, wherever the record came from; what is not declared is left alone."""

from __future__ import annotations

import re

import pytest

from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.fields import Scope
from gkedoctor.playbook.loader import Source, load_playbook
from tests.conftest import shipped_playbooks

PLAYBOOK = """\
playbook: 1
id: GKE-POD-990
title: toy
about: toy
severity: medium
subject: Pod
relate:
  - {bind: containers, edge: containers}
  - {bind: references, edge: references}
  - {bind: nodes, edge: node}
  - {bind: workload, edge: workload}
  - {bind: services, edge: services, from: workload}
  - {bind: scheduling, edge: scheduling}
let:
  c0: containers[0]
  wanted: references[?kind == 'Secret'] | [0]
  either: c0 || wanted
  named: "{one: c0.name, two: wanted.name}"
  ring: ring.a || c0
  why: scheduling[0]
  parts: containers[].waiting
  loose: from_json(subject.metadata.annotations.x)
each: {bind: r, in: references}
symptom: {say: bad}
"""


def misread(text: str) -> list[str]:
    scope = Scope(load_playbook(Source("toy.yaml", PLAYBOOK)))
    named = [re.search(r"`\.?(\w+)`", found.message) for found in scope.check(Expression(text))]
    return [found[1] for found in named if found]


@pytest.mark.parametrize(
    "text",
    [
        "r.name", "r.keyFound", "c0.status.anything.at.all", "c0.waiting.reason", "containers[0].name",
        "containers[].name", "containers[*].name | [0]", "containers[?name == 'a'].step | [-1]", "containers[1:].name",
        "nodes[0].status.conditions[?type == 'Ready'].status | [0]", "subject.spec.containers[0].image",
        'subject.metadata.labels."app.kubernetes.io/name"', "workload[0].kind", "services[].spec.type", "wanted.found",
        "either.name", "either.step", "named.one", "ring.name", "why.unmet[0].key", "why.short.node.kind",
        "parts[0].message", "loose.whatever.it.is", "where(references, 'name', r.name)[0].found",
        "sort_by(containers, &restarts)[-1].ends", "max_by(containers, &restarts).name", "map(&name, containers)[0]",
        "length(containers)", "distinct(references)[0].name", "not_null(wanted, r).key", "(wanted || `null`).name",
        "references[].target[].metadata.name", "keys(named)", "[c0, containers[1]][].name", "clock",
        "affected.anything",
        "condition(nodes[0], 'Ready').message", "@", "ref('Secret', r.namespace, r.name).metadata.name",
    ],
)  # fmt: skip
def test_fields_that_exist_are_left_alone(text: str) -> None:
    assert misread(text) == []


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("r.keyFuond", "keyFuond"),
        ("c0.wating.reason", "wating"),
        ("containers[0].nmae", "nmae"),
        ("containers[].nmae", "nmae"),
        ("containers[?nmae == 'a']", "nmae"),
        ("containers[?name == 'a'].setp", "setp"),
        ("nodes[0].stauts", "stauts"),
        ("subject.metdata.name", "metdata"),
        ("subject.metadata.lables", "lables"),
        ("subject.provisioner", "provisioner"),
        ("workload[0].metadata.nmae", "nmae"),
        ("services[].sepc.type", "sepc"),
        ("wanted.fuond", "fuond"),
        ("either.neither", "neither"),
        ("named.three", "three"),
        ("why.unmet[0].kye", "kye"),
        ("why.short.node.metadata.nmae", "nmae"),
        ("where(references, 'nmae', r.name)", "nmae"),
        ("where(references, 'name', r.name)[0].fuond", "fuond"),
        ("sort_by(containers, &restrats)", "restrats"),
        ("max_by(containers, &restarts).nmae", "nmae"),
        ("map(&nmae, containers)", "nmae"),
        ("(wanted || `null`).nmae", "nmae"),
        ("references[].target[].metadata.nmae", "nmae"),
        ("[c0, containers[1]][].nmae", "nmae"),
        ("containers.name", "name"),
        ("references[?kind == 'Secret'] | [0] || r.name", "r"),  # `|` binds loosest: there is no `r` behind it
        ("!(r.nmae)", "nmae"),
        ("r.name == r.nmae", "nmae"),
        ("join('', [r.nmae])", "nmae"),
    ],
)
def test_fields_that_do_not_exist_are_found(text: str, field: str) -> None:
    assert misread(text) == [field]


def test_the_closest_field_is_named() -> None:
    scope = Scope(load_playbook(Source("toy.yaml", PLAYBOOK)))
    (found,) = scope.check(Expression("r.keyFuond"))
    assert found.hint == "did you mean `keyFound`?"
    (listed,) = scope.check(Expression("containers.name"))
    assert listed.hint == "write `[0].name` or `[].name`"


def test_most_misspelled_fields_of_shipped_playbooks_would_be_found() -> None:
    """The rest are parts of objects of Kubernetes, of which nothing is declared below `spec` and `status`."""
    tried = found = 0
    for playbook in shipped_playbooks():
        scope = Scope(playbook)
        for _, expression in playbook.expressions():
            if "'" in expression.source:  # a dot in a pattern is no field
                continue
            for field in re.finditer(r"\.([a-z][A-Za-z]{3,})\b(?!\()", expression.source):
                slip = f"{field[1][:2]}x{field[1][2:]}"
                tried += 1
                text = expression.source[: field.start(1)] + slip + expression.source[field.end(1) :]
                found += bool(list(scope.check(Expression(text))))
    assert tried > 2000
    assert found / tried > 0.7
