"""The REST form of the Compute and GKE APIs: aggregated lists by scope with warnings, paging, health, endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Snapshot
from tests.collect.loopback import Asked, Loopback, Reply

_LIST = re.compile(r"/compute/v1/projects/([^/]+)/(aggregated|global|regions)(?:/(\w+))?")
_HEALTH = re.compile(r"/compute/v1/projects/[^/]+/(?:global|regions/([^/]+))/backendServices/([^/]+)/getHealth")
_ENDPOINTS = re.compile(r"/compute/v1/projects/[^/]+/zones/([^/]+)/networkEndpointGroups/([^/]+)/listNetworkEndpoints")
_CLUSTERS = re.compile(r"/v1/projects/([^/]+)/locations/-/clusters")
_OPERATIONS = re.compile(r"/v1/projects/([^/]+)/locations/-/operations")
_INSTANCES = re.compile(r"/v1/projects/([^/]+)/locations/-/instances")
_PROJECT = re.compile(r"/compute/v1/projects/([^/]+)")


def error(code: int, message: str, reason: str = "forbidden") -> Reply:
    return Reply(
        code, {"error": {"code": code, "message": message, "errors": [{"message": message, "reason": reason}]}}
    )


class ComputeApi(Loopback):
    """Serves `compute.*` and `container.clusters` of one project, and of further ones by name."""

    def __init__(self, objects: Mapping[str, Sequence[Any]], *, page: int = 500) -> None:
        super().__init__(self._answer)
        self.objects, self.page = objects, page
        self.projects: dict[str, Mapping[str, Sequence[Any]]] = {}
        self.warnings: dict[str, Any] = {}

    @classmethod
    def of(cls, snapshot: Snapshot) -> ComputeApi:
        return cls({n: c.objects for n, c in snapshot.collections.items() if n in COLLECTIONS and COLLECTIONS[n].cloud})

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead gkedoctor here in place of Compute Engine, GKE and Filestore."""
        return {f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": self.url for name in ("COMPUTE", "CONTAINER", "FILE")}

    def _answer(self, asked: Asked) -> Reply:
        if found := _CLUSTERS.fullmatch(asked.path):
            return Reply(body={"clusters": list(self._of(found[1]).get("container.clusters", ()))})
        if found := _OPERATIONS.fullmatch(asked.path):
            return Reply(body={"operations": list(self._of(found[1]).get("container.operations", ()))})
        if found := _INSTANCES.fullmatch(asked.path):
            return Reply(body={"instances": list(map(_by_path, self._of(found[1]).get("file.instances", ())))})
        if found := _HEALTH.fullmatch(asked.path):
            return self._health(found[2], json.loads(asked.body)["group"])
        if found := _ENDPOINTS.fullmatch(asked.path):
            return self._endpoints(found[2], asked)
        if found := _LIST.fullmatch(asked.path):
            return self._list(found, asked)
        if found := _PROJECT.fullmatch(asked.path):
            projects = self._of(found[1]).get("compute.projects", ())
            return Reply(body=dict(projects[0]) if projects else {"name": found[1]})
        return error(404, f"no {asked.path}", "notFound")

    def _of(self, project: str) -> Mapping[str, Sequence[Any]]:
        return self.projects.get(project, self.objects)

    def _list(self, found: re.Match[str], asked: Asked) -> Reply:
        name = found[3] or found[2]
        items = [item for item in self._of(found[1]).get(f"compute.{name}", ()) if _matches(item, asked)]
        start = int(asked.query.get("pageToken") or 0)
        part, rest = items[start : start + self.page], items[start + self.page :]
        token = {"nextPageToken": str(start + self.page)} if rest else {}
        if found[2] != "aggregated":
            return Reply(body={"items": part} | token)
        scopes: dict[str, Any] = {"zones/empty-a": {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "none"}}}
        for item in part:
            scopes.setdefault(_scope(item), {}).setdefault(name, []).append(item)
        scopes |= self.warnings.get(name, {})
        return Reply(body={"items": scopes} | token)

    def _health(self, service: str, group: str) -> Reply:
        for item in self.objects.get("compute.backendServicesHealth", ()):
            for backend in item["backends"] if item["name"] == service else ():
                if backend["group"].partition("projects/")[2] == group.partition("projects/")[2]:
                    return Reply(
                        body={"kind": "compute#backendServiceGroupHealth", "healthStatus": backend["healthStatus"]}
                    )
        return Reply(body={"kind": "compute#backendServiceGroupHealth"})

    def _endpoints(self, name: str, _asked: Asked) -> Reply:
        for item in self.objects.get("compute.networkEndpoints", ()):
            if item["name"] == name:
                return Reply(body={"items": item["endpoints"]})
        return Reply(body={})


_TERM = re.compile(r'\(?(\w+) = "([^"]+)"\)?')
_LATER = re.compile(r'(\w+) > "([^"]+)"')


def _matches(item: Any, asked: Asked) -> bool:
    """`filter=name = "a"` or `(name = "a") OR (name = "b")`, as the parameter of every list method has it."""
    if (later := _LATER.fullmatch(asked.query.get("filter", ""))) is not None:
        return datetime.fromisoformat(item[later[1]]) > datetime.fromisoformat(later[2])
    terms = [_TERM.fullmatch(term) for term in asked.query.get("filter", "").split(" OR ") if term]
    return not terms or any(term is not None and item.get(term[1]) == term[2] for term in terms)


def _by_path(instance: Any) -> dict[str, Any]:
    """A Filestore instance as the API has it: its name is its whole path."""
    path = instance.get("selfLink")
    if path is None:
        return dict(instance)
    return {key: value for key, value in instance.items() if key not in ("selfLink", "zone")} | {"name": path}


def _scope(item: Any) -> str:
    for key in ("zone", "region"):
        if key in item:
            return f"{key}s/{item[key].rpartition('/')[2]}"
    return "global"
