"""The REST form of Cloud Monitoring and Cloud Logging: pages, and the search of the log `events` by its filter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.collect.compute_api import error
from tests.collect.loopback import Asked, Loopback, Reply

_LIST = re.compile(r"/v3/projects/([^/]+)/(uptimeCheckConfigs|alertPolicies)")
_TERM = re.compile(r'(?P<field>[\w.]+)(?:>=|=)"(?P<value>(?:[^"\\]|\\.)*)"')


def entry(event: Mapping[str, Any], cluster: str = "c", location: str = "z-a", project: str = "p") -> dict[str, Any]:
    """A log entry as GKE's exporter writes it."""
    about = event["involvedObject"]
    labels = {"project_id": project, "location": location, "cluster_name": cluster}
    if about["kind"] == "Pod":
        labels |= {"namespace_name": about["namespace"], "pod_name": about["name"]}
    return {
        "insertId": f"i-{event['metadata']['name']}",
        "jsonPayload": {**event, "metadata": {**event["metadata"], "managedFields": [{"manager": "kubelet"}]}},
        "resource": {"type": "k8s_pod" if about["kind"] == "Pod" else "k8s_cluster", "labels": labels},
        "timestamp": event["lastTimestamp"],
        "severity": "WARNING",
        "logName": f"projects/{project}/logs/events",
    }


class OperationsApi(Loopback):
    """Serves `monitoring.*` by its plural and log entries. `barren`: empty pages before the first entries."""

    def __init__(self, objects: Mapping[str, Sequence[Any]], entries: Sequence[Any] = (), *, page: int = 1000) -> None:
        super().__init__(self._answer)
        self.objects, self.entries, self.page, self.barren = objects, list(entries), page, 0

    def _answer(self, asked: Asked) -> Reply:
        if asked.method == "GET" and (found := _LIST.fullmatch(asked.path)):
            items = list(self.objects.get(f"monitoring.{found[2]}", ()))
            return self._paged(found[2], items, asked.query.get("pageToken"), asked.query["pageSize"])
        if asked.method == "POST" and asked.path == "/v2/entries:list":
            return self._searched(json.loads(asked.body))
        return error(404, f"no {asked.path}", "notFound")

    def _searched(self, body: Mapping[str, Any]) -> Reply:
        assert body["orderBy"] == "timestamp desc" and body["resourceNames"]
        token = body.get("pageToken")
        if self.barren and (token is None or token.startswith("barren")):
            self.barren -= 1
            return Reply(body={"nextPageToken": f"barren-{self.barren}"})
        met = [e for e in self.entries if _meets(e, body["filter"])]
        met.sort(key=lambda e: str(e["timestamp"]), reverse=True)
        start = token if token is None or token.isdigit() else None
        return self._paged("entries", met, start, body["pageSize"])

    def _paged(self, key: str, items: Sequence[Any], token: str | None, size: Any) -> Reply:
        start, size = int(token or 0), min(self.page, int(size))
        part, rest = items[start : start + size], items[start + size :]
        return Reply(body=({key: part} if part else {}) | ({"nextPageToken": str(start + size)} if rest else {}))


def _meets(item: Mapping[str, Any], wanted: str) -> bool:
    """The part of the query language that is asked: terms with AND, places with OR."""
    if "cloudaudit" in wanted:
        return _is_audited(item, wanted)
    labels = item["resource"]["labels"]
    places = []
    for term in _TERM.finditer(wanted):
        field, value = term["field"], re.sub(r"\\(.)", r"\1", term["value"])
        if field == "timestamp":
            if datetime.fromisoformat(item["timestamp"]) < datetime.fromisoformat(value):
                return False
        elif field == "resource.labels.location":
            places.append(value)
        elif value != (item["logName"] if field == "logName" else labels[field.rpartition(".")[2]]):
            return False
    return not places or labels["location"] in places


_PATTERN = re.compile(r'protoPayload\.(?P<field>[\w.]+)(?P<sign>=~|!~)"(?P<value>(?:[^"\\]|\\.)*)"')


def _is_audited(item: Mapping[str, Any], wanted: str) -> bool:
    """The filter for audit logs: log and time, and of entries of Kubernetes the cluster and the patterns."""
    payload = item["protoPayload"]
    since = datetime.fromisoformat(re.findall(r'timestamp>="([^"]+)"', wanted)[0])
    if f'logName="{item["logName"]}"' not in wanted or datetime.fromisoformat(item["timestamp"]) < since:
        return False
    if payload["serviceName"] != "k8s.io":
        return f'"{payload["serviceName"]}"' in wanted
    texts = {**payload, "authenticationInfo.principalEmail": payload["authenticationInfo"]["principalEmail"]}
    ours = f'cluster_name="{item["resource"]["labels"]["cluster_name"]}"' in wanted
    return ours and all(
        (re.search(re.sub(r"\\(.)", r"\1", term["value"]), texts[term["field"]]) is not None) == (term["sign"] == "=~")
        for term in _PATTERN.finditer(wanted)
    )
