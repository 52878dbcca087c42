"""What masking does to a whole recording: nothing that a diagnosis reads, and nothing across namespaces."""

from __future__ import annotations

import json
import os
import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gkedoctor import shipped
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.snapshot import store
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.redaction import words
from gkedoctor.snapshot.redaction.words import vocabulary
from gkedoctor.snapshot.sources import load

Json = dict[str, Any]
RECORDINGS = sorted(path.name for path in shipped.recorded_clusters().iterdir() if path.is_dir())
SHOP = ("teratail-missing-secret", "two-problems", "db-credentials", "ml-cpu", "catalog-image-tag", "teratail-healthy")
FIELD = """
    failed error connection refused denied timeout Insufficient quota exceeded not found certificate Always Never https
    TCP ClusterIP NodePort LoadBalancer ReadWriteOnce Prefix True False Running Pending Ready Immediate memory container
    volume Exists NoSchedule list pods HTTP secret configmap image Back-off restarting
"""
WORDS = FIELD.split()
VOCABULARY = Path(words.__file__).with_name("vocabulary.txt")


@pytest.fixture(scope="module")
def playbooks() -> list[CompiledPlaybook]:
    return load_playbooks([shipped.playbooks()], check=False)


def recorded(name: str) -> Snapshot:
    return load(shipped.recorded_clusters() / name)


def gathered_of(snapshot: Snapshot) -> Gathered:
    gathered = Gathered(source=snapshot.manifest.source)
    gathered.add_snapshot(snapshot)
    return gathered


def said(outcome: Outcome, without: str = "") -> list[str]:
    found = [*outcome.diagnoses, *outcome.unexplained]
    return [repr(one) for one in found if not without or f"namespace='{without}'" not in repr(one)]


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_diagnosed_the_same_with_its_values_and_without(
    name: str, playbooks: list[CompiledPlaybook]
) -> None:
    kept = build_snapshot(gathered_of(recorded(name)), manifest=recorded(name).manifest, keep_values=True)
    masked = build_snapshot(gathered_of(recorded(name)), manifest=recorded(name).manifest)
    assert [(d.cause, d.root, d.severity) for d in diagnose(kept, playbooks).diagnoses] == [
        (d.cause, d.root, d.severity) for d in diagnose(masked, playbooks).diagnoses
    ]


def tenant(dice: random.Random) -> tuple[Json, str]:
    """A Pod of a foreign namespace, and its log, with words of the field under the names of credentials."""
    said_ = [f"{dice.choice(('token', 'secret', 'password'))}={dice.choice((word, repr(word)))}" for word in WORDS]
    env = [{"name": f"V{number}_PASSWORD", "value": word} for number, word in enumerate(WORDS)]
    env += [{"name": "TOKEN_PROTOCOL", "value": "https"}, {"name": "A_TOKEN", "value": "aB3xK9mQ2pL7vR4tY8wZ1nC5"}]
    pod = {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "tenant", "namespace": "zz", "annotations": {"token": dice.choice(WORDS)}},
        "spec": {"containers": [{"name": "zz", "image": "zz:1", "env": env}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [
            {"name": "zz", "ready": True, "restartCount": 0, "image": "zz:1", "imageID": "",
             "state": {"running": {"startedAt": "2026-11-22T11:00:00Z"}}}]},
    }  # fmt: skip
    return pod, "\n".join(['level=warn msg="cache miss" token="not found"', *dice.sample(said_, len(said_))])


@pytest.mark.parametrize("name", SHOP)
def test_what_a_foreign_tenant_writes_changes_nothing_that_is_said_of_others(
    name: str, playbooks: list[CompiledPlaybook]
) -> None:
    pod, log = tenant(random.Random(name))
    alone, beside = gathered_of(recorded(name)), gathered_of(recorded(name))
    harmless = pod | {"spec": {"containers": [{"name": "zz", "image": "zz:1"}]}}
    alone.add("pods", [harmless | {"metadata": {"name": "tenant", "namespace": "zz"}}], alone.states["pods"])
    beside.add("pods", [pod], beside.states["pods"])
    beside.add_log("zz", "tenant", "zz", log)
    manifest = recorded(name).manifest
    before = said(diagnose(build_snapshot(alone, manifest=manifest), playbooks), without="zz")
    assert said(diagnose(build_snapshot(beside, manifest=manifest), playbooks), without="zz") == before


def thing(kind: str, name: str, **fields: Any) -> Json:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **fields}


def test_structure_is_never_rewritten() -> None:
    gathered = Gathered(source="x")
    ports = [{"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}]
    gathered.add("services", [thing("Service", "web", spec={"ports": ports, "selector": {"app": "Zebra4711"}})])
    env = [{"name": "TOKEN_PROTOCOL", "value": "https"}, {"name": "DB_PASSWORD", "value": "Zebra4711"}]
    spec = {"containers": [{"name": "c", "image": "i", "env": env}], "nodeSelector": {"pool": "Zebra4711"}}
    gathered.add("pods", [thing("Pod", "p", spec=spec)])
    snapshot = build_snapshot(gathered)
    (service,), (pod,) = snapshot.collection("services").objects, snapshot.collection("pods").objects
    assert service["spec"] == {"ports": ports, "selector": {"app": "Zebra4711"}}
    assert pod["spec"]["nodeSelector"] == {"pool": "Zebra4711"}
    assert pod["spec"]["containers"][0]["env"][0]["value"] == "https"


def test_masking_a_masked_snapshot_changes_nothing() -> None:
    gathered = Gathered(source="x")
    env = [{"name": "DB_PASSWORD", "value": "Zebra4711!"}, {"name": "URL", "value": "postgres://u:pw4711@db/x"}]
    gathered.add("pods", [thing("Pod", "p", spec={"containers": [{"name": "c", "image": "i", "env": env}]})])
    gathered.add_log("shop", "p", "c", "tried Zebra4711! in vain\ntoken=zebraquartz")
    once = build_snapshot(gathered)
    twice = build_snapshot(gathered_of(once))
    for name in ("pods", "logs"):
        assert twice.collection(name).objects == once.collection(name).objects


@pytest.mark.parametrize("write", ["file.gkesnap", "folder"])
def test_what_is_imported_is_masked_unless_somebody_insists(tmp_path: Path, write: str) -> None:
    recording = tmp_path / "cluster.json"
    env = [{"name": "DB_PASSWORD", "value": "Zebra4711!"}]
    pod = thing("Pod", "p", spec={"containers": [{"name": "c", "image": "i", "env": env}]})
    recording.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": [pod]}))
    for keep, word in ((False, "masked"), (True, "kept")):
        store.write(load(recording, keep_values=keep), tmp_path / f"{word}-{write}")
        again = load(tmp_path / f"{word}-{write}")
        assert again.manifest.values == word
        assert ("Zebra4711!" in repr(again.collection("pods").objects)) is keep


def test_a_deadline_ends_masking_between_two_objects() -> None:
    class OverError(Exception):
        pass

    def over() -> None:
        raise OverError

    gathered = Gathered(source="x")
    gathered.add("pods", [thing("Pod", "p", spec={"containers": []})])
    check: Callable[[], None] = over
    with pytest.raises(OverError):
        build_snapshot(gathered, check=check)


def test_the_words_that_playbooks_look_for_are_in_the_vocabulary() -> None:
    """A word of a pattern, and any word of the table of messages, must never be taken for a credential."""
    quoted = re.compile(r"(?:contains|matches|starts_with|ends_with)\([^,]{1,80}, *['`\"]+([^'`\"]{2,400})")
    found: set[str] = set()
    for path in shipped.playbooks().rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        parts = [text] if path.parent.name == "messages" else quoted.findall(text)
        for part in parts:
            found.update(word.lower() for word in re.findall(r"(?<![\\\w])[A-Za-z]{3,}", part))
    assert len(found) > 500
    lacking = sorted(found - vocabulary())
    if lacking and os.environ.get("UPDATE_GOLDEN"):
        everything = " ".join(sorted(vocabulary() | set(lacking)))
        lines = textwrap.wrap(everything, 118, break_on_hyphens=False)
        VOCABULARY.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    assert lacking == [], "if they are words: UPDATE_GOLDEN=1 pytest tests/redaction"
