"""What Pods read from Secrets, ConfigMaps, claims and ServiceAccounts, and whether it is there.

Sites: env.valueFrom, envFrom, volumes (secret, configMap, projected, csi), items, subPath, imagePullSecrets of the Pod
and of its ServiceAccount. Sources: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.reference import nearest_name, resolve_targets
from gkedoctor.graph.core.similar_names import nearest
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.makers import maker_of
from gkedoctor.graph.objects.owners import WORKLOADS, template_of
from gkedoctor.graph.workloads.pod_templates import containers, pods_by_template
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object
from gkedoctor.snapshot.timestamps import parse_timestamp

_READS = ("Secret", "ConfigMap", CUSTOM, "Job", "Ingress", "Gateway", "Event")
_HOLDERS = ("Secret", "ConfigMap")
_PLAIN_TIME = len("2026-11-22T12:00:00Z")
_PROJECTED_BY_KUBERNETES = "kube-root-ca.crt"
"""Written into every namespace by the root-ca-cert-publisher; a Pod is never without it for long."""


@edge("references", "Pod", *WORKLOADS, reads=_READS, record="ReferenceRecord")
def references_of(graph: Graph, item: Object) -> Facts:
    """Every Secret and ConfigMap (key) that the containers read, as records (see `_record`), with who is to make it."""
    return [_with_maker(graph, record) for record in read_references(graph, item)]


def read_references(graph: Graph, item: Object) -> list[Record]:
    """The same without a look for who makes what is not there."""
    return [_record(graph, namespace_of(item), site) for site in sites_of(item)]


@edge("pull_secrets", "Pod", *WORKLOADS, reads=("ServiceAccount", *_READS), record="PullSecretRecord")
def pull_secrets_of(graph: Graph, item: Object) -> Facts:
    """The imagePullSecrets of a Pod and of its ServiceAccount, as records like `references`."""
    spec, namespace = template_of(item).get("spec") or {}, namespace_of(item)
    account = graph.find("ServiceAccount", namespace, _account(spec))
    inherited = account.get("imagePullSecrets") or [] if isinstance(account, dict) else []
    names = {str(s.get("name")): s for s in [*inherited, *(spec.get("imagePullSecrets") or [])] if s.get("name")}
    sites = [_site("Secret", n, s, via="imagePullSecrets") for n, s in names.items()]
    return [_with_maker(graph, _record(graph, namespace, site)) for site in sites]


def _site(
    kind: str, name: str, at: Object, *, via: str, key: str | None = None, optional: Any = False,
    container: str | None = None, volume: str | None = None,
) -> Record:  # fmt: skip
    return {
        "kind": kind, "name": name, "key": key, "optional": bool(optional), "via": via,
        "container": container, "volume": volume, "at": at,
    }  # fmt: skip


def _record(graph: Graph, namespace: str, site: Record) -> Record:
    """The site with `found` and `keyFound` (true, false or unknown), `target`, and the names that come near.

    `at` is the place in the spec, `nearest` the name that may have been meant, `nearestKey` likewise for the key.
    """
    target = graph.find(site["kind"], namespace, site["name"])
    found = target if isinstance(target, Unknown) else target is not None
    record = {
        **site,
        "namespace": namespace,
        "target": target,
        "found": found,
        "keyFound": _key_found(site, target),
    }
    if found is False:
        record["nearest"] = nearest_name(graph, site["kind"], namespace, site["name"])
    if record["keyFound"] is False and isinstance(target, dict):
        record["nearestKey"] = nearest(site["key"], sorted(target.get("keys") or {}))
    return record


def _with_maker(graph: Graph, record: Record) -> Record:
    """The record with who is to make what was not seen."""
    if not isinstance(record["target"], dict):
        record["maker"] = maker_of(graph, record["kind"], record["namespace"], record["name"])
    return record


def _key_found(site: Record, target: Object | Unknown | None) -> bool | Unknown | None:
    if site["key"] is None or target is None:
        return None
    if isinstance(target, Unknown):
        return target
    return site["key"] in (target.get("keys") or {})


def sites_of(item: Object) -> Iterator[Record]:
    """Where the containers of a Pod or template read a Secret or ConfigMap, without a look at those."""
    return _sites(template_of(item).get("spec") or {})


def _sites(spec: Object) -> Iterator[Record]:
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    for container in containers:
        yield from _env_sites(container)
    for volume in spec.get("volumes") or []:
        yield from _volume_sites(volume)
        yield from _sub_path_sites(volume, containers)


def _env_sites(container: Object) -> Iterator[Record]:
    name = str(container.get("name"))
    for variable in container.get("env") or []:
        source = variable.get("valueFrom")
        if not source:
            continue
        for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            wanted = source.get(field)
            if wanted and wanted.get("name"):
                yield _site(
                    kind, wanted["name"], wanted, via="env", key=wanted.get("key"),
                    optional=wanted.get("optional"), container=name,
                )  # fmt: skip
    for source in container.get("envFrom") or []:
        for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            wanted = source.get(field)
            if wanted and wanted.get("name"):
                yield _site(
                    kind,
                    wanted["name"],
                    wanted,
                    via="envFrom",
                    optional=wanted.get("optional"),
                    container=name,
                )


def _volume_sites(volume: Object) -> Iterator[Record]:
    name = str(volume.get("name"))
    plain = [("Secret", volume.get("secret"), "secretName"), ("ConfigMap", volume.get("configMap"), "name")]
    parts = [
        part
        for source in (volume.get("projected") or {}).get("sources") or []
        for part in (("Secret", source.get("secret"), "name"), ("ConfigMap", source.get("configMap"), "name"))
    ]
    for kind, wanted, field in (*plain, *parts):
        if wanted and wanted.get(field) and wanted[field] != _PROJECTED_BY_KUBERNETES:
            yield from _item_sites(kind, str(wanted[field]), wanted, name)
    published = ((volume.get("csi") or {}).get("nodePublishSecretRef")) or {}
    if published.get("name"):
        yield _site("Secret", published["name"], published, via="volume", volume=name)


def _item_sites(kind: str, name: str, wanted: Object, volume: str) -> Iterator[Record]:
    items = [i for i in wanted.get("items") or [] if i.get("key")]
    optional = wanted.get("optional")
    yield _site(kind, name, wanted, via="volume", optional=optional, volume=volume)
    for item in items:
        yield _site(kind, name, item, via="volume", key=item["key"], optional=optional, volume=volume)


def _sub_path_sites(volume: Object, containers: list[Object]) -> Iterator[Record]:
    """A subPath mount of a Secret or ConfigMap volume without `items` needs the key of that name."""
    secret, config = volume.get("secret") or {}, volume.get("configMap") or {}
    wanted, kind, field = (secret, "Secret", "secretName") if secret else (config, "ConfigMap", "name")
    if not wanted.get(field) or wanted.get("items"):
        return
    for container in containers:
        for mount in container.get("volumeMounts") or []:
            if mount.get("name") == volume.get("name") and mount.get("subPath"):
                key = str(mount["subPath"]).split("/")[0]
                yield _site(
                    kind, wanted[field], mount, via="subPath", key=key, optional=wanted.get("optional"),
                    container=str(container.get("name")), volume=str(volume.get("name")),
                )  # fmt: skip


@edge("used_by", "Secret", "ConfigMap", reads=("Pod",), record="KubernetesObject")
def used_by(graph: Graph, item: Object) -> Facts:
    """The Pods that read this Secret or ConfigMap. O(1) after one pass over all Pods."""
    doubt = graph.why_incomplete("Pod", namespace_of(item))
    if doubt is not None:
        return doubt
    return graph.index(_readers).get((str(item.get("kind")), namespace_of(item), name_of(item)), [])


def _readers(graph: Graph) -> dict[tuple[str, str, str], list[Object]]:
    readers: dict[tuple[str, str, str], list[Object]] = {}
    for pod in graph.all("Pod"):
        spec = pod.get("spec") or {}
        pulls = [("Secret", str(s.get("name"))) for s in spec.get("imagePullSecrets") or []]
        for kind, name in {*((s["kind"], s["name"]) for s in _sites(spec)), *pulls}:
            readers.setdefault((kind, namespace_of(pod), name), []).append(pod)
    return readers


@candidate_index("stale_readers", "Pod", reads=("Secret", "ConfigMap"))
def stale_readers(graph: Graph) -> Iterator[Object]:
    """Pods that read at their start what is newer than they are, or what cannot be seen."""
    starts = graph.each("Pod", _start_of)
    older = {id(pod): start for pod, start in starts if _is_older(start, _newest_in(graph, start[0]))}
    for pods in pods_by_template(graph):
        suspects = [(pod, older[id(pod)]) for pod in pods if id(pod) in older]
        if suspects:  # older than something in the namespace, so it pays to ask what they read
            yield from _stale_of(graph, suspects)


def _stale_of(graph: Graph, pods: list[tuple[Object, _Start]]) -> Iterator[Object]:
    """Those of some Pods that were made alike which are older than what they themselves read."""
    first, (namespace, *_) = pods[0]
    places = tuple(graph.alone(container, _places_of_environment) for container in containers(first))
    read = _read_by(graph, namespace, places) if any(places) else None
    for pod, start in pods:
        if (read is not None and _is_older(start, read)) or _mounts_what_is_newer(graph, pod, start):
            yield pod


_Places = frozenset[tuple[str, str]]
"""Secrets and ConfigMaps by kind and name."""


def _places_of_environment(container: Object) -> _Places:
    return frozenset((site["kind"], site["name"]) for site in _env_sites(container))


def _mounts_what_is_newer(graph: Graph, pod: Object, start: _Start) -> bool:
    """Whether the Pod has a file by `subPath`, which is read once like the environment, that is newer than it is."""
    places = graph.alone(pod, _places_of_sub_paths)
    return bool(places) and _is_older(start, _read_by(graph, start[0], (places,)))


def _places_of_sub_paths(pod: Object) -> _Places:
    mounted = list(containers(pod))
    if not any(mount.get("subPath") for c in mounted for mount in c.get("volumeMounts") or ()):
        return frozenset()
    volumes = (pod.get("spec") or {}).get("volumes") or []
    return frozenset((s["kind"], s["name"]) for volume in volumes for s in _sub_path_sites(volume, mounted))


_Start = tuple[str, float, tuple[str, ...]]
"""The namespace of a Pod, its resource version, and when its containers that run were started."""


def _start_of(pod: Object) -> _Start:
    running = ((s.get("state") or {}).get("running") for s in (pod.get("status") or {}).get("containerStatuses") or ())
    times = tuple(str(r["startedAt"]) for r in running if r and r.get("startedAt"))
    return namespace_of(pod), _number(pod["metadata"].get("resourceVersion")), times


class _NewestVersion(NamedTuple):
    """Some Secrets and ConfigMaps: whether one of them cannot be seen, and the newest of the others."""

    unseen: bool
    version: float
    made: str | None


def _read_by(graph: Graph, namespace: str, places: tuple[_Places, ...]) -> _NewestVersion:
    """Some Secrets and ConfigMaps of a namespace."""
    known = graph.memo(_read_by, _HOLDERS)
    key = namespace, places
    if key not in known:
        found = [graph.find(kind, namespace, name) for kind, name in sorted(frozenset().union(*places))]
        unseen = any(isinstance(target, Unknown) for target in found)
        known[key] = _newest((target for target in found if isinstance(target, dict)), unseen=unseen)
    read: _NewestVersion = known[key]
    return read


def _newest_in(graph: Graph, namespace: str) -> _NewestVersion:
    """All Secrets and ConfigMaps of a namespace."""
    known = graph.memo(_newest_in, _HOLDERS)
    if namespace not in known:
        kinds = _HOLDERS
        states = [graph.snapshot.collection(KINDS[kind].collection).state for kind in kinds]
        gaps = [graph.why_incomplete(kind, namespace) for kind in kinds]
        unseen = any(s.malformed for s in states) or any(gap is not None for gap in gaps)
        known[namespace] = _newest((o for kind in kinds for o in graph.in_namespace(kind, namespace)), unseen=unseen)
    found: _NewestVersion = known[namespace]
    return found


def _newest(items: Iterable[Object], *, unseen: bool) -> _NewestVersion:
    written = [item["metadata"] for item in items]
    times = [
        (when, str(text)) for m in written if (when := parse_timestamp(text := m.get("creationTimestamp"))) is not None
    ]
    version = max((_number(m.get("resourceVersion")) for m in written), default=-1)
    return _NewestVersion(unseen, version, max(times)[1] if times else None)


def _is_older(start: _Start, read: _NewestVersion) -> bool:
    _, version, times = start
    if read.unseen or read.version > version >= 0:
        return True
    return any(_is_later(read.made, time) for time in times)


def _is_later(one: str | None, other: str | None) -> bool:
    """Whether one time is after another. Two texts of the same form need not be parsed."""
    if one and other and len(one) == len(other) == _PLAIN_TIME and one[-1] == other[-1] == "Z":
        return one > other
    first, second = parse_timestamp(one), parse_timestamp(other)
    return first is not None and second is not None and first > second


def _number(version: str | None) -> float:
    try:
        return float(version or -1)
    except ValueError:
        return -1


@edge("account", "Pod", *WORKLOADS, reads=("ServiceAccount",), record="KubernetesObject")
def account_of(graph: Graph, item: Object) -> Facts:
    """The ServiceAccount that the Pod runs as."""
    return resolve_targets(graph, "ServiceAccount", namespace_of(item), _account(template_of(item).get("spec") or {}))


def _account(spec: Object) -> str:
    """The name of the account; `serviceAccount` is the old name of the field, and the API server keeps both alike."""
    return str(spec.get("serviceAccountName") or spec.get("serviceAccount") or "default")
