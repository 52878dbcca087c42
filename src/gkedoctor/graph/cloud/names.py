"""The names that GKE's controllers give to Google Cloud objects: worked out, and taken apart again.

A name carries the cluster in one of two forms: the *v1 uid* (ConfigMap kube-system/ingress-uid, or its first 8
characters) or the *v2 hash* of the kube-system Namespace's UID. Most names end in a hash over their own parts, so
that a look-alike is told from the real thing.

Sources: kubernetes/ingress-gce pkg/utils/namer/{namer,frontendnamer,l4_namer}.go, pkg/utils/common (ContentHash);
cloud-provider DefaultLoadBalancerName; gce_loadbalancer_naming.go.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gkedoctor.lazy_regex import lazy

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 63
_CUT = 62
"""v1 names longer than this are cut here and end in `0`."""

_FRONTEND_PARTS, _BACKEND_PARTS, _L4_PARTS = 36, 38, 39
"""How long namespace and name (and port) together may be in a v2 frontend, a NEG, an L4 name."""

_GATEWAY_PARTS = 30
"""Namespace and name that are shorter together stand untrimmed in all published names of Gateways."""

SHARED_CHECK = "l4-shared-hc"

FRONTENDS = {
    "fr": "ForwardingRule",
    "fs": "ForwardingRule",
    "tp": "TargetHttpProxy",
    "ts": "TargetHttpsProxy",
    "um": "UrlMap",
    "rm": "UrlMap",
}
"""The v2 prefixes of an Ingress' own objects, with their kinds."""

FRONTENDS_V1 = {
    "fw": "ForwardingRule",
    "fws": "ForwardingRule",
    "tp": "TargetHttpProxy",
    "tps": "TargetHttpsProxy",
    "um": "UrlMap",
    "rm": "UrlMap",
}


@lru_cache(maxsize=1024)
def content_hash(text: str, length: int = 8) -> str:
    """The controllers' short hash: a character of 0-9a-z for each of the first bytes of SHA-256."""
    return "".join(_LETTERS[byte % 36] for byte in hashlib.sha256(text.encode()).digest()[:length])


def hex_hash(text: str, length: int = 8) -> str:
    """The first hexadecimal digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def trim_evenly(limit: int, *fields: str) -> tuple[str, ...]:
    """The fields cut to `limit` characters in all, long ones more than short ones (TrimFieldsEvenly)."""
    total = sum(map(len, fields))
    if total <= limit:
        return fields
    lengths = [len(f) - len(f) * (total - limit) // total - 1 for f in fields]
    for i in range(limit - sum(lengths)):
        lengths[i] += 1
    return tuple(field[:length] for field, length in zip(fields, lengths, strict=True))


def cut(name: str) -> str:
    """A v1 name within Google Cloud's limit."""
    return f"{name[:_CUT]}0" if len(name) > _CUT else name


def frontend_part(kube_uid: str, namespace: str, ingress: str) -> str:
    """What the v2 names of an Ingress' objects have in common: `<hash>-<namespace>-<name>-<hash>`."""
    trimmed = "-".join(trim_evenly(_FRONTEND_PARTS, namespace, ingress))
    return f"{content_hash(kube_uid)}-{trimmed}-{content_hash(f'{kube_uid};{namespace};{ingress}')}"


def frontend(prefix: str, kube_uid: str, namespace: str, ingress: str) -> str:
    """The v2 name of an Ingress' forwarding rule (`fr`, `fs`), proxy (`tp`, `ts`) or URL map (`um`, `rm`)."""
    return f"k8s2-{prefix}-{frontend_part(kube_uid, namespace, ingress)}"


def frontend_part_v1(uid: str, namespace: str, ingress: str) -> str:
    """What the v1 names of an Ingress' objects have in common: `<namespace>-<name>--<uid>`."""
    return cut(f"{namespace}-{ingress}--{uid}")


def frontend_v1(prefix: str, uid: str, namespace: str, ingress: str) -> str:
    """The v1 name of an Ingress' forwarding rule (`fw`, `fws`), proxy (`tp`, `tps`) or URL map (`um`, `rm`)."""
    return cut(f"k8s-{prefix}-{frontend_part_v1(uid, namespace, ingress)}")


def certificate_prefix(part: str) -> str:
    """How the v2 names of the certificates of a load balancer begin; a hash of the certificate follows."""
    return f"k8s2-cr-{part[:8]}-{content_hash(part, 16)}-"


def certificate_prefix_v1(part: str) -> str:
    """How the v1 names of the certificates of a load balancer begin."""
    return f"k8s-ssl-{hex_hash(part, 16)}-"


def backend(uid: str, namespace: str, service: str, port: int | str) -> str:
    """The name that a NEG, its backend service and its health check share."""
    return _backend(uid, namespace, service, str(port), "", _BACKEND_PARTS)


def regional_backend(uid: str, namespace: str, service: str, port: int | str) -> str:
    """The same for a regional external load balancer."""
    return _backend(uid, namespace, service, str(port), "e-", _BACKEND_PARTS - 2)


def subnet_backend(uid: str, namespace: str, service: str, port: int | str, subnet: str) -> str:
    """The name of a NEG in another subnet than the cluster's default one."""
    plain = _backend(uid, namespace, service, str(port), "", _BACKEND_PARTS - 7)
    return f"{plain[:-8]}{hex_hash(subnet, 6)}-{plain[-8:]}"


def _backend(uid: str, namespace: str, service: str, port: str, infix: str, limit: int) -> str:
    short = uid[:8]
    trimmed = "-".join(trim_evenly(limit, namespace, service, port))
    return f"k8s1-{short}-{infix}{trimmed}-{hex_hash(f'{short};{namespace};{service};{port}')}"


def port_backend(uid: str, node_port: int | str) -> str:
    """The name of a backend service on instance groups, and of its health check."""
    return cut(f"k8s-be-{node_port}--{uid}")


def instance_group(uid: str) -> str:
    """The name of a cluster's instance group, one in each zone."""
    return cut(f"k8s-ig--{uid}")


def l7_firewall(uid: str) -> str:
    """The name of the one rule that lets Google's load balancers and health checks in."""
    return f"k8s-fw-{cut(f'l7--{uid}')}"


def l4(v2: str, namespace: str, service: str) -> str:
    """The name of an L4 backend service, health check, NEG and firewall rule. `v2`: the cluster's hash."""
    trimmed = "-".join(trim_evenly(_L4_PARTS, namespace, service))
    return f"k8s2-{v2}-{trimmed}-{content_hash(f'{v2};{namespace};{service}')}"


def l4_rule(v2: str, namespace: str, service: str, protocol: str) -> str:
    """The name of an L4 forwarding rule; `protocol` is tcp, udp or l3."""
    trimmed = "-".join(trim_evenly(_L4_PARTS - len(protocol) - 1, namespace, service))
    return f"k8s2-{protocol}-{v2}-{trimmed}-{content_hash(f'{v2};{namespace};{service}')}"


def l4_firewall_v3(v2: str, namespace: str, service: str) -> str:
    """The newer name of an L4 firewall rule, with the hash in front."""
    trimmed = "-".join(trim_evenly(_L4_PARTS, namespace, service))
    return f"k8s3-{v2}-{content_hash(f'{v2};{namespace};{service}')}-{trimmed}"


def l4_cluster(name: str, namespace: str, service: str) -> str | None:
    """The v2 hash of the cluster in a name that was made for this Service, whatever its suffix; None for another."""
    found = _L4_HEAD.match(name)
    if found is None:
        return None
    v2 = found["cluster"]
    if found["protocol"]:
        made = {l4_rule(v2, namespace, service, found["protocol"])}
        numbered = re.sub(r"-[0-9a-z]{1,2}(-ipv6)?$", r"\1", name)
    else:
        made = {l4(v2, namespace, service), l4_firewall_v3(v2, namespace, service)}
        numbered = name
    names = {suffixed(base, suffix) for base in made for suffix in _L4_SUFFIXES}
    return v2 if name in names or numbered in names else None


_L4_HEAD = lazy(r"k8s[23]-(?:(?P<protocol>tcp|udp|l3)-)?(?P<cluster>[0-9a-z]{8})-")
_L4_SUFFIXES = ("", "-fw", "-ipv6", "-fw-ipv6", "-deny", "-deny-ipv6")


def l4_shared(v2: str) -> str:
    """The name of the health check that L4 Services share; its firewall rules end in `-fw` besides."""
    return f"k8s2-{v2}-{SHARED_CHECK}"


def suffixed(name: str, suffix: str) -> str:
    """A name with a suffix, cut so that both fit (GetSuffixedName)."""
    return name[: _LONGEST - len(suffix)] + suffix


def legacy(service_uid: str) -> str:
    """The name of a load balancer without a controller of GKE's own: `a` and the Service's UID, 32 characters."""
    return ("a" + service_uid.replace("-", ""))[:32]


class Parsed(NamedTuple):
    """A name taken apart. `scheme` says by which rules; `cluster` names the cluster, `part` what lies between."""

    scheme: str
    cluster: str = ""
    part: str = ""
    hash: str = ""
    prefix: str = ""
    base: str = ""
    """The name without a suffix such as `-fw` or `-ipv6`."""


_V2 = r"(?P<cluster>[0-9a-z]{8})"
_V1 = r"(?P<cluster>[0-9a-f]{16})"
_PATTERNS = (
    ("l4-shared", rf"k8s2-{_V2}-l4-shared-hc(?:-fw(?:-ipv6|-regional)?)?"),
    ("frontend", rf"k8s2-(?P<prefix>fr|fs|tp|ts|um|rm)-{_V2}-(?P<part>[a-z0-9-]{{1,100}})-(?P<hash>[0-9a-z]{{8}})"),
    ("certificate", rf"k8s2-(?P<prefix>cr)-{_V2}-(?P<part>[0-9a-z]{{16}})-(?P<hash>[0-9a-z]{{1,100}})"),
    (
        "l4-rule",
        rf"(?P<base>k8s2-(?P<prefix>tcp|udp|l3)-{_V2}-(?P<part>[a-z0-9-]{{1,100}}?)-(?P<hash>[0-9a-z]{{8}}))"
        r"(?:-[0-9a-z]{1,2})?(?:-ipv6)?",
    ),
    (
        "l4",
        rf"(?P<base>k8s2-{_V2}-(?P<part>[a-z0-9-]{{1,100}}?)-(?P<hash>[0-9a-z]{{8}}))(?:-fw)?(?:-ipv6)?",
    ),
    ("l4-v3", rf"(?P<base>k8s3-{_V2}-(?P<hash>[0-9a-z]{{8}})-(?P<part>[a-z0-9-]{{1,100}}?))(?:-deny)?(?:-ipv6)?"),
    ("backend", r"k8s1-(?P<cluster>[0-9a-f]{8})-(?P<part>[a-z0-9-]{1,100})-(?P<hash>[0-9a-f]{8})"),
    ("port-backend", rf"k8s-be-(?P<part>\d{{1,9}})--{_V1}"),
    ("group", rf"k8s-ig--{_V1}"),
    ("l7-firewall", rf"k8s-fw-l7--{_V1}"),
    ("legacy-firewall", r"k8s-fw-(?P<base>a[0-9a-f]{31})"),
    ("legacy-firewall", r"(?:k8s-)?(?P<base>a[0-9a-f]{31})-(?:http-)?hc"),
    ("nodes-check", rf"k8s-{_V1}-node(?:-hc|-http-hc)?"),
    ("certificate-v1", rf"k8s-(?P<prefix>ssl)-(?P<part>[0-9a-f]{{16}})-(?P<hash>[0-9a-f]{{1,100}})--{_V1}"),
    ("frontend-v1", rf"k8s-(?P<prefix>fws|fw|tps|tp|um|rm)-(?P<part>[a-z0-9.-]{{1,100}})--{_V1}"),
    ("legacy", r"(?P<base>a[0-9a-f]{31})"),
    ("managed-certificate", r"mcrt-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("gateway", r"(?P<prefix>gkegw1?)-(?P<cluster>[0-9a-z]{4})-(?P<part>[a-z0-9-]{1,100})-(?P<hash>[0-9a-z]{12})"),
    ("gateway-fleet", r"(?P<prefix>gkemcg1?)-(?P<part>[a-z0-9-]{1,100})-(?P<hash>[0-9a-z]{12})"),
    ("gateway-firewall", r"(?P<prefix>gkegw1?)-(?P<cluster>[0-9a-z]{4})?-?l7-{1,2}(?P<part>[a-z0-9-]{1,63})"),
    ("gateway-fleet-firewall", r"(?P<prefix>gkemcg1?)-l7-(?P<part>[a-z0-9-]{1,63})"),
    ("mci-firewall", r"mci-(?P<cluster>[0-9a-z]{6})-(?P<part>[a-z0-9-]{1,60})-l7"),
    ("mci-rule", r"mci-(?P<cluster>[0-9a-z]{6})-fws?-(?P<part>[a-z0-9-]{1,60})"),
    ("mci-backend", r"mci-(?P<cluster>[0-9a-z]{6})-(?P<hash>\d{1,5})-(?P<part>[a-z0-9-]{1,60})"),
    ("mci", r"mci-(?P<cluster>[0-9a-z]{6})-(?P<part>[a-z0-9-]{1,60})"),
    ("mcs", r"gkemcs-(?P<part>[a-z0-9-]{1,60})"),
    (
        "nodes-firewall",
        r"(?P<base>gk[e3]-(?P<part>.{1,100})-(?P<cluster>[0-9a-f]{8}))-"
        r"(?:all|vms|ssh|master|exkubelet|inkubelet|mcsd|webhook)",
    ),
)
_COMPILED = tuple((scheme, lazy(pattern)) for scheme, pattern in _PATTERNS)


def parsed(name: str) -> Parsed | None:
    """The parts of a name that follows one of the schemes from end to end; None for any other."""
    for scheme, pattern in _COMPILED:
        found = pattern.fullmatch(name)
        if found is not None:
            groups = {key: value or "" for key, value in found.groupdict().items()}
            return Parsed(scheme, **{"base": name, **{k: v for k, v in groups.items() if v}})
    return None


def agrees(name: Parsed, namespace: str, owner: str) -> bool:
    """Whether a name is the one that its own cluster part, namespace and owner make."""
    if name.scheme == "frontend":
        return name.part == "-".join(trim_evenly(_FRONTEND_PARTS, namespace, owner))
    if name.scheme == "frontend-v1":
        return name.base == frontend_v1(name.prefix, name.cluster, namespace, owner)
    if name.scheme == "l4":
        return name.base == l4(name.cluster, namespace, owner)
    if name.scheme == "l4-rule":
        return name.base == l4_rule(name.cluster, namespace, owner, name.prefix)
    if name.scheme == "l4-v3":
        return name.base == l4_firewall_v3(name.cluster, namespace, owner)
    if name.scheme == "backend":
        return any(_is_backend(name, namespace, owner, port) for port in _ports(name, namespace, owner))
    return False


def _is_of_fleet(name: Parsed, namespace: str, owner: str, port: str) -> bool:
    """Whether the hash is that of a multi-cluster Gateway's backend, or of an older Gateway's."""
    return name.hash == content_hash(f"{namespace};{owner};{port}", 12)


def gateway_owner_by_hash(name: Parsed) -> tuple[str, str] | None:
    """Namespace and Service as the hash of a multi-cluster or older Gateway's backend service proves them.

    What goes into the hash of a `gkegw1-` name besides is not known: those are proven by links and NEGs.
    """
    part, _, port = name.part.rpartition("-")
    if name.scheme not in ("gateway", "gateway-fleet") or name.prefix == "gkegw1" or not port.isdigit():
        return None
    return next((split for split in splits(part) if _is_of_fleet(name, *split, port)), None)


def begins_alike(part: str, namespace: str, owner: str) -> bool:
    """Whether a part may be `<namespace>-<owner>`, which the Gateway controller trims where it is long."""
    if part == f"{namespace}-{owner}":
        return True
    if len(namespace) + len(owner) < _GATEWAY_PARTS:
        return False
    return any(namespace.startswith(first) and owner.startswith(second) for first, second in splits(part))


def owner_by_hash(name: Parsed) -> tuple[str, str] | None:
    """Namespace and owner as the hash at the end of an untrimmed name proves them; None where none fits."""
    if name.scheme not in ("l4", "l4-rule", "l4-v3", "backend"):
        return None
    part, port = name.part, ""
    if name.scheme == "backend":
        part, _, port = re.sub(r"-[0-9a-f]{6}$", "", part).removeprefix("e-").rpartition("-")
    for namespace, owner in splits(part):
        if _is_backend(name, namespace, owner, port) if port else agrees(name, namespace, owner):
            return namespace, owner
    return None


def splits(part: str) -> Iterator[tuple[str, str]]:
    """Every way to read `a-b-c` as a namespace and a name."""
    for at in [i for i, letter in enumerate(part) if letter == "-"]:
        if part[:at] and part[at + 1 :]:
            yield part[:at], part[at + 1 :]


def _ports(name: Parsed, namespace: str, owner: str) -> Iterator[str]:
    """The port in a name, and, where the name was trimmed, those that the port may have been cut from."""
    found = re.search(r"-(\d*)(?:-[0-9a-f]{6})?$", name.part)
    for port in dict.fromkeys((name.part.rpartition("-")[2], found[1] if found else "")):
        if not port.isdigit() and port:
            continue
        yield port
        if len(namespace) + len(owner) + len(port) >= _BACKEND_PARTS - 7:
            yield from (f"{port}{more:0{digits}}" for digits in range(1, 6 - len(port)) for more in range(10**digits))


def _is_backend(name: Parsed, namespace: str, owner: str, port: str) -> bool:
    """Whether the hash, which is over the whole port, and then all of the name are right."""
    if hex_hash(f"{name.cluster};{namespace};{owner};{port}") != name.hash:
        return False
    made = (backend(name.cluster, namespace, owner, port), regional_backend(name.cluster, namespace, owner, port))
    subnet = name.part[-6:]
    plain = _backend(name.cluster, namespace, owner, port, "", _BACKEND_PARTS - 7)
    return name.base in (*made, f"{plain[:-8]}{subnet}-{plain[-8:]}")
