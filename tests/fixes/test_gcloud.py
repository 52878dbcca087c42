"""The stand-in for gcloud changes what it should, and refuses what gcloud refuses."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.serve.request import Response
from tests.conftest import recorded
from tests.fixes.api_server.store import Store
from tests.fixes.gcloud import gcloud

NAME = "ing-healthy"


@pytest.fixture
def store() -> Store:
    return Store(recorded(NAME))


def run(store: Store, command: str) -> Response:
    return gcloud(store, "\0".join(["/nosuch", *command.split()]).encode())


def named(store: Store, plural: str, name: str) -> dict[str, Any]:
    return next(item for item in store.cloud[f"compute.{plural}"] if item["name"] == name)


def test_an_address_is_reserved_and_released(store: Store) -> None:
    assert run(store, "compute addresses create web-ip --global --project p").code == 200
    assert named(store, "addresses", "web-ip")["status"] == "RESERVED"
    assert b"already exists" in run(store, "compute addresses create web-ip --global --project p").body
    assert run(store, "compute addresses delete web-ip --global --project p --quiet").code == 200
    assert b"was not found" in run(store, "compute addresses delete web-ip --global --project p").body


def test_a_firewall_rule_is_created_and_changed(store: Store) -> None:
    command = "compute firewall-rules create a --network default --action ALLOW --rules tcp:80,tcp:443,icmp"
    assert run(store, f"{command} --source-ranges 10.0.0.0/8 --priority=900").code == 200
    rule = named(store, "firewalls", "a")
    assert rule["allowed"] == [{"IPProtocol": "tcp", "ports": ["80", "443"]}, {"IPProtocol": "icmp"}]
    assert (rule["priority"], rule["direction"], rule["disabled"]) == (900, "INGRESS", False)
    assert run(store, "compute firewall-rules update a --rules tcp:8080 --no-disabled").code == 200
    assert rule["allowed"] == [{"IPProtocol": "tcp", "ports": ["8080"]}]


def test_fields_are_printed_as_they_are_asked_for(store: Store) -> None:
    run(store, "compute addresses create web-ip --region=r --project=p --addresses=203.0.113.9")
    printed = run(store, "compute addresses describe web-ip --region=r --project=p --format=value(address,status)")
    assert printed.body == b"203.0.113.9\tRESERVED\n"


def test_what_is_in_use_is_not_deleted(store: Store) -> None:
    service = store.cloud["compute.backendServices"][0]["name"]
    refused = run(store, f"compute backend-services delete {service} --global")
    assert (refused.code, b"already being used" in refused.body) == (400, True)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("compute addresses make a", "Invalid choice"),
        ("compute addresses create a --globall", "unrecognized arguments"),
        ("compute addresses create a", "one of --global --region must be specified"),
        ("compute firewall-rules create a --network default", "--allow, or --action with --rules"),
        ("compute firewall-rules create a --action ALLOW --rules tcp-80", "PROTOCOL[:PORT"),
        ("compute ssl-certificates create a --certificate=c.pem --private-key=k.pem --global", "Unable to read file"),
        ("compute networks subnets create a --network=default --region=r", "one of --range"),
        ("container clusters update nosuch --location=l --gateway-api=standard", "Not found"),
        ("container clusters update c --location=l --update-addons=Foo=ENABLED", "Not found"),
        ("projects add-iam-policy-binding p --member=me --role=roles/viewer", "INVALID_ARGUMENT"),
        ("compute addresses delete", "names"),
        ("compute addresses create a --region", "expected one argument"),
    ],
)
def test_what_gcloud_refuses_is_refused(store: Store, command: str, says: str) -> None:
    before = store.version
    refused = run(store, command)
    assert (refused.code, says in refused.body.decode()) == (400, True), refused.body
    assert store.version == before
