"""Containers that do not stay up."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.fares import cannot_run, config_error, crash_loop, init_crash, liveness_killed
from benchmarks.generator.faults.fault import Faults

CONTAINERS = Faults()


@CONTAINERS.plants("container-crash-loop")
def crash_with_log(app: Application) -> str:
    app.fare = crash_loop(1, "starting up", "Traceback (most recent call last):", "KeyError: 'plan'")
    return app.ref


@CONTAINERS.plants("container-crash-loop")
def crash_without_log(app: Application) -> str:
    app.fare = crash_loop(2)
    return app.ref


@CONTAINERS.plants("oom-killed")
def out_of_memory(app: Application) -> str:
    app.fare = crash_loop(137, reason="OOMKilled")
    return app.ref


@CONTAINERS.plants("container-completes-immediately")
def nothing_to_do(app: Application) -> str:
    app.fare = crash_loop(0, reason="Completed")
    return app.ref


@CONTAINERS.plants("init-container-crash-loop")
def failing_migration(app: Application) -> str:
    kept = ("image", "imagePullPolicy", "resources")
    migrate = {key: app.container[key] for key in kept} | {"name": "migrate", "args": ["migrate"]}
    app.spec["initContainers"] = [migrate]
    app.fare = init_crash(3, "migration 0042 failed")
    return app.ref


@CONTAINERS.plants("command-not-found")
def unknown_command(app: Application) -> str:
    app.container["command"] = ["/usr/bin/python4"]
    app.fare = cannot_run(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        'unable to start container process: error during container init: exec: "/usr/bin/python4": '
        "stat /usr/bin/python4: no such file or directory"
    )
    return app.ref


@CONTAINERS.plants("dependency-unreachable")
def unknown_host(app: Application) -> str:
    app.fare = crash_loop(1, "connecting", "dial tcp: lookup db.example.internal on 10.192.0.10:53: no such host")
    return app.ref


@CONTAINERS.plants("dependency-credentials-rejected")
def wrong_password(app: Application) -> str:
    app.fare = crash_loop(1, "connecting", 'FATAL: password authentication failed for user "app"')
    return app.ref


@CONTAINERS.plants("liveness-probe-kills-container", "deployment", "served")
def liveness_path(app: Application) -> str:
    app.fare = liveness_killed("HTTP probe failed with statuscode: 404")
    return app.ref


@CONTAINERS.plants("run-as-non-root-violation")
def image_runs_as_root(app: Application) -> str:
    app.fare = config_error(
        "container has runAsNonRoot and image will run as root "
        '(pod: "{pod}_{namespace}({uid})", container: {container})'
    )
    return app.ref
