"""`kubectl create`."""

from __future__ import annotations

from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Change, Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT
from gkedoctor.whatif.state import ClusterState
from gkedoctor.whatif.verbs.create_access import ACCESS
from gkedoctor.whatif.verbs.create_data import DATA
from gkedoctor.whatif.verbs.create_others import OTHERS
from gkedoctor.whatif.verbs.scale import creation

_SYNTAX = Syntax(
    (
        "filename", "selector", "type", "from-literal", "from-file", "from-env-file", "cert", "key", "docker-server",
        "docker-username", "docker-password", "docker-email", "verb", "resource", "resource-name", "role",
        "clusterrole", "serviceaccount", "user", "group", "hard", "scopes", "value", "description",
        "preemption-policy", "tcp", "clusterip", "external-name", "node-port", "image", "replicas", "port", "from",
        "schedule", "restart", "min-available", "max-unavailable", "non-resource-url", "aggregation-rule",
    ),
    ("append-hash", "global-default", "edit", "windows-line-endings", "recursive"),
    SELECTION_SHORT,
)  # fmt: skip
_GENERATORS = {**DATA, **ACCESS, **OTHERS}


@verb("create")
def create(invocation: Invocation, words: list[str]) -> Result:
    """Objects of files, or one that flags describe. With --dry-run=client nothing is created, only printed."""
    arguments = parse_flags(words, _SYNTAX)
    documents = _documents(invocation, arguments)

    def run(state: ClusterState) -> None:
        for document in documents:
            creation(state, _completed(state, document))

    return Result(() if arguments.is_dry_run else (Change(invocation.text, run),), documents)


def _documents(invocation: Invocation, arguments: Arguments) -> tuple[dict[str, Any], ...]:
    if arguments.has("filename"):
        return tuple(d for f in arguments.many("filename") for d in invocation.manifests(f, arguments.namespace))
    words = list(arguments.positional)
    names = [name for name in (" ".join(words[:2]), *words[:1]) if name in _GENERATORS]
    if not names:
        raise ChangeError(f"kubectl create {' '.join(words[:1])} is not supported", hint="use -f FILE")
    rest = words[len(names[0].split()) :]
    if len(rest) != 1 and not (rest and names[0] in ("job", "cronjob", "deployment")):
        raise ChangeError(f"kubectl create {names[0]} needs one name")
    return (_GENERATORS[names[0]](invocation, arguments, rest[0]),)


def _completed(state: ClusterState, document: dict[str, Any]) -> dict[str, Any]:
    """`create job --from=cronjob/NAME` takes its template from the state."""
    source = document.get("spec", {}).get("from") if document["kind"] == "Job" else None
    if source is None:
        return document
    cronjob = state.find(state.resource("cronjob"), document["metadata"]["namespace"], source)
    template = (cronjob.get("spec") or {}).get("jobTemplate") or {}
    notes = {
        **((template.get("metadata") or {}).get("annotations") or {}),
        "cronjob.kubernetes.io/instantiate": "manual",
    }
    metadata = {**(template.get("metadata") or {}), **document["metadata"], "annotations": notes}
    owner = {
        "apiVersion": "batch/v1", "kind": "CronJob", "name": source, "uid": cronjob["metadata"].get("uid", ""),
        "controller": True,
    }  # fmt: skip
    return {**document, "metadata": {**metadata, "ownerReferences": [owner]}, "spec": template.get("spec") or {}}
