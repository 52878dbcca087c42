"""`gkedoctor report --watch`: the report, then a line for each change, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gkedoctor.cli.app import run
from tests.collect.watch_api import WatchApi
from tests.conftest import RECORDINGS, ROOT, recorded


def lines(file: Path, wanted: str, seconds: float = 30.0) -> str:
    end = time.monotonic() + seconds
    while wanted not in file.read_text():
        assert time.monotonic() < end, file.read_text()[-2000:]
        time.sleep(0.05)
    return file.read_text()


def system(uid: str) -> dict[str, Any]:
    return {"metadata": {"name": "kube-system", "uid": uid, "resourceVersion": "1"}}


def another(api: WatchApi) -> None:
    """The same address, and another cluster."""
    objects = {name: list(c.objects) for name, c in recorded("db-host").collections.items() if name in api.objects}
    with api.changed:
        api.objects = objects | {"namespaces": [system("another")]}
    api.cut()


def test_changes_are_lines_of_json_by_the_schema(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with WatchApi.of(recorded("two-problems")) as api, said.open("w") as output:
        command = [sys.executable, "-m", "gkedoctor", "report", "--watch", "--json", "--no-gcp", "--no-config"]
        config = api.kubeconfig(tmp_path)
        api.put("namespaces", system("one"))
        with subprocess.Popen([*command, "--kubeconfig", config], stdout=output, stderr=subprocess.DEVNULL) as process:
            try:
                lines(said, '"present"')
                while api.opened < 10:
                    time.sleep(0.02)
                service = next(one for one in api.objects["services"] if one["metadata"]["name"] == "beta")
                api.put("services", service | {"spec": service["spec"] | {"selector": {"app": "beta"}}})
                lines(said, '"fixed"')
                api.put("services", service)
                lines(said, '"new"')
                another(api)
                lines(said, "another cluster answers at this address: it was read from the start")
                lines(said, '"live"')
            except AssertionError:
                process.kill()
                raise
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 1  # as a report that finds what is critical
    schema = json.loads((ROOT / "schemas" / "watch-v1.json").read_text())
    found = [json.loads(line) for line in said.read_text().splitlines()]
    for line in found:
        jsonschema.validate(line, schema)
    changes = [line["change"] for line in found if "change" in line]
    assert changes == ["present", "present", "fixed", "new", "present"]  # nothing of the first cluster was fixed
    assert found[3]["root"] == {"kind": "Service", "namespace": "two-problems", "name": "beta"}
    assert found[3]["diagnosis"]["fix"]["commands"]


def test_a_part_is_followed_without_reading_the_rest(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with WatchApi.of(recorded("two-problems")) as api, said.open("w") as output:
        command = [sys.executable, "-m", "gkedoctor", "report", "svc/two-problems/beta", "--watch", "--json"]
        command += ["--no-gcp", "--no-config", "--kubeconfig", api.kubeconfig(tmp_path)]
        with subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL) as process:
            lines(said, '"present"')
            while api.opened < 10:
                time.sleep(0.02)
            service = next(one for one in api.objects["services"] if one["metadata"]["name"] == "beta")
            api.put("services", service | {"spec": service["spec"] | {"selector": {"app": "beta"}}})
            lines(said, '"fixed"')
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        paths = {one.path for one in api.asked if "fieldSelector" not in one.query}
    assert not {"/api/v1/pods", "/api/v1/services", "/api/v1/nodes"} & paths


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--from", str(RECORDINGS / "two-problems")], "--watch is for a live cluster"),
        (["-o", "html=x.html"], "--watch prints text or JSON lines"),
        (["--save", "x.gkesnap"], "--save cannot be used with --watch"),
    ],
)
def test_what_cannot_be_watched_is_refused(flags: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--watch", *flags]) == 2
    assert message in capsys.readouterr().err
