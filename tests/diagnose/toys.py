"""Toy clusters and playbooks: as few words as a test of the engine needs."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from gkedoctor.diagnose.cases import CLOCK
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import Source, load_playbook
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, KINDS
from gkedoctor.snapshot.model import CollectionState, Snapshot, Status, permission


def obj(kind: str, name: str, namespace: str | None = "shop", **fields: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, **fields.pop("metadata", {})}
    if namespace and KINDS[kind].namespaced:
        metadata["namespace"] = namespace
    return {"kind": kind, "metadata": metadata, **fields}


def snapshot(*objects: dict[str, Any], denied: Iterable[str] = ()) -> Snapshot:
    gathered = Gathered(source="toy")
    for name in COLLECTIONS:
        gathered.mark(name, CollectionState(Status.COMPLETE))
        gathered.objects[name] = []
    for item in copy.deepcopy(objects):
        gathered.objects[KINDS[item["kind"]].collection].append(item)
    for kind in denied:
        name = KINDS[kind].collection
        gathered.objects[name] = []
        gathered.states[name] = CollectionState(Status.DENIED, reason="forbidden", needs=permission(name))
    return build_snapshot(gathered, recorded_at=CLOCK)


def cause(word: str, when: str, **more: str) -> str:
    lines = {"root": "subject", "title": f"{word} of {{{{ name(subject) }}}}", "confidence": "certain", **more}
    fields = "".join(f"    {key}: {value!r}\n" for key, value in lines.items())
    return (
        f"  - cause: {word}\n    when: {when!r}\n{fields}    evidence: [{{show: subject.spec}}]\n"
        "    fix: {say: mend it}\n    verify: [kubectl get pods]\n    docs: [https://kubernetes.io/]\n"
    )


def playbook(
    number: int,
    subject: str,
    when: str,
    *causes: str,
    explained_by: str = "",
    relate: str = "",
    extra: str = "",
    let: str = "",
) -> CompiledPlaybook:
    text = (
        f"playbook: 1\nid: GKE-POD-{number:03}\ntitle: toy\nabout: toy\nseverity: medium\nsubject: {subject}\n"
        f"relate: [{relate}]\nlet: {{{let}}}\nexplained_by: [{explained_by}]\n"
        f"symptom: {{say: 'bad', when: {when!r}{extra}}}\n" + ("causes:\n" + "".join(causes) if causes else "")
    )
    return load_playbook(Source("toy.yaml", text))


def outcome_of(*objects: dict[str, Any], playbooks: list[CompiledPlaybook], denied: Iterable[str] = ()) -> Outcome:
    return diagnose(snapshot(*objects, denied=denied), playbooks)


def causes_of(outcome: Outcome) -> list[str]:
    return [f"{d.cause} {d.root}" for d in outcome.diagnoses]
