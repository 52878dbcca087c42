"""What keeps a Namespace from going: each blocker by itself, with the object that is to be changed.

The namespace controller writes five conditions (pkg/controller/namespace/deletion/status_condition_utils.go). Several
may hold at once, and each has to be removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gkedoctor.graph.admission.denials import CONFIGURATIONS, has_webhook
from gkedoctor.graph.admission.failed_creates import refuser_of_message
from gkedoctor.graph.core.accessors import name_of
from gkedoctor.graph.core.conditions import condition, is_true
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.custom_resources import is_custom, resource_name
from gkedoctor.graph.services.service_reference import referenced_service
from gkedoctor.messages import message
from gkedoctor.snapshot.kinds import CUSTOM, KINDS
from gkedoctor.snapshot.model import Object

_DISCOVERY, _CONTENT = "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionContentFailure"
_FINALIZERS, _REMAINING = "NamespaceFinalizersRemaining", "NamespaceContentRemaining"
_MOST = 5
"""Objects that are named one by one."""


_OF_KUBERNETES = ("kubernetes.io/pvc-protection", "kubernetes.io/pv-protection", "foregroundDeletion", "orphan")
"""Finalizers that the control plane removes by itself once nothing uses the object any more."""


@edge("broken_apis", "Namespace", reads=("APIService",), record="KubernetesObject")
def broken_apis(graph: Graph, item: Object) -> Facts:
    """The APIServices that the namespace controller reports: while their discovery fails, no object is deleted."""
    if not is_true(item, _DISCOVERY):
        return []
    text = _message(item, _DISCOVERY)
    found = [a for a in graph.all("APIService") if _group_version(a) in text]
    doubt = graph.why_incomplete("APIService")
    return doubt if doubt is not None and not found else found


def _message(item: Object, type_: str) -> str:
    return str((condition(item, type_) or {}).get("message") or "")


def _group_version(service: Object) -> str:
    spec = service.get("spec") or {}
    return f"{spec.get('group')}/{spec.get('version')}"


@edge("held", "Namespace", reads=(CUSTOM,), record="KubernetesObject")
def finalized_objects_in(graph: Graph, item: Object) -> Facts:
    """The objects of a namespace that wait for a finalizer, of all kinds that were recorded."""
    name = name_of(item)
    kinds = [kind.name for kind in KINDS.values() if kind.namespaced]
    found = [o for kind in kinds for o in graph.in_namespace(kind, name)]
    return [o for o in found if o["metadata"].get("deletionTimestamp") and o["metadata"].get("finalizers")]


@edge(
    "deletion_blockers",
    "Namespace",
    reads=("APIService", "CustomResourceDefinition", "Service", CUSTOM, *CONFIGURATIONS),
    record="DeletionBlockerRecord",
)
def deletion_blockers(graph: Graph, item: Object) -> Facts:
    """All that keeps a Namespace from going: {by, says, commands, item}; `item` is what is to be repaired, if known.

    `by`: api (discovery), conversion, webhook, content (another failure), finalizer (of an object), own-finalizer (of
    the Namespace), remaining.
    """
    return [*_apis(graph, item), *_content(graph, item), *_finalizers(graph, item), *_own(item), *_rest(graph, item)]


def _record(by: str, says: str, commands: list[str], item: Object | None = None) -> Record:
    return {"by": by, "says": says, "commands": commands, "item": item}


def _apis(graph: Graph, item: Object) -> Iterator[Record]:
    found = broken_apis(graph, item)
    for api in [] if isinstance(found, Unknown) else found:
        says = f"APIService {name_of(api)} does not respond: repair its Service, or delete it if its API is unused"
        yield _record("api", says, [f"kubectl delete apiservice {name_of(api)}"], api)
    if is_true(item, _DISCOVERY) and not (isinstance(found, list) and found):
        says = f"an API group does not respond ({_message(item, _DISCOVERY)})"
        yield _record("api", says, ["kubectl get apiservices"])


def _content(graph: Graph, item: Object) -> Iterator[Record]:
    if not is_true(item, _CONTENT):
        return
    text = _message(item, _CONTENT)
    converts = message("namespace/conversion-webhook").groups(text)
    by, name = refuser_of_message(text)
    if converts is not None:
        yield _conversion(graph, converts)
    elif by in ("webhook", "webhook-down") and name:
        yield from _webhook(graph, name, text)
    else:
        yield _record("content", f"objects cannot be deleted ({text})", [])


def _conversion(graph: Graph, said: Any) -> Record:
    """The CustomResourceDefinition whose objects cannot be read, for the webhook that converts them is gone."""
    group, kind = str(said["group"]), str(said["kind"])
    found = [d for d in graph.all("CustomResourceDefinition") if _defines(d, group, kind)]
    name = name_of(found[0]) if found else f"{kind.lower()}s.{group}"
    service = _conversion_service(found[0]) if found else {}
    behind = referenced_service(graph, service) if service else None
    says = (
        f"the conversion webhook of CustomResourceDefinition {name} does not respond: start its operator again. If"
        " the operator was removed, set the conversion strategy to None"
    )
    patch = '{"spec":{"conversion":{"strategy":"None","webhook":null}}}'
    command = f"kubectl patch customresourcedefinition {name} --type=merge -p '{patch}'"
    return _record("conversion", says, [command], behind if isinstance(behind, dict) else None)


def _defines(definition: Object, group: str, kind: str) -> bool:
    spec = definition.get("spec") or {}
    return spec.get("group") == group and (spec.get("names") or {}).get("kind") == kind


def _conversion_service(definition: Object) -> Any:
    conversion = (definition.get("spec") or {}).get("conversion") or {}
    return ((conversion.get("webhook") or {}).get("clientConfig") or {}).get("service") or {}


def _webhook(graph: Graph, name: str, text: str) -> Iterator[Record]:
    """The configurations of the webhook that refuses the deletion, or the webhook alone where none was recorded."""
    found = [c for kind in CONFIGURATIONS for c in graph.all(kind) if has_webhook(c, name)]
    for configuration in found:
        kind = str(configuration["kind"])
        says = (
            f"webhook {name} of {kind} {name_of(configuration)} fails when objects are deleted: repair its Service. If"
            " its operator was removed, delete the configuration"
        )
        yield _record("webhook", says, [f"kubectl delete {kind.lower()} {name_of(configuration)}"], configuration)
    if not found:
        yield _record("webhook", f"webhook {name} fails ({text})", ["kubectl get validatingwebhookconfigurations"])


def _finalizers(graph: Graph, item: Object) -> Iterator[Record]:
    held = finalized_objects_in(graph, item)
    named = set[str]()
    for one in [] if isinstance(held, Unknown) else held[:_MOST]:
        finalizers = one["metadata"]["finalizers"]
        named |= set(finalizers)
        resource = resource_name(one) if is_custom(one) else KINDS[str(one["kind"])].kubectl
        says = f"{one['kind']} {name_of(one)} waits for its finalizer {', '.join(finalizers)}"
        if all(finalizer in _OF_KUBERNETES for finalizer in finalizers):
            yield _record("finalizer", f"{says}, which is removed when the object is unused", [], one)
        else:
            yield _record("finalizer", says, [_unfinalized(name_of(item), resource, name_of(one))], one)
    if not isinstance(held, Unknown) and len(held) > _MOST:
        yield _record("finalizer", f"{len(held) - _MOST} more objects wait for finalizers", list(_get_remaining(item)))
    if is_true(item, _FINALIZERS):
        for found in message("namespace/finalizer-remains").finditer(_message(item, _FINALIZERS)):
            if found["finalizer"] not in named:
                says = f"finalizer {found['finalizer']} remains on {found['count']} objects that were not recorded"
                yield _record("finalizer", says, list(_get_remaining(item)))


def _unfinalized(namespace: str, resource: str, name: str) -> str:
    patch = '{"metadata":{"finalizers":null}}'
    return f"kubectl -n {namespace} patch {resource} {name} --type=merge -p '{patch}'"


def _get_remaining(item: Object) -> Iterator[str]:
    """Commands that show the objects which the controller counts, with their finalizers."""
    columns = "-o custom-columns=NAME:.metadata.name,FINALIZERS:.metadata.finalizers"
    for found in message("namespace/resource-remains").finditer(_message(item, _REMAINING)):
        yield f"kubectl -n {name_of(item)} get {found['resource'].rstrip('.')} {columns}"


def _own(item: Object) -> Iterator[Record]:
    finalizers = item["metadata"].get("finalizers") or []
    if finalizers:
        says = f"the Namespace itself waits for its finalizer {', '.join(finalizers)}"
        patch = '{"metadata":{"finalizers":null}}'
        command = f"kubectl patch namespace {name_of(item)} --type=merge -p '{patch}'"
        yield _record("own-finalizer", says, [command], None)
    others = [f for f in (item.get("spec") or {}).get("finalizers") or [] if f != "kubernetes"]
    if others:
        says = (
            f"the Namespace itself waits for {', '.join(others)} in spec.finalizers, which its controller must remove"
        )
        yield _record("own-finalizer", says, [])


def _rest(graph: Graph, item: Object) -> Iterator[Record]:
    """Pods that do not end: the namespace waits for them without a finalizer."""
    if not is_true(item, _REMAINING):
        return
    for pod in graph.in_namespace("Pod", name_of(item))[:_MOST]:
        if pod["metadata"].get("deletionTimestamp") and not pod["metadata"].get("finalizers"):
            yield _record("remaining", f"Pod {name_of(pod)} has not terminated yet", [], pod)
