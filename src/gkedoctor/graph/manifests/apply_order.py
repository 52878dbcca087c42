"""What stands in files, in the order in which `kubectl apply -f DIR` takes it: by file name, then from the top down.

Orders are compared within one folder only: it is what one command takes. Outside of `gkedoctor lint` there are no
files, and no edge here leads anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from gkedoctor.graph.cloud.proxy_subnets import region_of
from gkedoctor.graph.config.references import sites_of
from gkedoctor.graph.core.accessors import labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, candidate_index, edge
from gkedoctor.graph.core.ref import Ref, ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.frontends.forwarding_rules import addresses_of, rule_names
from gkedoctor.graph.frontends.ingress import services_of_ingress
from gkedoctor.graph.objects.owners import WORKLOADS, workload
from gkedoctor.snapshot.kinds import FILES, KINDS
from gkedoctor.snapshot.model import Object

_ALWAYS = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Namespaces that every cluster has."""
_FEW = 5
"""Names that a title lists at most."""


class AppliedObject(NamedTuple):
    """One object of the files: where it stands, and its number in the order of applying."""

    ref: Ref
    group: str
    file: str
    folder: str
    number: int
    ordered: bool
    exists: bool

    def is_before(self, other: AppliedObject) -> bool:
        """Whether one command applies it before the other."""
        return self.ordered and self.folder == other.folder and self.number < other.number


def applied(graph: Graph) -> Mapping[Ref, AppliedObject]:
    """The objects of the files by name; empty where a cluster is looked at."""
    return graph.index(_applied)


def _applied(graph: Graph) -> dict[Ref, AppliedObject]:
    found: dict[Ref, AppliedObject] = {}
    folders: dict[str, str] = {}
    for item in graph.snapshot.collection(FILES).objects:
        ref = Ref(str(item["kind"]), str(item["name"]), item["namespace"])
        group = str(item["apiVersion"]).rpartition("/")[0]
        ordered, exists = bool(item["ordered"]), bool(item["exists"])
        file = str(item["file"])
        folder = folders.get(file) or folders.setdefault(file, str(PurePath(file).parent))
        found[ref] = AppliedObject(ref, group, file, folder, int(item["number"]), ordered, exists)
    if any(_is_dumped(graph, ref) for ref in found):
        return {ref: entry._replace(ordered=False) for ref, entry in found.items()}
    return found


def _is_dumped(graph: Graph, ref: Ref) -> bool:
    """Whether a cluster wrote it, so that the files are in no order: the API server filled in what nobody writes."""
    item = graph.find(ref.kind, ref.namespace, ref.name) if ref.kind in ("Service", "Namespace") else None
    if not isinstance(item, dict):
        return False
    return bool((item.get("spec") or {}).get("clusterIPs") or labels_of(item).get("kubernetes.io/metadata.name"))


@edge("late_for", "Secret", reads=WORKLOADS, record="LateForRecord")
def workloads_applied_before(graph: Graph, secret: Object) -> Facts:
    """Workloads that are applied before the Secret that they read: {item, at, file, secretFile, optional, others}.

    Where a Pod waits for it, one record for the first such Secret of a folder, with the names of the `others` (a few)
    and the `files` that could be applied first; where it is optional, so that a container starts without it, one for
    each workload. `same`: Secret and workload stand in one file.
    """
    late = graph.index(_late).get(ref_of(secret), [])
    waiting = [r for r in late if not r["optional"]]
    return [*_first_in_folder(graph, secret, waiting), *(r for r in late if r["optional"])]


def _first_in_folder(graph: Graph, secret: Object, waiting: list[Record]) -> list[Record]:
    if not waiting:
        return []
    mine = applied(graph)[ref_of(secret)]
    peers = graph.index(_required_secrets)[mine.folder]
    if peers[0] != mine:
        return []
    names = [a.ref.name for a in peers[1:]]
    others = names if len(names) <= _FEW else [*names[:_FEW], f"{len(names) - _FEW} more"]
    apart = [a.file for a in peers if any(not r["same"] for r in graph.index(_late)[a.ref])]
    return [waiting[0] | {"others": others, "files": list(dict.fromkeys(apart))}]


def _required_secrets(graph: Graph) -> dict[str, list[AppliedObject]]:
    """By folder, the Secrets that Pods would wait for, in the order of applying."""
    found: dict[str, list[AppliedObject]] = {}
    late = [applied(graph)[ref] for ref, sites in graph.index(_late).items() if any(not s["optional"] for s in sites)]
    for entry in sorted(late, key=lambda a: a.number):
        found.setdefault(entry.folder, []).append(entry)
    return found


def _late(graph: Graph) -> dict[Ref, list[Record]]:
    """By Secret, the sites in workloads that are applied before it."""
    found: dict[Ref, list[Record]] = {}
    for ref, entry in applied(graph).items():
        item = graph.find(ref.kind, ref.namespace, ref.name) if ref.kind in (*WORKLOADS, "Pod") else None
        if isinstance(item, dict):
            for secret, site in _secrets_of(item):
                later = applied(graph).get(secret)
                if later is not None and entry.is_before(later) and not later.exists:
                    found.setdefault(secret, []).append(_site(item, entry, later, site))
    return found


def _secrets_of(item: Object) -> Iterator[tuple[Ref, Record]]:
    for site in sites_of(item):
        if site["kind"] == "Secret":
            yield Ref("Secret", str(site["name"]), namespace_of(item)), site


def _site(item: Object, entry: AppliedObject, later: AppliedObject, site: Record) -> Record:
    return {
        "item": item, "at": site["at"], "file": PurePath(entry.file).name, "secretFile": PurePath(later.file).name,
        "same": entry.file == later.file,
        "secretPath": later.file, "folder": later.folder, "optional": site["optional"] and site["via"] != "volume",
    }  # fmt: skip


@candidate_index("late", "Secret", reads=WORKLOADS)
def late(graph: Graph) -> Iterator[Object]:
    """Secrets that stand in the files behind a workload that reads them."""
    found = graph.index(_late)
    return (secret for secret in graph.all("Secret") if ref_of(secret) in found) if found else iter(())


@edge("early_content", "Namespace", "CustomResourceDefinition", record="EarlyContentRecord")
def objects_applied_before(graph: Graph, item: Object) -> Facts:
    """What is applied before the Namespace or the definition without which it is refused: {first, file, own, …}.

    `same`: all of it stands in one file. Namespaces that every cluster has are left out.
    """
    mine = applied(graph).get(ref_of(item))
    if mine is None or mine.exists or name_of(item) in _ALWAYS:
        return []
    early = [a for a in applied(graph).values() if _needs(a, item) and a.is_before(mine)]
    if not early:
        return []
    first = min(early, key=lambda a: a.number)
    return [
        {
            "first": {"kind": first.ref.kind, "metadata": {"name": first.ref.name, "namespace": first.ref.namespace}},
            "file": PurePath(first.file).name, "own": PurePath(mine.file).name, "same": first.file == mine.file,
            "path": mine.file, "folder": mine.folder, "count": len(early),
        }
    ]  # fmt: skip


def _needs(entry: AppliedObject, item: Object) -> bool:
    if item.get("kind") == "Namespace":
        return entry.ref.namespace == name_of(item)
    spec = item.get("spec") or {}
    return (entry.group, entry.ref.kind) == (spec.get("group"), (spec.get("names") or {}).get("kind"))


@edge(
    "left_behind", "Ingress", "Service",
    reads=("Service", "Pod", "ReplicaSet", "Job", "Deployment", "CronJob", "ForwardingRule"), record="LeftBehindRecord",
)  # fmt: skip
def not_in_manifests(graph: Graph, item: Object) -> Facts:
    """An Ingress or Service of the cluster that no file has, though all it serves is in them: {served, rule, address}.

    An Ingress serves Services, a Service of type LoadBalancer workloads. `rule` is the forwarding rule that its load
    balancer has; nothing where it has none, or where somebody made it of another object.
    """
    entries = applied(graph)
    if not entries or item["metadata"].get("ownerReferences") or ref_of(item) in entries:
        return []
    served, rule = _served(graph, item), _rule(graph, item)
    if rule is None or isinstance(served, Unknown) or not served or any(ref_of(s) not in entries for s in served):
        return []
    return [{"served": served[0], "rule": rule, "address": next(iter(addresses_of(item)), None)}]


def _served(graph: Graph, item: Object) -> Sequence[Object] | Unknown:
    if item.get("kind") == "Ingress":
        return services_of_ingress(graph, item)
    balanced = (item.get("spec") or {}).get("type") == "LoadBalancer" and addresses_of(item)
    pods = graph.follow("pods", item) if balanced else []
    return pods if isinstance(pods, Unknown) else [workload(graph, pod) for pod in pods]


def _rule(graph: Graph, item: Object) -> Object | None:
    """Its forwarding rule; one made up of the name that is noted on it where those of Google Cloud are not known."""
    found, names = graph.follow("forwarding_rules", item), rule_names(item)
    if found and not isinstance(found, Unknown):
        rule: Object = found[0]
        return rule
    if not names:
        return None
    manifest = graph.snapshot.manifest
    place = "global" if item.get("kind") == "Ingress" else f"regions/{region_of(manifest.location or '')}"
    collection = KINDS["ForwardingRule"].collection.partition(".")[2]
    link = f"projects/{manifest.project or ''}/{place}/{collection}/{names[0]}"
    return {"kind": "ForwardingRule", "name": names[0], "selfLink": link}
