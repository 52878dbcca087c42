"""What the controllers of load balancers complain about: Warning Events that are not history yet.

Sources: kubernetes/ingress-gce (pkg/events, pkg/neg, pkg/l4lb), cloud-provider/controllers/service. `Scheduled for
sync` is written before each attempt: an attempt that is a while ago and brought no new Warning went well.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from gkedoctor.graph.core.accessors import grouped, labels_of, name_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, candidate_index, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import last_seen, recent
from gkedoctor.snapshot.model import Object

_SYNC = ("Sync", "Translate", "GCE", "Service")
_L4_FAILED = (
    "SyncLoadBalancerFailed",
    "CreatingLoadBalancerFailed",
    "SyncExternalLoadBalancerFailed",
    "SyncInternalLoadBalancerFailed",
    "SyncInstanceGroupsFailed",
    "UnAvailableLoadBalancer",
    "CanNotMigrateTargetPoolToRBS",
    "TargetPoolRaceWithRBS",
    "CleanRBSResourcesForLegacyService",
    "LoadBalancerMixedProtocolNotSupported",
    "UpdateLoadBalancerFailed",
    "EnableStrongAffinity",
    "AllowlistingRequired",
    "IPCollectionV6Error",
    "NoForwardingRuleRef",
    "ForwardingRuleUnusable",
    "L4LBConfigNotFound",
    "L4LBConfigFetchFailed",
    "L4LBConfigInvalidMode",
    "L4LBConfigInvalidSampleRate",
)
"""Reasons of Warnings after which a Service has no load balancer, or not the one that it asks for."""
_L4_WELL = ("SyncLoadBalancerSuccessful", "EnsuredLoadBalancer", "UpdatedLoadBalancer")
_NEG_FAILED = (
    "SyncNetworkEndpointGroupFailed",
    "ProcessServiceFailed",
    "AttachFailed",
    "DetachFailed",
    "EnterDegradedMode",
    "ProcessServiceSkipped",
    "RetryFailed",
    "BackendError",
)
_NEG_WELL = ("Attach", "Create", "ExitDegradedMode")
_DELETE_FAILED = (
    "GarbageCollection",
    "DeleteLoadBalancerFailed",
    "DeletingLoadBalancerFailed",
    "DeleteLoadBalancer",
    "DeleteInstanceGroupFailed",
    "ServiceAttachmentGCError",
)
_ATTEMPT = 90.0
"""Seconds that an attempt may take before its Warning is written."""


@edge("sync_errors", "Ingress", reads=("Event",), record="KubernetesObject")
def sync_errors_of(graph: Graph, ingress: Object) -> Facts:
    """The last error of the Ingress controller, if it is not history."""
    events = graph.follow("all_events", ingress)
    if isinstance(events, Unknown):
        return events
    failed = recent(graph, [e for e in events if e.get("type") == "Warning" and e.get("reason") in _SYNC])
    tried = [
        e for e in events if e.get("type") == "Normal" and e.get("reason") in ("Sync", "IPChanged", "CREATE", "UPDATE")
    ]
    served = bool(((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress"))
    return _current(graph, failed, tried, only_if=served)


@edge("balancer_errors", "Service", reads=("Event",), record="KubernetesObject")
def balancer_errors_of(graph: Graph, service: Object) -> Facts:
    """The last error about the load balancer of a Service of type LoadBalancer, if it is not history."""
    return _service_errors(graph, service, _L4_FAILED, _L4_WELL)


@edge("neg_errors", "Service", reads=("Event",), record="KubernetesObject")
def neg_errors_of(graph: Graph, service: Object) -> Facts:
    """The last error about the NEGs of a Service, if it is not history."""
    return _service_errors(graph, service, _NEG_FAILED, _NEG_WELL)


@edge("delete_errors", "Ingress", "Service", reads=("Event",), record="KubernetesObject")
def delete_errors_of(graph: Graph, item: Object) -> Facts:
    """Why the clean-up of a load balancer fails: the last such Event."""
    events = graph.follow("all_events", item)
    if isinstance(events, Unknown):
        return events
    return recent(graph, [e for e in events if e.get("reason") in _DELETE_FAILED])[-1:]


def _service_errors(graph: Graph, service: Object, failed: tuple[str, ...], well: tuple[str, ...]) -> Facts:
    events = graph.follow("all_events", service)
    if isinstance(events, Unknown):
        return events
    errors = recent(graph, [e for e in events if e.get("type") == "Warning" and e.get("reason") in failed])
    after = [e for e in events if e.get("reason") in well]
    if errors and after and last_seen(after[-1]) > last_seen(errors[-1]):
        return []
    return errors[-1:]


def _current(graph: Graph, failed: list[Object], tried: list[Object], *, only_if: bool) -> list[Object]:
    if not failed or not only_if:
        return failed[-1:]
    last, attempt = last_seen(failed[-1]), max((last_seen(e) for e in tried), default=None)
    return [] if attempt is not None and _succeeded(graph.clock, last, attempt) else failed[-1:]


def _succeeded(clock: datetime, error: datetime, attempt: datetime) -> bool:
    return attempt > error and (clock - attempt).total_seconds() > _ATTEMPT


@edge("negs", "Service", reads=("ServiceNetworkEndpointGroup",), record="KubernetesObject")
def negs_of(graph: Graph, service: Object) -> Facts:
    """The ServiceNetworkEndpointGroups that the NEG controller keeps for the Service."""
    doubt = graph.why_incomplete("ServiceNetworkEndpointGroup", namespace_of(service))
    if doubt is not None:
        return doubt
    return graph.index(_negs_by_service).get((namespace_of(service), name_of(service)), [])


@candidate_index("load_balanced", "Service", reads=("Event", "ServiceNetworkEndpointGroup"))
def load_balanced(graph: Graph) -> Iterator[Object]:
    """Services of type LoadBalancer, with NEGs, or with an Event about either; all where those cannot be seen."""
    for service in graph.all("Service"):
        wanted = (service.get("spec") or {}).get("type") == "LoadBalancer"
        if wanted or _is_something(negs_of(graph, service)) or _is_something(neg_errors_of(graph, service)):
            yield service


def _is_something(facts: Facts) -> bool:
    return isinstance(facts, Unknown) or bool(facts)


def _negs_by_service(graph: Graph) -> dict[tuple[str, str], list[Object]]:
    label = "networking.gke.io/service-name"
    found = graph.all("ServiceNetworkEndpointGroup")
    return grouped(found, lambda n: (namespace_of(n), labels_of(n)[label]) if label in labels_of(n) else None)
