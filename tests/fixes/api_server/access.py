"""`auth can-i --as`: what the stored roles and bindings allow."""

from __future__ import annotations

from typing import Any

import msgspec

from gkedoctor.graph.core.graph import Record
from gkedoctor.graph.objects.rbac import Request as Question
from gkedoctor.graph.objects.rbac import access_of
from gkedoctor.serve.protobuf import MAGIC, review
from gkedoctor.serve.request import Request, Response, answer
from tests.fixes.api_server.store import Store

_ACCOUNT = "system:serviceaccount:"


def reviewed(store: Store, request: Request, user: str) -> Response:
    """The answer to a SelfSubjectAccessReview; whoever runs the fixes may do everything."""
    body = request.body
    spec: dict[str, Any] = review(body) if body.startswith(MAGIC) else msgspec.json.decode(body).get("spec") or {}
    status: dict[str, Any] = {"allowed": True}
    wanted = spec.get("resourceAttributes")
    if user.startswith(_ACCOUNT) and wanted:
        home, _, account = user.removeprefix(_ACCOUNT).partition(":")
        part = wanted.get("subresource")
        question = Question(
            account=account, home=home, verb=wanted.get("verb", ""), group=wanted.get("group", ""),
            resource=wanted.get("resource", "") + (f"/{part}" if part else ""),
            namespace=wanted.get("namespace", ""), name=wanted.get("name", ""),
        )  # fmt: skip
        status = {"allowed": bool(access_of(_bindings(store), question)["allowed"])}
    document = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "metadata": {}}
    return answer({**document, "spec": spec, "status": status}, code=201)


def _bindings(store: Store) -> list[Record]:
    found: list[Record] = []
    for collection in ("rolebindings", "clusterrolebindings"):
        for (namespace, _), binding in store.objects.get(collection, {}).items():
            reference = binding.get("roleRef") or {}
            is_role = reference.get("kind") == "Role"
            place = ("roles", namespace) if is_role else ("clusterroles", "")
            role = store.get(*place, str(reference.get("name")))
            found.append({"binding": binding, "role": role})
    return found
