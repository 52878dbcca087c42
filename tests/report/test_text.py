"""How the report reads in a terminal."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.diagnose.model import Consequence, Outcome, ResolvedEvidence, ResolvedFix, Unexplained
from gkedoctor.graph.core.ref import Ref
from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, names, renderer
from gkedoctor.report.formats.text import render

from .outcomes import HEALTHY, MISSING_SECRET, POD, SICK, with_diagnosis

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
        "nothing is wrong in 18 pods, 1 service, 3 nodes of teratail, recorded 2026-11-22 12:00 UTC\n"
    )


def test_an_incomplete_cluster_without_findings_does_not_read_like_a_healthy_one() -> None:
    text = shown(msgspec.structs.replace(SICK, diagnoses=(), unexplained=()), Page(100))
    assert "nothing is wrong" not in text
    assert "nothing was found" in text
    assert "not everything could be looked at" in text.replace("\n ", "")


def test_a_filter_that_hides_everything_does_not_read_like_a_healthy_cluster() -> None:
    text = render(Answer(HEALTHY, left_out=2), Page(200))
    assert text.startswith("nothing was found")
    assert text.endswith("; 2 findings outside of what was asked for\n")


def test_google_cloud_that_was_not_recorded_is_one_line() -> None:
    lines = [line for line in shown(SICK).splitlines() if line.startswith("not looked at: Google Cloud")]
    assert lines == ["not looked at: Google Cloud (4 collections): not in this recording"]


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
    text = shown(with_diagnosis(explains=many))
    assert "and 30 more" in text
    assert "Deployment/shop/d20" not in text


def test_a_very_long_value_is_shortened() -> None:
    assert "y" * 300 + "…" in shown(with_diagnosis(evidence=(ResolvedEvidence(POD, "data", "y" * 5000),))).replace(
        "\n", ""
    )


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
