"""Keys of ConfigMaps and Secrets that envFrom leaves out, because they are no names of variables, and who misses them.

The kubelet says so in an Event and starts the container all the same (pkg/kubelet/kubelet_pods.go,
makeEnvironmentVariables). Since Kubernetes 1.34 nearly every key is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import has_event_with_reason
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_REASONS = ("InvalidEnvironmentVariableNames", "InvalidVariableNames")
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}
_Skipped = dict[tuple[str, str, str], list[Record]]


@edge("skipped_keys", "ConfigMap", "Secret", reads=("Event", "Pod"), record="SkippedKeysRecord")
def skipped_keys(graph: Graph, item: Object) -> Facts:
    """The Pods that miss a key of it which envFrom left out: {pod, keys, missed, event, line}.

    `missed`: the key that a failing container complains of, as it is or as a variable would be called (`APP_HOST`).
    """
    place = (str(item.get("kind")), namespace_of(item), str(item["metadata"].get("name")))
    return [record for record in graph.index(_skipped).get(place, []) if record["missed"]]


@candidate_index("with_skipped_keys", "ConfigMap", reads=("Event", "Pod"))
def config_with_skipped_keys(graph: Graph) -> Iterator[Object]:
    """ConfigMaps with keys that envFrom left out."""
    return _named(graph, "ConfigMap")


@candidate_index("with_skipped_keys", "Secret", reads=("Event", "Pod"))
def secrets_with_skipped_keys(graph: Graph) -> Iterator[Object]:
    """Secrets with keys that envFrom left out."""
    return _named(graph, "Secret")


def _named(graph: Graph, kind: str) -> Iterator[Object]:
    for place in graph.index(_skipped):
        found = graph.find(*place) if place[0] == kind else None
        if isinstance(found, dict):
            yield found


@edge("skipped_config", "Pod", reads=("Event", "ConfigMap", "Secret"), record="KubernetesObject")
def skipped_config(graph: Graph, pod: Object) -> Facts:
    """The ConfigMaps and Secrets with a key that envFrom left out and that a failing container of the Pod misses."""
    places = [p for p, records in graph.index(_skipped).items() if any(_misses(r, pod) for r in records)]
    found = (graph.find(*place) for place in places)
    return [item for item in found if isinstance(item, dict)]


def _misses(record: Record, pod: Object) -> bool:
    return record["pod"] is pod and record["missed"] is not None


def _skipped(graph: Graph) -> _Skipped:
    found: _Skipped = {}
    if not has_event_with_reason(graph, _REASONS):
        return found
    for event in graph.all("Event"):
        told = message("kubelet/env-keys-skipped").search(str(event.get("message") or ""))
        about = event.get("involvedObject") or {}
        pod = graph.find("Pod", str(about.get("namespace") or ""), str(about.get("name"))) if told else None
        if told is not None and isinstance(pod, dict):
            place = (_KINDS[told["kind"].lower()], told["namespace"], told["name"])
            found.setdefault(place, []).append(_record(graph, pod, event, re.split(r"[,\s]+", told["keys"].strip())))
    return found


def _record(graph: Graph, pod: Object, event: Object, keys: list[str]) -> Record:
    line, missed = next(_complaints(graph, pod, keys), (None, None))
    return {"pod": pod, "keys": keys, "missed": missed, "event": event, "line": line}


def _complaints(graph: Graph, pod: Object, keys: list[str]) -> Iterator[tuple[str, str]]:
    """The lines of failing containers that have a key in them, or the variable that it would be."""
    containers = graph.follow("containers", pod)
    for container in [] if isinstance(containers, Unknown) else containers:
        said = container["said"] if container["step"] == "crash" else []
        for line in [] if isinstance(said, Unknown) else said:
            yield from ((line, key) for key in keys if _is_in(key, line))


def _is_in(key: str, line: str) -> bool:
    variable = re.sub(r"[^A-Za-z0-9]", "_", key).upper()
    words = "|".join(re.escape(word) for word in dict.fromkeys((key, variable)))
    return re.search(rf"(?<![\w.-])(?:{words})(?![\w-])", line) is not None
