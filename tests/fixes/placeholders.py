"""Plausible values for what only a person knows: the names in CAPITALS of commands.

What the cluster has is taken from it: a fix with a placeholder for a StorageClass is tried with one that exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from gkedoctor.diagnose.model import Step
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.playbook.placeholders import placeholders_in
from tests.fixes.api_server.store import Store

_WORD = r"(?<![A-Za-z0-9_]){}(?![A-Za-z0-9_])"


_VALUE_IN_CAPITALS = re.compile(r"""(?:=|:\s*"|\[")(?P<name>(?!USE_)[A-Z][A-Z0-9_]+)(?=["',}\s]|$)""")


def names_in(step: Step) -> list[str]:
    """The placeholders of a command: those that its author declared, and those that are plain to see."""
    declared = [name for name in step.placeholders if re.search(_WORD.format(re.escape(name)), step.command)]
    values = (match["name"] for match in _VALUE_IN_CAPITALS.finditer(step.command))
    seen = [name for name in values if any(re.fullmatch(pattern, name) for pattern, _ in _VALUES)]
    return list(dict.fromkeys([*declared, *placeholders_in(step.command), *seen]))


def filled(step: Step, store: Store, folder: Path) -> str:
    """The command with a value for each placeholder. Files that it names are written into the folder."""
    command, names = step.command, names_in(step)
    if " set selector " in command:
        command = command.replace("KEY=VALUE", _label_of_pods(store))
    for name in names:
        is_number = re.search(rf":\s*{re.escape(name)}\s*[,}}\]]", command) is not None
        value = "4" if is_number and name == "VALUE" else _value(name, store, folder).replace("\\", r"\\")
        if name == "PORT" and "SERVICE" in names:
            value = _port_of_service(store)
        command = re.sub(rf"\$\{{?{re.escape(name)}\}}?", value, command)
        command = re.sub(_WORD.format(re.escape(name)), value, command)
    return command


def _value(name: str, store: Store, folder: Path) -> str:
    for pattern, value in _VALUES:
        if re.fullmatch(pattern, name):
            found = value(store) if callable(value) else value
            return _file(name, folder, hosts_of(store)) if found == _FILE else found
    return name.lower().replace("_", "-")


_FILE = "(file)"
Value = str | Callable[[Store], str]


def _first(collection: str, default: str) -> Callable[[Store], str]:
    def value(store: Store) -> str:
        names = [str(_metadata(item)["name"]) for item in store.first.collection(collection).objects]
        return names[0] if names else default

    return value


def _label_of_pods(store: Store) -> str:
    """`key=value`: a label of the first Pod that has one."""
    for pod in store.first.collection("pods").objects:
        for key, value in (pod["metadata"].get("labels") or {}).items():
            return f"{key}={value}"
    return "app=web"


def _port_of_service(store: Store) -> str:
    """A port of the Service that stands for SERVICE in the same command."""
    services = store.first.collection("services").objects
    ports = (services[0].get("spec") or {}).get("ports") or [] if services else []
    return str(ports[0]["port"]) if ports else "80"


def _metadata(item: Mapping[str, object]) -> Mapping[str, object]:
    found = item.get("metadata")
    return found if isinstance(found, Mapping) else item


def _project(store: Store) -> str:
    return store.first.manifest.project or "acme"


def _location(store: Store) -> str:
    return store.first.manifest.location or "europe-west1"


def _region(store: Store) -> str:
    found = _location(store)
    return found.rpartition("-")[0] if re.fullmatch(r"[a-z]+-[a-z]+\d-[a-z]", found) else found


def _zone(store: Store) -> str:
    found = _location(store)
    return found if re.fullmatch(r"[a-z]+-[a-z]+\d-[a-z]", found) else f"{found}-b"


def _volume_size(store: Store) -> str:
    """A size between what a bound claim has and what it requests; without such a claim, a large one."""
    for claim in store.first.collection("persistentvolumeclaims").objects:
        has = quantity(((claim.get("status") or {}).get("capacity") or {}).get("storage"))
        wanted = quantity((((claim.get("spec") or {}).get("resources") or {}).get("requests") or {}).get("storage"))
        if has is not None and wanted is not None and wanted > has:
            return f"{int((has + wanted) / 2 / 2**20)}Mi"
    return "20Ti"


def _new_address(store: Store) -> str:
    """The address that an earlier command reserved."""
    known = {item.get("name") for item in store.first.collection("compute.addresses").objects}
    made = [item for item in store.cloud.get("compute.addresses", []) if item.get("name") not in known]
    return str(made[-1]["address"]) if made else "203.0.113.77"


def _health_path(store: Store) -> str:
    """A path that answers a probe: another one than those that the probes of the recording request in vain."""
    asked = {
        str((probe.get("httpGet") or {}).get("path"))
        for pod in store.first.collection("pods").objects
        for container in (pod.get("spec") or {}).get("containers") or []
        for name, probe in container.items()
        if name.endswith("Probe") and isinstance(probe, Mapping)
    }
    return next(path for path in ("/healthz", "/ready", "/livez", "/health-of-app") if path not in asked)


def _serving_deployment(store: Store) -> str:
    """A Deployment with ready Pods, which a Service that is created can send requests to."""
    items = store.first.collection("deployments").objects
    names = [str(_metadata(item)["name"]) for item in items if (item.get("status") or {}).get("readyReplicas")]
    return names[0] if names else _first("deployments", "web")(store)


def _node_tag(store: Store) -> str:
    """The network tag of the nodes, as machines or firewall rules have it."""
    for machine in store.first.collection("compute.instances").objects:
        if (machine.get("tags") or {}).get("items"):
            return str(machine["tags"]["items"][0])
    for rule in store.first.collection("compute.firewalls").objects:
        if rule.get("targetTags"):
            return str(rule["targetTags"][0])
    return "gke-node"


_VALUES: tuple[tuple[str, Value], ...] = (
    (r".*PROJECT(_ID)?", _project),
    (r".*PROJECT_NUMBER", "123456789012"),
    (r"(?!.*FILE)(?!PATH_TO).*PATH", _health_path),
    (r"ROLE(_NAME)?", "roles/viewer"),
    (r".*SERVICE_ACCOUNT_EMAIL|.*NODE_SERVICE_ACCOUNT", "gcs@acme.iam.gserviceaccount.com"),
    (r"REGION", _region),
    (r"LOCATION", _location),
    (r"ZONE", _zone),
    (r"CLUSTER(_NAME)?", lambda store: store.first.manifest.cluster or "cluster"),
    (r"NETWORK", "default"),
    (r"INGRESS_CLASS", _first("ingressclasses", "nginx")),
    (r"(STORAGE_?)?CLASS(_NAME)?", _first("storageclasses", "standard-rwo")),
    (r"SERVICE(_NAME)?", _first("services", "web")),
    (r"SERVICE_ACCOUNT(_NAME)?", _first("serviceaccounts", "default")),
    (r"(DEPLOYMENT|WORKLOAD)(_NAME)?", _serving_deployment),
    (r"INGRESS|GATEWAY", _first("ingresses", "web")),
    (r"NODE_POOL", "default-pool"),
    (r"SUBNET(WORK)?", _first("compute.subnetworks", "default")),
    (r"NODE(_NAME)?", _first("nodes", "node-1")),
    (r"PULL_SECRET|SECRET(_NAME)?", _first("secrets", "pull-secret")),
    (r"CLIENT_RANGE", "198.51.100.0/24"),
    (r".*(RANGE|CIDR)", "10.129.0.0/23"),
    (r".*(FILE|PATH_TO_.*|PEM)", _FILE),
    (r".*SIZE_GB|DISK_SIZE", "200"),
    (r"SIZE", _volume_size),
    (r".*SIZE(_GB)?|STORAGE", "20Ti"),
    (r".*MEMORY", "256Mi"),
    (r"CPU|AMOUNT", "100m"),
    (r".*(NUMBER|COUNT|REPLICAS|LIMIT|SECONDS|PERCENT|PRIORITY)", "4"),
    (r".*PORT", "8080"),
    (r".*(DOMAIN|HOST(NAME)?)", "www.example.com"),
    (r".*(ADDRESS|IP)", _new_address),
    (r".*CHANNEL", "projects/acme/notificationChannels/1"),
    (r".*(PASSWORD|TOKEN|VALUE|KEY|USER)", "a-value-of-a-person"),
    (r".*IMAGE", "europe-docker.pkg.dev/acme/shop/app:1.2.3"),
    (r"(NODE|NETWORK|TARGET)_TAG", _node_tag),
    (r".*TAG", "1.2.3"),
)


def _file(name: str, folder: Path, hosts: tuple[str, ...]) -> str:
    path = folder / name.lower().replace("_", "-")
    if "CERT" in name or "CHAIN" in name:
        certificate, _ = key_pair(hosts)
        path.write_text(certificate)
    elif "KEY" in name:
        path.write_text(key_pair(hosts)[1])
    elif "JSON" in name or "CONFIG" in name:
        path.write_text('{"auths":{"ghcr.io":{"auth":"dTpw"}}}')
    else:
        path.write_text("KEY=a value\n")
    return path.name


def hosts_of(store: Store) -> tuple[str, ...]:
    """The hosts that Ingresses and Gateways serve, for the certificate of whoever owns them."""
    found = {"www.example.com"}
    for collection in ("ingresses", "gateways"):
        for item in store.first.collection(collection).objects:
            spec = item.get("spec") or {}
            found |= {rule["host"] for rule in spec.get("rules") or [] if rule.get("host")}
            found |= {host for entry in spec.get("tls") or [] for host in entry.get("hosts") or []}
            found |= {listener["hostname"] for listener in spec.get("listeners") or [] if listener.get("hostname")}
    return tuple(sorted(found))


@cache
def key_pair(hosts: tuple[str, ...] = ("www.example.com",)) -> tuple[str, str]:
    """A certificate that is valid for a long time, and its key."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    now = datetime(2025, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), secret.decode()
