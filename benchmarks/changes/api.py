"""A client of one API server: requests under a field manager of one's choice, and kubectl itself."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

PLURALS = {
    "Ingress": "ingresses",
    "NetworkPolicy": "networkpolicies",
    "StorageClass": "storageclasses",
    "IngressClass": "ingressclasses",
}
GROUPS = {
    "Deployment": "apis/apps/v1",
    "StatefulSet": "apis/apps/v1",
    "DaemonSet": "apis/apps/v1",
    "ReplicaSet": "apis/apps/v1",
    "Ingress": "apis/networking.k8s.io/v1",
    "NetworkPolicy": "apis/networking.k8s.io/v1",
    "StorageClass": "apis/storage.k8s.io/v1",
    "HorizontalPodAutoscaler": "apis/autoscaling/v2",
    "Application": "apis/argoproj.io/v1alpha1",
    "Lease": "apis/coordination.k8s.io/v1",
}
CLUSTER_SCOPED = {"Node", "Namespace", "PersistentVolume", "StorageClass"}
APPLY = "application/apply-patch+yaml"
STRATEGIC = "application/strategic-merge-patch+json"


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class ApiError(Exception):
    """The API server refused a request; the text is its answer."""


class Api:
    """One API server. Safe to use from several threads: each has a connection of its own."""

    def __init__(self, kubeconfig: Path, kubectl: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self._server = urlsplit(cluster["server"])
        self._tls = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self._token = config["users"][0]["user"]["token"]
        self._kubeconfig, self._kubectl = kubeconfig, kubectl
        self._local = threading.local()

    def request(
        self, method: str, path: str, body: Any = None, *, form: str = "application/json", agent: str = ""
    ) -> Any:
        """The answer to one request. Of `agent`, the User-Agent, comes a manager that is not given."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": form, "Accept": "application/json"}
        if agent:
            headers["User-Agent"] = agent
        status, data = self._send(method, path, None if body is None else json.dumps(body), headers)
        if status >= 400:
            raise ApiError(f"{method} {path}: {status} {data[:300].decode(errors='replace')}")
        return json.loads(data)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Tries once more: the server closes a connection that no request came on for a while."""
        for last in (False, True):
            connection = getattr(self._local, "connection", None)
            if connection is None or last:
                host, port = self._server.hostname or "", self._server.port
                connection = http.client.HTTPSConnection(host, port, context=self._tls, timeout=60)
                self._local.connection = connection
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                if last:
                    raise
        raise AssertionError("unreachable")

    def get(self, kind: str, namespace: str = "", name: str = "") -> Any:
        return self.request("GET", path_of(kind, namespace, name))

    def create(self, item: dict[str, Any], manager: str) -> Any:
        kind, meta = item["kind"], item["metadata"]
        return self.request(
            "POST", path_of(kind, meta.get("namespace", "")) + "?" + urlencode({"fieldManager": manager}), item
        )

    def apply(self, item: dict[str, Any], manager: str, *, force: bool = True) -> Any:
        """Server-side apply."""
        meta = item["metadata"]
        query = urlencode({"fieldManager": manager, "force": str(force).lower()})
        return self.request(
            "PATCH", path_of(item["kind"], meta.get("namespace", ""), meta["name"]) + "?" + query, item, form=APPLY
        )

    def patch(self, kind: str, namespace: str, name: str, change: Any, manager: str, *, part: str = "") -> Any:
        """A strategic merge patch."""
        query = "?" + urlencode({"fieldManager": manager})
        return self.request("PATCH", path_of(kind, namespace, name) + part + query, change, form=STRATEGIC)

    def delete(self, kind: str, namespace: str, name: str) -> Any:
        return self.request("DELETE", path_of(kind, namespace, name))

    def kubectl(self, *arguments: str, text: str | None = None) -> str:
        command = [str(self._kubectl), "--kubeconfig", str(self._kubeconfig), *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ApiError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def path_of(kind: str, namespace: str = "", name: str = "") -> str:
    plural = PLURALS.get(kind, kind.lower() + "s")
    place = "" if kind in CLUSTER_SCOPED or not namespace else f"/namespaces/{namespace}"
    return f"/{GROUPS.get(kind, 'api/v1')}{place}/{plural}" + (f"/{name}" if name else "")


def log(text: str) -> None:
    print(now(), text, file=sys.stderr, flush=True)
