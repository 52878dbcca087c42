"""Kubeconfigs that are broken, strange or hostile: one clear line, exit 3, in time, and no credential in it."""

from __future__ import annotations

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gkedoctor.cli.app import run as gkedoctor
from gkedoctor.collect.addresses import without_login
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.kubeconfig import Login
from gkedoctor.collect.kubernetes_client import KubernetesClient
from gkedoctor.errors import SourceError
from gkedoctor.snapshot.sources import load
from tests.collect.kube_api import KubeApi
from tests.collect.loopback import Asked as Sent
from tests.collect.raw_server import Misbehave, RawServer, drips, hangs
from tests.collect.test_login import authority, papers

SECRET = "Zebra4711Quartz"
NOWHERE = "http://127.0.0.1:1"


def config(server: Any = NOWHERE, user: Any = None, **cluster: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "clusters": [{"name": "c", "cluster": {"server": server} | cluster}],
        "users": [{"name": "u", "user": {"token": SECRET} if user is None else user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }


def without(key: str) -> dict[str, Any]:
    made = config()
    del made[key]
    return made


def plugin(command: str, *args: str, **more: Any) -> dict[str, Any]:
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": command, "args": args, "interactiveMode": "Never"} | more}


def context(**names: str) -> dict[str, Any]:
    return config() | {"contexts": [{"name": "x", "context": names}]}


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))

STRANGE: dict[str, Any] = {
    "empty file": b"",
    "only a comment": b"# nothing\n",
    "broken YAML": f"users:\n- name: u\n  user: {{token: {SECRET}\n".encode(),
    "a list": b"[]",
    "a word": b"kubeconfig",
    "a number": b"5",
    "bytes": bytes(range(128, 256)) * 9,
    "NUL": b"a: \x00",
    "a Python tag": b"!!python/object/apply:os.system ['true']",
    "an unknown tag": b"a: !odd 1",
    "deeply nested": b"a: " + b"[" * 5000,
    "alias bomb": BOMB.encode(),
    "alias to itself": b"a: &a\n  b: *a\n",
    "no contexts": without("contexts"),
    "no clusters": without("clusters"),
    "no users": without("users"),
    "no current context": without("current-context"),
    "clusters are a map": config() | {"clusters": {"c": {"server": NOWHERE}}},
    "users are words": config() | {"users": ["u"]},
    "a context of no cluster": context(cluster="gone", user="u"),
    "a context of no user": context(cluster="c", user="gone"),
    "two of one name": config() | {"users": [{"name": "u", "user": {"token": SECRET}}] * 2},
    "a user without a name": config() | {"users": [{"user": {"token": SECRET}}]},
    "no server": {**config(), "clusters": [{"name": "c", "cluster": {"token": SECRET}}]},
    "server is empty": config(""),
    "server is null": config(None),
    "server is a number": config(443),
    "server is a file": config("file:///etc/passwd"),
    "server without scheme": config("127.0.0.1:1"),
    "server with an odd port": config(f"http://u:{SECRET}@127.0.0.1:99999"),
    "server with a port of words": config(f"http://u:{SECRET}@127.0.0.1:http"),
    "server with a slash in its password": config(f"http://u:/{SECRET}@127.0.0.1:1"),
    "server with an odd host": config(f"http://u:{SECRET}@[::1"),
    "server with a password": config(f"http://u:{SECRET}@127.0.0.1:1"),
    "proxy with a password": config(**{"proxy-url": f"http://u:{SECRET}@127.0.0.1:1"}),
    "proxy that is none": config(**{"proxy-url": f"http://u:{SECRET}@127.0.0.1:99999"}),
    "authority that is not there": config("https://127.0.0.1:1", **{"certificate-authority": "gone.crt"}),
    "authority that is none": config("https://127.0.0.1:1", **{"certificate-authority-data": "!!!"}),
    "token file that is not there": config(user={"tokenFile": "gone"}),
    "client certificate that is none": config(
        "https://127.0.0.1:1", {"client-certificate-data": "QUFB", "client-key-data": "QUFB"}
    ),
    "token is a number": config(user={"token": 5}),
    "user is a list": config(user=["token"]),
    "password is a number": config(user={"username": "u", "password": 5}),
    "plugin without a command": config(user={"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}),
    "plugin that is a word": config(user={"exec": "gke-gcloud-auth-plugin"}),
    "plugin that is not there": config(user=plugin("/nonexistent/plugin")),
    "plugin that fails": config(user=plugin("sh", "-c", "exit 3")),
    "plugin that prints nonsense": config(user=plugin("echo", "{{{")),
    "plugin that prints a list": config(user=plugin("echo", "[]")),
    "plugin of another version": config(user=plugin("echo", '{"apiVersion": "v9", "status": {"token": "t"}}')),
    "plugin that gives nothing": config(
        user=plugin("echo", '{"apiVersion": "client.authentication.k8s.io/v1", "status": {}}')
    ),
    "plugin that prints for ever": config(user=plugin("yes")),
    "plugin that hangs": config(user=plugin("sleep", "300")),
    "plugin with odd arguments": config(user=plugin("echo", args=[1, None])),
    "plugin with odd environment": config(user=plugin("echo", env=[{"name": "A"}])),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_kubeconfig_is_one_clear_line(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "config"
    content = STRANGE[name]
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    began = time.monotonic()
    code = gkedoctor(["report", "--no-gcp", "--timeout", "1s", "--kubeconfig", str(file)])
    shown = capfd.readouterr()
    assert code == 3, shown.err
    assert shown.err.startswith("gkedoctor: error: ") and "fault of gkedoctor" not in shown.err
    assert len([line for line in shown.err.splitlines() if not line.startswith("hint: ")]) == 1
    assert SECRET not in shown.err and shown.out == ""
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("path", [".", "/dev/null", "gone", "a\\b"])
def test_a_kubeconfig_that_is_no_file_is_one_clear_line(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert gkedoctor(["report", "--no-gcp", "--kubeconfig", path]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_kubeconfig_that_nobody_writes_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    began = time.monotonic()
    assert gkedoctor(["report", "--no-gcp", "--timeout", "500ms", "--kubeconfig", str(pipe)]) == 3
    assert "not done within 0.5 s" in capsys.readouterr().err and time.monotonic() - began < 5
    with suppress(OSError):
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))  # lets the thread that was left behind end


@pytest.fixture
def api() -> Iterator[KubeApi]:
    with KubeApi({"pods": []}) as server:
        yield server


def header(sent: Sent, name: str) -> str:
    return next((value for key, value in sent.headers.items() if key.lower() == name), "")


def connected(tmp_path: Path, made: dict[str, Any], overall: float = 20) -> KubernetesClient:
    file = tmp_path / "config"
    file.write_text(json.dumps(made))
    return KubernetesClient(Login(str(file)), Deadline(request=5, overall=overall, sleep=lambda _s: None))


def test_a_login_in_the_address_is_sent_and_not_shown(api: KubeApi, tmp_path: Path) -> None:
    client = connected(tmp_path, config(api.url.replace("//", f"//u:{SECRET}%21@"), user={}))
    client.get("/version")
    assert header(api.asked[-1], "authorization") == "Basic dTpaZWJyYTQ3MTFRdWFydHoh"
    assert client.address.host == api.url


def test_a_token_is_stronger_than_a_login_in_the_address(api: KubeApi, tmp_path: Path) -> None:
    connected(tmp_path, config(api.url.replace("//", "//u:p@"), user={"token": "t"})).get("/version")
    assert header(api.asked[-1], "authorization") == "Bearer t"


@pytest.mark.parametrize("by_environment", [True, False])
def test_a_proxy_is_told_its_password_and_nobody_else(
    tmp_path: Path, by_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KubeApi({}) as proxy:
        url = proxy.url.replace("//", f"//u:{SECRET}@")
        more = {} if by_environment else {"proxy-url": url}
        if by_environment:
            monkeypatch.setenv("http_proxy", url)
        connected(tmp_path, config("http://k8s.example", **more)).get("/version")
        assert header(proxy.asked[-1], "proxy-authorization") == "Basic dTpaZWJyYTQ3MTFRdWFydHo="


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Failed to parse: http://u:p@h:99999/x", "Failed to parse: http://***@h:99999/x"),
        ("https://u@h and //a:b@c", "https://***@h and //***@c"),
        ("http://u:p@x@h/", "http://***@h/"),
        ("mail a@b to http://h/c@d", "mail a@b to http://h/c@d"),
        ("http://h:1 refused", "http://h:1 refused"),
    ],
)
def test_logins_are_taken_out_of_addresses(text: str, shown: str) -> None:
    assert without_login(text) == shown


def script(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "plugin"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return plugin(str(file))


def is_running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text()), 0)
    except OSError:
        return False
    state = Path(f"/proc/{pid_file.read_text().strip()}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Any, seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(condition())


def test_a_plugin_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    text = f"sleep 300 & echo $! > {child}; sleep 300"
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"exec: .*plugin: not done within 0\.5 s"):
        connected(tmp_path, config(user=script(tmp_path, text)), overall=0.5)
    assert time.monotonic() - began < 3
    assert wait_until(lambda: not is_running(child))


def test_a_plugin_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    child = tmp_path / "child"
    text = f"trap '' TERM; echo $$ > {child}; while true; do sleep 0.1; done"
    with pytest.raises(SourceError, match="not done within"):
        connected(tmp_path, config(user=script(tmp_path, text)), overall=0.5)
    assert wait_until(lambda: not is_running(child))


def test_a_child_that_keeps_the_pipe_is_not_waited_for(api: KubeApi, tmp_path: Path) -> None:
    made = {"apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "t"}}
    text = f"sleep 5 & echo '{json.dumps(made)}'"
    began = time.monotonic()
    connected(tmp_path, config(api.url, user=script(tmp_path, text))).get("/version")
    assert time.monotonic() - began < 4 and header(api.asked[-1], "authorization") == "Bearer t"


def test_ctrl_c_ends_a_plugin(tmp_path: Path) -> None:
    child = tmp_path / "child"
    made = config(user=script(tmp_path, f"echo $$ > {child}; sleep 300"))
    (tmp_path / "config").write_text(json.dumps(made))
    deadline = Deadline()
    threading.Timer(0.3, deadline.stopped.set).start()
    with pytest.raises(SourceError, match="interrupted with Ctrl-C"):
        KubernetesClient(Login(str(tmp_path / "config")), deadline)
    assert wait_until(lambda: not is_running(child))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_command_and_its_plugin(name: str, tmp_path: Path) -> None:
    child, out = tmp_path / "child", tmp_path / "x.gkesnap"
    made = config(user=script(tmp_path, f"echo $$ > {child}; sleep 300"))
    (tmp_path / "config").write_text(json.dumps(made))
    arguments = ["snapshot", "-o", str(out), "--no-gcp", "--kubeconfig", str(tmp_path / "config")]
    process = subprocess.Popen(
        [sys.executable, "-m", "gkedoctor", *arguments], stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert wait_until(lambda: child.exists() and child.read_text().strip(), 30)
    began = time.monotonic()
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 4
    assert process.returncode == (130 if name == "SIGINT" else 128 + getattr(signal, name))
    assert "Traceback" not in err and not out.exists() and not list(tmp_path.glob(".x.gkesnap*"))
    assert wait_until(lambda: not is_running(child))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("misbehave", [hangs, drips(b"HTTP/1.1 200 OK\r\nX: ")], ids=["hang", "headers drip"])
def test_a_signal_while_lists_are_read(misbehave: Misbehave, name: str, tmp_path: Path) -> None:
    """Ctrl-C keeps what is there; the others end the command, and nothing is written."""
    with RawServer("/api/v1/pods", misbehave) as server:
        out = tmp_path / "x.gkesnap"
        arguments = ["snapshot", "-o", str(out), "--no-gcp", "--kubeconfig", server.kubeconfig(tmp_path)]
        process = subprocess.Popen([sys.executable, "-m", "gkedoctor", *arguments], stderr=subprocess.PIPE, text=True)
        both = {"/api/v1/pods", "/api/v1/services"}
        assert wait_until(lambda: both <= {path.partition("?")[0] for path in server.requests}, 30)
        time.sleep(0.5)
        began = time.monotonic()
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 4 and process.returncode == 128 + getattr(signal, name)
    assert "Traceback" not in err and out.exists() is (name == "SIGINT")
    if name == "SIGINT":
        states = {name: collection.state for name, collection in load(out).collections.items()}
        assert states["pods"].reason == "interrupted with Ctrl-C" and states["services"].reason == ""


def test_tls_that_is_not_verified_is_one_line_of_ours(tmp_path: Path) -> None:
    """In a process of its own, for Python tells a warning once and pytest takes it away."""
    made = papers(tmp_path, "127.0.0.1", authority())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    with KubeApi({"pods": []}) as server:
        server.secure(context)
        file = tmp_path / "config"
        file.write_text(json.dumps(config(server.url, **{"insecure-skip-tls-verify": True})))
        done = subprocess.run(
            [sys.executable, "-m", "gkedoctor", "report", "--no-gcp", "--kubeconfig", str(file)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert "Warning" not in done.stderr and ".py" not in done.stderr
    assert done.stderr.count("is not verified: insecure-skip-tls-verify is set") == 1


def test_a_token_that_no_header_may_have_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config"
    for token in (f"{SECRET}\nX-Evil: 1", f"{SECRET}テラ"):
        file.write_text(json.dumps(config(user={"token": token})))
        assert gkedoctor(["report", "--no-gcp", "--kubeconfig", str(file)]) == 3
        shown = capsys.readouterr().err
        assert "not allowed in a header" in shown and SECRET not in shown
