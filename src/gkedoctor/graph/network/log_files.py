"""Files that a container's log says it could not use: the volume they lie in, what hides or lacks them."""

from __future__ import annotations

from collections.abc import Sequence

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.workloads.logs.files import FileAccessFailure, file_troubles
from gkedoctor.graph.workloads.logs.telling import complaints
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_GIVEN = ("configMap", "secret", "projected", "downwardAPI")
"""Volumes that the kubelet fills and nobody writes to."""
_TEMPORARY = "/tmp"


@edge("file_troubles", "Pod", reads=("PersistentVolumeClaim", "ConfigMap", "Secret"), record="FileTroubleRecord")
def file_troubles_of(graph: Graph, pod: Object) -> Facts:
    """Files that a container could not use, by its log: {container, problem, path, line, mount, volume, claim, …}.

    `problem` is denied, readonly, full, notemp or missing; `mount` and `volume` the entries of the spec in which the
    path lies, null for the file system of the image, and `claim` the PersistentVolumeClaim of the volume.
    `rootReadOnly`: the file system of the image is read-only, and `directory` is where the container wants to write.
    `source` is the ConfigMap or Secret of the volume and `keys` what it has. A line without a path counts for the only
    volume that holds data, `guessed`.
    """
    containers = graph.follow("containers", pod)
    if isinstance(containers, Unknown):
        return containers
    records: list[Record] = []
    for container in containers:
        said = container["said"]
        if isinstance(said, Unknown):
            records.append({"container": container["name"], "problem": said})
            continue
        lines = container["final"] if has_ended(container) else complaints(said)
        lines = [line for line in lines if not message("log/not-about-files").search(line)]
        found = [r for t in file_troubles(lines) if (r := _record(graph, pod, container, t)) is not None]
        records += found[:1]
    return records


def has_ended(container: Record) -> bool:
    """Whether the run that matters has ended, so that only what ended it counts."""
    return container["step"] == "crash" or bool((container["status"].get("state") or {}).get("terminated"))


def _record(graph: Graph, pod: Object, container: Record, trouble: FileAccessFailure) -> Record | None:
    volumes = {v.get("name"): v for v in (pod.get("spec") or {}).get("volumes") or []}
    mounts = [m for m in container["spec"].get("volumeMounts") or [] if m.get("name") in volumes and m.get("mountPath")]
    path, mount, guessed = _place(trouble, mounts, volumes)
    read_only = bool((container["spec"].get("securityContext") or {}).get("readOnlyRootFilesystem"))
    sealed = mount is None and read_only and trouble.problem in ("readonly", "notemp", "denied")
    if mount is None and not sealed and (path is None or trouble.problem != "missing"):
        return None
    volume = volumes[mount["name"]] if mount is not None else None
    source, keys = _source(graph, pod, volume)
    return {
        "container": container["name"], "problem": trouble.problem, "path": path or _TEMPORARY, "line": trouble.line,
        "mount": mount, "volume": volume, "claim": _claim(graph, pod, volume) if volume else None,
        "guessed": guessed, "rootReadOnly": sealed,
        "directory": _directory(trouble, path), "source": source, "keys": keys,
    }  # fmt: skip


def _place(
    trouble: FileAccessFailure, mounts: Sequence[Object], volumes: dict[object, Object]
) -> tuple[str | None, Object | None, bool]:
    """The path, the mount it lies in, and whether that is only concluded from there being one volume with data."""
    hits = [(p, m) for p in trouble.paths for m in mounts if _lies_in(p, str(m["mountPath"]))]
    if hits:
        path, mount = max(hits, key=lambda hit: len(str(hit[1]["mountPath"])))
        return path, mount, False
    if trouble.paths:
        return trouble.paths[0], None, False
    data = [m for m in mounts if not any(volumes[m["name"]].get(kind) for kind in _GIVEN)]
    if len(data) == 1 and trouble.problem in ("denied", "full"):
        return str(data[0]["mountPath"]), data[0], True
    return None, None, False


def _directory(trouble: FileAccessFailure, path: str | None) -> str:
    """Where a writable volume is missing: the directory of the file, or that for temporary files."""
    if path is None or trouble.problem == "notemp" or path.startswith(_TEMPORARY + "/"):
        return _TEMPORARY
    parent = path.rstrip("/").rpartition("/")[0]
    return parent if parent.count("/") > 1 else path


def _lies_in(path: str, mount: str) -> bool:
    root = mount.rstrip("/")
    return bool(root) and (path == root or path.startswith(root + "/"))


def _claim(graph: Graph, pod: Object, volume: Object) -> Object | None:
    name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
    if not name and volume.get("ephemeral"):
        name = f"{name_of(pod)}-{volume.get('name')}"
    if not name:
        return None
    found = graph.find("PersistentVolumeClaim", namespace_of(pod), str(name))
    named: Object = {"kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": namespace_of(pod)}}
    return found if isinstance(found, dict) else named


def _source(graph: Graph, pod: Object, volume: Object | None) -> tuple[Object | None, list[str]]:
    """The ConfigMap or Secret of a volume, and the keys it has."""
    config, secret = (volume or {}).get("configMap") or {}, (volume or {}).get("secret") or {}
    kind, name = ("ConfigMap", config.get("name")) if config else ("Secret", secret.get("secretName"))
    found = graph.find(kind, namespace_of(pod), str(name)) if name else None
    return (found, sorted(found.get("keys") or {})) if isinstance(found, dict) else (None, [])
