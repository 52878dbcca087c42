"""Services that lead nowhere."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.services import service
from benchmarks.generator.values import Json, suffix

SERVICES = Faults()


def _service(app: Application) -> Json:
    return app.services[0]


@SERVICES.plants("service-selector-mismatch", "deployment", "served")
def misspelt_selector(app: Application) -> str:
    _service(app)["spec"]["selector"] = {"app": f"{app.name}s"}
    return f"Service/{app.namespace}/{app.name}"


@SERVICES.plants("service-selects-nothing", "deployment", "served")
def service_of_something_gone(app: Application) -> str:
    name = f"legacy-{suffix(app.random, 8)}"
    gone = service(
        app.random, app.namespace, name, {"component": name, "tier": "gone"}, "10.195.0.1", app.age, web=False
    )
    app.services.append(gone)
    return f"Service/{app.namespace}/{name}"


@SERVICES.plants("service-target-port-mismatch", "deployment", "served")
def unknown_port_name(app: Application) -> str:
    _service(app)["spec"]["ports"][0]["targetPort"] = "web"
    return f"Service/{app.namespace}/{app.name}"


@SERVICES.plants("scaled-to-zero", "deployment", "served")
def nobody_there(app: Application) -> str:
    app.replicas = 0
    return app.ref
