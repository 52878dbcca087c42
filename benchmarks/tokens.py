"""What an answer costs an agent in tokens: the MCP server against kubectl and gcloud on the same recordings.

    python -m benchmarks.tokens            # the table
    python -m benchmarks.tokens --write    # the table and the transcript, into docs/agents.md

The server is started as a client starts it, and asked over stdio. kubectl reads the recording from `gkedoctor serve`.
gcloud cannot be pointed at a recording: its part is the recorded objects as `--format=yaml` prints them. Tokens are the
estimate of `gkedoctor.mcp.tokens`, on both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks import kubectl
from benchmarks.measuring import ROOT
from gkedoctor.mcp.tokens import tokens
from gkedoctor.snapshot.sources import load

PAGE = ROOT / "docs" / "agents.md"
RECORDINGS = (
    "ing-healthy", "teratail-missing-secret", "ing-basic-auth", "ing-missing-secret", "gateway-firewall-deleted",
    "l4-traffic-firewall-deleted", "report-oom", "two-problems",
)  # fmt: skip
TRANSCRIPT = "ing-missing-secret"
KUBECTL = (
    "get pods -A -o wide",
    "get events -A",
    "describe pods -n {namespace}",
    "get deployments,services,ingresses,endpointslices -n {namespace} -o yaml",
)
"""What an agent without gkedoctor usually runs: what is there, what happened, each Pod, and how they hang together."""

GCLOUD = ("backendServices", "backendServicesHealth", "healthChecks", "forwardingRules", "urlMaps", "firewalls")
"""`gcloud compute backend-services list`, `… get-health` and so on: where a load balancer's fault shows."""


class Cost(NamedTuple):
    """Tokens of one recording: the answer of `diagnose`, and what kubectl and gcloud print."""

    recording: str
    answer: int
    kubectl: int
    gcloud: int


class Said(NamedTuple):
    """One call and its answer, as text."""

    tool: str
    arguments: dict[str, Any]
    text: str
    structured: Any


async def asked(calls: Sequence[tuple[str, dict[str, Any]]]) -> tuple[str, list[Said]]:
    """The list of tools as JSON, and the answers to calls, of a server that was started for it."""
    from mcp.client.stdio import StdioServerParameters

    from mcp import Client

    command = str(Path(sys.executable).with_name("gkedoctor"))
    server = StdioServerParameters(command=command, args=["mcp", "--only-recordings"], cwd=str(ROOT))
    async with Client(server) as client:
        listed = await client.list_tools()
        tools = compact([tool.model_dump(exclude_none=True, by_alias=True) for tool in listed.tools])
        found = []
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            text = "\n".join(getattr(block, "text", "") for block in result.content)
            if result.is_error:
                raise SystemExit(f"{name} {arguments} failed: {text}")
            found.append(Said(name, arguments, text, result.structured_content))
    return tools, found


def compact(value: Any) -> str:
    """JSON as it is sent."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def source(recording: str) -> str:
    """The path that is passed, which is short on purpose: where a recording lies is nobody's merit."""
    return f"recorded_clusters/{recording}"


def costs(answers: Sequence[Said]) -> Iterator[Cost]:
    """The three routes, a recording each."""
    for recording, said in zip(RECORDINGS, answers, strict=True):
        question = tokens(compact(said.arguments))
        answer = max(tokens(said.text), tokens(compact(said.structured)))
        others = (sum(map(tokens, texts(recording))) for texts in (printed, cloud))
        yield Cost(recording, question + answer, *others)


def printed(recording: str) -> list[str]:
    """What kubectl prints of the recording, with the commands themselves."""
    truth = json.loads((ROOT / source(recording) / "truth.json").read_text())
    with kubectl.served(load(ROOT / source(recording))) as kubeconfig:
        return [_kubectl(line.format(namespace=truth["namespace"]), kubeconfig) for line in KUBECTL]


def _kubectl(line: str, kubeconfig: Path) -> str:
    command = [kubectl.program() or "kubectl", *line.split()]
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return f"kubectl {line}\n{done.stdout}"


def cloud(recording: str) -> list[str]:
    """The recorded objects of Google Cloud that an agent lists, as `gcloud --format=yaml` prints them."""
    files = [ROOT / source(recording) / "gcp" / f"{name}.json" for name in GCLOUD]
    return [yaml.safe_dump_all(json.loads(file.read_text()), sort_keys=True) for file in files if file.exists()]


def table(tools: str, found: Sequence[Cost]) -> str:
    """The table of the page."""
    lines = ["| recording | gkedoctor | kubectl | gcloud | times less |", "| --- | ---: | ---: | ---: | ---: |"]
    for cost in found:
        less = (cost.kubectl + cost.gcloud) / cost.answer
        gcloud = f"{cost.gcloud:,}" if cost.gcloud else "none recorded"
        lines.append(f"| {cost.recording} | {cost.answer:,} | {cost.kubectl:,} | {gcloud} | {less:.0f} |")
    lines += ["", f"The list of the tools, read once a session: {tokens(tools):,} tokens."]
    return "\n".join(lines) + "\n"


def transcript(answers: Sequence[Said]) -> str:
    """The calls and the answers, in the order in which an agent makes them."""
    parts = []
    for said in answers:
        arguments = ", ".join(f"{name}: {json.dumps(value)}" for name, value in said.arguments.items())
        # a longer fence, for answers hold fences of their own
        parts.append(f"`{said.tool}({arguments})`\n\n````text\n{said.text.rstrip()}\n````\n")
    return "\n".join(parts)


def written(page: str, name: str, block: str) -> str:
    """The page with what stands between the marks of a name replaced."""
    start, end = f"<!-- {name}: written by python -m benchmarks.tokens --write -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    assert pattern.search(page), f"{PAGE} has no marks for {name}"
    return pattern.sub(lambda _: f"{start}\n{block}{end}", page)


def conversation() -> list[tuple[str, dict[str, Any]]]:
    """The calls of the transcript."""
    return [
        ("diagnose", {"target": "Ingress/shop", "source": source(TRANSCRIPT)}),
        ("trace_request", {"entry": "Ingress/shop", "source": source(TRANSCRIPT)}),
        ("explain", {"message": "CreateContainerConfigError"}),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tokens", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/agents.md")
    arguments = parser.parse_args()
    tools, answers = asyncio.run(asked([("diagnose", {"source": source(name)}) for name in RECORDINGS]))
    made = table(tools, list(costs(answers)))
    print(made, end="")
    if arguments.write:
        _, said = asyncio.run(asked(conversation()))
        page = written(PAGE.read_text(encoding="utf-8"), "tokens", made)
        PAGE.write_text(written(page, "transcript", transcript(said)), encoding="utf-8")


if __name__ == "__main__":
    main()
