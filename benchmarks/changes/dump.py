"""Writes a namespace as `kubectl get -o json --show-managed-fields` prints it, and what was done in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.changes.api import PLURALS, Api, now
from benchmarks.changes.kubelet import World
from benchmarks.changes.recording import Recording
from benchmarks.changes.steps import Step

Json = dict[str, Any]
NAMESPACED = (
    "applications.argoproj.io",
    "configmaps",
    "controllerrevisions",
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpointslices",
    "horizontalpodautoscalers",
    "ingresses",
    "jobs",
    "limitranges",
    "networkpolicies",
    "persistentvolumeclaims",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "resourcequotas",
    "secrets",
    "serviceaccounts",
    "services",
    "statefulsets",
)
CLUSTER = (
    "customresourcedefinitions",
    "ingressclasses",
    "mutatingwebhookconfigurations",
    "namespaces",
    "nodes",
    "persistentvolumes",
    "storageclasses",
    "validatingwebhookconfigurations",
    "volumeattachments",
)
# Kinds that no namespace here has: empty lists say that they were read.
EMPTY = (
    "backendconfigs",
    "frontendconfigs",
    "managedcertificates",
    "servicenetworkendpointgroups",
    "apiservices",
    "priorityclasses",
)


def write_recording(api: Api, directory: Path, recording: Recording, world: World) -> None:
    name = recording.scenario.name
    folder = directory / "kubernetes"
    folder.mkdir(parents=True, exist_ok=True)
    lists = {**_lists(api, NAMESPACED, "-n", name), **_lists(api, CLUSTER)}
    for plural, items in lists.items():
        _write(folder / f"{plural}.json", [item for item in items if _belongs(item, name)])
    living = {pod["metadata"]["uid"] for pod in lists["pods"]}
    events = _lists(api, ("events",), "-A")["events"]
    _write(folder / "events.json", [event for event in events if _concerns(event, name, living)])
    for plural in EMPTY:
        _write(folder / f"{plural}.json", [])
    _write_logs(directory / "logs", name, world)
    (directory / "truth.json").write_text(json.dumps(_truth(recording), indent=1) + "\n")


def _concerns(event: Json, namespace: str, living: set[str]) -> bool:
    """Events of Pods that are gone say nothing of the fault and would be most of a recording."""
    about = event["involvedObject"]
    if about["kind"] == "Pod" and about.get("uid") not in living:
        return False
    return bool(event["metadata"]["namespace"] == namespace or about["kind"] == "Node")


def _lists(api: Api, plurals: tuple[str, ...], *where: str) -> dict[str, list[Json]]:
    answer = api.kubectl("get", ",".join(plurals), *where, "-o", "json", "--show-managed-fields")
    lists: dict[str, list[Json]] = {plural.partition(".")[0]: [] for plural in plurals}
    for item in json.loads(answer)["items"]:
        lists[PLURALS.get(item["kind"], item["kind"].lower() + "s")].append(item)
    return lists


def _belongs(item: Json, namespace: str) -> bool:
    name, kind = item["metadata"]["name"], item["kind"]
    if kind == "Namespace":
        return name in (namespace, "kube-system")
    if kind == "PersistentVolume":
        return bool((item["spec"].get("claimRef") or {}).get("namespace") == namespace)
    return bool(name != "kube-root-ca.crt")


def _write(path: Path, items: list[Json]) -> None:
    whole = {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
    path.write_text(json.dumps(whole, separators=(",", ":")) + "\n")


def _write_logs(folder: Path, namespace: str, world: World) -> None:
    for place, text in world.logs.items():
        if place.startswith(f"{namespace}/"):
            _, pod, container = place.split("/")
            (folder / pod).mkdir(parents=True, exist_ok=True)
            (folder / pod / f"{container}-previous.log").write_text(text + "\n")


def _truth(recording: Recording) -> Json:
    scenario = recording.scenario
    truth: Json = {
        "name": scenario.name,
        "namespace": scenario.name,
        "cause": scenario.cause,
        "root": scenario.root,
        "text": scenario.text,
        "recorded_at": now(),
        "healthy_at": recording.healthy_at,
        "changed": _that_broke_it(recording, *recording.changed) if recording.changed and scenario.recorded else None,
        "distractors": [_change(scenario.name, *done) for done in recording.done],
        "trigger": recording.trigger and {"what": recording.trigger[0].how, "at": recording.trigger[1]},
    }
    if recording.outside_at and not recording.changed:
        truth["fault_from_outside_at"] = recording.outside_at
    for key in ("accept_roots", "symptoms"):
        if value := getattr(scenario, key):
            truth[key] = list(value)
    return truth


def _that_broke_it(recording: Recording, step: Step, at: str) -> Json:
    """`by` is the manager where the objects show it."""
    scenario = recording.scenario
    by = (scenario.shown_as or step.manager) if scenario.manager_shown else None
    return {**_change(scenario.name, step, at), "by": by, "in_managed_fields": scenario.shown_by}


def _change(namespace: str, step: Step, at: str) -> Json:
    kind, _, name = step.target.partition("/")
    target = step.target if kind == "Node" else f"{kind}/{namespace}/{name}"
    return {
        "object": target,
        "path": re.sub(r"containers\[[^]]+\]", "containers[0]", step.path),
        "manager": step.manager,
        "at": at,
        "before": step.before,
        "after": step.after,
        "how": step.how,
    }
