"""Logs and Events of workloads, search in pages, and evidence that opens where it stands."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from textual.pilot import Pilot

from gkedoctor.graph import Ref
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model import state as scenes
from gkedoctor.tui.model.event_lines import event_lines
from gkedoctor.tui.model.lines import Page, line
from gkedoctor.tui.model.logs import LogQuery, holder_of, log_page
from gkedoctor.tui.model.object_page import page_lines, page_of, subject
from gkedoctor.tui.model.search import matches
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.yaml_page import Evidence, yaml_lines
from gkedoctor.tui.screens.object import ObjectScreen
from tests.conftest import recorded, shipped_playbooks

from .driving import doctor, drive, press, settled, text, whole


@cache
def scene(name: str) -> ViewState:
    return scenes.diagnosed(scenes.opened(recorded(name), shipped_playbooks()), whole)


def logs_of(name: str, ref: Ref, query: LogQuery | None = None) -> Any:
    return log_page(scene(name), subject(scene(name), ref).item, ref, query or LogQuery(), 100)


def rows(lines: Any) -> str:
    return "\n".join(one.text for one in lines)


def test_logs_of_a_workload_open_at_the_line_that_the_evidence_quotes() -> None:
    for kind, name in (("Deployment", "worker"), ("ReplicaSet", "worker-74949d87c4")):
        page = logs_of("worker-crash-env", Ref(kind, name, "worker-crash-env"))
        assert page.title == "Pod worker-74949d87c4-nzsjx  worker"
        assert rows(one for one in page.lines if one.entry == page.at) == (
            "* fatal: required environment variable QUEUE_URL is not set"
        )


def test_logs_of_several_pods_are_listed_the_evidences_first() -> None:
    (found,) = (d for d in scene("batch-backoff").outcome.diagnoses if d.root.kind == "Job")
    page = logs_of("batch-backoff", found.root)
    assert len(page.runs) == 2 and page.run == page.runs[0], "the evidence names one"
    listed = logs_of("batch-backoff", found.root, LogQuery(listed=True))
    assert listed.run is None and [one.entry for one in listed.lines[1:]] == list(page.runs)
    other = logs_of("batch-backoff", found.root, LogQuery(run=page.runs[1]))
    assert other.title == f"Pod {page.runs[1].pod.name}  nightly"
    deployment = Ref("Deployment", "wiki", "liveness-path")
    previous = logs_of("liveness-path", deployment, LogQuery(previous=True))
    assert previous.previous and previous.title.endswith("wiki, previous run")
    service = logs_of("teratail-readiness-404", Ref("Service", "teratail", "teratail-readiness-404"))
    assert len(service.runs) == 2, rows(service.lines)


def test_where_there_is_no_log_the_page_says_how_to_get_one_or_why_there_is_none() -> None:
    missing = Ref("Secret", "shop-db", "ing-missing-secret")
    pod = holder_of(scene("ing-missing-secret"), missing, "logs")
    assert pod.kind == "Pod", "of a Secret that is missing, the evidence's Pod"
    assert holder_of(scene("ing-missing-secret"), missing, "events") == pod
    assert holder_of(scene("ing-missing-secret"), missing, "yaml") == missing
    told = rows(logs_of("ing-missing-secret", pod).lines)
    assert "Container shop has not started (CreateContainerConfigError), so it has no log." in told
    service = Ref("Service", "teratail", "teratail-readiness-404")
    page = logs_of("teratail-readiness-404", service, LogQuery(previous=True))
    assert page.run is not None and "is not recorded" in rows(page.lines)
    command = next(one.act for one in page.lines if one.act is not None)
    assert f"logs {page.run.pod.name} -c " in command.text and "--previous" in command.text  # enter copies it
    ingress = Ref("Ingress", "shop", "ing-missing-secret")
    assert "Ingress objects have no logs" in rows(logs_of("ing-missing-secret", ingress).lines)


def test_events_of_a_workload_are_those_of_its_pods_too() -> None:
    here = scene("worker-crash-env")
    ref = Ref("Deployment", "worker", "worker-crash-env")
    item = here.find(ref)
    assert item is not None
    told = rows(event_lines(here, item, scenes.proofs_of(here, ref), 100))
    heads = [row for row in told.split("\n") if row.startswith(("Deployment/", "Pod/", "ReplicaSet/"))]
    assert heads[:2] == [str(ref), "Pod/worker-crash-env/worker-74949d87c4-nzsjx"]
    assert "BackOff" in told


@pytest.mark.parametrize(
    ("name", "path", "page", "shown"),
    [
        ("gateway-default-check", "healthStatus", "yaml", "- healthState: UNHEALTHY"),
        ("gateway-firewall-deleted", "backends[].group", "yaml", "group: https://"),
        ("gateway-address-missing", "first.part.message", "yaml", "message: 'Error GWCER106"),
        ("orders-secret-key", "data", "yaml", "username:"),
        ("orphans-psc", "description", "yaml", "description:"),
        ("orphans-mci", "clusters of the project", "yaml", ""),
        ("batch-backoff", "log", "logs", "fatal: bucket gs://teratail-exports is not readable"),
    ],
)
def test_evidence_without_a_field_of_its_own_opens_where_it_stands(name: str, path: str, page: str, shown: str) -> None:
    here = scene(name)
    proof = next(e for d in here.outcome.diagnoses for e in d.evidence if e.path == path)
    one = subject(here, proof.ref)
    assert page_of(path) == page
    if page == "logs":
        made = log_page(here, one.item, one.ref, LogQuery(value=proof.value), 100)
        lines, at = made.lines, made.at
    else:
        lines, at = page_lines(here, one, "yaml", Evidence(path, proof.value), 100)
    marked = [row.text.removeprefix("*").strip() for row in lines if row.text.startswith("* ")]
    if shown:
        assert marked and marked[0].startswith(shown)
        assert at is not None
    else:
        assert not marked and "is not a field of this object" in rows(lines)


def test_long_lines_of_yaml_go_on_below() -> None:
    here = scene("gateway-address-missing")
    (gateway,) = here.graph.all("Gateway")[:1]
    lines, _ = page_lines(here, subject(here, scenes.ref_of(gateway)), "yaml", Evidence(), 60)
    assert max(len(one.text) for one in lines) <= 60
    assert len({one.entry for one in lines}) < len(lines)


def test_matches_are_found_across_folds() -> None:
    page = Page(20)
    page.text("connection to database refused", entry="a", rest="  ")
    page.text("/var/run/secrets/kubernetes.io/token", entry="b", rest="  ")
    page.lines.append(line("Refused again, REFUSED"))
    assert len(page.lines) > 4
    found = matches(page.lines, "to database")
    assert [[page.lines[s.line].text[s.start : s.end] for s in match] for match in found] == [["to", "database"]]
    assert len(matches(page.lines, "secrets/kubernetes")) == 1
    assert [m[0].line for m in matches(page.lines, "refused")] == [1, len(page.lines) - 1, len(page.lines) - 1]
    assert matches(page.lines, "") == []


def test_search_keeps_all_lines_and_counts() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "l")
        assert isinstance(app.screen, ObjectScreen)
        await press(app, pilot, "right", "l")  # another container, then the list of them
        assert "LOGS OF" in text(app) and "log " not in text(app).splitlines()[-2]
        await press(app, pilot, "j", "enter")
        assert "log 2/2" in text(app)
        await press(app, pilot, "y", "slash", *"nightly", "enter")
        seen = text(app)
        total = int(seen.partition("found 1/")[2].split()[0])
        assert total > 5 and "apiVersion" in seen, "all lines stay"
        await press(app, pilot, "n")
        assert f"found 2/{total}" in text(app)
        await press(app, pilot, "N", "N")
        assert f"found {total}/{total}" in text(app), "round and round"
        await press(app, pilot, "escape")
        assert "found" not in text(app) and isinstance(app.screen, ObjectScreen)
        await pilot.press("ampersand", *"image:", "enter")
        await settled(app, pilot)
        seen = text(app)
        assert "image:" in seen and "apiVersion" not in seen, "a filter shows only what matches"
        await press(app, pilot, "escape", "e")
        assert "Job/batch-backoff/" in text(app)

    drive(doctor("batch-backoff"), walk)


def test_yaml_begins_as_kubectl_prints_it() -> None:
    here = scene("two-problems")
    pod = {"metadata": {"name": "a"}, "status": {}, "apiVersion": "v1", "kind": "Pod"}
    lines, _ = yaml_lines(here, pod, Evidence(), 80)
    assert [one.text.strip() for one in lines[:3]] == ["apiVersion: v1", "kind: Pod", "metadata:"]
