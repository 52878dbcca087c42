"""Pods and Jobs that were made of an older template than their owner has now, so that a correction never reached them.

A StatefulSet waits for each Pod to become Ready before it replaces the next (OrderedReady), or until one deletes it
(OnDelete), as a DaemonSet with OnDelete does; a Job keeps the template with which its CronJob made it.
https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#modifying-a-cron-job
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gkedoctor.graph.core.accessors import labels_of, name_of
from gkedoctor.graph.core.graph import Graph
from gkedoctor.graph.core.numbers import whole_number
from gkedoctor.graph.objects.owners import owner, template_of
from gkedoctor.snapshot.model import Object

_OF_CONTAINERS = (
    *("image", "imagePullPolicy", "command", "args", "workingDir", "env", "envFrom", "ports", "resources"),
    *("volumeMounts", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle", "securityContext"),
)
_OF_PODS = (
    *("nodeSelector", "affinity", "tolerations", "schedulerName", "priorityClassName", "runtimeClassName"),
    *("volumes", "serviceAccountName", "imagePullSecrets", "hostNetwork", "securityContext", "dnsPolicy"),
)
_REVISION = "controller-revision-hash"


class OlderTemplate(NamedTuple):
    """`made` (a Pod, or a Job with it) was made of an older template than `owner` has now.

    `changed`: the fields of the Pod's spec that differ, each with its value then and now: `containers[app].image`.
    """

    made: Object
    owner: Object
    changed: dict[str, tuple[Any, Any]]


def older_template(graph: Graph, item: Object) -> OlderTemplate | None:
    """What a Pod or Job was made of, where its owner's template is another one now; None where it is the same."""
    above = owner(graph, item)
    if above is None or "spec" not in above:
        return None
    match above.get("kind"):
        case "Job":
            return older_template(graph, above)
        case "CronJob" if item.get("kind") == "Job":
            return _compared(item, above)
        case "StatefulSet" | "DaemonSet" if item.get("kind") == "Pod" and _is_behind(item, above):
            return _compared(item, above)
    return None


def _is_behind(pod: Object, above: Object) -> bool:
    """Whether the Pod is of another revision than its owner wants, and would be made anew of the wanted one."""
    spec, status = above.get("spec") or {}, above.get("status") or {}
    revision, wanted = labels_of(pod).get(_REVISION), status.get("updateRevision")
    if wanted and revision:
        partition = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition") or 0
        ordinal = whole_number(name_of(pod).rpartition("-")[2])
        return bool(revision != wanted) and (ordinal is None or ordinal >= partition)
    return above.get("kind") == "DaemonSet" and (spec.get("updateStrategy") or {}).get("type") == "OnDelete"


def _compared(made: Object, above: Object) -> OlderTemplate | None:
    then = template_of(made).get("spec") or {}
    changed = dict(template_changes(then, template_of(above).get("spec") or {}))
    return OlderTemplate(made, above, changed) if changed else None


def template_changes(then: Object, now: Object) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The fields that differ; what admission added to the Pod is no difference."""
    for field in _OF_PODS:
        if not _holds(then.get(field), now.get(field)):
            yield field, (then.get(field), now.get(field))
    for group in ("initContainers", "containers"):
        made = {c.get("name"): c for c in then.get(group) or []}
        for container in now.get(group) or []:
            before = made.get(container.get("name"))
            place = f"{group}[{container.get('name')}]"
            if before is None:
                yield place, (None, container.get("name"))
                continue
            for field in _OF_CONTAINERS:
                if not _holds(before.get(field), container.get(field)) or _lacks(before, container, field):
                    yield f"{place}.{field}", (before.get(field), container.get(field))


def _lacks(before: Object, now: Object, field: str) -> bool:
    """Whether the template of now has no such field any more, of those that admission never adds."""
    return field in ("command", "args", "envFrom") and bool(before.get(field)) and not now.get(field)


def _holds(have: Any, wanted: Any) -> bool:
    """Whether a value has all that the template says; defaults and what admission added may stand beside it."""
    if wanted in (None, "", [], {}):
        return True
    if isinstance(wanted, dict):
        return isinstance(have, dict) and all(_holds(have.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(have, list) and all(any(_holds(h, w) for h in have) for w in wanted)
    return bool(have == wanted)


def has_all(have: Any, wanted: Any) -> bool:
    """Whether a value of a Pod has all that its template says; see `_holds`."""
    return _holds(have, wanted)
