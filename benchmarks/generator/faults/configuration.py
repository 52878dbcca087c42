"""Secrets, ConfigMaps and keys that are not there."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import config_error, mount_fails
from benchmarks.generator.faults.fault import Faults

CONFIGURATION = Faults()


@CONFIGURATION.plants("missing-secret", "deployment")
def secret_in_env(app: Application) -> str:
    app.without("secrets")
    name = f"{app.name}-credentials"
    app.fare = config_error(f'secret "{name}" not found')
    return f"Secret/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-secret-key", "deployment")
def key_in_env(app: Application) -> str:
    secret = app.found("secrets")
    del secret["keys"]["password"]
    name = secret["metadata"]["name"]
    app.fare = config_error(f"couldn't find key password in Secret {app.namespace}/{name}")
    return f"Secret/{app.namespace}/{name}"


@CONFIGURATION.plants("missing-secret", "deployment")
def secret_in_volume(app: Application) -> str:
    name = f"{app.name}-keys"
    app.spec["volumes"] = [*app.spec["volumes"], {"name": "keys", "secret": {"secretName": name, "defaultMode": 420}}]
    app.container["volumeMounts"] = [*app.container["volumeMounts"], {"name": "keys", "mountPath": "/keys"}]
    app.fare = mount_fails(f'MountVolume.SetUp failed for volume "keys" : secret "{name}" not found')
    return f"Secret/{app.namespace}/{name}"
