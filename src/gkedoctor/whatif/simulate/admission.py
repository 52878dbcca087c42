"""Whether the API server admits a Pod: accounts, priorities, quotas, limit ranges, Pod Security, webhooks, policies.

The facts are those of the graph about Pods that are planned. What refused a Pod and cannot be judged from objects
(a webhook's own rules, Autopilot) refuses it again, unless the change wrote it or the Pod.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gkedoctor.graph import Graph, Unknown, name_of, namespace_of, ref_of
from gkedoctor.graph.admission.denials import CONFIGURATIONS, has_webhook, shortfalls_of, webhooks_of
from gkedoctor.graph.admission.failed_creates import refusals_of
from gkedoctor.graph.config.references import account_of
from gkedoctor.graph.core.graph import Record
from gkedoctor.graph.objects.owners import template_of
from gkedoctor.graph.workloads.pods import PLANNED
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, Object, Snapshot
from gkedoctor.whatif.simulate.control_plane_firewall import was_opened
from gkedoctor.whatif.simulate.registry import rule
from gkedoctor.whatif.simulate.world import World

_ADMISSION = "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/"


def admitted(world: World, owner: Object) -> bool:
    """Whether the API server takes a Pod of the owner's template now. False where that cannot be told."""
    if not _named_objects_exist(world.graph, owner) or _is_terminating(world.graph, owner):
        return False
    return not _breaks_limits(world.graph, owner) and not _refused_again(world, owner)


def _named_objects_exist(graph: Graph, owner: Object) -> bool:
    spec = template_of(owner).get("spec") or {}
    account = spec.get("serviceAccountName") or "default"
    found = account_of(graph, owner)
    if account != "default" and not isinstance(found, Unknown) and not found:
        return False
    priority = spec.get("priorityClassName")
    if not priority or str(priority).startswith("system-"):
        return True
    return graph.find("PriorityClass", None, str(priority)) is not None


def _is_terminating(graph: Graph, owner: Object) -> bool:
    namespace = graph.find("Namespace", None, namespace_of(owner))
    return isinstance(namespace, Mapping) and bool(namespace["metadata"].get("deletionTimestamp"))


def _breaks_limits(graph: Graph, owner: Object) -> bool:
    """Whether a quota, a limit range or the Pod Security standard of the namespace refuses the Pod by what it says."""
    namespace = namespace_of(owner)
    planned = _with_planned_pod(graph, owner)
    checks = [
        (q, edge) for q in planned.in_namespace("ResourceQuota", namespace) for edge in ("overdraft", "undeclared")
    ]
    checks += [(limits, "out_of_bounds") for limits in planned.in_namespace("LimitRange", namespace)]
    space = planned.find("Namespace", None, namespace)
    if isinstance(space, Mapping):
        checks.append((space, "insecure"))
    return any(bool(found) for item, edge in checks if not isinstance(found := planned.follow(edge, item), Unknown))


def _with_planned_pod(graph: Graph, owner: Object) -> Graph:
    """A graph with one more Pod, which only exists as a plan."""
    given = template_of(owner).get("metadata") or {}
    metadata = {
        "name": f"{name_of(owner)}-planned",
        "namespace": namespace_of(owner),
        "labels": given.get("labels") or {},
    }
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template_of(owner).get("spec") or {},
        "status": {"phase": PLANNED},
    }  # fmt: skip
    snapshot = graph.snapshot
    pods = snapshot.collection(KINDS["Pod"].collection)
    collections = [c for c in snapshot.collections.values() if c.name != pods.name]
    return Graph(Snapshot(snapshot.manifest, [*collections, Collection(pods.name, pods.state, (*pods.objects, pod))]))


def _refused_again(world: World, owner: Object) -> bool:
    """Whether the refusal that was recorded still holds."""
    records = refusals_of(world.graph, owner)
    if isinstance(records, Unknown):
        return False
    earlier = world.recorded(owner)
    changed = earlier is not None and template_of(earlier) != template_of(owner)
    return any(_holds(world, owner, record, changed=changed) for record in records)


def _holds(world: World, owner: Object, record: Record, *, changed: bool) -> bool:
    check = _STILL.get(str(record["by"]))
    if check is not None:
        return check(world, owner, record)
    return not changed


def _quota_still(world: World, owner: Object, record: Record) -> bool:
    quota = world.graph.find("ResourceQuota", namespace_of(owner), str(record["name"]))
    if not isinstance(quota, Mapping):
        return quota is not None
    found = shortfalls_of(world.graph, quota)
    return isinstance(found, Unknown) or any(shortfall["still"] for shortfall in found)


def _webhook_still(world: World, owner: Object, record: Record) -> bool:
    """Whether a webhook of that name is still called, must answer, and cannot."""
    for kind in CONFIGURATIONS:
        for item in world.graph.all(kind):
            if not has_webhook(item, record["name"]):
                continue
            found = webhooks_of(world.graph, item)
            hooks = [] if isinstance(found, Unknown) else [h for h in found if h["name"] == record["name"]]
            if any(_must_answer(h) and not _answers_now(world, item, h) for h in hooks):
                return True
    return False


def _must_answer(hook: Record) -> bool:
    return (hook["webhook"].get("failurePolicy") or "Fail") == "Fail"


def _answers_now(world: World, configuration: Object, hook: Record) -> bool:
    """Whether the Service behind a webhook has ready endpoints now, and had none or could not be reached before."""
    if isinstance(hook["ready"], Unknown) or not hook["ready"]:
        return False
    if isinstance(hook["target"], Mapping) and was_opened(world, hook["target"]):
        return True
    if world.was_touched(configuration) or world.was_touched(hook["target"]):
        return True
    if world.before is None:
        return False
    earlier = world.recorded(configuration)
    found = webhooks_of(world.before, earlier) if earlier is not None else []
    before = [] if isinstance(found, Unknown) else [h for h in found if h["name"] == hook["name"]]
    return any(not h["ready"] for h in before)


def _denial_still(world: World, owner: Object, record: Record) -> bool:
    """Whether the webhook or policy that denied the Pod is there and unchanged, and so is the Pod."""
    earlier = world.recorded(owner)
    if earlier is not None and template_of(earlier) != template_of(owner):
        return False
    if record["by"] == "policy":
        policy = world.graph.find("ValidatingAdmissionPolicy", None, str(record["name"]))
        return policy is not None and not world.was_touched(policy)
    found = [c for kind in CONFIGURATIONS for c in world.graph.all(kind) if has_webhook(c, record["name"])]
    return not found or not any(world.was_touched(item) for item in found)


def _judged_from_objects(world: World, owner: Object, record: Record) -> bool:
    """What `admitted` judges from the objects themselves: the message is history."""
    return False


_STILL: Mapping[str, Callable[[World, Object, Record], bool]] = MappingProxyType(
    {
        "quota": _quota_still, "webhook-down": _webhook_still, "webhook": _denial_still, "policy": _denial_still,
        "account": _judged_from_objects, "priority": _judged_from_objects, "terminating": _judged_from_objects,
        "limits": _judged_from_objects, "pod-security": _judged_from_objects,
    }
)  # fmt: skip


@rule(
    "quota-status",
    says="The quota controller copies the limits of a ResourceQuota into its status.",
    source="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    order=5,
)
def quota_status(world: World) -> None:
    """Quotas that the change wrote."""
    for item in world.graph.all("ResourceQuota"):
        hard = (item.get("spec") or {}).get("hard") or {}
        status = dict(item.get("status") or {})
        if world.was_touched(item) and status.get("hard") != hard:
            used = {name: (status.get("used") or {}).get(name, "0") for name in hard}
            world.put({**item, "status": {**status, "hard": hard, "used": used}})


def clear_refusal(world: World, item: Object) -> None:
    """Writes what a controller writes once a creation succeeds: no ReplicaFailure, and an Event."""
    conditions = [
        c for c in (item.get("status") or {}).get("conditions") or []
        if c.get("type") != "ReplicaFailure" and c.get("reason") != "ReplicaSetCreateError"
    ]  # fmt: skip
    if conditions != ((item.get("status") or {}).get("conditions") or []):
        world.put({**item, "status": {**(item.get("status") or {}), "conditions": conditions}})
    if _has_failed_creates(world, item):
        note_success(world, item)


def _has_failed_creates(world: World, item: Object) -> bool:
    found = world.graph.follow("all_events", item)
    return not isinstance(found, Unknown) and any(e.get("reason") == "FailedCreate" for e in found)


def note_success(world: World, item: Object) -> None:
    """The Event of a creation that succeeded, which makes the failed ones history."""
    ref = ref_of(item)
    about = {
        "kind": ref.kind,
        "name": ref.name,
        "apiVersion": item.get("apiVersion"),
        "uid": item["metadata"].get("uid"),
    }
    if ref.namespace:
        about["namespace"] = ref.namespace
    event: dict[str, Any] = {
        "apiVersion": "v1", "kind": "Event", "type": "Normal", "reason": "SuccessfulCreate", "count": 1,
        "metadata": {"name": f"{ref.name}.whatif", "namespace": ref.namespace or "default"},
        "involvedObject": {key: value for key, value in about.items() if value},
        "message": "Created pod", "firstTimestamp": world.now, "lastTimestamp": world.now,
    }  # fmt: skip
    world.create(event)
