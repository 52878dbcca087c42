"""What is left over, and above all what is not: nothing is named that is in use, ours, hand-made or not seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.patch import ObjectPatch
from gkedoctor.graph import Graph
from gkedoctor.graph.cloud import names as gce_names
from gkedoctor.graph.leftovers.created_objects import KINDS
from gkedoctor.graph.leftovers.survey import survey
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
from tests.conftest import REBUILT, RECORDINGS, recorded, shipped_playbooks

CLOUDS = sorted(
    path.parent.parent.name for path in RECORDINGS.glob("*/gcp/clusters.json") if path.parts[-3] not in REBUILT
)
ORPHANS = "orphans-cluster-deleted"
ALIVE = [name for name in CLOUDS if name != ORPHANS]
KUBE, V2, V1 = "a5084ecd-9a9d-4f09-a255-86f6fa92b0ca", "arun49xi", "a92bb14e2dee1667"
BASE = "https://www.googleapis.com/compute/v1/projects/teratail-prod"
ADDRESS = "old-campaign-ip"


def made_by_gke(name: str) -> set[str]:
    """The names of everything in a recording that can be left over, less the address that nobody uses."""
    snapshot = recorded(name)
    return {i["name"] for kind in KINDS for i in snapshot.collection(_collection(kind)).objects} - {ADDRESS}


def _collection(kind: str) -> str:
    return next(c for c, k in COLLECTIONS.items() if k.name == kind)


def given(
    name: str | None = ORPHANS, *objects: Any, patch: Iterable[ObjectPatch] = (), deny: Iterable[str] = ()
) -> Graph:
    given = Given(recording=name, objects=objects, patch=tuple(patch), deny=tuple(deny))
    return Graph(given_snapshot(given, recorded))


def named(graph: Graph) -> set[str]:
    return {str(item["name"]) for group in survey(graph).groups for item in group["members"]}


def causes(graph: Graph) -> set[str]:
    return {group["cause"] for group in survey(graph).groups}


def without_cluster(name: str) -> Graph:
    """A recording after its cluster was deleted: no objects of it, no machines, no entry in the list."""
    snapshot = recorded(name)
    kept = [c for c in snapshot.collections.values() if c.name.startswith("compute.") and c.name != "compute.instances"]
    empty = [Collection(n, CollectionState(Status.COMPLETE)) for n in ("compute.instances", "container.clusters")]
    return Graph(Snapshot(snapshot.manifest, [*kept, *empty]))


def place(link: str) -> str:
    return f"{BASE}/{link}"


def cloud(kind: str, link: str, **fields: Any) -> dict[str, Any]:
    where = link.split("/")
    place_field = {where[0][:-1]: place("/".join(where[:2]))} if where[0] != "global" else {}
    return {"kind": kind, "name": where[-1], "selfLink": place(link), **place_field, **fields}


def cluster(name: str, **fields: Any) -> dict[str, Any]:
    link = f"https://container.googleapis.com/v1/projects/teratail-prod/zones/asia-northeast1-a/clusters/{name}"
    return {
        "kind": "Cluster",
        "name": name,
        "location": "asia-northeast1-a",
        "id": "0" * 32,
        "selfLink": link,
        **fields,
    }


@pytest.mark.parametrize("name", ALIVE)
def test_nothing_of_a_living_cluster_is_left_over(name: str) -> None:
    found = survey(given(name))
    assert not found.groups
    assert not found.unknown


def test_everything_of_a_deleted_cluster_is_left_over_in_the_order_of_deletion() -> None:
    truth = json.loads((RECORDINGS / ORPHANS / "truth.json").read_text())
    (group,) = survey(given()).groups
    assert {f"{m['selfLink'].partition('teratail-prod/')[2]}" for m in group["members"]} == {
        *truth["orphans"],
        *truth["in_use_by_orphans"],
    }
    order = [KINDS.index(_kind(m)) for m in group["members"]]
    assert order == sorted(order)
    assert [c.split()[2] for c in group["commands"]][:2] == ["forwarding-rules", "forwarding-rules"]


def _kind(item: Any) -> str:
    told = item["kind"].rpartition("#")[2]
    return told[0].upper() + told[1:]


@pytest.mark.parametrize("name", ALIVE)
def test_any_recorded_cluster_is_left_over_once_it_is_gone(name: str) -> None:
    graph = without_cluster(name)
    assert named(graph) == made_by_gke(name)
    assert not survey(graph).unknown


@pytest.mark.parametrize("name", ["l4-healthy", "l4-internal-healthy", "ing-nodeport", "ing-tls-ok"])
def test_all_of_a_gone_cluster_is_one_group(name: str) -> None:
    (group,) = survey(without_cluster(name)).groups
    assert group["cause"] == "orphaned-load-balancer"
    assert group["from"] == "Cluster teratail"


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("kind", [*KINDS, "Cluster", "Instance", "Namespace", "Ingress", "Service", "Node"])
def test_a_listing_that_is_not_complete_adds_no_leftover(name: str, kind: str) -> None:
    assert named(given(name, deny=[kind])) <= named(given(name))


USERS = {
    "ForwardingRule": {"TargetHttpProxy", "UrlMap", "BackendService", "HealthCheck", "NetworkEndpointGroup"},
    "UrlMap": {"BackendService", "HealthCheck", "NetworkEndpointGroup"},
    "BackendService": {"HealthCheck", "NetworkEndpointGroup"},
    "TargetHttpProxy": {"UrlMap", "BackendService"},
    "Instance": {"Firewall"},
}


@pytest.mark.parametrize("kind", USERS)
def test_what_may_have_an_unseen_user_is_not_named(kind: str) -> None:
    graph = given(deny=[kind])
    kinds = {_kind(m) for group in survey(graph).groups for m in group["members"]}
    assert not kinds & USERS[kind]
    assert _collection(kind) in {u.collection for u in survey(graph).unknown.values()}


def test_without_the_list_of_clusters_nothing_is_left_over() -> None:
    found = survey(given(deny=["Cluster"]))
    assert not found.groups
    assert {u.collection for u in found.unknown.values()} == {"container.clusters"}


def test_another_cluster_whose_uid_is_not_known_keeps_everything_in_doubt() -> None:
    found = survey(given(ORPHANS, cluster("teratail", id="5f3c1b2a" + "0" * 24)))
    assert not found.groups
    # with a tag that names a cluster which does not exist, the rest is known to be of that one
    assert named(given(ORPHANS, cluster("batch")))


def test_where_no_tag_tells_the_cluster_any_cluster_may_own_it() -> None:
    no_firewall = ObjectPatch(ref="Firewall/k8s-fw-l7--a92bb14e2dee1667", remove=True)
    found = survey(given(ORPHANS, cluster("batch"), patch=[no_firewall]))
    assert not found.groups
    assert "batch" in next(iter(found.unknown.values())).reason
    younger = cluster("batch", createTime="2026-11-22T12:05:00+00:00")
    assert named(given(ORPHANS, younger, patch=[no_firewall]))


def test_the_clusters_of_another_project_say_nothing() -> None:
    other = cluster("batch", selfLink="https://container.googleapis.com/v1/projects/other/locations/a/clusters/batch")
    found = survey(given(ORPHANS, other))
    assert not found.groups
    assert found.unknown


def test_firewall_rules_of_a_shared_network_may_be_of_other_projects() -> None:
    host = {"kind": "Project", "name": "teratail-prod", "xpnProjectStatus": "HOST"}
    assert "k8s-fw-l7--a92bb14e2dee1667" not in named(given(ORPHANS, host))


INGRESS_GONE = [ObjectPatch(ref="Ingress/ing-healthy/app", remove=True)]


def test_the_load_balancer_of_a_gone_ingress_is_left_over_in_a_living_cluster() -> None:
    graph = given("ing-healthy", patch=INGRESS_GONE)
    assert causes(graph) == {"orphaned-load-balancer"}
    backend = "k8s1-a92bb14e-ing-healthy-app-80-d4fb9085"
    assert named(graph) == {f"k8s2-{p}-arun49xi-ing-healthy-app-lcic8c3u" for p in ("fr", "tp", "um")} | {backend}
    members = survey(graph).groups[0]["members"]
    assert "compute#networkEndpointGroup" not in {m["kind"] for m in members}, "its Service still has it"
    assert survey(graph).groups[0]["from"] == "Ingress ing-healthy/app"


def test_with_its_service_gone_the_neg_is_left_over_too() -> None:
    gone = [*INGRESS_GONE, ObjectPatch(ref="Service/ing-healthy/app", remove=True)]
    kinds = {_kind(m) for m in survey(given("ing-healthy", patch=gone)).groups[0]["members"]}
    assert kinds == {
        "ForwardingRule", "TargetHttpProxy", "UrlMap", "BackendService", "HealthCheck", "NetworkEndpointGroup",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["Ingress", "ForwardingRule"])
def test_an_ingress_that_cannot_be_looked_for_is_not_gone(kind: str) -> None:
    graph = given("ing-healthy", deny=[kind])
    assert not named(graph)
    assert bool(survey(graph).unknown) == (kind == "Ingress")


def test_an_ingress_in_a_namespace_that_is_gone_is_gone_without_the_listing() -> None:
    gone = ObjectPatch(ref="Namespace/ing-healthy", remove=True)
    assert "k8s2-fr-arun49xi-ing-healthy-app-lcic8c3u" in named(given("ing-healthy", patch=[gone], deny=["Ingress"]))


def test_a_load_balancer_that_was_just_made_may_be_newer_than_the_listing() -> None:
    new = ObjectPatch(
        ref="ForwardingRule/k8s2-fr-*", set={"creationTimestamp": recorded("ing-healthy").clock.isoformat()}
    )
    assert "k8s2-fr-arun49xi-ing-healthy-app-lcic8c3u" not in named(given("ing-healthy", patch=[*INGRESS_GONE, new]))


@pytest.mark.parametrize("name", ["l4-healthy", "l4-internal-healthy"])
def test_the_load_balancer_of_a_gone_service_is_left_over_and_what_is_shared_is_not(name: str) -> None:
    service = "game" if name == "l4-healthy" else "inapi"
    graph = given(name, patch=[ObjectPatch(ref=f"Service/{name}/{service}", remove=True)])
    found = named(graph)
    assert found
    assert all(f"{name}-{service}" in one or one.startswith("a") for one in found), found
    assert len(survey(graph).groups) == 1


def test_a_service_that_was_made_again_has_another_load_balancer() -> None:
    uid = {"metadata.uid": "00000000-1111-2222-3333-444444444444"}
    again = ObjectPatch(ref="Service/l4-healthy/game", set=uid, unset=("metadata.annotations",))
    assert named(given("l4-healthy", patch=[again])) == {"a4b9758e542bb42d4a454bd9629132ec"}


def test_what_something_else_uses_is_not_left_over() -> None:
    neg = "zones/asia-northeast1-a/networkEndpointGroups/k8s1-a92bb14e-teratail-ingress-nginx-80-5a4f51fd"
    mine = cloud("BackendService", "global/backendServices/by-hand", backends=[{"group": place(neg)}])
    assert neg.rpartition("/")[2] in {m["name"] for g in survey(given()).groups for m in g["members"]}
    members = {m["selfLink"] for g in survey(given(ORPHANS, mine)).groups for m in g["members"]}
    assert place(neg) not in members
    assert place("global/backendServices/by-hand") not in members


def test_a_hand_made_rule_keeps_the_whole_chain_behind_it() -> None:
    proxy = "global/targetHttpProxies/k8s2-tp-arun49xi-teratail-ingress-teratail-lncnvfub"
    mine = cloud("ForwardingRule", "global/forwardingRules/by-hand", target=place(proxy))
    found = named(given(ORPHANS, mine))
    assert not [
        name for name in found if "teratail-ingress" in name and name.startswith(("k8s2-tp", "k8s2-um", "k8s1"))
    ]
    assert "k8s2-um-arun49xi-ing-static-ok-store-lbf3z73h" in found


def test_a_machine_with_the_tag_keeps_the_firewall_rule() -> None:
    machine = cloud("Instance", "zones/a/instances/n1", tags={"items": ["gke-teratail-5f3c1b2a-node"]})
    assert "k8s-fw-l7--a92bb14e2dee1667" not in named(given(ORPHANS, machine))


HAND_MADE = [
    cloud("ForwardingRule", "global/forwardingRules/k8s2-fr-mine"),
    cloud("ForwardingRule", "global/forwardingRules/k8s2-fr-arun49xi-shop-web-12345678"),
    cloud("ForwardingRule", "regions/us-central1/forwardingRules/gk3-autopilot-cluster-1-ad03a5d0-de598bcc-pe"),
    cloud("ForwardingRule", "global/forwardingRules/front", description='{"kubernetes.io/ingress-name": "shop/web"}'),
    cloud("UrlMap", "global/urlMaps/k8s2-um-mine"),
    cloud("BackendService", "global/backendServices/k8s1-frontend"),
    cloud("BackendService", "global/backendServices/k8s1-a92bb14e-shop-web-80-00000000"),
    cloud("HealthCheck", "global/healthChecks/k8s2-abcdefgh-shop-web-12345678"),
    cloud("NetworkEndpointGroup", "zones/a/networkEndpointGroups/k8s1-mine", description="{}"),
    cloud("InstanceGroup", "zones/a/instanceGroups/k8s-ig--0123456789abcdef"),
    cloud("Firewall", "global/firewalls/k8s-fw-office", targetTags=["office"]),
    cloud("Firewall", "global/firewalls/gke-shop-5f3c1b2a-all", targetTags=["web"]),
    cloud("Firewall", "global/firewalls/k8s-fw-l7--0123456789abcdef"),
    cloud("Address", "global/addresses/k8s2-fr-mine", status="RESERVED"),
    cloud("Disk", "zones/a/disks/data", description="my data"),
    cloud("SslCertificate", "global/sslCertificates/k8s2-cr-arun49xi-0000000000000000-ffff"),
]


@pytest.mark.parametrize("item", HAND_MADE, ids=lambda item: item["name"])
def test_look_alikes_and_control_planes_are_never_named(item: dict[str, Any]) -> None:
    assert item["name"] not in named(given(ORPHANS, item))
    assert item["name"] not in named(given("ing-healthy", item))
    assert not survey(given(None, item)).groups


def test_another_clusters_load_balancer_is_not_ours_to_judge() -> None:
    uid = "11111111-2222-3333-4444-555555555555"
    rule = cloud(
        "ForwardingRule",
        f"global/forwardingRules/{gce_names.frontend('fr', uid, 'shop', 'web')}",
        description='{"kubernetes.io/ingress-name": "shop/web"}',
    )
    found = survey(given("ing-healthy", rule, cluster("batch")))
    assert not found.groups
    assert [u.collection for u in found.unknown.values()] == ["container.clusters"]
    assert named(given("ing-healthy", rule)) == {rule["name"]}, "the only cluster that exists has another UID"


def test_a_url_map_that_stands_alone_is_proven_by_its_hash() -> None:
    rest = [ObjectPatch(ref=f"{kind}/k8s2-*", remove=True) for kind in ("ForwardingRule", "TargetHttpProxy")]
    (group,) = survey(given(patch=rest)).groups
    assert group["root"]["name"] == "k8s2-um-arun49xi-ing-static-ok-store-lbf3z73h"
    assert "shop-prod-ip" not in {m["name"] for m in group["members"]}, "its user is no longer among them"


def test_what_stands_alone_has_a_cause_of_its_own() -> None:
    kinds = ("ForwardingRule", "TargetHttpProxy", "UrlMap", "BackendService", "HealthCheck", "Address")
    rest = [ObjectPatch(ref=f"{kind}/*", remove=True) for kind in kinds]
    found = survey(given(patch=rest)).groups
    assert [g["cause"] for g in found].count("orphaned-neg") == 4
    assert [g["cause"] for g in found].count("orphaned-firewall") == 1


DISK = cloud(
    "Disk",
    "zones/asia-northeast1-a/disks/pvc-0b1c2d3e-1111-2222-3333-444455556666",
    sizeGb="10",
    description=json.dumps(
        {
            "kubernetes.io/created-for/pv/name": "pvc-0b1c2d3e-1111-2222-3333-444455556666",
            "kubernetes.io/created-for/pvc/name": "data-db-0",
            "kubernetes.io/created-for/pvc/namespace": "shop",
            "storage.gke.io/created-by": "pd.csi.storage.gke.io",
        }
    ),
)
HANDLE = "projects/teratail-prod/zones/asia-northeast1-a/disks/pvc-0b1c2d3e-1111-2222-3333-444455556666"
VOLUME = {"kind": "PersistentVolume", "metadata": {"name": "old"}, "spec": {"csi": {"volumeHandle": HANDLE}}}
CLAIM = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data-db-0", "namespace": "shop", "uid": "0b1c2d3e-1111-2222-3333-444455556666"},
}


def test_a_disk_of_no_cluster_or_of_a_claim_that_is_gone_is_left_over() -> None:
    assert DISK["name"] in named(given(ORPHANS, DISK))
    assert DISK["name"] in named(given("ing-healthy", DISK))
    assert causes(given("ing-healthy", DISK)) == {"orphaned-disk"}


def test_a_disk_that_a_machine_a_volume_or_a_claim_refers_to_is_not() -> None:
    used = {**DISK, "users": [place("zones/asia-northeast1-a/instances/vm")]}
    assert DISK["name"] not in named(given(ORPHANS, used))
    assert not named(given("ing-healthy", DISK, VOLUME))
    assert not named(given("ing-healthy", DISK, CLAIM))


@pytest.mark.parametrize("kind", ["PersistentVolume", "PersistentVolumeClaim"])
def test_a_disk_whose_claim_cannot_be_looked_for_is_not_left_over(kind: str) -> None:
    found = survey(given("ing-healthy", DISK, deny=[kind]))
    assert not found.groups
    assert len(found.unknown) == 1


def test_a_disk_of_another_cluster_is_known_by_its_labels() -> None:
    def labelled(name: str) -> dict[str, Any]:
        labels = {"goog-k8s-cluster-name": name, "goog-k8s-cluster-location": "asia-northeast1-a"}
        return {**DISK, "labels": labels}

    assert not survey(given("ing-healthy", labelled("batch"), cluster("batch"))).groups
    assert named(given("ing-healthy", labelled("gone"), cluster("batch"))) == {DISK["name"]}


def unused(graph: Graph) -> list[str]:
    outcome = diagnose(graph.snapshot, shipped_playbooks())
    return [d.root.name for d in outcome.diagnoses if d.cause == "unused-address"]


NAMES_IT = {
    "an Ingress": ObjectPatch(
        ref="Ingress/ing-healthy/app",
        set={'metadata.annotations."kubernetes.io/ingress.global-static-ip-name"': ADDRESS},
    ),
    "a Service by its name": ObjectPatch(
        ref="Service/ing-healthy/app",
        set={'metadata.annotations."networking.gke.io/load-balancer-ip-addresses"': f"other,{ADDRESS}"},
    ),
    "a Service by its address": ObjectPatch(ref="Service/ing-healthy/app", set={"spec.loadBalancerIP": "203.0.113.14"}),
}


def test_an_address_that_nothing_uses_or_names_is_unused() -> None:
    assert unused(given("ing-healthy")) == [ADDRESS]
    assert unused(given()) == [ADDRESS]


@pytest.mark.parametrize("who", NAMES_IT)
def test_an_address_that_is_named_waits_for_its_use(who: str) -> None:
    assert unused(given("ing-healthy", patch=[NAMES_IT[who]])) == []


@pytest.mark.parametrize("kind", ["Ingress", "Service", "Address"])
def test_an_address_that_may_be_named_is_not_called_unused(kind: str) -> None:
    assert unused(given("ing-healthy", deny=[kind])) == []


def test_ranges_and_addresses_in_use_are_not_unused() -> None:
    peering = cloud("Address", "global/addresses/peering", status="RESERVED", purpose="VPC_PEERING", prefixLength=16)
    assert unused(given(None, peering)) == []
    assert unused(given(None, cloud("Address", "global/addresses/a", status="IN_USE", users=["x"]))) == []
    region = cloud("Address", "regions/us-central1/addresses/a", status="RESERVED")
    assert unused(given(None, region)) == ["a"]
