"""Runs the programs that give credentials: the `exec` plugins of a kubeconfig, within the time that a collection has.

The client's own `ExecProvider` waits for a plugin for as long as it runs, and keeps all that it prints. The protocol:
kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from gkedoctor.collect.deadline import CollectionStopped, Deadline
from gkedoctor.errors import UnreachableError

_MAX_OUTPUT = 1 << 20
"""Bytes. A credential is a few kilobytes."""

_POLL_SECONDS = 0.05
_TERMINATE_SECONDS = 0.3
_HINT = "kubectl get --raw /version"


class Output(NamedTuple):
    """What a program left: its exit code, and what it printed."""

    code: int
    stdout: str
    stderr: str


def credential(provider: Any, interactive_mode: str, deadline: Deadline) -> Mapping[str, Any]:
    """The `status` of the ExecCredential that a plugin prints. UnreachableError where it prints none in time.

    `provider`: the client's `ExecProvider`, for the arguments, environment and folder that it made of the entry.
    """
    interactive = interactive_mode != "Never" and _is_terminal(sys.stdin)
    spec: dict[str, Any] = {"interactive": interactive}
    if provider.cluster:
        spec["cluster"] = _cluster(provider.cluster.value)
    info = {"apiVersion": provider.api_version, "kind": "ExecCredential", "spec": spec}
    environment = {**provider.env, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    found = run(provider.args, environment, provider.cwd, deadline, interactive=interactive)
    if found.code != 0:
        said = f". {' '.join(found.stderr.split())}" if found.stderr.strip() else ""
        raise _failure(f"process returned {found.code}{said}")
    return _status(found.stdout, provider.api_version)


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str | None,
    deadline: Deadline,
    *,
    interactive: bool = False,
) -> Output:
    """Runs a program to its end. UnreachableError where it does not start, prints too much, or is not done in time.

    It gets a session of its own, so that its children end with it; only one that talks to a person keeps the terminal.
    """
    try:
        process = subprocess.Popen(
            arguments,
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            cwd=folder,
            env=dict(environment),
            shell=sys.platform in ("win32", "cygwin"),  # as the client does it
            start_new_session=not interactive,
        )
    except (OSError, ValueError, TypeError) as error:
        raise _failure(str(error)) from error
    end = partial(_end, process, whole_group=not interactive)
    atexit.register(end)  # where the program ends first: this thread is a daemon
    try:
        stdout, stderr = _printed(process, deadline)
    except CollectionStopped as stopped:
        raise _failure(f"{arguments[0]}: {stopped.reason}") from stopped
    finally:
        atexit.unregister(end)
        end()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    return Output(process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))


def _printed(process: subprocess.Popen[bytes], deadline: Deadline) -> tuple[bytes, bytes]:
    """What the program printed until it ended. A child that keeps the pipes open is not waited for."""
    texts: dict[Any, bytearray] = {pipe: bytearray() for pipe in (process.stdout, process.stderr) if pipe is not None}
    with selectors.DefaultSelector() as selector:
        for pipe in texts:
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, selectors.EVENT_READ)
        ended = False
        while not ended:
            deadline.check()
            ended = process.poll() is not None
            _read(selector, texts, 0.0 if ended else _POLL_SECONDS)
    return bytes(texts.get(process.stdout, b"")), bytes(texts.get(process.stderr, b""))


def _read(selector: selectors.BaseSelector, texts: Mapping[Any, bytearray], seconds: float) -> None:
    """Reads what the pipes have. Failure where that is more than any credential."""
    if not selector.get_map():
        time.sleep(seconds)
        return
    for key, _ in selector.select(seconds):
        pipe: Any = key.fileobj
        part = pipe.read(_MAX_OUTPUT)
        if not part:
            selector.unregister(pipe)
            continue
        texts[pipe] += part
        if len(texts[pipe]) > _MAX_OUTPUT:
            raise _failure(f"the plugin printed more than {_MAX_OUTPUT >> 20} MiB")


def _end(process: subprocess.Popen[bytes], *, whole_group: bool) -> None:
    """Ends a program that still runs, with its children where it has a session of its own."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(OSError):
            if whole_group and hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_TERMINATE_SECONDS)


def _status(text: str, version: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _failure(f"the plugin's output is not JSON: {str(error)[:120]}") from error
    if not isinstance(data, dict) or not isinstance(data.get("status"), dict):
        raise _failure("the plugin's output has no status")
    if data.get("apiVersion") != version:
        raise _failure(f"the plugin returned {str(data.get('apiVersion'))[:80]}, but the kubeconfig requires {version}")
    status: Mapping[str, Any] = data["status"]
    return status


def _cluster(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cluster as a plugin is told of it, with the extension that is meant for it."""
    extensions = entry.get("extensions") or ()
    ours = [one.get("extension") for one in extensions if one.get("name") == "client.authentication.k8s.io/exec"]
    return {**entry, "config": ours[0]} if ours else entry


def _failure(reason: str) -> UnreachableError:
    return UnreachableError(f"no credentials for the cluster: exec: {reason[:500]}", hint=_HINT)


def _is_terminal(stream: Any) -> bool:
    try:
        return stream is not None and bool(stream.isatty())
    except ValueError:  # closed
        return False
