"""Commands that change the Pod template of a workload, so that its Pods are created from the corrected one.

What follows a change differs (https://kubernetes.io/docs/concepts/workloads/controllers/): a Deployment or DaemonSet
replaces its Pods; a StatefulSet waits for the Pod that does not start
(https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback), so that it has to be deleted;
a CronJob uses the change for its next Job; the template of a Job and the spec of a Pod cannot be changed, so that the
object is saved to a file and replaced.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from gkedoctor.graph import ref_of
from gkedoctor.graph.objects.owners import controller_ref, template_of

Path = tuple[str | int, ...]

PATCHED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "CronJob")
"""The kinds whose template can be changed."""
_MERGE_KEYS = {
    "containers": "name", "initContainers": "name", "env": "name", "volumes": "name",
    "volumeMounts": "mountPath", "ports": "containerPort", "imagePullSecrets": "name",
    "topologySpreadConstraints": "topologyKey",
}  # fmt: skip
"""Lists that a strategic merge patch joins by a key (`patchMergeKey` in k8s.io/api/core/v1/types.go)."""
_GENERATED = '.metadata.labels."controller-uid", .spec.template.metadata.labels."batch.kubernetes.io/controller-uid"'
"""What a Job may not keep when it is created again (pkg/registry/batch/job/strategy.go)."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r'"#([A-Z][A-Z0-9_]*)"')
_REMOVE = None
_JOB_SPEC = "spec of the Job"
_JOB_NAME = 57
"""Characters of a name to which `-retry` is added: names of Jobs have 63 at most."""


def edit(workload: Mapping[str, Any]) -> list[str]:
    """Commands that open the template in an editor; a Job or bare Pod is saved, edited and replaced."""
    ref = ref_of(workload)
    if ref.kind in ("Job", "Pod"):
        return _replace(workload, [])
    return [f"kubectl -n {ref.namespace} edit {ref.kind} {ref.name}"]


def merge(workload: Mapping[str, Any], part: Mapping[str, Any], pod: Any = None) -> list[str]:
    """Commands that merge `part` into the spec of the template; containers, volumes and variables by their names."""
    ref = ref_of(workload)
    if ref.kind in ("Job", "Pod"):
        return _replace(workload, list(_changes((template_of(dict(workload)).get("spec") or {}), part)))
    if ref.kind not in PATCHED:
        return edit(workload)
    whole: Any = {"spec": {"template": {"spec": part}}}
    if ref.kind == "CronJob":
        whole = {"spec": {"jobTemplate": whole}}
    text = shlex.quote(_json(whole))
    return [f"kubectl -n {ref.namespace} patch {ref.kind.lower()} {ref.name} --patch {text}", *_after(workload, pod)]


def merge_container(workload: Mapping[str, Any], container: Mapping[str, Any], part: Any, pod: Any = None) -> list[str]:
    """The same for one container: `container` is a record with its name, and its role if it is no main container."""
    return merge(workload, {_group(workload, container): [{"name": container.get("name"), **part}]}, pod)


def add_key(kind: str, namespace: str, name: str, key: str) -> list[str]:
    """The command that adds a key to a Secret or ConfigMap; its value is a placeholder."""
    field = "stringData" if kind == "Secret" else "data"
    text = shlex.quote(json.dumps({field: {key: "VALUE"}}, separators=(",", ":")))
    return [f"kubectl -n {shlex.quote(namespace)} patch {kind.lower()} {shlex.quote(name)} --type=merge -p {text}"]


class Setting(NamedTuple):
    """Values for the fields of one part of a Pod's spec; null removes a field."""

    spot: Any
    values: Mapping[str, Any]


def set_at(workload: Mapping[str, Any], pod: Mapping[str, Any], settings: Sequence[Setting]) -> list[str]:
    """Commands that set fields of parts of the Pod's spec in the template that the Pod was created from.

    A spot is that part itself, as records of edges hold it. No commands where the template has no such part.
    """
    spec = pod.get("spec")
    paths = [_path_to(spec, setting.spot) for setting in settings]
    found = [path for path in paths if path is not None]
    if not found or len(found) != len(paths):
        return []
    template = template_of(dict(workload)).get("spec")
    at = [_in_template(template, spec, path) for path in found]
    if workload.get("spec") and not all(isinstance(_inside(template, place), Mapping) for place in at):
        return []  # admission added it to the Pod: the template has no such part
    values = [dict(setting.values) for setting in settings]
    parts = [_by_names(spec, path, value) for path, value in zip(found, values, strict=True)]
    named = [part for part in parts if part is not None]
    if len(named) == len(parts):
        return merge(workload, reduce(_joined, named), pod)
    places = zip(at, values, strict=True)
    changes: list[tuple[Path, Any]] = [((*p, field), value) for p, fields in places for field, value in fields.items()]
    if ref_of(workload).kind in ("Job", "Pod"):
        return _replace(workload, changes)
    return _json_patch(workload, changes, pod) if ref_of(workload).kind in PATCHED else edit(workload)


_NAME_FIELDS = ("secretName", "claimName", "name")


def rename_at(workload: Mapping[str, Any], pod: Mapping[str, Any], spots: Sequence[Any], name: str) -> list[str]:
    """Commands that set the name of the object to which parts of the Pod's spec refer."""
    fields = [next((f for f in _NAME_FIELDS if isinstance(s, Mapping) and f in s), "name") for s in spots]
    return set_at(workload, pod, [Setting(spot, {field: name}) for spot, field in zip(spots, fields, strict=True)])


def create_with_keys(kind: str, namespace: str, name: str, keys: Sequence[str]) -> list[str]:
    """The command that creates a Secret or ConfigMap with these keys, or with KEY; the values are placeholders."""
    noun = "secret generic" if kind == "Secret" else "configmap"
    literals = " ".join(shlex.quote(f"--from-literal={key}=VALUE") for key in keys or ("KEY",))
    made = f"create {noun} {shlex.quote(name)} {literals} --dry-run=client -o yaml"
    return [f"kubectl -n {shlex.quote(namespace)} {made} | kubectl apply -f -"]


def run_again(job: Mapping[str, Any], owner: Any, part: Mapping[str, Any]) -> list[str]:
    """Commands that run a Job once more, with `part` in its spec: of a CronJob as a new Job beside the old one.

    A Job without a CronJob keeps its name: its logs and the Job itself are saved to files before it is replaced.
    """
    ref = ref_of(job)
    kubectl = f"kubectl -n {ref.namespace}"
    if isinstance(owner, dict) and owner.get("kind") == "CronJob":
        cron = ref_of(owner).name
        whole = _json({"spec": {"jobTemplate": {"spec": part}}})
        patch = [f"{kubectl} patch cronjob {cron} --type=merge -p {shlex.quote(whole)}"] if part else []
        return [*patch, f"{kubectl} create job {ref.name[:_JOB_NAME]}-retry --from=cronjob/{cron}"]
    changes: list[tuple[Path, Any]] = [((_JOB_SPEC, field), value) for field, value in part.items()]
    return [save_logs(job), *_replace(job, changes)]


def save_logs(job: Mapping[str, Any]) -> str:
    """The command that saves the logs of the Pods of a Job to a file."""
    ref = ref_of(job)
    pods = f"-l batch.kubernetes.io/job-name={ref.name} --all-containers --prefix --tail=-1"
    return f"kubectl -n {ref.namespace} logs {pods} > {ref.name}.log"


def native_sidecar(workload: Mapping[str, Any], name: str) -> list[str]:
    """The command that moves a container of the template to the init containers, as a sidecar that ends with the Pod.

    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
    """
    ref, spec = ref_of(workload), template_of(dict(workload)).get("spec") or {}
    names = [container.get("name") for container in spec.get("containers") or []]
    if ref.kind not in PATCHED or name not in names:
        return []
    start = "/spec/jobTemplate/spec/template/spec" if ref.kind == "CronJob" else "/spec/template/spec"
    sidecar = {**spec["containers"][names.index(name)], "restartPolicy": "Always"}
    there = bool(spec.get("initContainers"))
    operations = [
        {"op": "add", "path": f"{start}/initContainers{'/0' * there}", "value": sidecar if there else [sidecar]},
        {"op": "remove", "path": f"{start}/containers/{names.index(name)}"},
    ]
    text = shlex.quote(_json(operations))
    return [f"kubectl -n {ref.namespace} patch {ref.kind.lower()} {ref.name} --type=json --patch {text}"]


def restart(workload: Mapping[str, Any], pod: Any = None) -> list[str]:
    """Commands that create the Pods again from the same template; what has no owner is saved and replaced."""
    ref = ref_of(workload)
    if ref.kind in ("Deployment", "StatefulSet", "DaemonSet"):
        return [f"kubectl -n {ref.namespace} rollout restart {ref.kind.lower()}/{ref.name}"]
    if ref.kind == "Pod":
        return _replace(workload, [], fresh=True)
    name = ref_of(pod).name if isinstance(pod, dict) and "metadata" in pod else None
    return [f"kubectl -n {ref.namespace} delete pod {name}"] if name else []


def recreate(pods: Sequence[Mapping[str, Any]]) -> list[str]:
    """Commands that let their controllers create Pods again; what has no controller is saved and replaced."""
    owned: dict[str, list[str]] = {}
    alone: list[str] = []
    for pod in pods:
        ref = ref_of(pod)
        if controller_ref(pod) is None:
            alone += _replace(pod, [], fresh=True)
        elif ref.namespace is not None:
            owned.setdefault(ref.namespace, []).append(ref.name)
    return [*(f"kubectl -n {place} delete pod {' '.join(names)}" for place, names in owned.items()), *alone]


def set_image(workload: Mapping[str, Any], container: Mapping[str, Any], image: str, pod: Any = None) -> list[str]:
    """Commands that set the image of a container. The image of a Pod can be changed in place."""
    ref = ref_of(workload)
    if ref.kind not in (*PATCHED, "Pod"):
        return merge_container(workload, container, {"image": image}, pod)
    setting = shlex.quote(f"{container.get('name')}={image}")
    return [f"kubectl -n {ref.namespace} set image {ref.kind.lower()}/{ref.name} {setting}", *_after(workload, pod)]


def set_env(workload: Mapping[str, Any], container: Mapping[str, Any], setting: str, pod: Any = None) -> list[str]:
    """Commands that set a variable of a container, given as NAME=VALUE."""
    ref = ref_of(workload)
    if ref.kind not in PATCHED:
        name, _, value = setting.partition("=")
        return merge_container(workload, container, {"env": [{"name": name, "value": value}]}, pod)
    place = f"kubectl -n {ref.namespace} set env {ref.kind.lower()}/{ref.name}"
    return [f"{place} -c {shlex.quote(str(container.get('name')))} {shlex.quote(setting)}", *_after(workload, pod)]


def set_resources(workload: Mapping[str, Any], container: Mapping[str, Any], resources: Any, pod: Any) -> list[str]:
    """Commands that set requests and limits of a container: {limits: {memory: '512Mi'}}."""
    ref = ref_of(workload)
    if ref.kind not in PATCHED:
        return merge_container(workload, container, {"resources": resources}, pod)
    flags = [
        f"--{group}={','.join(f'{name}={amount}' for name, amount in amounts.items())}"
        for group, amounts in sorted(resources.items())
    ]
    name = shlex.quote(str(container.get("name")))
    place = f"kubectl -n {ref.namespace} set resources {ref.kind.lower()}/{ref.name} -c {name}"
    return [f"{place} {' '.join(map(shlex.quote, flags))}", *_after(workload, pod)]


def effect(workload: Mapping[str, Any], pod: Any = None) -> str:
    """What follows a change of the template, in one sentence."""
    ref = ref_of(workload)
    if ref.kind in ("Job", "Pod"):
        return f"{ref.kind} {ref.name} is saved to {ref.name}.json, deleted and created again."
    if _after(workload, pod) and ref.kind == "CronJob":
        return "The Job of the current run is deleted; the next run uses the change."
    if _after(workload, pod):
        return "The Pod that fails is deleted and created again with the change."
    return "The next run uses the change." if ref.kind == "CronJob" else "The Pods are then replaced automatically."


def _after(workload: Mapping[str, Any], pod: Any) -> list[str]:
    """What has to be deleted, because its owner keeps what was created from the template of before."""
    ref, spec = ref_of(workload), workload.get("spec") or {}
    if not isinstance(pod, dict) or "metadata" not in pod:
        return []
    name = ref_of(pod).name
    on_delete = (spec.get("updateStrategy") or {}).get("type") == "OnDelete"
    ordered = ref.kind == "StatefulSet" and spec.get("podManagementPolicy") != "Parallel"
    if ordered or ref.kind in ("ReplicaSet", "ReplicationController") or on_delete:
        return [f"kubectl -n {ref.namespace} delete pod {name}"]
    owner = controller_ref(pod) or {}
    if ref.kind == "CronJob" and owner.get("kind") == "Job":
        return [f"kubectl -n {ref.namespace} delete job {owner.get('name')}"]
    return []


def _replace(workload: Mapping[str, Any], changes: Sequence[tuple[Path, Any]], *, fresh: bool = False) -> list[str]:
    """The object is saved first, so that it is not lost if it cannot be created again. `fresh`: on any node."""
    ref = ref_of(workload)
    kubectl, file = f"kubectl -n {ref.namespace}", f"{ref.name}.json"
    is_job = ref.kind == "Job"
    start: Path = ("spec", "template", "spec") if is_job else ("spec",)
    steps = [f"del(.status, .spec.selector, .spec.template{_GENERATED})"] if is_job else []
    if (changes or fresh) and not is_job:
        steps.append("del(.status, .spec.nodeName)")
    for path, value in changes:
        at = _jq_path(("spec", *path[1:]) if path[0] == _JOB_SPEC else (*start, *path))
        steps.append(f"del({at})" if value is _REMOVE else f"{at} = {_json(value)}")
    keep = f" | jq {shlex.quote(' | '.join(steps))}" if steps else ""
    return [
        f"{kubectl} get {ref.kind.lower()} {ref.name} -o json{keep} > {file}",
        f"{kubectl} replace --force -f {file}",
    ]


def _jq_path(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if _PLAIN.fullmatch(step) else f".{json.dumps(step)}"
    return text


def _json_patch(workload: Mapping[str, Any], changes: Sequence[tuple[Path, Any]], pod: Any) -> list[str]:
    """`add` replaces a field that is there (RFC 6902, 4.1)."""
    ref = ref_of(workload)
    start: Path = ("spec", "template", "spec")
    if ref.kind == "CronJob":
        start = ("spec", "jobTemplate", *start)
    operations = []
    for path, value in changes:
        op = "remove" if value is _REMOVE else "add"
        pointer = "".join(f"/{str(s).replace('~', '~0').replace('/', '~1')}" for s in (*start, *path))
        operations.append({"op": op, "path": pointer, **({} if op == "remove" else {"value": value})})
    text = shlex.quote(_json(operations))
    patch = f"kubectl -n {ref.namespace} patch {ref.kind.lower()} {ref.name} --type=json --patch {text}"
    return [patch, *_after(workload, pod)]


def _json(value: Any) -> str:
    """JSON in one line; a text such as `#UID_NUMBER` is a placeholder for a number, which has no quotes."""
    return _NUMBER.sub(r"\1", json.dumps(value, separators=(",", ":")))


def _group(workload: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    """In which list of the template a container stands; a sidecar among the init containers is one of those."""
    spec = template_of(dict(workload)).get("spec") or {}
    named = {str(c.get("name")) for c in spec.get("initContainers") or []}
    inside = str(container.get("name")) in named
    return "initContainers" if inside or container.get("role") == "init" else "containers"


def _changes(have: Any, wanted: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The places and values that a strategic merge of `wanted` into `have` sets."""
    for field, value in wanted.items():
        there = have.get(field) if isinstance(have, Mapping) else None
        at = (*path, field)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            yield from _changes(there, value, at)
        elif isinstance(value, list) and isinstance(there, list) and field in _MERGE_KEYS:
            yield from _elements(there, value, at, _MERGE_KEYS[field])
        else:
            yield at, value


def _elements(have: list[Any], wanted: list[Any], path: Path, key: str) -> Iterator[tuple[Path, Any]]:
    places = {item.get(key): i for i, item in enumerate(have) if isinstance(item, Mapping)}
    more = len(have)
    for item in wanted:
        if item.get(key) in places:
            i = places[item.get(key)]
            yield from _changes(have[i], {f: v for f, v in item.items() if f != key}, (*path, i))
        else:
            yield (*path, more), item
            more += 1


def _path_to(item: Any, wanted: Any, path: Path = ()) -> Path | None:
    """The path at which `wanted` itself (not an equal) stands."""
    if item is wanted:
        return path
    steps: Any = item.items() if isinstance(item, Mapping) else enumerate(item) if isinstance(item, list) else ()
    for step, child in steps:
        if isinstance(child, dict | list) and (found := _path_to(child, wanted, (*path, step))) is not None:
            return found
    return None


def _by_names(item: Any, path: Path, values: Any) -> dict[str, Any] | None:
    """The values at the path as a strategic merge; None where a list on the way has no merge key."""
    if not path:
        return dict(values)
    step, rest = path[0], path[1:]
    child = item[step]
    if isinstance(step, str) and isinstance(child, list) and rest:
        key, element = _MERGE_KEYS.get(step), _child(child, rest[0])
        inner = _by_names(element, rest[1:], values) if key and (rest[1:] or key not in values) else None
        return {step: [{key: element.get(key), **inner}]} if key and inner is not None else None
    inner = _by_names(child, rest, values) if isinstance(step, str) else None
    return {step: inner} if isinstance(step, str) and inner is not None else None


def _joined(one: Any, other: Any, key: str | None = None) -> Any:
    """Two strategic merges as one."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        both = {f: _joined(one[f], other[f], _MERGE_KEYS.get(f)) for f in one if f in other}
        return {**one, **other, **both}
    if isinstance(one, list) and isinstance(other, list) and key:
        found = {item.get(key): item for item in one}
        for item in other:
            found[item.get(key)] = _joined(found.get(item.get(key), {}), item)
        return list(found.values())
    return other


def _in_template(template: Any, pod: Any, path: Path) -> Path:
    """The path in the template: admission may have put other elements into the lists of the Pod."""
    found: list[Any] = []
    for i, step in enumerate(path):
        pod = pod[step]
        if isinstance(step, int) and isinstance(template, list):
            found.append(_position(template, pod, _MERGE_KEYS.get(str(path[i - 1])), step))
        else:
            found.append(step)
        template = _child(template, found[-1])
    return tuple(found)


def _inside(item: Any, path: Path) -> Any:
    for step in path:
        item = _child(item, step)
    return item


def _position(items: list[Any], item: Any, key: str | None, otherwise: int) -> int:
    for i, other in enumerate(items):
        same = other.get(key) == item.get(key) if key and isinstance(other, Mapping) else other == item
        if same:
            return i
    return otherwise


def _child(item: Any, step: str | int) -> Any:
    if isinstance(item, Mapping):
        return item.get(str(step))
    return item[step] if isinstance(item, list) and isinstance(step, int) and step < len(item) else None
