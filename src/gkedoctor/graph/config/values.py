"""Secrets and ConfigMaps that are there and still may be the fault: values of a wrong shape, optional ones missing."""

from __future__ import annotations

from collections.abc import Iterator

from gkedoctor.graph.config.references import read_references
from gkedoctor.graph.core.accessors import namespace_of
from gkedoctor.graph.core.graph import Facts, Graph, Record, edge
from gkedoctor.graph.core.unknown import Unknown
from gkedoctor.snapshot.model import Object

_WORDS = {
    "doubleBase64": "was base64-encoded twice",
    "trailingNewline": "ends in a newline",
    "whitespace": "has white space around it",
    "quoted": "is wrapped in quotes",
    "empty": "is empty",
}
_STRONG = ("doubleBase64", "empty")
"""What no environment variable is on purpose."""
_OWN_FORMAT = ("kubernetes.io/tls", "kubernetes.io/service-account-token", "kubernetes.io/dockerconfigjson")


@edge("doubtful_values", "Pod", reads=("Secret",), record="DoubtfulValueRecord")
def suspicious_values(graph: Graph, pod: Object) -> Facts:
    """Values of Secrets that a container reads and that look wrong: {container, secret, key, facts, says, strong, …}.

    Files may end in a newline; only values that become environment variables must not. `variable` is the name of the
    environment variable, `says` the sentence ("was base64-encoded twice and ends in a newline").
    """
    found: list[Record] = []
    for site in read_references(graph, pod):
        if site["kind"] != "Secret" or site["via"] not in ("env", "envFrom", "volume", "subPath"):
            continue
        secret = site["target"]
        if isinstance(secret, Unknown):
            return secret
        if secret is not None and secret.get("type") not in _OWN_FORMAT:
            found += _records(pod, site, secret)
    return found


def _records(pod: Object, site: Record, secret: Object) -> Iterator[Record]:
    as_file = site["via"] in ("volume", "subPath")
    for key, facts in (secret.get("keys") or {}).items():
        if site["key"] not in (None, key) or facts.get("pem"):
            continue
        wrong = [f for f in _WORDS if facts.get(f) and not (as_file and f not in _STRONG)]
        if wrong:
            for container in _readers(pod, site):
                yield {
                    "container": container, "secret": secret, "key": key, "facts": facts, "faults": wrong,
                    "says": " and ".join(_WORDS[f] for f in wrong), "strong": any(f in _STRONG for f in wrong),
                    "variable": _variable(pod, site, container) or key, "at": site["at"], "via": site["via"],
                }  # fmt: skip


def _readers(pod: Object, site: Record) -> list[str]:
    if site["container"] is not None:
        return [site["container"]]
    return [
        str(c.get("name"))
        for c in _containers(pod)
        if any(m.get("name") == site["volume"] for m in c.get("volumeMounts") or [])
    ]


def _containers(pod: Object) -> list[Object]:
    spec = pod.get("spec") or {}
    return [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def _variable(pod: Object, site: Record, container: str) -> str | None:
    """The environment variable that a reference fills."""
    for spec in _containers(pod):
        for entry in spec.get("env") or []:
            source = entry.get("valueFrom") or {}
            if spec.get("name") == container and any(v is site["at"] for v in source.values()):
                return str(entry.get("name"))
    return None


@edge("optional_gaps", "Pod", reads=("Secret", "ConfigMap"), record="OptionalGapRecord")
def missing_optional_references(graph: Graph, pod: Object) -> Facts:
    """Optional Secrets, ConfigMaps and keys that are not there and that a container's log names.

    {container, kind, name, key, missing, variable, at, line}: `missing` is `object` or `key`. Kubernetes says nothing
    of them; they matter only where the container complains.
    """
    containers = graph.follow("containers", pod)
    if isinstance(containers, Unknown):
        return containers
    said = {c["name"]: c["said"] for c in containers}
    found: list[Record] = []
    for site in read_references(graph, pod):
        missing = "object" if site["found"] is False else "key" if site["keyFound"] is False else None
        if not site["optional"] or missing is None:
            continue
        for container in _readers(pod, site):
            variable = _variable(pod, site, container)
            lines = said.get(container)
            line = None if lines is None or isinstance(lines, Unknown) else _line_that_names(lines, site, variable)
            if line:
                found.append({**site, "container": container, "missing": missing, "variable": variable, "line": line,
                              "namespace": namespace_of(pod)})  # fmt: skip
    return found


def _line_that_names(lines: list[str], site: Record, variable: str | None) -> str | None:
    names = [n for n in (variable, site["key"], site["name"]) if n and len(n) > 2]
    return next((line for line in reversed(lines) if any(n in line for n in names)), None)
