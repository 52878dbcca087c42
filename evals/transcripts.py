"""Transcripts of agents: Markdown or plain text, or JSON Lines as clients write them.

Of JSON Lines only what the agent itself said counts, so that the question or a tool's output is never taken for the
answer: `{"role": "assistant", "content": …}`, the events of Claude Code (`--output-format stream-json`) and of Codex
(`exec --json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIELDS = ("VERDICT", "ROOT", "CAUSE", "FIX", "UNCHECKED")
"""The lines of an answer, as `prompt.md` requests them."""

_LINE = re.compile(rf"^[\s>*`#-]*({'|'.join(FIELDS)})[*`]*\s*:[*`]*\s*(.*)$")
_AGENT = {"assistant", "agent", "model", "agent_message"}
_CALLS = {"tool_use", "tool_call", "function_call", "mcp_tool_call", "command_execution"}
_USED = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")


@dataclass(frozen=True)
class Transcript:
    """What an agent said, how many tools it called, and the tokens it used; None where the transcript does not say."""

    task: str
    text: str
    calls: int | None = None
    tokens: int | None = None


def read(path: Path) -> Transcript:
    """The transcript in a file whose name starts with the id of its task: `t01.jsonl`, `t01.second-run.md`.

    ValueError for a line of `.jsonl` that is no JSON.
    """
    task = path.name.partition(".")[0]
    content = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".jsonl":
        return Transcript(task, content)
    events = [_event(path, number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    entries = [entry for event in events for entry in _entries(event)]
    said = [text for entry in entries if _kind(entry) & _AGENT for text in _texts(entry.get("content", entry))]
    calls = sum(1 for entry in entries for part in (entry, *_parts(entry)) if part.get("type") in _CALLS)
    return Transcript(task, "\n".join(said), calls, _tokens(entries))


def answer(text: str) -> Mapping[str, str]:
    """The last answer of a text: its fields by name, each with the lines that follow it."""
    found: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is not None:
            current = match[1]
            if current == FIELDS[0]:
                found = {}
            found[current] = match[2].strip(" *`")
        elif current and line.strip() not in ("", "```"):
            found[current] += "\n" + line
        elif not line.strip():
            current = ""
    return found


def _event(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{path}:{number} is not JSON: {error}") from None
    return event if isinstance(event, dict) else {}


def _entries(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The message of an event: the event itself, or what it wraps. Codex sends an item twice: its end counts."""
    if event.get("type") == "item.started":
        return
    for key in ("message", "item", "payload"):
        if isinstance(event.get(key), dict):
            yield event[key]
            return
    yield event


def _kind(entry: Mapping[str, Any]) -> set[str]:
    return {str(entry.get("role", "")), "" if "role" in entry else str(entry.get("type", ""))}


def _parts(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = entry.get("content")
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _texts(content: Any) -> Iterable[str]:
    """The text in a content: a string, an object with `text`, or a list of those of type text."""
    if isinstance(content, str):
        return [content]
    if isinstance(content, dict):
        return [content["text"]] if isinstance(content.get("text"), str) else []
    if isinstance(content, list):
        return [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return []


def _tokens(entries: list[Mapping[str, Any]]) -> int | None:
    usages = [entry["usage"] for entry in entries if isinstance(entry.get("usage"), dict)]
    return sum(int(usage.get(key) or 0) for usage in usages for key in _USED) if usages else None
