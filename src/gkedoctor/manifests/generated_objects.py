"""What objects in the files will make when they are applied: Secrets of operators, certificates, Jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gkedoctor.graph import Ref
from gkedoctor.snapshot.model import Object

_SECRETS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("external-secrets.io", "ExternalSecret"): ("spec.target.name",),
    ("kubernetes-client.io", "ExternalSecret"): (),
    ("external-secrets.io", "ClusterExternalSecret"): ("spec.externalSecretName",),
    ("bitnami.com", "SealedSecret"): ("spec.template.metadata.name",),
    ("cert-manager.io", "Certificate"): ("spec.secretName",),
    ("onepassword.com", "OnePasswordItem"): (),
    ("secrets.hashicorp.com", "VaultStaticSecret"): ("spec.destination.name",),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): ("spec.destination.name",),
    ("secrets.infisical.com", "InfisicalSecret"): ("spec.managedSecretReference.secretName",),
}
"""By API group and kind, the fields that name the Secret; where none does, it is called like the object."""

_ISSUERS = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme")


def makers(objects: Mapping[Ref, Object]) -> dict[Ref, Ref]:
    """Which object is to make another, by the name of what it makes."""
    return {made: ref for ref, item in objects.items() for made in _made_by(ref, item)}


def _made_by(ref: Ref, item: Object) -> Iterator[Ref]:
    group = str(item.get("apiVersion") or "").rpartition("/")[0]
    fields = _SECRETS.get((group, ref.kind))
    if fields is not None:
        names = [name for name in (_at(item, field) for field in fields) if isinstance(name, str) and name]
        yield Ref("Secret", names[0] if names else ref.name, ref.namespace)
    elif ref.kind == "Ingress":
        notes = item["metadata"].get("annotations")
        if isinstance(notes, dict) and any(issuer in notes for issuer in _ISSUERS):
            names = [_at(entry, "secretName") for entry in _list(_at(item, "spec.tls"))]
            yield from (Ref("Secret", name, ref.namespace) for name in names if isinstance(name, str))
    elif ref.kind == "SecretProviderClass":
        names = [_at(entry, "secretName") for entry in _list(_at(item, "spec.secretObjects"))]
        yield from (Ref("Secret", name, ref.namespace) for name in names if isinstance(name, str))
    elif ref.kind == "Job":
        yield from (Ref("Secret", word, ref.namespace) for word in sorted(_words_of(item)))


def _words_of(job: Object) -> set[str]:
    """The words that a Job's containers are started with: one that makes a Secret is told its name."""
    spec = _at(job, "spec.template.spec")
    containers = [*_list(_at(spec, "containers")), *_list(_at(spec, "initContainers"))]
    texts = [text for c in containers for field in ("command", "args") for text in _list(_at(c, field))]
    return {
        word for text in texts if isinstance(text, str) for word in text.replace("=", " ").split() if word[0] != "-"
    }


def _at(item: Any, path: str) -> Any:
    for step in path.split("."):
        item = item.get(step) if isinstance(item, Mapping) else None
    return item


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
