"""Secrets, ConfigMaps, keys and accounts that are not there."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import config_error, mount_fails, refused
from benchmarks.generator.faults.fault import Faults
from benchmarks.generator.values import Json

CONFIGURATION = Faults()


@CONFIGURATION.plants("missing-secret")
def secret_in_env(app: Application) -> str:
    name = f"{app.name}-api-key"
    app.container["env"].append({"name": "KEY", "valueFrom": {"secretKeyRef": {"name": name, "key": "key"}}})
    app.fare = config_error(f'secret "{name}" not found')
    return f"Secret/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-secret")
def secret_in_volume(app: Application) -> str:
    name = f"{app.name}-keys"
    _mount(app, {"name": "keys", "secret": {"secretName": name, "defaultMode": 420}})
    app.fare = mount_fails(f'MountVolume.SetUp failed for volume "keys" : secret "{name}" not found')
    return f"Secret/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-secret-key")
def secret_key_in_env(app: Application) -> str:
    secret = app.found("secrets") if app.ingress is None else app.others[0][1]
    name = secret["metadata"]["name"]
    secret["keys"] = {key: facts for key, facts in secret["keys"].items() if key != "password"}
    app.fare = config_error(f"couldn't find key password in Secret {app.namespace}/{name}")
    return f"Secret/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-configmap")
def config_map_in_env(app: Application) -> str:
    name = f"{app.name}-flags"
    app.container["envFrom"].append({"configMapRef": {"name": name}})
    app.fare = config_error(f'configmap "{name}" not found')
    return f"ConfigMap/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-configmap")
def config_map_in_volume(app: Application) -> str:
    name = f"{app.name}-rules"
    _mount(app, {"name": "rules", "configMap": {"name": name, "defaultMode": 420}})
    app.fare = mount_fails(f'MountVolume.SetUp failed for volume "rules" : configmap "{name}" not found')
    return f"ConfigMap/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-configmap-key")
def config_map_key_in_env(app: Application) -> str:
    name = f"{app.name}-config"
    config = app.found("configmaps")
    config["keys"] = {key: facts for key, facts in config["keys"].items() if key != "region"}
    app.fare = config_error(f"couldn't find key region in ConfigMap {app.namespace}/{name}")
    return f"ConfigMap/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-service-account")
def service_account(app: Application) -> str:
    app.without("serviceaccounts")
    place = f"{app.namespace}/{app.name}"
    app.refusal = (
        f'pods "{app.name}-" is forbidden: error looking up service account {place}: '
        f'serviceaccount "{app.name}" not found'
    )
    app.fare = refused()
    return f"ServiceAccount/{place}"


def _mount(app: Application, volume: Json) -> None:
    app.spec["volumes"] = [*app.spec["volumes"], volume]
    mount = {"name": volume["name"], "mountPath": f"/{volume['name']}"}
    app.container["volumeMounts"] = [*app.container["volumeMounts"], mount]
