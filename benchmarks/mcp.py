"""What `gkedoctor mcp` costs: start-up, memory, idle, and the tokens of an answer beside those of kubectl and gcloud.

Tokens are the upper estimate of `gkedoctor.mcp.tokens` on both sides. The usual route: `kubectl get pods -A -o yaml`,
the Events, `kubectl describe` of the namespace, and the lists that gcloud prints of the load balancer. kubectl reads
the same recording from `gkedoctor serve`.

    python -m benchmarks.mcp             # eight recordings
    python -m benchmarks.mcp --all       # all shipped ones
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import kubectl
from benchmarks.measuring import GKEDOCTOR, ROOT
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.sources import Sources
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tokens import tokens
from gkedoctor.mcp.tools.table import TOOLS
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load

RECORDINGS = ROOT / "recorded_clusters"
SAMPLE = (
    "teratail-missing-secret", "ing-basic-auth", "teratail-ingress", "gateway-firewall-deleted", "two-problems",
    "pvc-no-class", "worker-crash-env", "teratail-healthy",
)  # fmt: skip
_GCLOUD = (
    "forwardingRules", "backendServices", "backendServicesHealth", "healthChecks", "urlMaps", "networkEndpointGroups",
    "firewalls", "targetHttpProxies",
)  # fmt: skip
_DESCRIBED = "pods,deployments,services,ingresses"
_IDLE_SECONDS = 2.0


def main() -> None:
    names = sorted(p.name for p in RECORDINGS.iterdir() if p.is_dir()) if "--all" in sys.argv else SAMPLE
    for line in (*start_up(), "", *table(names)):
        print(line, flush=True)


def start_up() -> Iterator[str]:
    """A server over stdio: until the handshake, after a first answer, and while nothing is asked."""
    began = time.perf_counter()
    command = [*GKEDOCTOR, "mcp", "--only-recordings"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "0"}}
        _ask(server, 1, "initialize", hello)
        wall = time.perf_counter() - began
        yield f"start-up: {wall:.2f} s by the clock, {_cpu(server):.2f} s CPU, {_memory(server)} MiB"
        cpu, began = _cpu(server), time.perf_counter()
        _ask(server, 2, "tools/call", {"name": "diagnose", "arguments": {"source": "example:two-problems"}})
        yield (
            f"first diagnosis: {time.perf_counter() - began:.2f} s by the clock, {_cpu(server) - cpu:.2f} s CPU, "
            f"{_memory(server)} MiB"
        )
        cpu = _cpu(server)
        time.sleep(_IDLE_SECONDS)
        yield f"idle: {_cpu(server) - cpu:.2f} s CPU in {_IDLE_SECONDS:g} s"
        assert server.stdin is not None
        server.stdin.close()


def table(names: tuple[str, ...] | list[str]) -> Iterator[str]:
    """One line a recording, as Markdown."""
    state = ServerState(Sources(None, 60.0))
    listed = [{"name": t.name, "description": t.description, "inputSchema": t.input_schema,
               "outputSchema": t.output_schema} for t in TOOLS.values()]  # fmt: skip
    yield f"tools/list: {tokens(json.dumps(listed, separators=(',', ':')))} tokens without annotations"
    yield "| recording | diagnose, text | JSON | kubectl and gcloud | times |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name in names:
        answer = TOOLS["diagnose"].call(state, Call(), {"source": f"example:{name}"})
        text, data = tokens(answer.text), tokens(msgspec.json.encode(answer.structured).decode())
        usual = tokens("".join(usual_route(load(RECORDINGS / name), name)))
        yield f"| {name} | {text:,} | {data:,} | {usual:,} | {usual / max(text, data):.0f} |"


def usual_route(snapshot: Snapshot, namespace: str) -> Iterator[str]:
    """What an agent reads with kubectl and gcloud."""
    with kubectl.served(snapshot) as config:
        yield _kubectl(config, "get", "pods", "-A", "-o", "yaml")
        yield _kubectl(config, "get", "events", "-A")
        yield _kubectl(config, "describe", _DESCRIBED, "-n", namespace)
    for name in _GCLOUD:
        kind = COLLECTIONS.get(f"compute.{name}")
        objects = list(snapshot.collection(kind.collection).objects) if kind is not None else []
        yield msgspec.json.format(msgspec.json.encode(objects), indent=2).decode() if objects else ""


def _kubectl(config: Path, *words: str) -> str:
    command = [kubectl.program() or "kubectl", "--kubeconfig", str(config), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _ask(server: subprocess.Popen[str], number: int, method: str, params: dict[str, Any]) -> None:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
    if method == "initialize":
        server.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    server.stdin.flush()
    assert json.loads(server.stdout.readline())["id"] == number


def _cpu(server: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(server: subprocess.Popen[str]) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main()
