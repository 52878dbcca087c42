"""`kubectl create secret` and `kubectl create configmap`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Invocation
from gkedoctor.whatif.flags import Arguments

Generator = Callable[[Invocation, Arguments, str], dict[str, Any]]


def metadata(arguments: Arguments, name: str) -> dict[str, Any]:
    """The metadata of a new object in the namespace of the command."""
    return {"name": name, "namespace": arguments.namespace}


def _values(invocation: Invocation, arguments: Arguments) -> Iterator[tuple[str, bytes]]:
    for literal in arguments.many("from-literal"):
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise ChangeError(f"--from-literal={literal} is not KEY=VALUE")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        yield key, value.encode()
    for source in arguments.many("from-file"):
        key, equals, path = source.partition("=")
        path = path if equals else source
        folder = invocation.folder / path
        if folder.is_dir():
            for file in sorted(one for one in folder.iterdir() if one.is_file()):
                yield file.name, file.read_bytes()
        else:
            yield (key if equals else PurePath(path).name), invocation.read_file(path)
    for path in arguments.many("from-env-file"):
        for line in invocation.read_file(path).decode("utf-8", "replace").splitlines():
            key, _, value = line.strip().partition("=")
            if key and not key.startswith("#"):
                yield key, value.encode()


def _secret(arguments: Arguments, name: str, kind: str, values: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "Secret", "metadata": metadata(arguments, name), "type": kind,
        "data": {key: base64.b64encode(value).decode() for key, value in values.items()},
    }  # fmt: skip


def _generic(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    return _secret(arguments, name, arguments.one("type", "Opaque"), dict(_values(invocation, arguments)))


def _tls(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    certificate = invocation.read_file(arguments.required("cert"))
    key = invocation.read_file(arguments.required("key"))
    return _secret(arguments, name, "kubernetes.io/tls", {"tls.crt": certificate, "tls.key": key})


def _registry(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    kind = "kubernetes.io/dockerconfigjson"
    if arguments.has("from-file"):
        content = next(iter(dict(_values(invocation, arguments)).values()))
    else:
        user, password = arguments.required("docker-username"), arguments.required("docker-password")
        entry = {
            "username": user, "password": password, "auth": base64.b64encode(f"{user}:{password}".encode()).decode(),
        }  # fmt: skip
        server = arguments.one("docker-server", "https://index.docker.io/v1/")
        content = json.dumps({"auths": {server: entry}}).encode()
    return _secret(arguments, name, kind, {".dockerconfigjson": content})


def _configmap(invocation: Invocation, arguments: Arguments, name: str) -> dict[str, Any]:
    item: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(arguments, name)}
    for key, value in _values(invocation, arguments):
        try:
            item.setdefault("data", {})[key] = value.decode("utf-8")
        except UnicodeDecodeError:
            item.setdefault("binaryData", {})[key] = base64.b64encode(value).decode()
    return item


DATA: Mapping[str, Generator] = MappingProxyType(
    {
        "secret generic": _generic, "secret tls": _tls, "secret docker-registry": _registry, "configmap": _configmap,
        "cm": _configmap,
    }
)  # fmt: skip
