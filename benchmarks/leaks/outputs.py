"""All that gkedoctor lets out of one cluster: snapshots, imports, what `serve` answers, reports, diffs, lint.

Each is made by the command as a user types it, in a process of its own; what it says on standard error belongs to it.
The live cluster is the loopback servers of the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import yaml
from tests.collect.compute_api import ComputeApi
from tests.collect.kube_api import KubeApi

from benchmarks.leaks.cluster import Cluster
from benchmarks.leaks.corpus import Leak
from benchmarks.leaks.objects import CLOCK
from benchmarks.leaks.values import plain

FORMATS = ("text", "json", "yaml", "md", "html", "github", "junit", "sarif", "prometheus", "name")
_GKEDOCTOR = (sys.executable, "-m", "gkedoctor")
_BROKEN = 120


class Output(NamedTuple):
    """What one command let out. `whole`: it is the cluster, and not a report that shows a part of it."""

    name: str
    text: str
    whole: bool = False
    logs: bool = True
    """Whether what it was made of had logs: `kubectl get` prints none."""


def all_outputs(cluster: Cluster, other: Cluster, leaks: Sequence[Leak], folder: Path) -> Iterator[Output]:
    """Every output, one after the other. `other`: the same cluster with other secrets, for `diff`."""
    recording, listed, changed = folder / "recording", folder / "cluster.json", folder / "changed"
    write(cluster, recording)
    write(other, changed)
    listed.write_text(cluster.one_list(), encoding="utf-8")
    yield from snapshots(cluster, folder)
    yield from imports(recording, listed, folder)
    yield served(recording, folder, "serve")
    yield from _reports("report --from", ["--from", str(recording)], folder)
    yield from diffs(changed, recording)
    yield from lints(recording, leaks, folder)


def write(cluster: Cluster, folder: Path) -> None:
    """Writes the cluster as a recording in folders."""
    for path, text in cluster.texts().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def run(*arguments: str, environment: dict[str, str] | None = None, codes: Sequence[int] = (0, 1, 4)) -> str:
    """What a command of gkedoctor prints, on both outputs. RuntimeError if it exits otherwise than with `codes`."""
    made = os.environ | {"PYTHONWARNINGS": "ignore"} | (environment or {})
    done = subprocess.run([*_GKEDOCTOR, *arguments], capture_output=True, text=True, env=made, check=False)
    if done.returncode not in codes:
        raise RuntimeError(f"gkedoctor {' '.join(arguments)} exited {done.returncode}: {done.stderr[-600:]}")
    return done.stdout + done.stderr


def read(folder: Path) -> str:
    """All files of a folder, or one file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def snapshots(cluster: Cluster, folder: Path, reports: bool = True) -> Iterator[Output]:
    """`snapshot`, and `report` in all formats with what it saves, of the live cluster."""
    with live(cluster, folder) as (flags, environment):
        said = run("snapshot", "-o", str(folder / "live"), *flags, environment=environment)
        yield Output("snapshot, live", read(folder / "live") + said, whole=True)
        if reports:
            yield from _reports("report, live", flags, folder, environment)


@contextmanager
def live(cluster: Cluster, folder: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The cluster behind its two APIs; the flags and the environment that lead there."""
    date = format_datetime(datetime.fromisoformat(CLOCK).astimezone(UTC))
    with KubeApi(cluster.objects, logs=cluster.logs, date=date) as kube, ComputeApi(cluster.cloud) as compute:
        apis = ("COMPUTE", "CONTAINER", "MONITORING", "LOGGING")
        environment = {f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}": compute.url for api in apis}
        flags = ["--kubeconfig", kube.kubeconfig(folder), "--project", "shop-prod", "--location", "europe-west6-a"]
        yield flags, environment


def _reports(
    name: str, flags: Sequence[str], folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Output]:
    """One run that writes all formats."""
    files = {form: folder / f"{name.replace(' ', '')}.{form}" for form in FORMATS}
    wanted = [part for form, file in files.items() for part in ("-o", f"{form}={file}")]
    said = run("report", *flags, *wanted, "--fail-on", "never", environment=environment)
    for form, file in files.items():
        yield Output(f"{name} -o {form}", read(file) + said)


def imports(recording: Path, listed: Path, folder: Path) -> Iterator[Output]:
    """`import` of a folder, of a `kubectl get -o json`, and with the values of ConfigMaps kept."""
    for name, source, flags in (
        ("import folder/", recording, ()),
        ("import cluster.json", listed, ()),
        ("import --config-values", recording, ("--config-values",)),
    ):
        to = folder / name.replace(" ", "").replace("/", "")
        said = run("import", str(source), "-o", str(to), *flags)
        yield Output(name, read(to) + said, whole=True, logs=source is recording)


def served(recording: Path, folder: Path, name: str) -> Output:
    """Every list and log that `serve` answers with: what `kubectl get -A -o json` and `kubectl logs` read."""
    config = folder / "served"
    command = [*_GKEDOCTOR, "serve", str(recording), "--kubeconfig", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = "".join(iter(process.stderr.readline, "Ctrl-C ends it.\n"))
            answers = "\n".join(_answers(_server(config)))
        finally:
            process.terminate()
    return Output(name, answers + said, whole=True)


def _server(config: Path) -> str:
    return str(yaml.safe_load(config.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"])


def _answers(server: str) -> Iterator[str]:
    versions = [f"{server}/api/v1"]
    groups = json.loads(_get(f"{server}/apis"))["groups"]
    versions += [f"{server}/apis/{version['groupVersion']}" for group in groups for version in group["versions"]]
    for version in versions:
        for resource in json.loads(_get(version))["resources"]:
            if "list" in resource["verbs"]:
                yield (text := _get(f"{version}/{resource['name']}", missing=""))
                if resource["name"] == "pods":
                    yield from _logs(version, text)


def _logs(version: str, pods: str) -> Iterator[str]:
    for pod in json.loads(pods)["items"]:
        status = (pod["status"].get("containerStatuses") or [{}])[0]
        if status.get("restartCount"):
            names = pod["metadata"]
            path = f"{version}/namespaces/{names['namespace']}/pods/{names['name']}/log?container=app&previous=true"
            yield _get(path, missing="")


def _get(url: str, missing: str | None = None) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError:
        if missing is None:
            raise
        return missing


def diffs(before: Path, after: Path) -> Iterator[Output]:
    """`diff` in its formats, of two clusters between which every credential changed."""
    for form in ("text", "json", "md"):
        yield Output(f"diff -o {form}", run("diff", str(before), str(after), "-o", form, "--fail-on", "never"))


def lints(recording: Path, leaks: Sequence[Leak], folder: Path) -> Iterator[Output]:
    """`lint` of the objects as manifests, and of files that are broken beside a credential."""
    broken = folder / "broken"
    broken.mkdir()
    values = [leak for leak in leaks if leak.form == "value" and leak.name]
    for number, leak in enumerate(values[:: max(1, len(values) // _BROKEN)]):
        (broken / f"{number}.yaml").write_text(_broken(number, leak), encoding="utf-8")
    names = ("pods", "deployments", "configmaps", "secrets", "ingresses", "storageclasses", "httproutes")
    sound = [str(recording / "kubernetes" / f"{name}.json") for name in names]
    for form in ("text", "json", "html", "sarif"):
        said = run("lint", *sound, str(broken), "-o", form, "--fail-on", "never", codes=(0, 1, 2, 3, 4))
        yield Output(f"lint -o {form}", said)


def _broken(number: int, leak: Leak) -> str:
    """Faults of YAML that a parser reports with the line they are on."""
    value = plain(leak.text)
    faults = (
        f'stringData:\n  {leak.name}: "{value}\n  other: x\n',
        f"stringData:\n  {leak.name}: {value}: x\n",
        f"stringData:\n\t{leak.name}: {value}\n",
        f"stringData:\n  {leak.name}: [{value}\n",
        f"stringData:\n  {leak.name}: {value}\n  {leak.name}: {value}\n",
        f"data:\n  {leak.name}: {value}\n",
    )
    head = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: broken-{number}\n"
    return head + faults[number % len(faults)]
