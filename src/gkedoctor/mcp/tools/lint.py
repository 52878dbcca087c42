"""`lint`: what is wrong in manifests before they are applied, alone or laid over a cluster."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from gkedoctor.errors import UsageError
from gkedoctor.mcp.call import Call
from gkedoctor.mcp.data import Quarantine, cut
from gkedoctor.mcp.state import ServerState
from gkedoctor.mcp.tools.answer import ToolAnswer
from gkedoctor.report.answer import Answer
from gkedoctor.report.verdict import closing
from gkedoctor.service.lint import LintOptions, read_manifests
from gkedoctor.service.lint import lint as check

_MOST = 20


class LintInput(msgspec.Struct, forbid_unknown_fields=True):
    """What `lint` takes: one of both."""

    yaml: Annotated[str, Meta(description="manifests as text")] = ""
    paths: Annotated[tuple[str, ...], Meta(description="or files and folders")] = ()
    source: Annotated[str, Meta(description="lay over this; `current`: the current context")] = ""
    namespace: str = "default"


class LintEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem and its place."""

    severity: str
    title: str
    file: str = ""
    line: int = 0
    fix: str = ""


class LintOutput(msgspec.Struct, omit_defaults=True):
    """What `lint` gives."""

    says: str
    findings: tuple[LintEntry, ...] = ()


def lint(state: ServerState, call: Call, asked: LintInput) -> ToolAnswer:
    """The problems. UsageError without manifests or for a path that is not there."""
    if bool(asked.yaml) == bool(asked.paths):
        raise UsageError("lint takes either yaml or paths", hint="set yaml to the text of the manifests")
    paths = (Path("-"),) if asked.yaml else tuple(Path(path) for path in asked.paths)
    options = LintOptions(paths=paths, namespace=asked.namespace)
    manifests = read_manifests(options, io.BytesIO(asked.yaml.encode("utf-8", "surrogateescape")))
    cluster = None
    if asked.source:
        subject = state.sources.subject("" if asked.source == "current" else asked.source)
        cluster = state.sources.reading(subject, call, state.library).snapshot
    answer = check(manifests, options, state.library, cluster=cluster)
    found = [*_problems(answer), *_findings(answer)]
    more = f"; {len(found) - _MOST} more" if len(found) > _MOST else ""
    made = LintOutput(cut(closing(answer), 400) + more, tuple(found[:_MOST]))
    return ToolAnswer(made, _text(made))


def _problems(answer: Answer) -> Iterator[LintEntry]:
    for one in answer.problems:
        yield LintEntry("error", cut(one.message, 300), cut(one.path), one.line or 0, cut(one.hint or "", 300))


def _findings(answer: Answer) -> Iterator[LintEntry]:
    for one in answer.outcome.diagnoses:
        said = Quarantine([evidence.value for evidence in one.evidence])
        place = one.location
        yield LintEntry(
            one.severity.value,
            said.sentence(one.title, 240),
            cut(place.file) if place else "",
            place.line if place else 0,
            said.sentence(one.fix.say),
        )


def _text(made: LintOutput) -> str:
    lines = [
        f"{one.file or '-'}:{one.line}: {one.severity}: {one.title}{f' Fix: {one.fix}' if one.fix else ''}"
        for one in made.findings
    ]
    return "\n".join([*lines, made.says])
