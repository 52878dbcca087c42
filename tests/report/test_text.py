"""How the report reads in a terminal."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.model import (
    Consequence,
    Outcome,
    Recovery,
    ResolvedAlternative,
    ResolvedEvidence,
    ResolvedFix,
    Unexplained,
)
from gkedoctor.graph.core.ref import Ref
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, names, renderer
from gkedoctor.report.formats.text import render
from gkedoctor.report.phrases import all_commands
from gkedoctor.report.wrap import command_lines

from .outcomes import HEALTHY, MISSING_SECRET, POD, SICK, many, with_diagnosis
from .recordings import NAMES, answer

GOLDEN = Path(__file__).parent / "golden"


def shown(outcome: Outcome, page: Page = Page()) -> str:  # noqa: B008  # a frozen value
    return render(Answer(outcome), page)


@pytest.mark.parametrize("width", [80, 100])
def test_a_sick_cluster_reads_as_in_the_golden_file(width: int) -> None:
    file = GOLDEN / f"sick-{width}.txt"
    text = shown(SICK, Page(width))
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_a_healthy_complete_cluster_is_one_calm_line() -> None:
    assert shown(HEALTHY, Page(120)) == (
        "No problems found in 18 pods, 1 service, 3 nodes of teratail, recorded 2026-11-22 12:00 UTC\n"
    )


def test_an_incomplete_cluster_without_findings_does_not_read_like_a_healthy_one() -> None:
    text = shown(msgspec.structs.replace(SICK, diagnoses=(), unexplained=()), Page(100))
    assert "No problems" not in text
    assert "Not enough was checked to rule out problems in 18 pods" in text
    assert "Missing permissions: gkedoctor access." in text.replace("\n ", "")


def test_a_filter_that_hides_everything_does_not_read_like_a_healthy_cluster() -> None:
    text = render(Answer(HEALTHY, left_out=2), Page(200))
    assert text.startswith("No faults shown")
    assert text.endswith("; 2 findings outside this selection\n")


def test_what_was_not_checked_is_one_short_line_before_the_verdict() -> None:
    *_, note, verdict = shown(SICK, Page(200)).splitlines()
    assert note.startswith("Not checked: events, Google Cloud (4 collections); --details lists all.")
    assert verdict.startswith("Found 1 critical and 1 symptom without a known cause in 18 pods")


def test_details_list_what_was_not_checked_by_its_reason() -> None:
    lines = shown(SICK, Page(100, details=True)).splitlines()
    assert "Not checked: Google Cloud (4 collections): not in this recording" in lines


def test_no_line_is_longer_than_the_page_but_for_single_words() -> None:
    for line in shown(SICK).splitlines():
        assert len(line) <= 80 or len(line.split()) <= 2, line


def test_paths_are_never_broken() -> None:
    path = 'metadata.annotations."' + "x" * 90 + '"'
    assert path in shown(with_diagnosis(evidence=(ResolvedEvidence(POD, path, "v"),)))


def test_commands_are_never_broken_inside_an_argument() -> None:
    assert "--from-literal=password='a b'" in shown(SICK)


def test_a_command_of_several_lines_stands_at_the_margin_so_that_its_heredoc_ends() -> None:
    command = "kubectl apply -f - <<'EOF'\nkind: BackendConfig\nEOF"
    assert f"\n{command}\n" in shown(with_diagnosis(fix=ResolvedFix("Do it.", (command,))))


def test_colour_only_adds_escapes() -> None:
    coloured = shown(SICK, Page(80, colour=True))
    assert "\033[1;31mcritical[GKE-CFG-001]:\033[0m" in coloured
    assert re.sub("\033\\[[0-9;]*m", "", coloured) == shown(SICK)


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(Consequence(Ref("Deployment", f"d{i}", "shop"), "0 of 1") for i in range(50))
    text = shown(with_diagnosis(explains=many), Page(details=True))
    assert "and 30 more" in text
    assert "Deployment/shop/d20" not in text


def test_a_very_long_value_is_shortened() -> None:
    outcome = with_diagnosis(evidence=(ResolvedEvidence(POD, "data", "y" * 5000),))
    assert "y" * 300 + "…" in shown(outcome, Page(details=True)).replace("\n", "")


_HOSTILE = "\x1b[2J\x1b]0;pwned\x07\r\nfake: line\x9b31m\u202eevil\ud800\x00"


def test_escapes_out_of_the_cluster_are_inert() -> None:
    outcome = with_diagnosis(
        title=_HOSTILE,
        since=_HOSTILE,
        root=Ref("Secret", _HOSTILE, _HOSTILE),
        explains=(Consequence(Ref("Pod", _HOSTILE, _HOSTILE), _HOSTILE),),
        evidence=(
            ResolvedEvidence(Ref("Pod", _HOSTILE), _HOSTILE, _HOSTILE, _HOSTILE),
            ResolvedEvidence(POD, "x", {_HOSTILE: [_HOSTILE]}),
        ),
        fix=ResolvedFix(_HOSTILE, (_HOSTILE,)),
        verify=(_HOSTILE,),
        docs=(_HOSTILE,),
    )
    hostile = msgspec.structs.replace(
        outcome, cluster=_HOSTILE, unexplained=(Unexplained(Ref("Pod", _HOSTILE), _HOSTILE),)
    )
    text = shown(hostile)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert r"\x1b[2J" in text


@given(st.text(st.characters(), max_size=300), st.integers(80, 100))
def test_any_text_can_be_shown(text: str, width: int) -> None:
    outcome = with_diagnosis(
        title=text, explains=(Consequence(POD, text),), evidence=(ResolvedEvidence(POD, text, [text]),)
    )
    page = shown(outcome, Page(width))
    assert all(char.isprintable() or char == "\n" for char in page)
    page.encode()


def test_every_format_is_found_by_its_name_and_renders() -> None:
    assert {"json", "text"} <= set(names())
    for name in names():
        assert renderer(name).render(Answer(SICK), Page()).endswith("\n")


def test_wrapping_counts_wide_characters_twice() -> None:
    text = shown(with_diagnosis(title="注文 " * 60, explains=(), evidence=()))
    head = text.split("  -->")[0].splitlines()
    assert max(len(line) for line in head) < 65
    assert MISSING_SECRET.playbook in head[0]


def test_more_than_five_findings_begin_with_an_index_and_show_the_first_in_full() -> None:
    lines = shown(many(107), Page(100)).splitlines()
    assert lines[0] == "107 findings (details: gkedoctor report KIND/NAME, or --details):"
    assert lines[1].startswith("  critical  team-0  Secret/mail-000  Secret mail-000 does not exist")
    assert all(len(line) <= 100 for line in lines[1:108])
    assert lines[109].startswith("critical[GKE-CFG-001]: Secret mail-000")
    assert len(lines) < 107 + 30
    assert lines[-1].startswith("Found 107 critical in")
    assert shown(many(107), Page(100, details=True)).count("critical[GKE-CFG-001]: ") == 107


def test_five_findings_are_all_shown() -> None:
    assert shown(many(5), Page(100)).count("critical[GKE-CFG-001]: ") == 5


@pytest.mark.parametrize("recording", NAMES)
def test_an_ordinary_fault_fits_25_lines_with_its_fix_first_and_the_verdict_last(recording: str) -> None:
    found = answer(recording)
    faults = [d for d in found.outcome.diagnoses if d.severity != "advisory"]
    lines = render(found, Page(100)).splitlines()
    assert re.match("Found|No problems|Not enough was checked", next(x for x in reversed(lines) if x[0] != " "))
    commands = sum(len(command_lines(c, 100, "      ")) for d in faults for c in all_commands(d))
    if len(faults) == 1 and commands <= 6:
        assert len(lines) <= 25
        assert next(i for i, line in enumerate(lines) if line.startswith("  Fix: ")) <= 4


def test_the_order_is_title_fix_since_affected_evidence_other_causes() -> None:
    text = shown(SICK, Page(100))
    parts = ["critical[", "Fix:", "Verify:", "Since:", "Affected:", "Evidence", "Other possible causes:", "Found 1"]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


def test_a_fix_names_its_alternatives_its_owner_and_why_it_only_reads() -> None:
    other = ResolvedAlternative("Run fewer replicas.", ("kubectl scale deploy/cart --replicas=1",))
    fix = ResolvedFix("Look.", ("kubectl get x",), (), (other,), "Only Google can.", "Helm release shop/cart")
    for form in ("text", "html", "md", "junit"):
        text = re.sub(
            r"\s+", " ", re.sub("<[^>]+>|[*`]", "", renderer(form).render(Answer(with_diagnosis(fix=fix)), Page()))
        )
        assert "Run fewer replicas." in text, form
        assert "kubectl scale deploy/cart --replicas=1" in text, form
        assert "These commands only read: Only Google can." in text, form
        assert "This object belongs to Helm release shop/cart: change it there too" in text, form


def test_what_is_fixed_and_not_retried_is_shown_by_every_format_for_people() -> None:
    recovery = Recovery("missing-secret", "6f1c", "Secret db now exists", "the kubelet", 60, ("kubectl delete pod x",))
    item = Unexplained(POD, "fixed: Secret db now exists; the kubelet retries within 60s", recovery=recovery)
    outcome = msgspec.structs.replace(HEALTHY, unexplained=(item,))
    for form in ("text", "html", "md", "junit", "github", "name"):
        text = renderer(form).render(Answer(outcome), Page(100))
        assert "not retried yet" in text.replace("-", " "), form
        assert "no-cause-found" not in text, form
    assert "Found 1 fixed fault not retried yet" in shown(outcome, Page(100))


def test_titles_name_the_namespace_where_a_report_covers_several() -> None:
    assert "Deployment mail-001 cannot start (namespace team-1)" in shown(many(3), Page(200))
    assert "(namespace" not in shown(many(1), Page(200))


def test_all_commands_of_a_finding_stand_at_the_margin_where_a_here_document_has_to_end() -> None:
    fix = ResolvedFix("Do it.", ("kubectl apply -f - <<'EOF'\nkind: X\nEOF", "kubectl get x"))
    lines = shown(with_diagnosis(fix=fix)).splitlines()
    assert "kubectl get x" in lines
    assert "kubectl -n shop get secret shop-db" in lines


@pytest.mark.parametrize("width", [40, 60, 79])
def test_narrow_terminals_get_narrow_lines(width: int) -> None:
    for line in shown(SICK, Page(width)).splitlines():
        assert len(line) <= width or len(line.split()) <= 2, line
