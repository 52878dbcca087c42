"""Texts of load balancer controllers from public reports, and the cause that each stands for."""

from __future__ import annotations

import pytest

from gkedoctor.messages import shipped_messages

FILES = ("load-balancer", "google-cloud", "load-balancer-wrapper")
_FORWARDING = "failed to create forwarding rule for load balancer (a5(default/web)): googleapi: "

TEXTS = [
    (_FORWARDING + "Error 400: Invalid value for field: 192.0.2.4. Invalid IP address specified, "
     "invalid", "address-unsuitable"),
    ('failed to get address by IP "10.0.0.2" after reservation attempt, err: "googleapi: Error 404: Address '
     "not found\", reservation err: \"googleapi: Error 400: Invalid value for field 'resource.address': '10.0.0.2'. "
     "Requested IP is not within the range of subnetwork 'default'., invalid\"", "address-unsuitable"),
    ("googleapi: Error 400: The network tier of external IP is STANDARD, that of Address must be the same., badRequest",
     "address-unsuitable"),
    ('IP configuration error: "10.1.2.3" IP_IN_USE_BY_ANOTHER_RESOURCE', "static-ip-in-use"),
    ("googleapi: Error 403: Required 'compute.firewalls.get' permission for 'projects/host/global/firewalls/k8s-fw'",
     "gcp-permission-denied"),
    ("googleapi: Error 403: Permission denied on 'projects/host' (or it may not exist)", "gcp-permission-denied"),
    ("googleapi: Error 403: Quota 'STATIC_ADDRESSES' exceeded.  Limit: 8.0 in region europe-west1., quotaExceeded",
     "gcp-quota-exceeded"),
    ("googleapi: Error 403: Exceeded limit 'INTERNAL_FORWARDING_RULES_PER_NETWORK' on resource 'x'. Limit: 75.0, "
     "limitExceeded", "gcp-quota-exceeded"),
    ("googleapi: Error 403: Rate Limit Exceeded, rateLimitExceeded", "gcp-quota-exceeded"),
    ("googleapi: Error 403: Insufficient regional quota to satisfy request: resource \"FORWARDING_RULES\"",
     "gcp-quota-exceeded"),
    ("googleapi: Error 403: Access Not Configured. Compute Engine API has not been used in project 12 before or it is "
     "disabled., accessNotConfigured", "load-balancer-sync-failed"),
    ("googleapi: Error 412: Constraint constraints/compute.restrictLoadBalancerCreationForTypes violated for "
     "projects/p. Forwarding Rule of type INTERNAL_TCP_UDP is not allowed., conditionNotMet", "org-policy-violation"),
    ('googleapi: Error 412: Operation denied by custom org policy: ["customConstraints/custom.noLb": "no"].',
     "org-policy-violation"),
    ("googleapi: Error 403: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
     "org-policy-violation"),
    ("googleapi: Error 404: The resource 'projects/p/regions/us-east1/subnetworks/lb' was not found, notFound",
     "load-balancer-sync-failed"),
    ("googleapi: Error 404: The resource 'projects/p/regions/us-east1/addresses/web-ip' was not found, notFound",
     "static-ip-not-found"),
    ("Failed to Attach 2 network endpoint(s) (NEG \"k8s1-c5\" in zone \"us-central1-a\"): googleapi: Error 400: "
     "Invalid value for field 'resource.ipAddress': '10.0.0.13'. Specified IP address doesn't belong to the "
     "(sub)network default or to the instance gke-x., invalid", "neg-sync-failed"),
    ('Failed to sync NEG "web" (will retry): neg name web is already in use, found a custom named neg with an empty '
     "description", "neg-sync-failed"),
    ("Failed to sync NEG \"web\" (will retry): googleapi: Error 403: Quota 'NETWORK_ENDPOINT_GROUPS' exceeded. Limit: "
     "100.0, quotaExceeded", "gcp-quota-exceeded"),
    ("Failed to create load balancer for service int/web: something new", "load-balancer-sync-failed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cause"), TEXTS)
def test_a_text_stands_for_its_cause(text: str, cause: str) -> None:
    table = shipped_messages()
    found = next((hit for file in FILES if (hit := table.first(text, file)) is not None), None)
    assert found is not None
    assert found.message.entry.cause == cause


@pytest.mark.parametrize(
    "text",
    [
        "googleapi: Error 403: something that no table knows, unheardOf",
        "googleapi: Error 400: Invalid value for field 'resource.target': ''. not ready, resourceNotReady",
    ],
)
def test_a_403_by_itself_is_no_permission(text: str) -> None:
    table = shipped_messages()
    assert all(table.first(text, file) is None for file in FILES)
