"""The list part of a Kubernetes API server: discovery, paging with `continue`, logs, reviews, errors as Status."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from gkedoctor.snapshot.custom_kinds import listed_kinds
from gkedoctor.snapshot.kinds import COLLECTIONS, LOGS
from gkedoctor.snapshot.model import Snapshot, Status
from tests.collect.loopback import Asked, Loopback, Reply

_VERSIONS = {"autoscaling": ("v2", "v1"), "gateway.networking.k8s.io": ("v1", "v1beta1"),
             "networking.gke.io": ("v1", "v1beta1")}  # fmt: skip
_BETA = {"frontendconfigs", "servicenetworkendpointgroups"}
_PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))(?:/namespaces/(?P<ns>[^/]+))?/(?P<plural>[a-z0-9]+)"
    r"(?:/(?P<name>[^/]+))?"
)
_LOG = re.compile(r"/api/v1/namespaces/([^/]+)/pods/([^/]+)/log")


def status(code: int, message: str, reason: str = "") -> Reply:
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "code": code,
        "reason": reason,
    }
    return Reply(code, body)


def forbidden(plural: str, group: str = "", scope: str = "at the cluster scope") -> Reply:
    message = f'{plural} is forbidden: User "jane" cannot list resource "{plural}" in API group "{group}" {scope}'
    return status(403, message, "Forbidden")


def _is_selected(item: Any, selector: str) -> bool:
    """Whether an object meets `metadata.name=a,involvedObject.kind=Node`."""
    terms = (term.partition("=") for term in selector.split(",") if term)
    return all(str(_field(item, path) or "") == value for path, _, value in terms)


def _field(item: Any, path: str) -> Any:
    for key in path.split("."):
        item = item.get(key) if isinstance(item, dict) else None
    return item


class KubeApi(Loopback):
    """Serves objects by collection. `absent`: kinds that no version serves; `page`: the most objects of a page."""

    def __init__(
        self,
        objects: Mapping[str, Sequence[Any]],
        *,
        logs: Mapping[tuple[str, str, str, bool], str] | None = None,
        date: str | None = None,
        absent: Sequence[str] = (),
        page: int = 500,
    ) -> None:
        super().__init__(self._answer)
        self.objects, self.logs, self.date, self.page = objects, logs or {}, date, page
        self.absent = set(absent)
        self.rules: dict[str, list[dict[str, Any]]] | None = None
        self.may: dict[str, bool] = {}
        self.operators = False  # whether the kinds of all operators of the table are served

    @classmethod
    def of(cls, snapshot: Snapshot) -> KubeApi:
        objects = {n: c.objects for n, c in snapshot.collections.items() if n != LOGS and not COLLECTIONS[n].cloud}
        logs = {
            (log["namespace"], log["pod"], log["container"], log["previous"]): "\n".join(log["lines"])
            for log in snapshot.collection(LOGS).objects
        }
        absent = [n for n, k in COLLECTIONS.items() if snapshot.collection(n).state.status is Status.DISABLED]
        return cls(objects, logs=logs, date=format_datetime(snapshot.clock), absent=absent)

    def kubeconfig(
        self, folder: Path, *, context: str = "test", namespace: str = "default", token: str = "t0ken"
    ) -> str:
        path = folder / f"config-{context}"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": context,
                    "clusters": [{"name": "c", "cluster": {"server": self.url}}],
                    "users": [{"name": "u", "user": {"token": token}}],
                    "contexts": [{"name": context, "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
                }
            )
        )
        return str(path)

    def _answer(self, asked: Asked) -> Reply:
        date = {"Date": self.date} if self.date else {}
        if asked.path == "/version":
            return Reply(body={"gitVersion": "v1.36.2-gke.1042000"}, headers=date)
        if asked.path == "/apis":
            return Reply(body={"kind": "APIGroupList", "groups": [self._group(g) for g in self._groups()]})
        if asked.path.startswith("/apis/authorization.k8s.io/v1/selfsubject"):
            return self._review(asked)
        if found := _LOG.fullmatch(asked.path):
            return self._log(found[1], found[2], asked)
        found = _PATH.fullmatch(asked.path)
        return self._list(found, asked) if found else status(404, "the server could not find the requested resource")

    def _groups(self) -> list[str]:
        served = (k.group for k in COLLECTIONS.values() if k.group and not k.cloud and k.collection not in self.absent)
        return sorted({*served, *((kind.group for kind in listed_kinds()) if self.operators else ())})

    def _group(self, name: str) -> dict[str, Any]:
        versions = [{"groupVersion": f"{name}/{v}", "version": v} for v in _VERSIONS.get(name, ("v1",))]
        return {"name": name, "versions": versions, "preferredVersion": versions[0]}

    def _log(self, namespace: str, pod: str, asked: Asked) -> Reply:
        key = (namespace, pod, asked.query["container"], asked.query.get("previous") == "true")
        if key not in self.logs:
            return status(400, f'previous terminated container "{key[2]}" in pod "{pod}" not found', "BadRequest")
        return Reply(body=self.logs[key].encode(), headers={"Content-Type": "text/plain"})

    def _review(self, asked: Asked) -> Reply:
        spec = json.loads(asked.body)["spec"]
        if asked.path.endswith("rulesreviews"):
            rules = (self.rules or {}).get(spec["namespace"])
            return Reply(201, {"status": {"resourceRules": rules or [], "incomplete": rules is None}})
        wish = spec["resourceAttributes"]
        name = "/".join(part for part in (wish["resource"], wish.get("subresource")) if part)
        return Reply(201, {"status": {"allowed": self.may.get(name, True)}})

    def _list(self, found: re.Match[str], asked: Asked) -> Reply:
        plural, group = found["plural"], found["group"] or ""
        operators = {(k.resource, k.group): k for k in listed_kinds()} if self.operators else {}
        kind = operators.get((plural, group)) or COLLECTIONS.get(plural)
        if kind is None or kind.group != group or plural in self.absent or self._wrong_version(found, plural):
            return status(404, "the server could not find the requested resource", "NotFound")
        items = list(self.objects.get(kind.collection, ()))
        if found["ns"]:
            items = [item for item in items if item["metadata"].get("namespace") == found["ns"]]
        if found["name"]:
            named = [item for item in items if item["metadata"]["name"] == found["name"]]
            missing = status(404, f'{plural} "{found["name"]}" not found', "NotFound")
            return Reply(body=named[0]) if named else missing
        items = [item for item in items if _is_selected(item, asked.query.get("fieldSelector", ""))]
        start = int(asked.query.get("continue") or 0)
        size = min(self.page, int(asked.query.get("limit") or self.page))
        part, rest = items[start : start + size], items[start + size :]
        metadata: dict[str, Any] = {"resourceVersion": "1"}
        if rest:
            metadata |= {"continue": str(start + size), "remainingItemCount": len(rest)}
        version = f"{group}/{found['version']}" if group else "v1"
        return Reply(body={"kind": f"{kind.name}List", "apiVersion": version, "metadata": metadata, "items": part})

    @staticmethod
    def _wrong_version(found: re.Match[str], plural: str) -> bool:
        return plural in _BETA and found["version"] == "v1"
