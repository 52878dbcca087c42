"""Leftovers in words: the command that deletes each, and what they are in sum."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gkedoctor.graph.cloud.links import path_of
from gkedoctor.snapshot.model import Object

_RESOURCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ComputeServiceAttachment": ("service-attachments", "Private Service Connect attachment"),
        "ForwardingRule": ("forwarding-rules", "forwarding rule"),
        "TargetHttpProxy": ("target-http-proxies", "target proxy"),
        "TargetHttpsProxy": ("target-https-proxies", "target proxy"),
        "UrlMap": ("url-maps", "URL map"),
        "BackendService": ("backend-services", "backend service"),
        "HealthCheck": ("health-checks", "health check"),
        "NetworkEndpointGroup": ("network-endpoint-groups", "NEG"),
        "InstanceGroup": ("instance-groups unmanaged", "instance group"),
        "TargetPool": ("target-pools", "target pool"),
        "HttpHealthCheck": ("http-health-checks", "legacy health check"),
        "SslCertificate": ("ssl-certificates", "certificate"),
        "Address": ("addresses", "address"),
        "Firewall": ("firewall-rules", "firewall rule"),
        "Disk": ("disks", "disk"),
        "FilestoreInstance": ("instances", "Filestore instance"),
    }
)
"""gcloud's name of a kind, and the word for it."""

_GLOBAL_FLAG = ("ForwardingRule", "TargetHttpProxy", "TargetHttpsProxy", "UrlMap", "BackendService", "HealthCheck",
                "NetworkEndpointGroup", "SslCertificate", "Address")  # fmt: skip
_PLURALS = MappingProxyType({"target proxy": "target proxies"})


def word(kind: str, count: int = 1) -> str:
    """`forwarding rule`, `target proxies`."""
    noun = _RESOURCES[kind][1]
    return noun if count == 1 else _PLURALS.get(noun, f"{noun}s")


def in_sum(kinds: Iterable[str]) -> str:
    """`2 forwarding rules, 1 URL map`, in the order of deletion."""
    counts = Counter(word(kind) for kind in kinds)
    plurals = {word(kind): word(kind, 2) for kind in _RESOURCES}
    return ", ".join(f"{n} {noun if n == 1 else plurals[noun]}" for noun, n in counts.items())


def gcloud(verb: str, kind: str, item: Object) -> str:
    """A whole gcloud command for one object: `gcloud compute url-maps delete N --global --project P`."""
    parts = path_of(item.get("selfLink")).split("/")
    if kind == "FilestoreInstance":
        where = f"--location {shlex.quote(parts[3])} --project {shlex.quote(parts[1])}" if len(parts) > 3 else ""
        return f"gcloud filestore instances {verb} {shlex.quote(str(item.get('name')))} {where}".rstrip()
    place = ""
    if len(parts) > 3 and parts[2] in ("zones", "regions"):
        place = f" --{parts[2][:-1]} {shlex.quote(parts[3])}"
    elif kind in _GLOBAL_FLAG:
        place = " --global"
    project = f" --project {shlex.quote(parts[1])}" if len(parts) > 1 else ""
    return f"gcloud compute {_RESOURCES[kind][0]} {verb} {shlex.quote(str(item.get('name')))}{place}{project}"
