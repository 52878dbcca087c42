"""A foreign namespace whose texts are made to disturb the diagnosis of the others, and how a diagnosis is compared."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.messages.table import shipped_messages
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer
from gkedoctor.snapshot.intake import LOGS_STATE, Gathered, build_snapshot
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Snapshot, Status
from tests.conftest import PLAYBOOKS, shipped_playbooks

Json = dict[str, Any]

FOREIGN = "zz-foreign"
_POD = "zz-tenant"

VARIABLES = ("TOKEN_PROTOCOL", "DB_PASSWORD", "API_KEY", "CLIENT_SECRET", "ACCESS_TOKEN", "PASSPHRASE", "SECRET_KEY")
LOG_FORMS = (
    'level=warn msg="cache miss" token="{}"', "level=warn token={}", "secret={}", "password: {}",
    '{{"level":"error","password":"{}"}}', "Authorization: Bearer {}", "postgres://app:{}@db:5432/app",
    "--client-secret={}", "<password>{}</password>", "Set-Cookie: session={}; Path=/",
)  # fmt: skip
COMMON = (
    "not found", "denied", "expired", "connection refused", "Insufficient", "https", "http", "TCP", "HTTP", "true",
    "false", "null", "Ready", "False", "True", "Always", "Running", "Error", "CrashLoopBackOff", "FailedMount",
    "FailedScheduling", "ReadWriteOnce", "ClusterIP", "NodePort", "LoadBalancer", "Deployment", "Pod", "Service",
    "default", "kube-system", "web", "app", "80", "8080", "443", "10.0.0.1", "v1", "apps/v1", "latest", "name",
    "metadata", "spec", "status", "message", "reason", "IfNotPresent", "prefix", "Prefix", "Exact", "nginx", "gce",
    "failed", "couldn't find key", "exceeded quota", "Unhealthy", "probe failed", "statuscode", "secret", "configmap",
    "port", "node", "nodes are available", "unbound", "image", "pull", "back-off", "exit", "terminated", "OOMKilled",
)  # fmt: skip
_OPEN = re.compile(r"[\\^$|()?*+\[\]{}<>]+")
_WORD = re.compile(r"[^\s\"'`,;(){}\[\]]+")


class Said(NamedTuple):
    """What the foreign tenant writes."""

    logs: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    annotations: Mapping[str, str] = {}
    secret: Mapping[str, str] = {}


def words_of(snapshot: Snapshot) -> list[str]:
    """What an attacker would let pass for a credential: every text of the recording and every word in it."""
    texts: set[str] = set()
    for name, collection in snapshot.collections.items():
        if name != LOGS and (name not in COLLECTIONS or COLLECTIONS[name].cloud):
            continue
        for item in collection.objects:
            texts.update(_texts(item))
    words = {word for text in texts for word in _WORD.findall(text)}
    short = {text for text in texts if "\n" not in text and len(text) < 60}
    return sorted(one for one in words | short if 1 < len(one) < 60)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield str(key)
            yield from _texts(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _texts(child)


@cache
def pattern_words() -> tuple[str, ...]:
    """Phrases of the patterns of playbooks and messages, between what a pattern leaves open, and their examples."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PLAYBOOKS.glob("*/*.yaml"))]
    patterns = [found for text in texts for found in re.findall(r"(?:matches|capture)\([^,]+, *'([^']+)'", text)]
    patterns += [pattern for message in shipped_messages() for pattern in message.expanded]
    parts = {part.strip() for pattern in patterns for part in _OPEN.split(pattern)}
    examples = {text for message in shipped_messages() for text in message.entry.examples}
    return tuple(sorted(part for part in parts | examples if 3 < len(part) < 200 and "\n" not in part))


def loud(words: Sequence[str]) -> Said:
    """A tenant that says each word under a credential's name: in logs, environment, annotations and a Secret."""
    plain = [word for word in words if "\n" not in word]
    return Said(
        logs=tuple(LOG_FORMS[i % len(LOG_FORMS)].format(word) for i, word in enumerate(plain)),
        env=tuple((f"{VARIABLES[i % len(VARIABLES)]}_{i}", word) for i, word in enumerate(plain)),
        annotations={f"example.com/password-{i}": word for i, word in enumerate(plain)},
        secret={f"key-{i}": word for i, word in enumerate(plain)},
    )


QUIET = Said(
    logs=("hello",), env=(("GREETING", "hello"),), annotations={"example.com/note": "hello"}, secret={"a": "b"}
)


def foreign_objects(said: Said) -> dict[str, list[Json]]:
    """The objects of the foreign namespace: a Pod that crashes, a Secret, and the namespace."""
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-22T11:00:00Z"}
    status = {"name": "zz", "ready": False, "restartCount": 9, "image": "zz:1", "imageID": "",
              "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": ended}}  # fmt: skip
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": _metadata(_POD, annotations=dict(said.annotations)),
        "spec": {"containers": [{"name": "zz", "image": "zz:1",
                                 "env": [{"name": name, "value": value} for name, value in said.env]}]},
        "status": {"phase": "Running", "containerStatuses": [status],
                   "conditions": [{"type": "PodScheduled", "status": "True"}]},
    }  # fmt: skip
    data = {key: base64.b64encode(value.encode()).decode() for key, value in said.secret.items()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": _metadata("zz"), "type": "Opaque", "data": data}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FOREIGN}, "status": {"phase": "Active"}}
    return {"pods": [pod], "secrets": [secret], "namespaces": [namespace]}


def foreign_logs(said: Said) -> dict[tuple[str, str, str, bool], str]:
    """Its log, of the run before."""
    return {(FOREIGN, _POD, "zz", True): "\n".join(said.logs)}


def beside(snapshot: Snapshot, said: Said | None) -> Snapshot:
    """The recording with the foreign tenant in it, taken in as from any source; None for the recording alone.

    The state of each collection is that of the recording: a namespace more makes nothing known that was not.
    """
    gathered = Gathered(source=snapshot.manifest.source)
    gathered.add_snapshot(snapshot)
    gathered.mark(LOGS, LOGS_STATE)
    if said is not None:
        for name, items in foreign_objects(said).items():
            if snapshot.collection(name).state.status in (Status.COMPLETE, Status.PARTIAL):
                gathered.objects[name] = [*gathered.objects.get(name, ()), *items]
        gathered.logs |= foreign_logs(said)
    return build_snapshot(gathered, recorded_at=snapshot.clock)


def diagnosed(snapshot: Snapshot) -> Json:
    """The report as a user gets it."""
    return dict(json.loads(renderer("json").render(Answer(diagnose(snapshot, shipped_playbooks())), Page())))


def of_others(report: Json) -> list[str]:
    """The findings that are not the foreign tenant's, as JSON."""
    found = [*report["diagnoses"], *report["unexplained"]]
    return [json.dumps(one) for one in found if not _is_foreign(one)]


def verdicts(report: Json) -> list[str]:
    """The findings of others without their texts: what is found, how sure, how grave, and where."""
    fields = ("playbook", "cause", "confidence", "severity", "root", "fingerprint", "kind", "namespace", "name")
    return [json.dumps({key: one.get(key) for key in fields}) for one in map(json.loads, of_others(report))]


def _is_foreign(one: Json) -> bool:
    return FOREIGN in {place.get("namespace") for place in (one.get("root") or {}, one.get("object") or {}, one)}


def differences(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """What of two lists of findings is in one alone, for the message of a test."""
    left, right = list(before), list(after)
    gone = [f"- {one[:400]}" for one in left if one not in right]
    return [*gone, *(f"+ {one[:400]}" for one in right if one not in left)]


def _metadata(name: str, **more: Any) -> Json:
    return {
        "name": name,
        "namespace": FOREIGN,
        "uid": f"uid-{name}",
        "creationTimestamp": "2026-11-22T10:00:00Z",
    } | more
