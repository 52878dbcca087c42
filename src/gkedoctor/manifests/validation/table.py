"""Which rules are asked of which kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from gkedoctor.manifests.validation import data, network, workloads
from gkedoctor.manifests.validation.metadata import labels_refused, name_refused
from gkedoctor.manifests.validation.refusal import Refusal
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Object

Rule = Callable[[Object], Iterator[Refusal]]

_TEMPLATE = workloads.template_refused
_SELECTED = (workloads.selector_refused, _TEMPLATE)

_OF_OBJECTS: Mapping[tuple[str, str], tuple[Rule, ...]] = MappingProxyType(
    {
        ("v1", "Pod"): (_TEMPLATE,),
        ("v1", "ReplicationController"): (workloads.replication_selector_refused, _TEMPLATE),
        ("apps/v1", "Deployment"): _SELECTED,
        ("apps/v1", "ReplicaSet"): _SELECTED,
        ("apps/v1", "StatefulSet"): _SELECTED,
        ("apps/v1", "DaemonSet"): _SELECTED,
        ("batch/v1", "Job"): (_TEMPLATE,),
        ("batch/v1", "CronJob"): (_TEMPLATE,),
        ("v1", "Secret"): (data.keys_refused, data.secret_data_refused),
        ("v1", "ConfigMap"): (data.keys_refused, data.config_data_refused),
    }
)
_OF_SPECS: Mapping[tuple[str, str], tuple[Rule, ...]] = MappingProxyType(
    {
        ("v1", "Service"): (
            network.service_type_refused, network.service_ports_refused, network.service_ports_repeated
        ),
        ("v1", "PersistentVolumeClaim"): (data.claim_refused,),
        ("networking.k8s.io/v1", "Ingress"): (network.ingress_refused,),
        ("policy/v1", "PodDisruptionBudget"): (workloads.budget_refused,),
        ("autoscaling/v1", "HorizontalPodAutoscaler"): (workloads.autoscaler_refused,),
        ("autoscaling/v2", "HorizontalPodAutoscaler"): (workloads.autoscaler_refused,),
    }
)  # fmt: skip

_ENCRYPTED = "sops"
"""What sops writes beside an object whose values it encrypted: they are not those that are applied."""


def refusals(item: Object) -> Iterator[Refusal]:
    """Why the API server refuses an object; nothing where it takes it, or is not known to have a say.

    The object has the types of its kind (`snapshot.shape_check.shape_error`), a name and, if it is to have one, a
    namespace.
    """
    version, kind = str(item.get("apiVersion")), item["kind"]
    known = KINDS.get(kind)
    if known is None or known.cloud or known.group != version.rpartition("/")[0] or _ENCRYPTED in item:
        return
    yield from name_refused(item)
    yield from (one.below("metadata") for one in labels_refused(item["metadata"]))
    for rule in _OF_OBJECTS.get((version, kind), ()):
        yield from rule(item)
    spec = item.get("spec")
    if spec is not None:
        yield from (one.below("spec") for rule in _OF_SPECS.get((version, kind), ()) for one in rule(spec))
