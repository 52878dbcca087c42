"""The same question has the same answer, whoever asks: the command, the Python API and the screen."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import click
import pytest

from gkedoctor import api
from gkedoctor.cli.options import take_options
from gkedoctor.errors import NoPageError, UsageError
from gkedoctor.report.formats.json import encoded
from gkedoctor.report.json_schema import to_wire
from gkedoctor.report.request_path import to_wire as path_wire
from gkedoctor.report.teardown import json as teardown_json
from gkedoctor.service.explain import explain
from gkedoctor.service.lint import LintOptions
from gkedoctor.service.report import ReportOptions, ReportQuery
from tests.conftest import RECORDINGS, recorded

from .cli.conftest import Gkedoctor, gkedoctor  # noqa: F401  # a fixture

FAULTY = RECORDINGS / "two-problems"


def parsed(text: str) -> Any:
    return json.loads(text)


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        ([], ReportOptions()),
        (["deploy/alpha", "-n", "two-problems"], ReportOptions(target="deploy/alpha", namespaces=("two-problems",))),
        (["--min-severity", "high"], ReportOptions(min_severity="high")),
        (["-l", "app=beta"], ReportOptions(selector="app=beta")),
        (["--baseline", str(FAULTY)], ReportOptions(baseline=FAULTY)),
    ],
)
def test_a_report_is_the_same_for_the_command_and_for_python(
    gkedoctor: Gkedoctor,  # noqa: F811
    flags: list[str],
    options: ReportOptions,
) -> None:
    printed = gkedoctor("report", *flags, "--from", FAULTY, "--json", "--no-config").out
    assert parsed(encoded(to_wire(api.report(api.load(FAULTY), options)))) == parsed(printed)


def test_the_other_questions_are_too(gkedoctor: Gkedoctor) -> None:  # noqa: F811
    recording = RECORDINGS / "ing-basic-auth"
    snapshot = api.load(recording)
    printed = gkedoctor("teardown", "--from", recording, "--json").out
    assert teardown_json.render(api.teardown(snapshot)) == printed
    place = "Ingress/ing-basic-auth/teratail"
    printed = gkedoctor("path", place, "--from", recording, "--json").out
    assert encoded(path_wire(api.path(snapshot, place))) + "\n" == printed
    orphans = RECORDINGS / "orphans-cluster-deleted"
    printed = gkedoctor("leftovers", "--from", orphans, "--json").out
    found = parsed(printed)
    assert [d["fingerprint"] for d in found["diagnoses"]] == [
        d.fingerprint for d in api.leftovers(api.load(orphans)).diagnoses
    ]


def test_what_is_selected_of_an_outcome_is_what_is_answered_of_its_snapshot() -> None:
    """The screen diagnoses by itself, and asks for the part that is wanted."""
    snapshot, library = recorded("two-problems"), api._library([])
    query = ReportQuery(ReportOptions(target="Service/beta", namespaces=("two-problems",)), library)
    selected = query.select(api.diagnose(snapshot), snapshot)
    assert selected.outcome.diagnoses == query.answer(snapshot).outcome.diagnoses != ()


@pytest.mark.parametrize(
    "options",
    [ReportOptions(target="x/y/z/"), ReportOptions(target="Podd/x"), ReportOptions(selector="a in")],
)
def test_options_that_cannot_be_read_are_refused_before_anything_is_asked(options: ReportOptions) -> None:
    with pytest.raises(UsageError):
        ReportQuery(options, api._library([]))


def test_an_explanation_is_a_page_or_a_choice_of_pages() -> None:
    library = api._library([])
    assert explain("gke-cfg-001", library).playbook is not None
    assert explain("missing-secret", library).cause == "missing-secret"
    choice = explain("Does not have minimum availability", library)
    assert choice.has_page or choice.hits
    with pytest.raises(NoPageError, match="No page fits"):
        explain("qqqq zzzz", library)


@pytest.mark.parametrize(("command", "kind"), [("report", ReportOptions), ("lint", LintOptions)])
def test_every_option_of_a_service_is_a_parameter_of_its_command(command: str, kind: type) -> None:
    from gkedoctor.cli.app import app

    found = app.get_command(click.Context(app), command)
    assert found is not None
    names = {parameter.name for parameter in found.params}
    assert {field.name for field in fields(kind)} <= names
    given: dict[str, Any] = {name: None for name in names if name}
    take_options(kind, given)
    assert not given.keys() & {field.name for field in fields(kind)}
