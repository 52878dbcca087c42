"""Why a Pod has no node: what the scheduler says, and which nodes it means.

The message counts nodes and names only the first filter that each one failed (NodeUnschedulable, NodeName,
TaintToleration, NodeAffinity, NodePorts, Fit, …). Going through the Nodes the other way round (who is meant, who is
tainted, who is cordoned) tells which nodes come closest, and so what has to change. Pods of other namespaces may be
invisible, so nothing here reckons how full a node is: that is the scheduler's word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from gkedoctor.graph.core.accessors import labels_of
from gkedoctor.graph.core.conditions import condition
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.ref import ref_of
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.graph.objects.events import last_seen
from gkedoctor.graph.objects.owners import template_of, workload
from gkedoctor.graph.scheduling import node_fit as placement
from gkedoctor.graph.scheduling import scheduler_message as verdict
from gkedoctor.graph.scheduling.lasting_obstacles import one_on_each
from gkedoctor.graph.scheduling.node_labels import unmatched_requirements
from gkedoctor.graph.scheduling.nodes import POOL, pods_on
from gkedoctor.graph.scheduling.outages import one_of_each
from gkedoctor.graph.scheduling.short_resources import all_too_small, lacking, missing_resource
from gkedoctor.graph.workloads.pods import pods_at
from gkedoctor.messages import message
from gkedoctor.snapshot.model import Object

_STATIC = ("cordoned", "taint", "selector", "name")
_OF_MESSAGE = ("ports", "affinity", "spread", "resources", "devices", "none", *_STATIC, "other")
"""What to believe first where only the message is at hand: what is not written in labels, taints and cordons."""
_FRESH = 900.0
_READS = ("Node", "Event", "Pod", "ReplicaSet", "Deployment", "Job", "CronJob")


@edge("scheduling", "Pod", reads=_READS, record="SchedulingRecord")
def scheduling_of(graph: Graph, pod: Object) -> Facts:
    """Why the Pod has no node: one record {lead, sure, reasons, kinds, condition, message, unmet, short, tainted, …}.

    `lead` is what has to change: `resources`, `selector`, `taint`, `cordoned`, `ports`, `affinity`, `spread`, `name`,
    `not-ready`, `pressure` (a Node's own fault), `storage` (somebody else's), `none`, `other`; null where the scheduler
    has said nothing. `sure`: the Nodes bear it out; unknown where they are not all here.
    """
    if (pod.get("spec") or {}).get("nodeName"):
        return []
    told = condition(pod, "PodScheduled")
    event = _last_event(graph, pod)
    message = _message(told, event)
    record: Record = {
        "condition": told,
        "event": None if told and told.get("message") else event,
        "message": message,
        "gates": (pod.get("spec") or {}).get("schedulingGates") or [],
        "scheduler": _scheduler(pod),
        "served": _is_at_work(graph, _scheduler(pod)),
        "later": graph.index(_at_work).get(_scheduler(pod), "") > str(pod["metadata"].get("creationTimestamp") or ""),
    }
    return [record | _judged(graph, pod, message)]


def _judged(graph: Graph, pod: Object, message: str) -> Record:
    """What the message means for this Pod, and who waits for the same."""
    judged = _verdict(graph, pod, message)
    if judged["lead"] == "not-ready" and one_on_each(graph, pod, judged["meant"]):
        judged = {**judged, "lead": "affinity"}  # which would remain after the nodes are ready again
    doubt = graph.why_incomplete("Node")
    if doubt is not None and judged["lead"] not in (None, "storage", "claim"):
        judged = {**judged, "sure": doubt}
    wait = _crowd_key(judged)
    if wait is not None:
        graph.why_incomplete("Pod", selector="spec.nodeName=")  # all that wait, in whatever namespace
    crowd = graph.index(_crowds).get(wait, ()) if wait is not None else ()
    return {**judged, "pool": _pool(graph, pod, judged["meant"]), "crowd": len(crowd)}


def _verdict(graph: Graph, pod: Object, message: str) -> Record:
    """What the message means, worked out once for all Pods that ask for the same. O(nodes) for each such kind."""
    spec, wanted = pod.get("spec") or {}, placement.requests(pod)
    affinity = (spec.get("affinity") or {}).get("nodeAffinity")
    key = repr(
        (message, spec.get("nodeSelector"), affinity, spec.get("tolerations"), wanted, placement.topology_rules(pod))
    )
    known = graph.index(_nothing_judged)
    if key not in known:
        nodes = graph.listing("Node")
        reasons = verdict.reasons(message) if message else []
        seats = _seats(pod, nodes, wanted) if reasons and not isinstance(nodes, Unknown) else []
        details = _details(graph, pod, seats, reasons, wanted)
        known[key] = {
            "reasons": reasons,
            "kinds": sorted({r["kind"] for r in reasons}),
            **_main_obstacle(reasons, seats),
            **details,
            "crowdPool": _only_pool(details["meant"]),
        }
    found: Record = known[key]
    return found


def _crowds(graph: Graph) -> dict[str, set[str]]:
    """The workloads that wait for room on nodes which are large enough, by what the nodes are full of."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pod in pods_at(graph, ("scheduling",)):
        wait = _crowd_key(_verdict(graph, pod, _message(condition(pod, "PodScheduled"), None)))
        if wait is not None:
            found[wait].add(str(ref_of(workload(graph, pod))))
    return dict(found)


def _crowd_key(judged: Record) -> str | None:
    """What the nodes are full of, and which nodes; None where nobody waits for room."""
    short = judged["short"]
    if judged["lead"] != "resources" or short is None or short["never"]:
        return None
    return f"{short['sort']} {judged['crowdPool'] or ''}"


def _only_pool(meant: list[Object]) -> str | None:
    """The node pool of all nodes that the Pod may use, where they have one."""
    pools = {labels_of(node).get(POOL) for node in meant}
    return pools.pop() if len(pools) == 1 else None


def _seats(pod: Object, nodes: Sequence[Object], wanted: dict[str, float]) -> list[Record]:
    """Each Node as the Pod meets it. Beside workers, a reserved control plane counts as not selected.

    Nodes of one size, which have their resources in one value mostly, are compared with what the Pod requests once.
    """
    seats, small = [node_evaluation(pod, node, {}) for node in nodes], dict[int, list[str]]()
    for seat in seats:
        size = id((seat["node"].get("status") or {}).get("allocatable"))
        if size not in small:
            small[size] = placement.too_small(wanted, seat["node"])
        seat["small"] = small[size]
    if not all(placement.of_control_plane(node) for node in nodes):
        for seat in seats:
            if placement.reserved(pod, seat["node"]):
                seat["blocks"].add("selector")
    return seats


def _nothing_judged(_graph: Graph) -> dict[str, Record]:
    return {}


def _scheduler(pod: Object) -> str:
    return str((pod.get("spec") or {}).get("schedulerName") or "default-scheduler")


def _at_work(graph: Graph) -> dict[str, str]:
    """The schedulers that have placed a Pod which is here, and when they last did."""
    return _last_placed(placed for _, placed in graph.each("Pod", _placed))


def _is_at_work(graph: Graph, scheduler: str) -> bool:
    """Whether a scheduler has placed any Pod. Those of one Node are enough for most, and few to read."""
    if scheduler in graph.index(_at_work):
        return True
    nodes = graph.listing("Node")
    pods = pods_on(graph, nodes[0]) if not isinstance(nodes, Unknown) and nodes else []
    if isinstance(nodes, Unknown) or isinstance(pods, Unknown):
        return False
    return scheduler in _that_placed(pods) or scheduler in graph.index(_at_work_anywhere)


def _at_work_anywhere(graph: Graph) -> dict[str, str]:
    return _that_placed(graph.everywhere("Pod"))


def _that_placed(pods: Iterable[Object]) -> dict[str, str]:
    return _last_placed(map(_placed, pods))


def _placed(pod: Object) -> tuple[str, str] | None:
    """The scheduler that has placed a Pod, and when."""
    told = condition(pod, "PodScheduled")
    if told is None or told.get("status") != "True":
        return None
    return _scheduler(pod), str(told.get("lastTransitionTime") or "")


def _last_placed(placed: Iterable[tuple[str, str] | None]) -> dict[str, str]:
    last: dict[str, str] = {}
    for name, time in filter(None, placed):
        last[name] = max(last.get(name, ""), time)
    return last


def _message(told: Object | None, event: Object | None) -> str:
    """The condition's words; the Event's where the condition is missing."""
    if told is not None and told.get("status") == "True":
        return ""
    if told is not None and told.get("reason") not in (None, "Unschedulable"):
        return ""
    return str((told or {}).get("message") or (event or {}).get("message") or "")


def _last_event(graph: Graph, pod: Object) -> Object | None:
    found = graph.follow("events", pod)
    told = [] if isinstance(found, Unknown) else [e for e in found if e.get("reason") == "FailedScheduling"]
    return told[-1] if told else None


def node_evaluation(pod: Object, node: Object, wanted: dict[str, float]) -> Record:
    """One node as the Pod meets it: {node, blocks (what is in the way), taints, small}."""
    taints = [t for t in placement.untolerated(pod, node) if t.get("key") != placement.CORDON]
    blocks = {placement.taint_kind(t.get("key")) for t in taints}
    if not placement.selected(pod, node):
        blocks.add("selector")
    if placement.cordoned(pod, node):
        blocks.add("cordoned")
    return {"node": node, "blocks": blocks, "taints": taints, "small": placement.too_small(wanted, node)}


def _main_obstacle(reasons: list[verdict.Reason], seats: list[Record]) -> Record:
    """What has to change, whether the Nodes bear it out, and why the scheduler's other reasons are not it."""
    kinds = {r["kind"] for r in reasons}
    if not kinds:
        return {"lead": None, "sure": False, "rivals": {}}
    for alone in ("storage", "claim"):  # what no other node could change
        if alone in kinds:
            return {"lead": alone, "sure": True, "rivals": {}}
    simulated = _simulated(reasons, kinds, seats) if seats else None
    lead = simulated or _by_message(reasons, kinds)
    blocks = set().union(*(s["blocks"] for s in seats))
    if lead == "taint" and "not-ready" in blocks and "taint" not in blocks:
        lead = "not-ready"  # no node has a taint but those that the node controller sets
    return {"lead": lead, "sure": simulated is not None, "rivals": _why_not_others(lead, reasons)}


def _simulated(reasons: list[verdict.Reason], kinds: set[str], seats: list[Record]) -> str | None:
    """What the Nodes say; None where they cannot be what the scheduler saw."""
    if not kinds & set(_STATIC) <= _first_failures(seats):
        return None  # it counts a node that is not (or no longer) there
    free = [s for s in seats if not s["blocks"]]
    beyond = kinds - set(_STATIC) - {"other"}
    if free:
        if not beyond:
            return None
        lead = _commonest(reasons, beyond)
        is_small = lead == "resources" and all(s["small"] for s in free)
        return _obstacle_of_larger_nodes(seats, kinds) or lead if is_small else lead
    lead = _obstacle_of_closest_nodes(seats)
    if lead == "selector" and all(s["blocks"] - {"selector"} for s in seats):
        return lead  # cordons and taints are filtered first, so the message has no word about labels
    if lead in ("not-ready", "pressure") and all_too_small([s for s in seats if "selector" not in s["blocks"]]):
        return "resources"  # which would remain after the nodes are well again
    said = "taint" if lead in ("not-ready", "pressure") else lead
    return lead if said in kinds else None


def _first_failures(seats: list[Record]) -> set[str]:
    """The static reasons that a message about these Nodes can hold, in the scheduler's order of filters."""
    found = set()
    for seat in seats:
        blocks = seat["blocks"]
        tainted = blocks & {"taint", "not-ready", "pressure"}
        if not blocks:
            continue
        found.add("cordoned" if "cordoned" in blocks else "taint" if tainted else "selector")
        if "selector" in blocks:  # a DaemonSet's Pods are narrowed down to their node before any filter
            found.add("selector")
    return found | {"name"}


def _commonest(reasons: list[verdict.Reason], kinds: set[str]) -> str:
    counts: Counter[str] = Counter()
    for reason in reasons:
        if reason["kind"] in kinds:
            counts[reason["kind"]] += reason["count"] or 1
    return min(counts, key=lambda kind: (-counts[kind], _OF_MESSAGE.index(kind)))


def _obstacle_of_larger_nodes(seats: list[Record], kinds: set[str]) -> str | None:
    """What keeps the Pod off the nodes that are large enough, where those it may use are all too small."""
    sized = [s for s in seats if (s["node"].get("status") or {}).get("allocatable")]  # a virtual node may not say
    large = [s for s in sized if not s["small"] and len(s["blocks"]) == 1]
    found = {block for s in large for block in s["blocks"]} - {"selector"}
    order = [b for b in ("not-ready", "pressure", "cordoned", "taint") if b in found]
    return next((b for b in order if ("taint" if b != "cordoned" else b) in kinds), None)


def _obstacle_of_closest_nodes(seats: list[Record]) -> str:
    """What is in the way of the nodes that come closest: those meant, of those the untainted, of those the rest."""
    meant = [s for s in seats if "selector" not in s["blocks"]]
    usual = [s["blocks"] for s in meant if not placement.of_control_plane(s["node"])]
    if not usual:
        return "selector" if len(meant) < len(seats) else _closest([s["blocks"] for s in meant])
    return _closest(usual)


def _closest(meant: list[set[str]]) -> str:
    if any(b == {"cordoned"} for b in meant):
        return "cordoned"
    order = ("not-ready", "pressure", "taint")
    only = [b - {"cordoned"} for b in meant]
    return next((kind for kind in order if any(b == {kind} for b in only)), "taint")


def _by_message(reasons: list[verdict.Reason], kinds: set[str]) -> str:
    beyond = kinds - set(_STATIC) - {"other"}
    if beyond:
        return _commonest(reasons, beyond)
    lead = next((kind for kind in _OF_MESSAGE if kind in kinds), "other")
    keys = [r["key"] for r in reasons if r["kind"] == "taint" and r["key"]]
    faults = {placement.taint_kind(k) for k in keys}
    if lead == "taint" and faults and "taint" not in faults:
        return "not-ready" if "not-ready" in faults else min(faults)
    return lead


def _why_not_others(lead: str, reasons: list[verdict.Reason]) -> dict[str, str]:
    """For each other reason that the scheduler gives, why it is not the one."""
    said = "taint" if lead in ("not-ready", "pressure") else lead
    main = next((r["text"] for r in reasons if r["kind"] == said), lead)
    return {
        r["kind"]: f"the scheduler also reports {r['text']}, but the best candidate nodes fail for: {main}"
        for r in reasons
        if r["kind"] != said
    }


def _details(
    graph: Graph, pod: Object, seats: list[Record], reasons: list[verdict.Reason], wanted: dict[str, float]
) -> Record:
    """What a fix has to name: nodes, taints, labels, amounts, and what the autoscaler may do about it."""
    meant = [s for s in seats if "selector" not in s["blocks"]]
    tainted = [s for s in meant if "taint" in s["blocks"] and "cordoned" not in s["blocks"]]
    tainted = sorted(tainted, key=lambda s: len(s["small"]))
    broken = one_of_each(graph, (s["node"] for s in meant if s["blocks"] & {"not-ready", "pressure"}))
    usable = [s["node"] for s in seats if not s["blocks"]] or [s["node"] for s in meant]
    return {
        "unmet": unmatched_requirements(pod, [s["node"] for s in seats]),
        "short": missing_resource(lacking(reasons, meant), wanted, usable),
        "tainted": [s["node"] for s in tainted],
        "taints": [t for s in tainted[:1] for t in s["taints"] if is_user_taint(t)],
        "cordoned": _cordoned(meant),
        "broken": broken,
        "unlabelled": _unlabelled(pod, [s["node"] for s in seats]),
        "meant": [s["node"] for s in sorted(meant, key=lambda s: len(s["blocks"]))],
    }


def _cordoned(meant: list[Record]) -> list[Object]:
    """The nodes that are only cordoned, the largest first; those of the control plane last."""
    found = [s for s in meant if s["blocks"] == {"cordoned"}]
    return [s["node"] for s in sorted(found, key=lambda s: (placement.of_control_plane(s["node"]), len(s["small"])))]


def _unlabelled(pod: Object, nodes: list[Object]) -> list[str]:
    """The topology keys of its hard rules that no Node has as a label: no Node can satisfy such a rule."""
    asked = [str(rule.get("topologyKey")) for rule in placement.topology_rules(pod) if rule.get("topologyKey")]
    have = {key for node in nodes for key in labels_of(node)} if asked else set()
    return [key for key in dict.fromkeys(asked) if nodes and key not in have]


def _pool(graph: Graph, pod: Object, meant: list[Object]) -> str | None:
    """The node pool that would have to grow: the one asked for, the one that was tried, or the only one that fits."""
    asked = ((pod.get("spec") or {}).get("nodeSelector") or {}).get(POOL)
    if asked:
        return str(asked)
    events = graph.follow("events", pod)
    texts = [] if isinstance(events, Unknown) else [str(e.get("message") or "") for e in events]
    migs = [m["mig"] for text in texts for m in [message("autoscaler/instance-group").search(text)] if m]
    pools = (p for node in meant if (p := labels_of(node).get(POOL)))
    if migs:
        return next((p for p in pools if f"-{p}-" in migs[-1]), migs[-1])
    return next(pools, None)


@edge("scaling", "Pod", reads=("Event",), record="ScalingRecord")
def scaling_of(graph: Graph, pod: Object) -> Facts:
    """What the cluster autoscaler said about the Pod: one record {failed, refused, growing}; each an Event or null.

    Where Events may not be read all are null: most clusters' autoscaler has said nothing anyway.
    """
    events = graph.follow("events", pod)
    if isinstance(events, Unknown):
        events = []
    last: dict[str, Any] = {str(e.get("reason")): e for e in events}
    failed, triggered = last.get("FailedScaleUp"), last.get("TriggeredScaleUp")
    growing = triggered if triggered and (graph.clock - last_seen(triggered)).total_seconds() < _FRESH else None
    if growing and failed and last_seen(failed) >= last_seen(growing):
        growing = None
    return [{"failed": failed, "refused": last.get("NotTriggerScaleUp"), "growing": growing}]


@edge("placement", "DaemonSet", reads=("Node",), record="PlacementRecord")
def placement_of(graph: Graph, item: Object) -> Facts:
    """Which nodes a DaemonSet may use, by labels and taints: one record {unmet, tainted, taints, joined}.

    See `scheduling`; `joined` is when the youngest of the nodes came whose labels fit.
    """
    nodes = graph.listing("Node")
    if isinstance(nodes, Unknown):
        return nodes
    template = template_of(item)
    meant = [n for n in nodes if placement.selected(template, n)]
    kept = {id(n): [t for t in placement.untolerated(template, n) if is_user_taint(t)] for n in meant}
    tainted = [n for n in meant if kept[id(n)]]
    return [
        {
            "unmet": unmatched_requirements(template, nodes),
            "joined": max((str(n["metadata"].get("creationTimestamp") or "") for n in meant), default=None),
            "tainted": tainted,
            "taints": [t for n in tainted[:1] for t in kept[id(n)]] if len(tainted) == len(meant) else [],
        }
    ]


def is_user_taint(taint: Object) -> bool:
    """Whether somebody put the taint there, and no controller because of a Node's state."""
    return placement.taint_kind(taint.get("key")) == "taint"
