"""Services that wait for a Pod in a role: the leader, a replica, the active one.

The programs of a cluster label their own Pods as roles change (`spilo-role`, `cnpg.io/instanceRole`, `vault-active`),
so that no template has the label. That nobody has the role now is a state, and no slip of the pen in the selector.
https://postgres-operator.readthedocs.io/en/latest/user/ ,
https://cloudnative-pg.io/documentation/current/labels_annotations/ ,
https://developer.hashicorp.com/vault/docs/configuration/service-registration/kubernetes
"""

from __future__ import annotations

from gkedoctor.graph.core.accessors import labels_of, namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.label_selectors import differing
from gkedoctor.graph.objects.owners import controller_ref, template_of, workload
from gkedoctor.graph.services.selection import OF_REVISIONS, selector_of
from gkedoctor.snapshot.model import Object


@edge("roles", "Service", reads=("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet"), record="RoleRecord")
def roles_of(graph: Graph, service: Object) -> Facts:
    """Pods that the selector misses only in labels that their template does not have: {item, pod, keys, wanted, have}.

    One record for each workload.
    """
    doubt = graph.why_incomplete("Pod", namespace_of(service))
    if doubt is not None:
        return doubt
    selector = selector_of(service)
    found: dict[int, Record] = {}
    for pod in graph.in_namespace("Pod", namespace_of(service)):
        keys = differing(selector, labels_of(pod))
        if 0 < len(keys) < len(selector) and _are_roles(graph, pod, keys):
            found.setdefault(id(workload(graph, pod)), _record(graph, pod, selector, keys))
    return list(found.values())


def _are_roles(graph: Graph, pod: Object, keys: list[str]) -> bool:
    """Whether the Pod has all these labels, and did not get them of the template that it was made of."""
    labels = labels_of(pod)
    if controller_ref(pod) is None or any(key not in labels or key in OF_REVISIONS for key in keys):
        return False
    top = workload(graph, pod)
    made = (template_of(top).get("metadata") or {}).get("labels") or {}
    return top is not pod and not any(key in made for key in keys)


def _record(graph: Graph, pod: Object, selector: dict[str, str], keys: list[str]) -> Record:
    return {
        "item": workload(graph, pod),
        "pod": pod,
        "keys": keys,
        "wanted": {key: selector[key] for key in keys},
        "have": {key: labels_of(pod)[key] for key in keys},
    }
