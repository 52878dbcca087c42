"""What `gkedoctor mcp` costs beside its answers: start-up, memory, idle. What answers cost: `benchmarks/tokens.py`.

python -m benchmarks.mcp
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import GKEDOCTOR

_IDLE_SECONDS = 2.0


def main() -> None:
    for line in start_up():
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
