"""200 known secrets, planted in every place where one can hide: none is in the file, on the screen or in a report."""

from __future__ import annotations

import base64
import json
import random
import string
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.report.formats import names
from gkedoctor.snapshot.intake import Gathered, build_snapshot
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi
from tests.collect.operations_api import OperationsApi

NOW = "2026-11-22T12:00:00Z"
BESIDE = ("--uptime-checks", "--event-history", "24h")
Json = dict[str, Any]


class Vault:
    """Makes secrets of several looks, and remembers them."""

    def __init__(self) -> None:
        self.dice = random.Random(7)
        self.made: list[str] = []

    def random(self, length: int = 32) -> str:
        """A machine's token."""
        alphabet = string.ascii_letters + string.digits
        return self._keep("aB3" + "".join(self.dice.choices(alphabet, k=length - 3)))

    def password(self) -> str:
        """A human's password: a word and digits, which only its place gives away."""
        return self._keep(
            f"{self.dice.choice(('hunter', 'sommer', 'dragon', 'monkey'))}{self.dice.randrange(10**6):06}!"
        )

    def known(self) -> str:
        """A token whose form is known."""
        made = "".join(self.dice.choices(string.ascii_letters + string.digits, k=36))
        jwt = f"eyJhbGciOi{made[:6]}.eyJzdWIi{made[:12]}.{made[12:]}"
        forms = [f"ghp_{made}", f"glpat-{made[:20]}", f"xoxb-{made}", f"sk_live_{made[:24]}", f"hvs.{made}", jwt]
        forms += [f"AKIA{made[:16].upper()}", f"AIza{made[:35]}", f"ya29.{made}"]
        return self._keep(self.dice.choice(forms))

    def any(self) -> str:
        return self.dice.choice((self.random, self.password, self.known))()

    def _keep(self, secret: str) -> str:
        self.made.append(secret)
        return secret


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def thing(kind: str, name: str, version: str = "v1", **fields: Any) -> Json:
    metadata = {"name": name, "namespace": "shop", "creationTimestamp": NOW} | fields.pop("metadata", {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def secrets(vault: Vault) -> Iterator[Json]:
    for i in range(10):
        old = {"stringData": {"password": vault.password()}, "data": {"token": b64(vault.any())}}
        notes = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(old), "rotated-from": vault.random()}
        yield thing(
            "Secret", f"s{i}", type="Opaque", metadata={"annotations": notes},
            data={"password": b64(vault.password()), "key": b64(vault.random()), "twice": b64(b64(vault.any()))},
            stringData={"plain": vault.password()},
        )  # fmt: skip
    for i in range(4):
        user, password = f"robot{i}", vault.password()
        login = {"username": user, "password": password, "auth": b64(f"{user}:{password}")}
        vault._keep(login["auth"])
        file = json.dumps({"auths": {"https://gcr.io": login}})
        data = {".dockerconfigjson": b64(file)}
        yield thing("Secret", f"pull{i}", type="kubernetes.io/dockerconfigjson", data=data)


def configs(vault: Vault) -> Iterator[Json]:
    for i in range(8):
        yield thing(
            "ConfigMap", f"c{i}",
            data={"application.properties": f"db.password={vault.password()}\nurl=jdbc:x", "api_key": vault.any()},
            metadata={"annotations": {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(
                {"data": {"DB_PASSWORD": vault.password()}})}},
        )  # fmt: skip


def environment(vault: Vault) -> list[Json]:
    variables = ("DB_PASSWORD", "API_TOKEN", "SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "REDIS_PASS", "STRIPE_APIKEY")
    plain = [{"name": name, "value": vault.any()} for name in variables]
    url = f"postgres://app:{vault.password()}@db.shop:5432/app"
    return [
        *plain,
        {"name": "DATABASE_URL", "value": url},
        {"name": "HOOK", "value": f"https://hooks.example.com/in?token={vault.any()}&a=1"},
        {"name": "SESSION", "value": vault.random()},
        {"name": "CI", "value": vault.known()},
        {"name": "DB_HOST", "value": "db.shop.svc:5432"},
        {"name": "PASSWORD_FILE", "value": "/run/secrets/password"},
    ]


def pods(vault: Vault) -> Iterator[Json]:
    for i in range(6):
        said = f"FATAL: login with password={vault.password()} refused; Authorization: Bearer {vault.known()}"
        ended = {"exitCode": 1, "reason": "Error", "message": said, "startedAt": NOW, "finishedAt": NOW}
        header = {"name": "Authorization", "value": f"Bearer {vault.random()}"}
        container = {
            "name": "app", "image": "gcr.io/shop/app:1", "env": environment(vault),
            "args": [f"--db-password={vault.password()}", "--token", vault.password(), "--listen", "0.0.0.0:8080"],
            "command": ["sh", "-c", f"PGPASSWORD={vault.password()} exec app"],
            "livenessProbe": {"httpGet": {"path": "/", "port": 8080, "httpHeaders": [header]}},
        }  # fmt: skip
        status = {
            "name": "app", "ready": False, "restartCount": 5, "image": "app", "imageID": "", "containerID": "containerd://x",
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed"}},
            "lastState": {"terminated": ended},
        }  # fmt: skip
        notes = {"vault.example/token": vault.any(), "link": f"https://bot:{vault.password()}@git.example/x.git"}
        yield thing(
            "Pod", f"p{i}", metadata={"annotations": notes, "labels": {"app": "web"}},
            spec={"nodeName": "n", "containers": [container]},
            status={"phase": "Running", "startTime": NOW, "containerStatuses": [status],
                    "conditions": [{"type": "Ready", "status": "False"}]},
        )  # fmt: skip


def events(vault: Vault) -> Iterator[Json]:
    for i in range(8):
        about = {"kind": "Pod", "namespace": "shop", "name": "p0"}
        message = f"Error: failed to pull from https://robot:{vault.password()}@registry.example/app?access_token={vault.any()}"
        yield thing("Event", f"e{i}", type="Warning", reason="Failed", message=message, involvedObject=about, count=1,
                    firstTimestamp=NOW, lastTimestamp=NOW)  # fmt: skip


def logs(vault: Vault, repeated: list[str]) -> dict[tuple[str, str, str, bool], str]:
    lines = [f"connecting to mysql://root:{vault.password()}@10.8.0.7:3306/app" for _ in range(4)]
    lines += [f'{{"level":"info","password":"{vault.password()}","token":"{vault.known()}"}}' for _ in range(4)]
    lines += [f"api_key: {vault.password()}" for _ in range(4)]
    lines += [f"session {vault.random(40)} opened" for _ in range(4)]
    lines += [f"the value was {secret}" for secret in repeated]
    lines += ["FATAL: cannot reach db.shop.svc:5432"]
    return {("shop", "p0", "app", previous): "\n".join(lines) for previous in (True, False)}


def cloud(vault: Vault) -> Json:
    zone = "https://www.googleapis.com/compute/v1/projects/p/zones/z-a"
    item = {"key": "kube-env", "value": f"TOKEN: {vault.random()}"}
    return {
        "compute.instances": [
            {"name": "gke-c-pool-1", "zone": zone, "metadata": {"items": [item]}},
            {"name": "gke-c-pool-2", "zone": zone, "description": f"token={vault.known()}"},
        ],
        "compute.projects": [
            {"name": "p", "commonInstanceMetadata": {"items": [{"key": "ssh-keys", "value": vault.random()}]}}
        ],
        "compute.backendServices": [
            {"name": "k8s1-b", "iap": {"enabled": True, "oauth2ClientId": "id", "oauth2ClientSecret": vault.known()}}
        ],
        "container.clusters": [
            {
                "name": "c", "location": "z-a", "status": "RUNNING",
                "masterAuth": {"password": vault.password(), "clientKey": vault.random()},
                "nodePools": [{"name": "pool", "config": {"metadata": {"startup-token": vault.any()}}}],
            }
        ],
    }  # fmt: skip


def uptime(vault: Vault) -> Json:
    http = {
        "path": f"/health?key={vault.known()}", "port": 443, "useSsl": True, "body": b64(vault.any()),
        "authInfo": {"username": vault.any(), "password": vault.any()},
        "headers": {"X-Shop": vault.any(), "Authorization": f"Bearer {vault.random()}", "Host": "shop.example"},
    }  # fmt: skip
    resource = {"type": "uptime_url", "labels": {"host": "shop.example", "project_id": "p"}}
    matcher = {"content": vault.any(), "matcher": "CONTAINS_STRING"}
    return {
        "monitoring.uptimeCheckConfigs": [
            {"name": "projects/p/uptimeCheckConfigs/shop-1", "displayName": "shop", "monitoredResource": resource,
             "httpCheck": http, "contentMatchers": [matcher], "userLabels": {"k": vault.any()}}
        ],
        "monitoring.alertPolicies": [
            {"name": "projects/p/alertPolicies/1", "displayName": "down", "enabled": True,
             "documentation": {"content": f"call +44 1, PIN {vault.any()}"}, "userLabels": {"k": vault.any()},
             "creationRecord": {"mutatedBy": vault.any()},
             "conditions": [{"displayName": "c", "conditionThreshold": {"filter": "x", "note": vault.any()}}]}
        ],
    }  # fmt: skip


def logged(vault: Vault) -> Json:
    about = {"kind": "Pod", "namespace": "shop", "name": "p0"}
    message = (
        f"Error: login to https://robot:{vault.password()}@registry.example/app failed, password={vault.password()}"
    )
    place = {"project_id": "p", "cluster_name": "c", "location": "z-a", "pod_name": vault.any()}
    return {
        "insertId": "i", "logName": "projects/p/logs/events", "timestamp": datetime.now(UTC).isoformat(),
        "labels": {"k": vault.any()}, "resource": {"type": "k8s_pod", "labels": place},
        "jsonPayload": {"kind": "Event", "metadata": {"name": "old", "namespace": "shop"}, "involvedObject": about,
                        "message": message, "type": "Warning", "reason": "Failed", "lastTimestamp": NOW},
    }  # fmt: skip


class World:
    """All APIs, with what was planted in them."""

    def __init__(self) -> None:
        vault = Vault()
        objects = {
            "secrets": [*secrets(vault)], "configmaps": [*configs(vault)], "pods": [*pods(vault)],
            "events": [*events(vault)], "namespaces": [{"metadata": {"name": "shop"}}],
            "nodes": [{"metadata": {"name": "n", "labels": {"cloud.google.com/gke-nodepool": "pool"}},
                       "spec": {"providerID": "gce://p/z-a/gke-c-pool-1"}}],
        }  # fmt: skip
        self.kube = KubeApi(objects, logs=logs(vault, vault.made[::5]))
        self.compute = ComputeApi(cloud(vault))
        self.operations = OperationsApi(uptime(vault), [logged(vault)])
        self.planted = vault.made


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World()
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", made.compute.url)
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER", made.compute.url)
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_FILE", made.compute.url)
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING", made.operations.url)
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING", made.operations.url)
    with made.kube, made.compute, made.operations:
        yield made


def found(planted: list[str], text: str) -> list[str]:
    return [secret for secret in planted if secret in text or b64(secret) in text]


def test_no_secret_is_in_the_file_the_log_or_a_report(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(set(world.planted)) >= 200
    file, config = tmp_path / "x.gkesnap", world.kube.kubeconfig(tmp_path)
    assert gkedoctor(["snapshot", "-o", str(file), "--kubeconfig", config, *BESIDE]) == 0
    shown = capsys.readouterr()
    with zipfile.ZipFile(file) as archive:
        stored = "\n".join(archive.read(name).decode() for name in archive.namelist())
    assert found(world.planted, stored) == []
    assert found(world.planted, shown.out + shown.err) == []
    assert "compute.instances" in stored and "logs.json" in stored
    for kept in ('"X-Shop"', '"path":"/health"', "registry.example/app failed"):
        assert kept in stored, kept
    places = [arg for name in names() for arg in ("-o", f"{name}={tmp_path / f'report.{name}'}")]
    saved = tmp_path / "saved.gkesnap"
    gkedoctor(["report", *places, *BESIDE, "--kubeconfig", config, "--save", str(saved)])
    shown = capsys.readouterr()
    for name in names():
        assert found(world.planted, (tmp_path / f"report.{name}").read_text()) == [], name
    assert found(world.planted, shown.out + shown.err) == []
    assert "CrashLoopBackOff" in stored and saved.exists()


def test_what_joins_run_over_is_left_alone(world: World, tmp_path: Path) -> None:
    file = tmp_path / "x.gkesnap"
    assert gkedoctor(["snapshot", "-o", str(file), "--kubeconfig", world.kube.kubeconfig(tmp_path)]) == 0
    with zipfile.ZipFile(file) as archive:
        stored = {name: archive.read(name).decode() for name in archive.namelist()}
    kept = ("db.shop.svc:5432", "/run/secrets/password", "0.0.0.0:8080", "@db.shop:5432/app", "@registry.example/app")
    for word in kept:
        assert any(word in text for text in stored.values()), word
    assert "@10.8.0.7:3306/app" in stored["logs.json"] and "cannot reach db.shop.svc:5432" in stored["logs.json"]


def test_one_value_has_one_token_everywhere() -> None:
    gathered = Gathered(source="x")
    env = [{"name": "DB_PASSWORD", "value": "hunter42!"}]
    gathered.add("pods", [thing("Pod", "p", spec={"containers": [{"name": "c", "image": "i", "env": env}]})])
    gathered.add_log("shop", "p", "c", "tried hunter42! and failed\nplain line")
    snapshot = build_snapshot(gathered)
    value = snapshot.collection("pods").objects[0]["spec"]["containers"][0]["env"][0]["value"]
    assert value.startswith("***")
    assert snapshot.collection("logs").objects[0]["lines"] == [f"tried {value} and failed", "plain line"]


def test_a_common_word_is_masked_where_it_is_a_credential_and_nowhere_else() -> None:
    gathered = Gathered(source="x")
    env = [{"name": "POSTGRES_PASSWORD", "value": "shop"}, {"name": "POSTGRES_DB", "value": "shop"}]
    gathered.add("pods", [thing("Pod", "p", spec={"containers": [{"name": "c", "image": "shop:1", "env": env}]})])
    container = build_snapshot(gathered).collection("pods").objects[0]["spec"]["containers"][0]
    values = [variable["value"] for variable in container["env"]]
    assert values[0].startswith("***") and values[1] == "shop"


@pytest.mark.parametrize(
    "line",
    [
        "failed to fetch anonymous token: unexpected status from GET request to https://gcr.io/v2/token: 403 Forbidden",
        "couldn't find key DB_PASSWORD in Secret shop/db",
        'secret "db-credentials" not found',
        "Access denied for user 'app'@'10.8.0.7' (using password: YES)",
        'FATAL: password authentication failed for user "app"',
        'MountVolume.SetUp failed for volume "token" : secret "x" not found',
        "dial tcp 10.8.0.7:5432: connect: connection refused",
        "GET https://user.example/path?page=2&size=10 200",
    ],
)
def test_messages_without_a_secret_stay_as_they_are(line: str) -> None:
    gathered = Gathered(source="x")
    gathered.add_log("shop", "p", "c", line)
    assert build_snapshot(gathered).collection("logs").objects[0]["lines"] == [line]
