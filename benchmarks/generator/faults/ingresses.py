"""Ingresses that GKE's controller cannot serve, or whose backends Google's health checks refuse."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import Said
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.values import KUBE_UID, Json
from gkedoctor.graph.cloud.names import frontend_part

INGRESSES = Faults()


def _ingress(app: Application) -> Json:
    assert app.ingress is not None
    return app.ingress


def _ref(app: Application) -> str:
    return f"Ingress/{app.namespace}/{_ingress(app)['metadata']['name']}"


def _untranslated(app: Application, message: str) -> str:
    """The controller does not understand the Ingress, and makes nothing."""
    app.backed = app.fronted = False
    app.complaint = Said(
        "Warning",
        "Translate",
        f"Translation failed: invalid ingress spec: {message}",
        30,
        60,
        3000,
        "loadbalancer-controller",
    )
    return _ref(app)


def _unsynced(app: Application, message: str) -> None:
    """The controller made the backends, and fails behind them."""
    app.fronted = False
    text = f"Error syncing to GCP: error running load balancer syncing routine: {message}"
    app.complaint = Said("Warning", "Sync", text, 30, 60, 3000, "loadbalancer-controller")


@INGRESSES.plants("ingress-missing-service", "exposed")
def unknown_service(app: Application) -> str:
    _path(app)["backend"]["service"]["name"] = f"{app.name}s"
    return _untranslated(app, f'could not find service "{app.namespace}/{app.name}s"')


@INGRESSES.plants("ingress-missing-service-port", "exposed")
def unknown_port(app: Application) -> str:
    _path(app)["backend"]["service"]["port"] = {"number": 8443}
    service = f"{app.namespace}/{app.name}"
    return _untranslated(app, f'could not find port "8443" in service "{service}"')


@INGRESSES.plants("missing-tls-secret", "exposed", "tls")
def unknown_tls_secret(app: Application) -> str:
    name = f"{app.name}-tls"
    app.others = [(kind, item) for kind, item in app.others if item["metadata"]["name"] != name]
    _unsynced(app, f'error initializing translator env: secrets "{name}" not found')
    return f"Secret/{app.namespace}/{name}"


@INGRESSES.plants("certificate-expired", "exposed", "tls")
def expired(app: Application) -> str:
    name = f"{app.name}-tls"
    secret = next(item for _, item in app.others if item["metadata"]["name"] == name)
    ended = {"notBefore": "2025-03-01T00:00:00Z", "notAfter": "2026-03-01T00:00:00Z"}
    secret["certificate"] = secret["certificate"] | ended
    secret["keys"]["tls.crt"] = secret["keys"]["tls.crt"] | {"certificate": secret["certificate"]}
    return f"Secret/{app.namespace}/{name}"


@INGRESSES.plants("static-ip-not-found", "exposed")
def unknown_address(app: Application) -> str:
    item = _ingress(app)
    address, app.reserved = f"{app.name}-ip", ""
    item["metadata"]["annotations"]["kubernetes.io/ingress.global-static-ip-name"] = address
    part = frontend_part(KUBE_UID, app.namespace, item["metadata"]["name"])
    _unsynced(
        app,
        f"loadbalancer {part} does not exist: "
        f"the given static IP name {address} doesn't translate to an existing static IP.",
    )
    return _ref(app)


@INGRESSES.plants("ingress-class-without-controller", "exposed")
def class_in_spec_only(app: Application) -> str:
    item = _ingress(app)
    item["metadata"]["annotations"] = {}
    item["spec"]["ingressClassName"] = "gce"
    app.backed = app.fronted = False
    return _ref(app)


@INGRESSES.plants("health-check-path-not-200", "exposed")
def root_path_not_found(app: Application) -> str:
    for probe in ("readinessProbe", "livenessProbe"):
        del app.container[probe]
    app.unhealthy = True
    return app.ref


@INGRESSES.plants("missing-backendconfig", "exposed")
def unknown_backend_config(app: Application) -> str:
    service = app.services[0]["metadata"]
    service["annotations"]["cloud.google.com/backend-config"] = f'{{"default": "{app.name}"}}'
    app.backed = app.fronted = False
    port = f'port "&ServiceBackendPort{{Name:,Number:80,}}" on service "{app.namespace}/{app.name}"'
    text = f"Translation failed: error getting BackendConfig for {port}, err: no BackendConfig for service port exists."
    app.complaint = Said("Warning", "Translate", text, 30, 60, 3000, "loadbalancer-controller")
    return f"Service/{app.namespace}/{app.name}"


def _path(app: Application) -> Json:
    found: Json = _ingress(app)["spec"]["rules"][0]["http"]["paths"][0]
    return found
