"""The names that GKE's controllers give: recomputed from recorded clusters, and taken apart again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gkedoctor.graph.cloud import names
from gkedoctor.graph.cloud.descriptions import claim_of, owner_in_description
from tests.conftest import REBUILT, RECORDINGS

KUBE, V1 = "a5084ecd-9a9d-4f09-a255-86f6fa92b0ca", "a92bb14e2dee1667"
V2 = names.content_hash(KUBE)
CLOUDS = sorted(
    p.parent for p in RECORDINGS.glob("*/gcp/forwardingRules.json") if p.parts[-3] not in {*REBUILT, "gateway-healthy"}
)
"""Names of Gateways end in hashes of which the input is not known: they are joined by annotation and NEG."""
LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
HEX16 = st.text("0123456789abcdef", min_size=16, max_size=16)


def listed(folder: Path, plural: str) -> list[dict[str, Any]]:
    path = folder / f"{plural}.json"
    return json.loads(path.read_text()) if path.exists() else []


def recorded(plural: str) -> list[dict[str, Any]]:
    return [item for folder in CLOUDS for item in listed(folder, plural)]


def services(folder: Path) -> Iterator[dict[str, Any]]:
    path = folder.parent / "kubernetes" / "services.json"
    yield from json.loads(path.read_text()) if path.exists() else []


def test_the_hash_of_the_kube_system_uid() -> None:
    assert V2 == "arun49xi"


@pytest.mark.parametrize("plural", ["forwardingRules", "targetHttpProxies", "targetHttpsProxies"])
def test_recorded_frontends_have_the_recomputed_names(plural: str) -> None:
    found = 0
    for item in recorded(plural):
        tells = owner_in_description(item)
        assert tells is not None
        if tells.kind == "Ingress":
            prefix = item["name"].split("-")[1]
            assert item["name"] == names.frontend(prefix, KUBE, tells.namespace, tells.name)
            found += 1
    assert found


def test_recorded_url_maps_have_the_recomputed_names() -> None:
    for folder in CLOUDS:
        known = {owner_in_description(rule) for rule in listed(folder, "forwardingRules")} - {None}
        wanted = {names.frontend("um", KUBE, t.namespace, t.name) for t in known if t and t.kind == "Ingress"}
        assert {item["name"] for item in listed(folder, "urlMaps")} == wanted


def test_recorded_certificates_have_the_recomputed_prefix() -> None:
    links = [link for proxy in recorded("targetHttpsProxies") for link in proxy["sslCertificates"]]
    parts = {name["name"].partition("-ts-")[2] for name in recorded("targetHttpsProxies")}
    prefixes = tuple(names.certificate_prefix(part) for part in parts)
    assert links
    assert all(link.rsplit("/", 1)[1].startswith(prefixes) for link in links)


def test_recorded_negs_have_the_recomputed_names() -> None:
    found = recorded("networkEndpointGroups")
    assert len(found) > 20
    for item in found:
        tells, port = owner_in_description(item), json.loads(item["description"])["port"]
        assert tells is not None
        assert tells.kube_uid == KUBE
        l4 = names.l4(V2, tells.namespace, tells.name)
        assert item["name"] in (names.backend(V1, tells.namespace, tells.name, port), l4)


def test_recorded_backend_services_and_health_checks_have_the_recomputed_names() -> None:
    for folder in CLOUDS:
        wanted = {names.l4_shared(V2)}
        for item in listed(folder, "backendServices"):
            tells = owner_in_description(item)
            assert tells is not None
            port = item["name"].split("-")[-2]
            assert item["name"] in (
                names.backend(V1, tells.namespace, tells.name, port),
                names.port_backend(V1, item.get("port", 0)),
                names.l4(V2, tells.namespace, tells.name),
            )
            wanted.add(item["name"])
        assert {item["name"] for item in listed(folder, "healthChecks")} <= wanted


def test_recorded_instance_groups_and_firewall_rules_have_the_recomputed_names() -> None:
    assert {item["name"] for item in recorded("instanceGroups")} == {names.instance_group(V1)}
    for item in recorded("firewalls"):
        tells = owner_in_description(item)
        assert tells is not None
        own = names.l4(V2, tells.namespace, tells.name)
        assert item["name"] in (names.l7_firewall(V1), f"{names.l4_shared(V2)}-fw", own)


def test_recorded_l4_rules_have_the_recomputed_names() -> None:
    for folder in CLOUDS:
        uids = {(s["metadata"]["namespace"], s["metadata"]["name"]): s["metadata"]["uid"] for s in services(folder)}
        for item in listed(folder, "forwardingRules"):
            tells = owner_in_description(item)
            if tells and tells.kind == "Service":
                legacy = names.legacy(uids[tells.namespace, tells.name])
                assert item["name"] in (legacy, names.l4_rule(V2, tells.namespace, tells.name, "tcp"))


def test_every_recorded_name_of_a_controller_is_parsed_as_itself() -> None:
    for plural in ("forwardingRules", "urlMaps", "backendServices", "healthChecks", "firewalls", "instanceGroups"):
        for item in recorded(plural):
            parts = names.parsed(item["name"])
            assert parts is not None, item["name"]
            assert parts.cluster in ("", V2, V1, V1[:8])


@pytest.mark.parametrize(
    "name",
    [
        "k8s2-fr-mine",
        "k8s2-um-shop",
        "k8s-fw-office",
        "k8s1-frontend",
        "k8s-ig--",
        "k8s-be-30000--abc",
        "gke-shop-node",
        "gk3-autopilot-cluster-1-ad03a5d0-de598bcc-pe",
        "a-load-balancer",
        "mcrt-1",
        "",
    ],
)
def test_look_alikes_are_not_parsed(name: str) -> None:
    assert names.parsed(name) is None


def test_a_name_with_a_wrong_hash_proves_nobody() -> None:
    right = names.backend(V1, "shop", "web", 80)
    wrong = f"{right[:-8]}{'0' * 8}"
    parts, forged = names.parsed(right), names.parsed(wrong)
    assert parts is not None
    assert forged is not None
    assert names.owner_by_hash(parts) == ("shop", "web")
    assert names.owner_by_hash(forged) is None
    assert not names.agrees(forged, "shop", "web")


@given(st.integers(1, 80), st.lists(LABEL, min_size=1, max_size=4))
def test_trimming_keeps_to_the_limit_and_cuts_only_ends(limit: int, fields: list[str]) -> None:
    assume(limit >= 2 * len(fields))
    trimmed = names.trim_evenly(limit, *fields)
    total = sum(map(len, fields))
    assert sum(map(len, trimmed)) == min(total, limit)
    assert all(whole.startswith(part) for whole, part in zip(fields, trimmed, strict=True))


@given(LABEL, LABEL, HEX16, st.integers(1, 65535))
def test_all_names_fit_and_agree_with_what_they_are_made_of(namespace: str, name: str, uid: str, port: int) -> None:
    v2 = names.content_hash(uid)
    made = [
        names.frontend("fr", uid, namespace, name),
        names.backend(uid, namespace, name, port),
        names.regional_backend(uid, namespace, name, port),
        names.subnet_backend(uid, namespace, name, port, "other"),
        names.l4(v2, namespace, name),
        names.l4_rule(v2, namespace, name, "tcp"),
        names.l4_firewall_v3(v2, namespace, name),
    ]
    assert all(len(m) <= 63 for m in made)
    for one in made:
        parts = names.parsed(one)
        if parts is not None and not re.search(r"--|-$", one):
            assert parts.scheme == "l4-shared" or names.agrees(parts, namespace, name), one


@given(LABEL, LABEL, HEX16)
def test_v1_names_end_alphanumeric_within_the_limit(namespace: str, name: str, uid: str) -> None:
    for prefix in names.FRONTENDS_V1:
        made = names.frontend_v1(prefix, uid, namespace, name)
        assert len(made) <= 63
        assert made[-1] != "-"
    assert len(names.instance_group(uid)) <= 63


@given(LABEL, LABEL, st.sampled_from(["", "-fw", "-ipv6", "-fw-ipv6"]))
def test_a_suffixed_l4_name_tells_its_cluster(namespace: str, service: str, suffix: str) -> None:
    name = names.suffixed(names.l4(V2, namespace, service), suffix)
    assert names.l4_cluster(name, namespace, service) == V2
    assert names.l4_cluster(name, namespace, f"{service}x") in (None, V2 if len(name) == 63 and suffix else None)


def test_a_disk_is_of_a_claim_only_if_it_has_the_name_of_the_volume() -> None:
    text = json.dumps(
        {
            "kubernetes.io/created-for/pv/name": "pvc-1",
            "kubernetes.io/created-for/pvc/name": "data",
            "kubernetes.io/created-for/pvc/namespace": "shop",
        }
    )
    assert claim_of({"name": "pvc-1", "description": text}) == ("shop", "data", "pvc-1", None)
    assert claim_of({"name": "gke-shop-1234-pvc-1", "description": text}) is not None
    assert claim_of({"name": "copy", "description": text}) is None
    assert claim_of({"name": "pvc-1", "description": "{"}) is None
    assert claim_of({"name": "pvc-1"}) is None


@pytest.mark.parametrize("text", ["", "hand-made", "{", "[]", '{"kubernetes.io/ingress-name": "noslash"}', '{"a": 1}'])
def test_other_descriptions_tell_nothing(text: str) -> None:
    assert owner_in_description({"description": text}) is None
