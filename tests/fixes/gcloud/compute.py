"""`gcloud compute …`: https://cloud.google.com/sdk/gcloud/reference/compute."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gkedoctor.snapshot.certificates import certificate_facts
from tests.fixes.api_server.store import Store
from tests.fixes.gcloud.command import Call, GcloudError
from tests.fixes.gcloud.objects import delete, find, link, new, place_of, project_of, shown

_RULE = re.compile(r"(?P<protocol>[a-z0-9]+)(?::(?P<ports>[0-9-]+))?")
_PROTOCOLS = frozenset({"tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all"})


def lists(plural: str) -> Any:
    """`list`."""
    return lambda store, call: shown(call, store.cloud.get(f"compute.{plural}", []))


def describes(plural: str) -> Any:
    """`describe`."""
    return lambda store, call: shown(call, [find(store, call, plural)])


def deletes(plural: str) -> Any:
    """`delete`."""
    return lambda store, call: delete(store, call, plural)


def get_health(store: Store, call: Call) -> str:
    """`backend-services get-health`."""
    return str(find(store, call, "backendServices")["name"])


def create_address(store: Store, call: Call) -> str:
    """`addresses create`."""
    flags = call.flags
    for number, name in enumerate(call.names):
        subnet = flags.get("subnet")
        addresses = (flags.get("addresses") or "").split(",")
        address = addresses[number] if number < len(addresses) and addresses[number] else ""
        item: dict[str, Any] = {
            "name": name,
            "address": address or (f"10.146.0.{200 + number}" if subnet else f"203.0.113.{200 + number}"),
            "addressType": "INTERNAL" if subnet or flags.get("purpose") else "EXTERNAL",
            "status": "RESERVED",
            "selfLink": link(call, "addresses", name, store),
            "description": flags.get("description", ""),
        }
        if item["addressType"] == "EXTERNAL":
            item["networkTier"] = flags.get("network-tier", "PREMIUM").upper()
        if "purpose" in flags or subnet:
            item["purpose"] = flags.get("purpose", "GCE_ENDPOINT")
        if subnet:
            item["subnetwork"] = str(find_subnet(store, subnet, call).get("selfLink"))
        if "region" in flags:
            item["region"] = item["selfLink"].rpartition("/addresses/")[0]
        _promote(store, item)
        new(store, "addresses", item)
    return ""


def _promote(store: Store, item: dict[str, Any]) -> None:
    """An address that a forwarding rule already has is in use from the start."""
    users = [r for r in store.cloud.get("compute.forwardingRules", []) if r.get("IPAddress") == item["address"]]
    if users:
        item["status"] = "IN_USE"
        item["users"] = [str(rule.get("selfLink")) for rule in users]


def find_subnet(store: Store, name: str, call: Call) -> dict[str, Any]:
    """A subnet by its name. GcloudError where it is not recorded and others are."""
    subnets = store.cloud.get("compute.subnetworks", [])
    found = next((s for s in subnets if s.get("name") == name.rpartition("/")[2]), None)
    if found is None and subnets:
        raise GcloudError(f"The resource 'subnetworks/{name}' was not found")
    return found or {"selfLink": link(call, "subnetworks", name, store)}


def create_firewall(store: Store, call: Call) -> str:
    """`firewall-rules create`: --allow, or --action with --rules."""
    flags = call.flags
    if "allow" in flags and ("action" in flags or "rules" in flags):
        raise GcloudError("firewall-rules create: --allow cannot be used with --action and --rules")
    if "allow" not in flags and not ("action" in flags and "rules" in flags):
        raise GcloudError("firewall-rules create: --allow, or --action with --rules must be specified")
    item: dict[str, Any] = {
        "name": call.name,
        "selfLink": link(call, "firewalls", call.name, store, "global"),
        "network": _network(store, call, flags.get("network", "default")),
        "direction": flags.get("direction", "INGRESS").upper(),
        "priority": int(flags.get("priority", "1000")),
        "disabled": False,
        "description": flags.get("description", ""),
        "logConfig": {"enable": False},
    }
    _set_firewall(item, flags)
    new(store, "firewalls", item)
    return ""


def _network(store: Store, call: Call, name: str) -> str:
    for rule in store.cloud.get("compute.firewalls", []) + store.cloud.get("compute.networks", []):
        found = str(rule.get("network") or rule.get("selfLink"))
        if found.endswith(f"/networks/{name.rpartition('/')[2]}"):
            return found
    return link(call, "networks", name.rpartition("/")[2], store, "global")


def _set_firewall(item: dict[str, Any], flags: Any) -> None:
    rules = flags.get("allow") or flags.get("rules")
    if rules:
        denies = flags.get("action", "ALLOW").upper() == "DENY" or ("denied" in item and "allow" not in flags)
        item["denied" if denies else "allowed"] = _rules(rules)
    for flag, field in (("source-ranges", "sourceRanges"), ("destination-ranges", "destinationRanges"),
                        ("target-tags", "targetTags"), ("source-tags", "sourceTags"),
                        ("target-service-accounts", "targetServiceAccounts")):  # fmt: skip
        if flag in flags:
            item[field] = [part for part in flags[flag].split(",") if part]
    if item["direction"] == "INGRESS" and not any(f in item for f in ("sourceRanges", "sourceTags")):
        item["sourceRanges"] = ["0.0.0.0/0"]
    if "priority" in flags:
        item["priority"] = int(flags["priority"])
    if "disabled" in flags or "no-disabled" in flags:
        item["disabled"] = "disabled" in flags
    if "description" in flags:
        item["description"] = flags["description"]


def _rules(text: str) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for part in text.split(","):
        match = _RULE.fullmatch(part)
        if match is None or (match["protocol"] not in _PROTOCOLS and not match["protocol"].isdigit()):
            raise GcloudError(f"Firewall rules must be of the form PROTOCOL[:PORT[-PORT]]; received [{part}]")
        found.setdefault(match["protocol"], []).extend([match["ports"]] if match["ports"] else [])
    return [{"IPProtocol": protocol, **({"ports": ports} if ports else {})} for protocol, ports in found.items()]


def update_firewall(store: Store, call: Call) -> str:
    """`firewall-rules update`."""
    _set_firewall(find(store, call, "firewalls"), call.flags)
    return ""


def update_health_check(protocol: str) -> Any:
    """`health-checks update PROTOCOL`."""

    def run(store: Store, call: Call) -> str:
        item = find(store, call, "healthChecks")
        field = {"http": "httpHealthCheck", "https": "httpsHealthCheck", "http2": "http2HealthCheck"}.get(
            protocol, f"{protocol}HealthCheck"
        )
        if str(item.get("type", protocol)).lower() != protocol:
            raise GcloudError(f"update {protocol} subcommand applied to health check with protocol {item.get('type')}")
        part = item.setdefault(field, {})
        if "request-path" in call.flags:
            part["requestPath"] = call.flags["request-path"]
        if "port" in call.flags:
            part |= {"port": int(call.flags["port"]), "portSpecification": "USE_FIXED_PORT"}
        if "use-serving-port" in call.flags:
            part.pop("port", None)
            part["portSpecification"] = "USE_SERVING_PORT"
        for flag, key in (("check-interval", "checkIntervalSec"), ("timeout", "timeoutSec")):
            if flag in call.flags:
                item[key] = int(call.flags[flag].rstrip("s"))
        return ""

    return run


def create_subnet(store: Store, call: Call) -> str:
    """`networks subnets create`."""
    flags = call.flags
    item = {
        "name": call.name,
        "selfLink": link(call, "subnetworks", call.name, store),
        "region": link(call, "subnetworks", "", store).rpartition("/subnetworks/")[0],
        "network": _network(store, call, flags["network"]),
        "ipCidrRange": flags["range"],
        "purpose": flags.get("purpose", "PRIVATE"),
    }
    if "role" in flags:
        item["role"] = flags["role"]
    new(store, "subnetworks", item)
    return ""


def update_subnet(store: Store, call: Call) -> str:
    """`networks subnets update`."""
    item = find(store, call, "subnetworks")
    if "stack-type" in call.flags:
        item["stackType"] = call.flags["stack-type"].upper()
    return ""


def create_certificate(store: Store, call: Call) -> str:
    """`ssl-certificates create`: from files, or managed by Google for some domains."""
    flags = call.flags
    item: dict[str, Any] = {"name": call.name, "selfLink": link(call, "sslCertificates", call.name, store)}
    if "domains" in flags:
        domains = flags["domains"].split(",")
        item |= {"type": "MANAGED", "subjectAlternativeNames": domains}
        item["managed"] = {"status": "ACTIVE", "domains": domains, "domainStatus": dict.fromkeys(domains, "ACTIVE")}
    elif "certificate" in flags and "private-key" in flags:
        certificate = _file(call, "certificate")
        _file(call, "private-key")
        facts = certificate_facts(certificate)
        item |= {"type": "SELF_MANAGED", "subjectAlternativeNames": facts.names or [], "expireTime": facts.notAfter}
    else:
        raise GcloudError("ssl-certificates create: --domains, or --certificate with --private-key must be specified")
    new(store, "sslCertificates", item)
    return ""


def _file(call: Call, flag: str) -> bytes:
    path = Path(call.folder) / call.flags[flag]
    try:
        return path.read_bytes()
    except OSError as error:
        raise GcloudError(f"Unable to read file [{call.flags[flag]}]: {error.strerror}") from None


def snapshot_disk(store: Store, call: Call) -> str:
    """`disks snapshot`."""
    find(store, call, "disks")
    return ""


def update_backend_service(store: Store, call: Call) -> str:
    """`backend-services update`."""
    item = find(store, call, "backendServices")
    for flag, field in (("timeout", "timeoutSec"), ("connection-draining-timeout", "connectionDraining")):
        if flag in call.flags:
            seconds = int(call.flags[flag].rstrip("s"))
            item[field] = seconds if field == "timeoutSec" else {"drainingTimeoutSec": seconds}
    if "health-checks" in call.flags:
        names = call.flags["health-checks"].split(",")
        item["healthChecks"] = [find(store, call, "healthChecks", name)["selfLink"] for name in names]
    if "protocol" in call.flags:
        item["protocol"] = call.flags["protocol"].upper()
    if "port-name" in call.flags:
        item["portName"] = call.flags["port-name"]
    return ""


def nothing(store: Store, call: Call) -> str:
    """A command whose effect no recording holds."""
    _ = (place_of(call), project_of(call, store))
    return ""
