"""The published JSON Schemas, made from the structs that read and write: `schemas/` holds a copy of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import cleandoc
from types import MappingProxyType
from typing import Any

import msgspec

from gkedoctor.config.model import FAIL_ON, NEVER, Config
from gkedoctor.graph import CANDIDATE_INDEXES, EDGES
from gkedoctor.messages.model import MessageFile
from gkedoctor.playbook.check import AREAS
from gkedoctor.playbook.loader import shipped_causes
from gkedoctor.playbook.model import Playbook
from gkedoctor.playbook.vocabulary import WORD, CausesFile
from gkedoctor.report.diff._json_schema import Diff
from gkedoctor.report.fleet._json_schema import FleetReport
from gkedoctor.report.history import History
from gkedoctor.report.json_schema import Report
from gkedoctor.report.recorded_changes.json import ChangesReport
from gkedoctor.report.teardown.json import TeardownReport
from gkedoctor.report.verification import Verification
from gkedoctor.report.watch_lines import ChangeLine, StateLine
from gkedoctor.report.whatif._json_schema import WhatIfReport
from gkedoctor.snapshot.kinds import KINDS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def report_schema() -> Schema:
    """The schema of `gkedoctor report --json`."""
    schema = _schema(Report, "A report of gkedoctor")
    schema["$defs"]["DiagnosisEntry"]["properties"]["cause"]["pattern"] = f"^({WORD}/)?{WORD}$"
    return schema


def diff_schema() -> Schema:
    """The schema of `gkedoctor diff --json`."""
    return _schema(Diff, "A comparison of gkedoctor")


def changes_schema() -> Schema:
    """The schema of `gkedoctor changes --json`."""
    return _schema(ChangesReport, "Recorded changes of a cluster, as gkedoctor lists them")


def fleet_schema() -> Schema:
    """The schema of `gkedoctor fleet --json`."""
    return _schema(FleetReport, "Many clusters, as gkedoctor reports them")


def teardown_schema() -> Schema:
    """The schema of `gkedoctor teardown --json`."""
    return _schema(TeardownReport, "What deleting a cluster would leave behind, as gkedoctor reports it")


def verify_schema() -> Schema:
    """The schema of `gkedoctor verify --json`."""
    return _schema(Verification, "What became of a finding")


def watch_schema() -> Schema:
    """The schema of a line of `gkedoctor report --watch --json`: a finding that changed, or how reading goes."""
    finding, state = _schema(ChangeLine, ""), _schema(StateLine, "")
    either = [finding["$ref"], state["$ref"]]
    structs = finding["$defs"] | state["$defs"]
    return {
        "$schema": _DIALECT, "title": "A change of findings that gkedoctor watches",
        "oneOf": [{"$ref": reference} for reference in either], "$defs": structs,
    }  # fmt: skip


def whatif_schema() -> Schema:
    """The schema of `gkedoctor whatif --json`."""
    return _schema(WhatIfReport, "What a change would do, as gkedoctor reports it")


def history_schema() -> Schema:
    """The schema of the incident timeline that the screen saves."""
    return _schema(History, "What came, changed and went while a cluster was watched")


def config_schema() -> Schema:
    """The schema of `.gkedoctor.yaml`, for editors."""
    schema = _schema(Config, "The configuration of gkedoctor")
    fields = schema["$defs"]["Config"]["properties"]
    fields["fail_on"] = {"enum": list(FAIL_ON)}
    fields["min_severity"] = {"enum": [word for word in FAIL_ON if word != NEVER]}
    return schema


def playbook_schema() -> Schema:
    """The schema of a playbook, for editors: with the words that are known as enumerations."""
    schema = _schema(Playbook, "A playbook of gkedoctor")
    structs = schema["$defs"]
    kinds = {"enum": sorted(KINDS)}
    structs["Playbook"]["properties"]["subject"]["anyOf"] = [kinds, {"type": "array", "items": kinds, "minItems": 1}]
    structs["Playbook"]["properties"]["also"]["items"]["enum"] = sorted(KINDS)
    structs["Playbook"]["properties"]["id"]["pattern"] = rf"^GKE-({'|'.join(AREAS)})-\d{{3}}$"
    structs["Cause"]["properties"]["cause"]["anyOf"] = [
        {"enum": sorted(shipped_causes())},
        {"pattern": f"^{WORD}/{WORD}$"},
    ]
    structs["Relate"]["properties"]["edge"]["enum"] = sorted({name for _, name in EDGES})
    structs["Playbook"]["properties"]["suspects"]["anyOf"][0]["enum"] = sorted({name for _, name in CANDIDATE_INDEXES})
    return schema


def causes_schema() -> Schema:
    """The schema of a `causes.yaml`, for editors."""
    return _schema(CausesFile, "Causes that playbooks of gkedoctor may give")


def messages_schema() -> Schema:
    """The schema of a file of messages, for editors."""
    return _schema(MessageFile, "Messages of one program, as gkedoctor knows them")


SCHEMAS: Mapping[str, Callable[[], Schema]] = MappingProxyType(
    {
        "report": report_schema,
        "playbook": playbook_schema,
        "causes": causes_schema,
        "messages": messages_schema,
        "watch": watch_schema,
        "diff": diff_schema,
        "changes": changes_schema,
        "fleet": fleet_schema,
        "teardown": teardown_schema,
        "verify": verify_schema,
        "whatif": whatif_schema,
        "history": history_schema,
        "config": config_schema,
    }
)
"""Name, as after `gkedoctor schema`, → how the schema is made."""


def _schema(struct: type[msgspec.Struct], title: str) -> Schema:
    (reference,), components = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    for component in components.values():
        if "description" in component:
            component["description"] = cleandoc(component["description"])
    return {"$schema": _DIALECT, "title": title, **reference, "$defs": components}
