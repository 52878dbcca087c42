"""Resources: a report by its id, the masked objects behind it, the page of a playbook."""

from __future__ import annotations

import itertools
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import msgspec

from gkedoctor.errors import UsageError
from gkedoctor.explain.markdown import to_markdown
from gkedoctor.mcp.state import ServerState
from gkedoctor.report.formats import NARROW, Page, renderer
from gkedoctor.service.explain import explain, page_of

SCHEME = "gkedoctor"
_OBJECTS, _BYTES = 20, 40_000
_SECRETS = "secrets"
_TEXT, _JSON, _MARKDOWN = "text/plain", "application/json", "text/markdown"


class Template(NamedTuple):
    """A form of address, and what is there."""

    uri: str
    name: str
    description: str
    mime_type: str


TEMPLATES = (
    Template("gkedoctor://report/{id}", "report", "A report of this session, in full", _JSON),
    Template("gkedoctor://report/{id}/text", "report-text", "The same as text", _TEXT),
    Template(
        "gkedoctor://snapshot/{id}/{collection}{?cursor}", "objects",
        "Objects behind a report, masked, as in pods or compute.backendServices", _JSON,
    ),
    Template("gkedoctor://playbook/{id}", "playbook", "What a playbook finds, and its causes", _MARKDOWN),
)  # fmt: skip


class Content(NamedTuple):
    """What is at an address."""

    text: str
    mime_type: str


def read(state: ServerState, uri: str) -> Content:
    """The content. UsageError where nothing has that address."""
    parts = urlsplit(uri)
    path = [part for part in parts.path.split("/") if part]
    match (parts.scheme, parts.netloc, path):
        case ("gkedoctor", "report", [report]):
            return Content(renderer("json").render(state.reports.get(report).answer, Page()), _JSON)
        case ("gkedoctor", "report", [report, "text"]):
            return Content(renderer("text").render(state.reports.get(report).answer, Page(details=True)), _TEXT)
        case ("gkedoctor", "snapshot", [report, collection]):
            cursor = parse_qs(parts.query).get("cursor", ["0"])[0]
            return _objects(state, report, collection, cursor)
        case ("gkedoctor", "playbook", [playbook]):
            blocks = page_of(explain(playbook, state.library), state.library, NARROW)
            return Content(to_markdown(blocks, lambda page: f"gkedoctor://playbook/{page}"), _MARKDOWN)
    raise UsageError(f"no resource {uri}", hint=", ".join(template.uri for template in TEMPLATES))


def _objects(state: ServerState, report: str, collection: str, cursor: str) -> Content:
    """A page of objects: as many as fit, one at least. Nothing of a Secret is given."""
    snapshot = state.reports.get(report).snapshot
    if snapshot is None:
        raise UsageError(f"report {report} holds no whole snapshot", hint="call diagnose again, without target")
    if collection == _SECRETS:
        raise UsageError(
            "Secrets are not given to agents", hint=f"gkedoctor://report/{report} has what matters of them"
        )
    if collection not in snapshot.collections:
        raise UsageError(
            f"no collection `{collection}`", hint=", ".join(sorted(set(snapshot.collections) - {_SECRETS}))
        )
    if not cursor.isdigit():
        raise UsageError(f"`{cursor}` is no cursor", hint="use next_cursor of the last page")
    start, found = int(cursor), snapshot.collections[collection]
    given, size = list[msgspec.Raw](), 0
    for item in itertools.islice(found.objects, start, start + _OBJECTS):
        text = msgspec.json.encode(item)
        size += len(text)
        if given and size > _BYTES:
            break
        given.append(msgspec.Raw(text))
    end = start + len(given)
    page = {
        "collection": collection, "status": found.state.status.value, "reason": found.state.reason,
        "total": len(found.objects), "objects": given, "next_cursor": str(end) if end < len(found.objects) else None,
    }  # fmt: skip
    return Content(msgspec.json.encode(page).decode(), _JSON)
