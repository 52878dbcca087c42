"""What is not a tidy recording: nothing, denied, 500 findings, long names, Japanese, other sizes, other colours."""

from __future__ import annotations

from dataclasses import replace as replace_field
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from gkedoctor.diagnose.model import Consequence, Diagnosis, Outcome
from gkedoctor.graph import Ref
from gkedoctor.playbook.model import Severity
from gkedoctor.report.answer import Answer
from gkedoctor.report.wrap import columns
from gkedoctor.snapshot.model import Collection, CollectionState, Snapshot, Status
from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.model.state import Sift
from gkedoctor.tui.widgets.lines import Lines
from tests.conftest import recorded

from .driving import awaited, cursor_line, doctor, drive, looked, press, settled, text
from .many import many

NEXT = "right_square_bracket"
LONG = "a-name-that-goes-on-and-on-" * 9
JAPANESE = "支払いサービスの秘密情報が見つかりません"


def copies(number: int, **changes: Any) -> Sift:
    """The first finding many times, under other names."""

    def sift(outcome: Outcome, _: Snapshot) -> Answer:
        first = outcome.diagnoses[0]
        made = [_copy(first, i, changes) for i in range(number)]
        return Answer(msgspec.structs.replace(outcome, diagnoses=tuple(made)))

    return sift


def _copy(found: Diagnosis, number: int, changes: dict[str, Any]) -> Diagnosis:
    root = Ref("Secret", changes.get("name", f"secret-{number:03}"), f"team-{number % 7}")
    return msgspec.structs.replace(
        found, fingerprint=f"f{number}", root=root, title=changes.get("title", f"Secret {root.name} does not exist"),
        severity=list(Severity)[number % 5],
        explains=(Consequence(root._replace(kind="Deployment"), "0 of 2 replicas"),),
    )  # fmt: skip


def without(name: str, *collections: str, status: Status = Status.DENIED) -> Snapshot:
    """A recording in which collections were refused."""
    kept = []
    for collection in recorded(name).collections.values():
        refused = CollectionState(
            status, reason=f'User "sre" cannot list {collection.name}', needs=f"list {collection.name}"
        )
        kept.append(Collection(collection.name, refused) if collection.name in collections else collection)
    return Snapshot(recorded(name).manifest, kept)


def test_five_hundred_findings_are_walked_and_filtered() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert "Findings 500" in text(app) and "100 critical" in text(app).splitlines()[0]
        await press(app, pilot, "G")
        assert "> " in text(app) and "secret-499" in text(app)
        await press(app, pilot, "slash", *"ns", "colon", *"team-3", "enter")
        assert "Findings 71 of 500" in text(app)
        await press(app, pilot, "G", "g", "s", "S")

    drive(doctor("two-problems", copies(500)), walk)


def test_nothing_was_found_and_not_all_was_seen() -> None:
    seen = looked(doctor(without("teratail-healthy", "secrets", "pods")))
    assert "not enough checked" in seen.splitlines()[0]
    assert "Not enough was checked to rule out" in seen


def test_a_denied_collection_names_its_permission_and_what_it_costs() -> None:
    seen = looked(doctor(without("ing-missing-secret", "secrets")), ["left_square_bracket"])
    assert "NO PERMISSION" in seen
    assert "needs the permission: list secrets" in seen
    assert "may be missed" in seen or "leaves open" in seen


def test_an_object_of_a_denied_collection_is_not_known() -> None:
    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        app.open_object(Ref("Secret", "shop-db", "ing-missing-secret"))
        await settled(app, pilot)
        assert "state  not known" in text(app)
        await press(app, pilot, "y")
        assert "is not known" in text(app)

    drive(doctor(without("ing-missing-secret", "secrets")), look)


def test_an_empty_snapshot() -> None:
    empty = Snapshot(recorded("teratail-healthy").manifest, ())
    seen = looked(doctor(empty), [NEXT])
    assert "Objects  0 kinds" in seen
    assert "not enough checked" in seen


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (100, 30), (200, 50)])
@pytest.mark.parametrize("changes", [{"name": LONG, "title": LONG}, {"title": JAPANESE * 6}], ids=["long", "japanese"])
@pytest.mark.parametrize("keys", [[], ["enter"], ["right", "c"]], ids=["list", "detail", "copy"])
def test_long_names_and_wide_characters_stay_in_their_panes(
    size: tuple[int, int], changes: dict[str, str], keys: list[str]
) -> None:
    seen = looked(doctor("two-problems", copies(3, **changes)), keys, size).splitlines()
    assert len(seen) == size[1]
    for line in seen:
        assert columns(line) <= size[0], line
    framed = [line for line in seen if line.startswith("│")]
    assert all(columns(line) == size[0] for line in framed)  # the right border is where it belongs


def test_japanese_is_shown_and_filtered() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert "支払いサービス" in text(app)
        app.screen.set_filter("秘密")  # type: ignore[attr-defined]
        await settled(app, pilot)
        assert "Findings 3" in text(app)

    drive(doctor("two-problems", copies(3, title=JAPANESE)), walk)


def test_what_does_not_print_is_spelt_out() -> None:
    seen = looked(doctor("two-problems", copies(1, title="a \x1b[31mred\x07 \u202ename [bold]x[/bold]")))
    assert "\x1b" not in seen and "\x07" not in seen and "\u202e" not in seen
    assert "[bold]x[/bold]" in seen


def test_resizing_keeps_the_cursor_and_the_picture_whole() -> None:
    async def resize(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "j")
        for size in ((40, 12), (200, 60), (30, 8), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(app, pilot)
            await pilot.pause(0.1)
            assert all(columns(line) <= size[0] for line in text(app).splitlines())
        assert "Service/beta" in cursor_line(text(app))

    drive(doctor("two-problems"), resize)


@pytest.mark.parametrize(
    "theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light", "nord", "solarized-light"]
)
def test_words_are_the_same_in_every_theme(theme: str) -> None:
    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        before = text(app)
        app.theme = theme
        await settled(app, pilot)
        assert text(app) == before

    drive(doctor("two-problems"), look)


def test_without_colour_the_cursor_and_states_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert app.no_color
        assert "> ! crit" in text(app) and "FAIL" in text(app)
        strips = app.screen.query_one("#findings", Lines).render_line(0)
        assert any(segment.style is not None and segment.style.reverse for segment in strips)

    drive(doctor("two-problems"), look)


def test_a_fault_of_ours_ends_the_app_and_is_kept() -> None:
    def broken(outcome: Outcome, snapshot: Snapshot) -> Answer:
        raise RuntimeError("a fault")

    app = doctor("two-problems", broken)

    @awaited
    async def run() -> None:
        async with app.run_test() as pilot:
            for _ in range(100):
                await pilot.pause(0.05)
                if app.fault is not None:
                    break

    run()
    assert isinstance(app.fault, RuntimeError)
    assert app.return_value == 5


def test_a_target_leaves_the_rest_out() -> None:
    def only(outcome: Outcome, snapshot: Snapshot) -> Answer:
        return replace_field(Answer(outcome), notes=("a note about the question",))

    seen = looked(doctor("teratail-healthy", only))
    assert "note: a note about the question" in seen


def test_without_colors_the_most_severe_is_the_boldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    styles: dict[str, Any] = {}

    async def look(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        for strip in app.screen._compositor.render_strips():
            styles.update((part.text.strip(), part.style) for part in strip if part.text.strip())

    drive(doctor("two-problems", many(10)), look)
    worst, counted, least = styles["! crit"], styles["5 critical"], styles[". low"]
    assert worst.bold and worst.reverse and not worst.dim
    assert counted.bold and counted.reverse and not counted.dim
    assert not least.bold
