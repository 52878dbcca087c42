"""`report` and `path` never disagree: a hop that fails has a finding, an unknown one makes the report incomplete."""

from __future__ import annotations

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.patch import ObjectPatch
from gkedoctor.graph import Graph, Ref, ref_of
from gkedoctor.graph.frontends.frontend import frontends
from gkedoctor.graph.request_path.hop import Hop, State
from gkedoctor.graph.request_path.lookup import path_of_object
from gkedoctor.snapshot.kinds import KINDS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
from tests.conftest import RECORDINGS, recorded, shipped_playbooks

NAMES = sorted(path.parent.name for path in RECORDINGS.glob("*/gcp"))
CLOUD = tuple(kind.collection for kind in KINDS.values() if kind.cloud)
DECIDING = tuple(
    f"compute.{name}" for name in ("backendServices", "backendServicesHealth", "healthChecks", "firewalls")
)
BACKEND = "gkegw1-1a2b-shop-app-80-4fdj4jjm3trk"
STATES = "backends[0].healthStatus[{}].healthState"
DOWN = ObjectPatch(ref=f"BackendServiceHealth/{BACKEND}", set={STATES.format(n): "UNHEALTHY" for n in (0, 1)})
NO_LISTENER = {"spec.parentRefs[0].sectionName": "https"}
FAULTS = {
    "unhealthy": (DOWN,),
    "no listener": (ObjectPatch(ref="HTTPRoute/shop/app", set=NO_LISTENER, unset=("status",)),),
    "no Service": (ObjectPatch(ref="Service/shop/app", remove=True),),
    "no endpoints": (ObjectPatch(ref="EndpointSlice/shop/app-*", set={"endpoints": []}),),
}


def without(snapshot: Snapshot, *collections: str) -> Snapshot:
    state = CollectionState(Status.DENIED, reason="forbidden")
    kept = [c for c in snapshot.collections.values() if c.name not in collections]
    return Snapshot(snapshot.manifest, [*kept, *(Collection(name, state) for name in collections)])


def disagreements(snapshot: Snapshot) -> list[str]:
    """The hops of all front ends of which the report says nothing."""
    graph, outcome = Graph(snapshot), diagnose(snapshot, shipped_playbooks())
    told: set[Ref] = {ref for entry in outcome.unexplained for ref in entry.refs}
    for found in outcome.diagnoses:
        told |= {found.root, *(c.ref for c in found.explains)}
    ways = [
        (list(path_of_object(graph, f["item"]).all()), {ref_of(r["item"]) for r in f["routes"]})
        for f in frontends(graph)
    ]
    silent = [way for way, routes in ways if not ({hop.ref for hop in way} | routes) & told]
    return [
        f"{hop.ref.kind}/{hop.ref.name}: {hop.fact}"
        for way in silent
        for hop in way
        if hop.state is State.FAIL or (hop.state is State.UNKNOWN and outcome.complete)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_with_all_of_it_without_google_cloud_and_without_what_decides(name: str) -> None:
    snapshot = recorded(name)
    assert disagreements(snapshot) == []
    assert disagreements(without(snapshot, *CLOUD)) == []
    assert [c for c in DECIDING if disagreements(without(snapshot, c))] == []


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("denied", [(), *((name,) for name in DECIDING)], ids=lambda names: "".join(names) or "all")
def test_a_gateway_with_a_fault(fault: str, denied: tuple[str, ...]) -> None:
    snapshot = given_snapshot(Given(recording="gateway-healthy", patch=FAULTS[fault]), recorded)
    assert disagreements(without(snapshot, *denied)) == []


def test_a_fault_is_a_fault_in_both() -> None:
    snapshot = given_snapshot(Given(recording="gateway-healthy", patch=(DOWN,)), recorded)
    graph = Graph(snapshot)
    hops: list[Hop] = [h for f in frontends(graph) for h in path_of_object(graph, f["item"]).all()]
    assert any(hop.state is State.FAIL for hop in hops)
    assert diagnose(snapshot, shipped_playbooks()).diagnoses
