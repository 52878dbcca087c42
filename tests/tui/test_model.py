"""What the screens show, without a terminal."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
import yaml

from gkedoctor.graph import Ref
from gkedoctor.graph.request_path.hop import Hop, State
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.nesting import TOO_DEEP
from gkedoctor.tui import clipboard
from gkedoctor.tui.model import layout
from gkedoctor.tui.model import state as scenes
from gkedoctor.tui.model.filters import Facts, facts, meets, parsed
from gkedoctor.tui.model.lines import clip, fold, pad, short
from gkedoctor.tui.model.logs import LogQuery, log_page
from gkedoctor.tui.model.object_page import page_lines, subject
from gkedoctor.tui.model.objects import listing
from gkedoctor.tui.model.path import Way, way_lines, ways
from gkedoctor.tui.model.relations import relations
from gkedoctor.tui.model.state import ViewState
from gkedoctor.tui.model.states import state_of
from gkedoctor.tui.model.timeline import happenings
from gkedoctor.tui.model.yaml_page import Evidence, evidence_mark, marked_lines, yaml_text
from tests.conftest import recorded, shipped_playbooks

from .driving import whole


@cache
def scene(name: str) -> ViewState:
    return scenes.diagnosed(scenes.opened(recorded(name), shipped_playbooks()), whole)


def test_the_model_needs_no_terminal() -> None:
    code = (
        "import sys, pkgutil, importlib, gkedoctor.tui.model as m\n"
        "for one in pkgutil.iter_modules(m.__path__): importlib.import_module(m.__name__ + '.' + one.name)\n"
        "assert not {'textual', 'rich'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def row() -> Facts:
    return facts(
        "Secret shop-db does not exist", ns=["shop", None], kind=["Secret", "Deployment"], sev="critical",
        cause="missing-secret", id_="GKE-CFG-001",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "passes"),
    [
        ("", True),
        ("SHOP-DB", True),
        ("shop exist", True),
        ("shop pay", False),
        ("!pay", True),
        ("!shop", False),
        ("!", True),
        ("ns:", True),
        ("ns:shop", True),
        ("ns:sho", False),
        ("ns:pay,shop", True),
        ("!ns:shop", False),
        ("kind:deploy", True),
        ("kind:svc", False),
        ("sev:crit", True),
        ("sev:high", False),
        ("cause:missing", True),
        ("id:cfg", True),
        ("ns:shop sev:crit db", True),
        ("exist: not", False),
    ],
)
def test_filters(typed: str, passes: bool) -> None:
    assert meets(parsed(typed), row()) is passes


@pytest.mark.parametrize("width", [8, 13, 40])
@pytest.mark.parametrize("text", ["支払いサービスの秘密情報", "a/very-long.path[0].of/things and words", "", "x" * 100])
def test_texts_are_made_to_fit(text: str, width: int) -> None:
    assert all(columns(piece) <= width for piece in fold(text, width))
    assert "".join(fold(text, width)).replace(" ", "") == text.replace(" ", "")
    assert columns(short(text, width)) <= width and columns(clip(text, width)) <= width
    assert columns(pad(text, width)) == width


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("status.message", "  message: b"),
        ("spec.containers[1].name", "  - name: second"),
        ('metadata.annotations."a.b/c"', "    a.b/c: x"),
        ("spec.containers", "  containers:"),
    ],
)
def test_evidence_is_found_in_the_yaml(path: str, row: str) -> None:
    item = {
        "metadata": {"annotations": {"a.b/c": "x"}},
        "spec": {"containers": [{"name": "first"}, {"name": "second"}]},
        "status": {"message": "b"},
    }
    text = yaml.dump(item, sort_keys=False)
    first, last = marked_lines(text, path)
    assert text.split("\n")[first] == row
    assert last > first


def test_evidence_that_is_not_there_marks_nothing() -> None:
    assert marked_lines("a: 1\n", "b.c[3]") == (-1, -1)
    assert marked_lines("a: [1]\n", "a[7]") == (-1, -1)


def test_every_evidence_of_every_shipped_recording_opens() -> None:
    for name in ("ing-missing-secret", "two-problems", "worker-crash-env", "ing-readiness-gate"):
        for found in scene(name).outcome.diagnoses:
            for proof in found.evidence:
                one, sought = subject(scene(name), proof.ref), Evidence(proof.path, proof.value)
                lines, _ = page_lines(scene(name), one, "yaml", sought, 80)
                assert lines


@pytest.mark.parametrize("name", ["ing-missing-secret", "orphans-cluster-deleted", "db-pvc-class", "hpa-no-requests"])
def test_every_object_has_a_state_and_a_page(name: str) -> None:
    here = scene(name)
    for kind in ("Pod", "Service", "Ingress", "Deployment", "Node", "PersistentVolumeClaim", "Event", "BackendService"):
        for item in here.graph.all(kind)[:5]:
            assert state_of(here.graph, item).word
            one = subject(here, scenes.ref_of(item)._replace(kind=kind))
            assert one.there
            for page in ("describe", "yaml", "events"):
                assert page_lines(here, one, page, Evidence(), 80)[0]
            for previous in (False, True):
                assert log_page(here, one.item, one.ref, LogQuery(previous), 80).lines


def test_the_graph_leads_from_the_ingress_to_the_missing_secret() -> None:
    here = scene("ing-missing-secret")
    ref, seen = Ref("Ingress", "shop", "ing-missing-secret"), []
    for kind in ("Service", "Deployment", "Secret"):
        item = here.find(ref)
        assert item is not None
        ref = next(r.ref for r in relations(here.graph, item) if r.ref is not None and r.ref.kind == kind)
        seen.append(str(ref))
    assert seen[-1] == "Secret/ing-missing-secret/shop-db"
    missing = subject(here, ref)
    assert not missing.there
    users = [r.ref for r in relations(here.graph, missing.item) if r.ref is not None and r.inward]
    assert {r.kind for r in users} >= {"Pod"}


def test_the_path_ends_where_the_request_stops() -> None:
    here = scene("ing-missing-secret")
    (way,) = ways(here.found[0], here)
    assert way.hops[way.worst].ref == Ref("Deployment", "shop", "ing-missing-secret")
    text = "\n".join(line.text for line in way_lines(way, way.worst, 98, 2))
    assert text.index("Ingress") < text.index("Backend") < text.index("Service") < text.index("Deployment")
    assert "FAIL" in text and "unknown" in text and "OK" in text


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_path_fits_and_hops_that_get_through_are_drawn_together(width: int) -> None:
    hops = tuple(Hop(Ref("BackendService", f"a-long-name-{i}"), State.OK, "") for i in range(12))
    way = Way((*hops, Hop(Ref("Deployment", "shop", "shop"), State.FAIL, "0 of 2 ready")))
    lines = way_lines(way, way.worst, width, 1)
    assert all(columns(line.text) <= width for line in lines)
    assert sum("FAIL" in line.text for line in lines) == 2  # in the strip, and before its fact


def test_the_timeline_is_in_order_and_holds_the_beginning_of_the_fault() -> None:
    found = happenings(scene("ing-missing-secret"))
    assert [h.time for h in found] == sorted(h.time for h in found)
    at = next(i for i, h in enumerate(found) if h.kind == "fault")
    assert {h.kind for h in found[: at + 12]} >= {"rollout", "event", "fault", "health"}


def test_large_lists_stand_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gkedoctor.tui.model.objects.MOST", 1)
    here = scene("two-problems")
    options = {"reverse": False, "faults": False}
    spaces = listing(here, ("Pod",), (), "state", 80, **options)
    assert "in groups" in spaces.title
    assert spaces.lines[0].entry == "two-problems"
    owners = listing(here, ("Pod", "two-problems"), (), "state", 80, **options)
    assert "Deployment/two-problems/alpha" in [line.entry for line in owners.lines]
    pods = listing(here, ("Pod", "two-problems", "Deployment/two-problems/alpha"), (), "state", 80, **options)
    assert len(pods.lines) == 2
    assert "CreateContainerConfigError" in pods.lines[0].text


def test_two_moments_are_compared() -> None:
    before, after = scene("pair-selector-before"), scene("pair-selector-after")
    news = scenes.compared(after, before).news
    assert news.new and not news.gone
    assert scenes.compared(before, after).news.gone
    assert not scenes.compared(after, after).news


def test_a_browser_is_only_opened_beside_the_terminal() -> None:
    assert not clipboard.browser_here({}, "linux")
    assert not clipboard.browser_here({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, "linux")
    assert clipboard.browser_here({"DISPLAY": ":0"}, "linux")
    assert clipboard.browser_here({}, "darwin")


def test_a_copy_tool_that_is_not_there_is_passed_over() -> None:
    assert clipboard.hand_over("x", {"DISPLAY": ":0", "PATH": "/nowhere"}, "linux") == []


@pytest.mark.parametrize("height", [9, 21, 27, 42])
@pytest.mark.parametrize("listed", [1, 10, 100])
@pytest.mark.parametrize("fix", [4, 8, 15, 60])
def test_rows_are_shared_out_and_the_fix_comes_before_the_path(height: int, listed: int, fix: int) -> None:
    for path in (0, 4, 7, 12):
        found = layout.stacked(height, listed, fix, path)
        assert sum(found) == height and min(found.findings, found.detail) >= 3
        assert found.detail >= fix + 2 or (found.path == 0 and found.findings <= 5)
        assert found.findings <= listed + 2


def test_a_list_keeps_its_height_while_fixes_fit() -> None:
    assert {layout.stacked(27, 100, fix, path).findings for fix in range(4, 12) for path in (0, 5, 7)} == {13}


def test_an_object_that_is_nested_deeply_is_shown_and_searched() -> None:
    item: object = "found"
    for _ in range(600):
        item = {"a": item}
    text = yaml_text({"metadata": {"name": "x"}, "extra": item})
    assert TOO_DEEP in text and evidence_mark(text, Evidence("metadata.name", "x"), exact=False) is not None
