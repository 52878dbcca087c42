"""Commands that change the Pod template of a workload.

A controller's template takes a strategic merge patch. A Job's template and a Pod's spec cannot be changed: jq writes
the change into the object, which is then created again.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

from gkedoctor.graph import Ref

_GENERATED = '.metadata.labels."controller-uid", .spec.template.metadata.labels."batch.kubernetes.io/controller-uid"'
"""What a Job may not keep when it is created again (pkg/registry/batch/job/strategy.go)."""
_OWN = f"del(.status, .spec.selector, .spec.template{_GENERATED})"
_PATCHED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_MERGE_KEYS = ("name", "containerPort", "mountPath", "topologyKey")
"""By what elements of lists are merged (patchMergeKey in staging/src/k8s.io/api/core/v1/types.go)."""


def changing(ref: Ref) -> list[str]:
    """Commands with which a person changes the template; a Job or a bare Pod has to be created again."""
    kubectl, file = f"kubectl -n {ref.namespace}", f"{ref.name}.json"
    match ref.kind:
        case "Job":
            return [
                f"{kubectl} get job {ref.name} -o json | jq '{_OWN}' > {file}",
                f"{kubectl} replace --force -f {file}",
            ]
        case "Pod":
            return [f"{kubectl} get pod {ref.name} -o json > {file}", f"{kubectl} replace --force -f {file}"]
    return [f"{kubectl} edit {ref.kind} {ref.name}"]


def patching(ref: Ref, part: dict[str, Any]) -> list[str]:
    """The command that merges a part into the template; lists of containers, volumes and the like by their names."""
    kubectl = f"kubectl -n {ref.namespace}"
    if ref.kind in ("Job", "Pod"):
        place, kept = (".spec.template.spec", _OWN) if ref.kind == "Job" else (".spec", "del(.status)")
        program = shlex.quote(f"{place} |= ({_merge(part)}) | {kept}")
        read = f"{kubectl} get {ref.kind.lower()} {ref.name} -o json"
        return [f"{read} | jq {program} | {kubectl} replace --force -f -"]
    if ref.kind not in (*_PATCHED, "CronJob"):
        return changing(ref)
    template = {"spec": {"template": {"spec": part}}}
    whole = {"spec": {"jobTemplate": template}} if ref.kind == "CronJob" else template
    return [f"{kubectl} patch {ref.kind.lower()} {ref.name} --patch {shlex.quote(_json(whole))}"]


def _merge(part: dict[str, Any]) -> str:
    """The jq filter that merges a map into its input as a strategic merge patch would; null takes a field away."""
    filters = []
    for key, value in part.items():
        place = f".{key}" if key.isidentifier() else f".[{_json(key)}]"
        if value is None:
            filters.append(f"del({place})")
        elif value == {}:
            filters.append(f"{place} //= {{}}")
        elif isinstance(value, dict):
            filters.append(f"{place} |= ((. // {{}}) | {_merge(value)})")
        elif key in ("containers", "initContainers") and _merge_key(value) == "name":
            filters += [f"({place}[] | select(.name == {_json(c['name'])})) |= ({_merge(_unnamed(c))})" for c in value]
        elif (merge_key := _merge_key(value)) is not None:
            filters.append(f"{place} |= ((. // []) | {_merge_list(value, merge_key)})")
        else:
            filters.append(f"{place} = {_json(value)}")
    return " | ".join(filters) or "."


def _merge_list(elements: list[dict[str, Any]], key: str) -> str:
    """The same for a list: an element with the key of one that is there is merged into it, others are appended."""
    filters = []
    for element in elements:
        same, added = f".{key} == {_json(element[key])}", {k: v for k, v in element.items() if v is not None}
        merged = f"map(if {same} then {_merge(_unnamed(element, key))} else . end)"
        filters.append(f"if any(.[]; {same}) then {merged} else . + [{_json(added)}] end")
    return " | ".join(filters) or "."


def _unnamed(element: dict[str, Any], key: str = "name") -> dict[str, Any]:
    return {k: v for k, v in element.items() if k != key}


def _merge_key(value: Any) -> str | None:
    """The field by which a list of maps is merged; None for what is replaced as a whole."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return None
    return next((key for key in _MERGE_KEYS if all(one.get(key) is not None for one in value)), None)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
