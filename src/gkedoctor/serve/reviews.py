"""Who may do what: everybody may read what was recorded, and nobody may write."""

from __future__ import annotations

from typing import Any

import msgspec

from gkedoctor.serve.errors import bad_request
from gkedoctor.serve.protobuf import MAGIC, review
from gkedoctor.serve.request import Request, Response, answer
from gkedoctor.serve.resources import VERBS, Resource
from gkedoctor.serve.snapshot_index import SnapshotIndex

GROUP, VERSION = "authorization.k8s.io", "v1"
REVIEWS = {
    "selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "selfsubjectrulesreviews": "SelfSubjectRulesReview",
}
_SUBRESOURCES = ("", "log", "status")


class _Attributes(msgspec.Struct, frozen=True):
    verb: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""


class _Path(msgspec.Struct, frozen=True):
    verb: str = ""
    path: str = ""


class _Spec(msgspec.Struct, frozen=True):
    resourceAttributes: _Attributes | None = None  # noqa: N815 (as it is on the wire)
    nonResourceAttributes: _Path | None = None  # noqa: N815
    namespace: str = ""


def reviewed(recorded: SnapshotIndex, request: Request, plural: str) -> Response:
    """The answer to a review."""
    try:
        spec = _spec(request.body)
        wanted = msgspec.convert(spec, _Spec)
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad_request(f"the review cannot be read: {error}") from None
    status = _access(recorded, wanted) if plural == "selfsubjectaccessreviews" else _rules(recorded, wanted)
    api_version = f"{GROUP}/{VERSION}"
    document = {"kind": REVIEWS[plural], "apiVersion": api_version, "metadata": {}, "spec": spec, "status": status}
    return answer(document, code=201)


def _spec(body: bytes) -> dict[str, Any]:
    """What is asked, out of JSON or, as kubectl sends it, protobuf."""
    if body.startswith(MAGIC):
        return review(body)
    return msgspec.json.decode(body, type=dict[str, Any]).get("spec") or {}


def _access(recorded: SnapshotIndex, spec: _Spec) -> dict[str, Any]:
    wanted, path = spec.resourceAttributes, spec.nonResourceAttributes
    if wanted is None:
        reads = path is not None and path.verb in ("get", "head")
        return {"allowed": reads} if reads else _denied()
    if wanted.verb not in VERBS or wanted.subresource not in _SUBRESOURCES:
        return _denied()
    for resource in recorded.resources:
        if resource.plural == wanted.resource and resource.group == wanted.group:
            refusal = recorded.refusal(resource, wanted.namespace or None)
            if refusal is not None and refusal.code == 403:
                return {"allowed": False, "reason": refusal.message}
    return {"allowed": True}


def _denied() -> dict[str, Any]:
    return {"allowed": False, "reason": "this is a recording: it can only be read"}


def _rules(recorded: SnapshotIndex, spec: _Spec) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for resource in recorded.resources:
        if _may_read(recorded, resource, spec.namespace):
            groups.setdefault(resource.group, []).append(resource.plural)
    rules = [{"verbs": list(VERBS), "apiGroups": [group], "resources": names} for group, names in groups.items()]
    if "pods" in groups.get("", ()):
        rules.append({"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]})
    return {
        "resourceRules": rules,
        "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["*"]}],
        "incomplete": False,
    }


def _may_read(recorded: SnapshotIndex, resource: Resource, namespace: str) -> bool:
    refusal = recorded.refusal(resource, namespace or None)
    return refusal is None or refusal.code != 403
