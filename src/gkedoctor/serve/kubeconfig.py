"""The kubeconfig that leads to a served recording."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path

from gkedoctor.errors import UsageError
from gkedoctor.serve.access import Access

_MARK = "# written by gkedoctor serve"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


def kubeconfig(url: str, cluster: str, moment: str, access: Access | None = None) -> str:
    """Its text. The context says what it is, for it stands in many a prompt. `access`: where a token is required."""
    name = f"{_ODD.sub('-', cluster).strip('-') or 'cluster'}-RECORDED"
    return f"""{_MARK}: the cluster as it was recorded at {moment}
apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster:
    server: {url}{_authority(access)}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
users:
- name: {name}
  user: {_user(access)}
"""


def _authority(access: Access | None) -> str:
    if access is None:
        return ""
    return f"\n    certificate-authority-data: {base64.b64encode(access.certificate.encode()).decode()}"


def _user(access: Access | None) -> str:
    return "{}" if access is None else f"{{token: {json.dumps(access.token)}}}"


def write_kubeconfig(text: str, path: Path) -> None:
    """Writes it for the user alone. UsageError where a file stands that this command did not write."""
    try:
        if path.exists() and not (path.is_file() and path.read_bytes().startswith(_MARK.encode())):
            raise UsageError(
                f"{path} exists and was not written by `gkedoctor serve`",
                hint="Name another file: nothing is merged into a kubeconfig.",
            )
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
