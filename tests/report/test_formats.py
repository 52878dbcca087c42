"""Every format on every recording, and what each promises beyond that."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
import yaml

from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import Suppressed
from gkedoctor.diagnose.model import (
    Consequence,
    NotChecked,
    Outcome,
    ResolvedEvidence,
    ResolvedFix,
    RuledOutCause,
    Unexplained,
)
from gkedoctor.graph.core.ref import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, md, names, renderer

from .outcomes import HEALTHY, MISSING_SECRET, POD, SICK, with_diagnosis
from .parsers import CHECKS, check
from .recordings import NAMES, answer


def shown(form: str, outcome: Outcome, **about: object) -> str:
    return renderer(form).render(Answer(outcome, **about), Page())


def many(count: int) -> Outcome:
    """A cluster with many faults of many words each."""
    diagnoses = [
        msgspec.structs.replace(
            MISSING_SECRET,
            fingerprint=f"{i:016x}",
            root=Ref("Secret", f"s-{i}", "shop"),
            evidence=tuple(ResolvedEvidence(POD, f"spec.x[{j}]", "v" * 400) for j in range(6)),
        )
        for i in range(count)
    ]
    return msgspec.structs.replace(SICK, diagnoses=tuple(diagnoses))


def test_every_format_has_a_check() -> None:
    assert set(names()) == set(CHECKS)


@pytest.mark.parametrize("recording", NAMES)
def test_every_format_renders_every_recording(recording: str) -> None:
    for form in names():
        check(form, answer(recording))


@pytest.mark.parametrize("form", names())
@pytest.mark.parametrize("outcome", [HEALTHY, SICK, many(3)], ids=["healthy", "sick", "many"])
def test_every_format_renders_what_was_made_by_hand(outcome: Outcome, form: str) -> None:
    check(form, Answer(outcome, left_out=2, notes=("Pod/shop/cart could not be looked up: forbidden",)))


@pytest.mark.parametrize("form", [n for n in names() if n not in ("name", "prometheus", "json", "yaml", "sarif")])
def test_what_was_not_checked_is_said_by_every_format_for_people(form: str) -> None:
    incomplete = msgspec.structs.replace(SICK, diagnoses=(), unexplained=())
    assert "not enough was checked" in shown(form, incomplete).lower().replace("\n", "").replace("  ", " ")
    assert "not everything could be looked at" not in shown(form, HEALTHY).lower()


def test_names_tell_silence_from_blindness() -> None:
    assert shown("name", HEALTHY) == ""
    assert shown("name", SICK).splitlines()[:3] == [
        "critical missing-secret Secret/shop/shop-db",
        "unknown no-cause-found Pod/batch/etl-0",
        "unknown not-checked compute.addresses",
    ]


def test_yaml_keeps_texts_that_look_like_something_else() -> None:
    texts = [
        "yes",
        "Y",
        "off",
        "null",
        "~",
        "012",
        "0x1f",
        "1e3",
        "1_000",
        "12:30",
        "2026-11-22",
        ".inf",
        "- a",
        "a: b",
    ]
    outcome = with_diagnosis(evidence=(ResolvedEvidence(POD, "x", texts),))
    text = shown("yaml", outcome)
    assert yaml.safe_load(text)["diagnoses"][0]["evidence"][0]["value"] == texts
    for line in text.splitlines():
        assert line.strip()[2:] not in {*texts[:3], *texts[5:9]}, f"{line}: some parser reads no text there"


def test_yaml_shows_commands_of_several_lines_as_they_are() -> None:
    command = "kubectl apply -f - <<'EOF'\nkind: BackendConfig\nEOF"
    assert "    - |-\n      kubectl apply" in shown("yaml", with_diagnosis(fix=ResolvedFix("Do it.", (command,))))


@pytest.mark.parametrize("count", [1, 5, 40, 400])
def test_a_ticket_fits_its_field_and_says_what_does_not(count: int) -> None:
    text = shown("md", many(count))
    assert len(text) <= md.LIMIT
    headings = len(re.findall(r"(?m)^## (\d+\. )?critical", text))
    told = re.search(r"\*\*(\d+) further findings? did not fit here\.\*\*", text)
    assert headings + (int(told[1]) if told else 0) == count
    assert "events: no permission" in text, "what was not seen is there, whatever is cut"
    assert text.index("**Fix**") < text.index("Shortened: " if "Shortened: " in text else "gkedoctor 0."), (
        "first in full"
    )
    assert count > 40 or headings == count, "every first line is there"


def test_a_ticket_with_endless_parts_still_fits() -> None:
    long = "x`" * 40_000
    outcome = with_diagnosis(
        title=long,
        explains=tuple(Consequence(POD, long) for _ in range(50)),
        fix=ResolvedFix(long, (long,)),
        ruled_out=(RuledOutCause("crash-loop", long),),
    )
    outcome = msgspec.structs.replace(
        outcome,
        cluster=long,
        source=long,
        unexplained=tuple(Unexplained(POD, long) for _ in range(50)),
        not_checked=tuple(NotChecked(f"c{i}", "denied", long) for i in range(50)),
    )
    assert len(shown("md", outcome)) <= md.LIMIT


def test_a_ticket_folds_what_few_will_read() -> None:
    outcome = with_diagnosis(evidence=tuple(ResolvedEvidence(POD, f"spec.x[{i}]", i) for i in range(5)))
    text = shown("md", outcome)
    folded = text[text.index("<details>") : text.index("</details>")]
    assert "<summary>Other possible causes (2), further evidence (2)</summary>" in folded
    assert "`spec.x[4]`" in folded
    assert "`spec.x[2]`" not in folded


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    text = shown("md", with_diagnosis(fix=ResolvedFix("Do it.", ("echo ````\n```\n# not a heading",))))
    assert "`````sh\necho ````\n```\n# not a heading\n`````" in text


def test_junit_fails_for_faults_and_passes_for_advice() -> None:
    outcome = msgspec.structs.replace(HEALTHY, diagnoses=with_diagnosis(severity=Severity.ADVISORY).diagnoses)
    root = ET.fromstring(shown("junit", outcome))
    assert root.attrib["failures"] == "0"
    assert root.find(".//testcase[@name='Secret/shop/shop-db']/system-out") is not None


def test_junit_names_the_suite_after_the_playbook() -> None:
    titles = {"GKE-CFG-001": "A container waits for configuration"}
    root = ET.fromstring(shown("junit", SICK, playbooks=titles))
    assert root.findall("testsuite")[1].attrib["name"] == "GKE-CFG-001: A container waits for configuration"
    assert root.find(".//testcase[@classname='GKE-CFG-001.missing-secret']/failure") is not None


def test_sarif_names_rule_object_and_fingerprint() -> None:
    (run,) = json.loads(shown("sarif", SICK, playbooks={"GKE-CFG-001": "A container waits"}))["runs"]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "A container waits"
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "cluster/shop/Secret/shop-db.yaml"
    assert first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "shop/Secret/shop-db"
    assert first["partialFingerprints"]["gkedoctor/v1"] == MISSING_SECRET.fingerprint
    assert first["level"] == "error"


@pytest.mark.parametrize("name", ["..", "../../etc/passwd", "a/../b", "https://evil.example", "%2e%2e", "."])
def test_sarif_points_nowhere_else(name: str) -> None:
    check("sarif", Answer(with_diagnosis(root=Ref("Secret", name, name), explains=())))


def suppressing(**about: object) -> Answer:
    rule = SuppressionRule(place=".gkedoctor.yaml:3", reason="known, see SHOP-12")
    return Answer(HEALTHY, suppressed=(Suppressed(MISSING_SECRET, rule),), **about)


@pytest.mark.parametrize("form", [n for n in names() if n not in ("name", "sarif", "json", "yaml", "prometheus")])
def test_what_is_suppressed_is_counted_and_listed_if_asked_for(form: str) -> None:
    counted = renderer(form).render(suppressing(), Page())
    assert "1 suppressed" in counted
    assert "nothing is wrong" not in counted.lower()
    listed = renderer(form).render(suppressing(show_suppressed=True), Page())
    assert ".gkedoctor.yaml:3" in listed
    assert MISSING_SECRET.title in listed.replace("\n    ", " ")


def test_sarif_tells_what_is_suppressed_and_what_is_new() -> None:
    (run,) = json.loads(renderer("sarif").render(suppressing(), Page()))["runs"]
    (result,) = run["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": ".gkedoctor.yaml:3: known, see SHOP-12"}]
    (run,) = json.loads(shown("sarif", SICK, known=frozenset({MISSING_SECRET.fingerprint})))["runs"]
    assert [result["baselineState"] for result in run["results"]] == ["unchanged", "new"]


@pytest.mark.parametrize(("form", "mark"), [("html", ">new, critical<"), ("md", "## new, critical: ")])
def test_what_the_baseline_lacks_is_marked_as_new(form: str, mark: str) -> None:
    assert mark in shown(form, SICK, known=frozenset())
    assert mark not in shown(form, SICK, known=frozenset({MISSING_SECRET.fingerprint}))
    assert mark not in shown(form, SICK)


def test_metrics_of_a_healthy_cluster_are_zeros_and_not_silence() -> None:
    text = shown("prometheus", HEALTHY)
    assert 'gkedoctor_diagnoses{severity="critical"} 0\n' in text
    assert "gkedoctor_complete 1\n" in text
    assert "gkedoctor_snapshot_timestamp_seconds 1795348841\n" in text


def test_html_draws_the_request_path_and_what_is_affected() -> None:
    page = renderer("html").render(answer("ing-basic-auth"), Page())
    assert 'aria-label="The request path"' in page
    assert 'aria-label="The cause and what it affects"' in page
    assert "HealthCheck: FAIL" in page


def test_html_draws_only_so_many() -> None:
    consequences = tuple(Consequence(Ref("Deployment", f"d{i}", "shop"), "0 of 1") for i in range(50))
    page = shown("html", with_diagnosis(explains=consequences))
    assert page.count("<circle") == 13
    assert "All 50 in order" in page
    assert "Deployment/shop/d49" in page
