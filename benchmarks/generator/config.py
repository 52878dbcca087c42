"""Secrets (as facts), ConfigMaps, ServiceAccounts."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.values import DAY, Json, ago
from gkedoctor.snapshot.redaction.value_facts import facts_of

_PLAIN = facts_of(b"correct horse battery").as_json()
_PEM = facts_of(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").as_json()
_KEY = facts_of(b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n").as_json()


def secret(app: Application, name: str, keys: tuple[str, ...], type_: str = "Opaque", age: int | None = None) -> Json:
    """A Secret as a snapshot holds it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": app.made(name, age),
        "type": type_,
        "keys": dict.fromkeys(keys, _PLAIN),
    }


def tls_secret(app: Application, name: str, host: str, ends: str = "2027-06-01T00:00:00Z") -> Json:
    """A TLS Secret as a snapshot holds it."""
    certificate = {
        "notBefore": ago(60 * DAY),
        "notAfter": ends,
        "names": [host],
        "subject": f"CN={host}",
        "issuer": "CN=Example CA",
        "selfSigned": False,
    }
    found = secret(app, name, (), "kubernetes.io/tls")
    found["keys"] = {"tls.crt": _PEM | {"certificate": certificate}, "tls.key": _KEY}
    return found | {"certificate": certificate, "keyFits": True}


def config_map(app: Application, name: str, keys: tuple[str, ...]) -> Json:
    """A ConfigMap as a snapshot holds it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": app.made(name), "keys": dict.fromkeys(keys, _PLAIN)}


def service_account(app: Application, name: str) -> Json:
    """A ServiceAccount of today, without a token Secret."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": app.made(name)}
