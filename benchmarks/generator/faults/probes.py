"""Readiness probes that fail."""

from __future__ import annotations

from benchmarks.generator.application import Application
from benchmarks.generator.applications import PORT
from benchmarks.generator.fares import unready
from benchmarks.generator.faults.fault import Faults

PROBES = Faults()


@PROBES.plants("readiness-probe-wrong-path", "deployment", "served")
def path(app: Application) -> str:
    app.fare = unready("HTTP probe failed with statuscode: 404")
    return app.ref


@PROBES.plants("readiness-probe-unauthorized", "deployment", "served")
def login(app: Application) -> str:
    app.fare = unready("HTTP probe failed with statuscode: 401")
    return app.ref


@PROBES.plants("readiness-probe-failing", "deployment", "served")
def not_available(app: Application) -> str:
    app.fare = unready("HTTP probe failed with statuscode: 503")
    return app.ref


@PROBES.plants("readiness-probe-wrong-scheme", "deployment", "served")
def scheme(app: Application) -> str:
    app.container["readinessProbe"]["httpGet"]["scheme"] = "HTTPS"
    app.fare = unready(f'Get "https://{{ip}}:{PORT}/healthz": http: server gave HTTP response to HTTPS client')
    return app.ref


@PROBES.plants("readiness-probe-wrong-port", "deployment", "served")
def port(app: Application) -> str:
    app.container["readinessProbe"]["httpGet"]["port"] = 9999
    app.fare = unready('Get "http://{ip}:9999/healthz": dial tcp {ip}:9999: connect: connection refused')
    return app.ref


@PROBES.plants("readiness-probe-timeout", "deployment", "served")
def slow(app: Application) -> str:
    app.fare = unready(
        f'Get "http://{{ip}}:{PORT}/healthz": '
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    )
    return app.ref
