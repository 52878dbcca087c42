"""What each key does, by what is on the screen afterwards."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.binding import Binding
from textual.pilot import Pilot

from gkedoctor.tui.app import GkedoctorApp
from gkedoctor.tui.screens.copy import Copy
from gkedoctor.tui.screens.help import Help
from gkedoctor.tui.screens.object import ObjectScreen
from gkedoctor.tui.screens.objects import Objects
from gkedoctor.tui.screens.overview import Overview
from gkedoctor.tui.screens.save import Save
from gkedoctor.tui.screens.text import Text
from gkedoctor.tui.screens.timeline import Timeline
from gkedoctor.tui.widgets.lines import Lines
from gkedoctor.tui.widgets.path_strip import PathStrip

from .driving import cursor_line, doctor, drive, looked, press, settled, text, told, until
from .many import many

NEXT, BEFORE = "right_square_bracket", "left_square_bracket"
INGRESS = "ing-missing-secret"
TO_EVIDENCE = ("j",) * 7
"""From the first line of its page over fix, verify and affected to the first evidence."""


def page_of(app: GkedoctorApp) -> str:
    screen = app.screen
    assert isinstance(screen, ObjectScreen), screen
    return f"{screen.ref} {screen.page}"


@pytest.mark.parametrize("keys", [["j"], ["down"], ["G"], ["end"], ["ctrl+d"], ["pagedown"], ["ctrl+f"]])
def test_down(keys: list[str]) -> None:
    assert "Service/beta" in cursor_line(looked(doctor("two-problems"), keys))


@pytest.mark.parametrize("keys", [["j", "k"], ["j", "up"], ["G", "g"], ["j", "home"], ["G", "ctrl+u"], ["G", "ctrl+b"]])
def test_up(keys: list[str]) -> None:
    assert "Secret/alpha-keys" in cursor_line(looked(doctor("two-problems"), keys))


def test_enter_reads_and_escape_comes_back() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "enter")
        assert app.focused is not None and app.focused.id == "detail"
        await press(app, pilot, "escape")
        assert app.focused is not None and app.focused.id == "findings"

    drive(doctor("two-problems"), walk)


def test_on_a_narrow_terminal_the_detail_takes_the_whole_width() -> None:
    seen = looked(doctor(INGRESS), ["enter"], (60, 24))
    assert "Findings" not in seen and "FIX" in seen
    assert "Findings" in looked(doctor(INGRESS), ["enter", "escape"], (60, 24))


def test_evidence_opens_the_object_at_the_field() -> None:
    seen = looked(doctor(INGRESS), ["enter", *TO_EVIDENCE, "enter"])
    assert '>*         message: secret "shop-db" not found' in seen


@pytest.mark.parametrize(
    ("key", "page"),
    [("d", "describe"), ("y", "yaml"), ("l", "logs"), ("p", "previous"), ("u", "used")],
)
def test_pages_of_the_object_under_the_cursor(key: str, page: str) -> None:
    app = doctor(INGRESS)

    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "right", "j", "j", "j", key)
        assert page_of(app) == f"Deployment/ing-missing-secret/shop {page}"

    drive(app, walk)


def test_the_graph_is_walked_with_enter_and_escape() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "tab", "tab", "enter")
        assert page_of(app) == "Deployment/ing-missing-secret/shop describe"
        lines = app.screen.query_one(Lines)
        while (
            "Secret/ing-missing-secret/shop-db" not in lines.lines[lines.at].text
            or "root" in lines.lines[lines.at].text
        ):
            await press(app, pilot, "j")
        await press(app, pilot, "enter")
        assert page_of(app) == "Secret/ing-missing-secret/shop-db describe"
        assert "does not exist" in text(app)
        assert "Pod/ing-missing-secret/shop-5d7c67fd88-l44p6" in text(app)  # who uses it
        assert "Deployment ing-missing-secret/shop > Secret ing-missing-secret/shop-db" in text(app)
        await press(app, pilot, "escape")
        assert page_of(app) == "Deployment/ing-missing-secret/shop describe"
        await press(app, pilot, "escape")
        assert isinstance(app.screen, Overview)

    drive(doctor(INGRESS), walk)


def test_jump_to_the_owner() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "enter", *TO_EVIDENCE, "enter", "J")
        assert page_of(app).startswith("ReplicaSet/")
        await press(app, pilot, "J")
        assert page_of(app).startswith("Deployment/")

    drive(doctor(INGRESS), walk)


def test_left_and_right_walk_the_path() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "tab", "tab", "left", "left")
        assert "Service ing-missing-secret/shop" not in text(app).splitlines()[0]
        await press(app, pilot, "enter")
        assert not page_of(app).startswith("Deployment/")

    drive(doctor(INGRESS), walk)
    assert PathStrip.BINDINGS


def test_unfold_and_fold() -> None:
    unfolded = looked(doctor(INGRESS), ["right"])
    assert "` Ingress shop" in unfolded
    assert "` Ingress" not in looked(doctor(INGRESS), ["right", "j", "left"])


@pytest.mark.parametrize(
    ("typed", "kept", "gone"),
    [
        (["slash", *"beta"], "Service/beta", "Secret/alpha-keys"),
        (["slash", *"svc", "slash", *"beta"], "Service/beta", "Secret/alpha-keys"),  # as it stands in a narrow list
        (["slash", "exclamation_mark", *"beta"], "Secret/alpha-keys", "Service/beta"),
        (["slash", *"cause", "colon", *"selector"], "Service/beta", "Secret/alpha-keys"),
        (["slash", *"kind", "colon", *"secret"], "Secret/alpha-keys", "Service/beta"),
        (["slash", *"sev", "colon", *"high"], "No finding passes", "Secret/alpha-keys"),
        (["slash", *"ns", "colon", *"two-problems"], "Service/beta", "No finding"),
        (["slash", *"id", "colon", *"gke-svc"], "Service/beta", "Secret/alpha-keys"),
    ],
)
def test_filter_while_typing(typed: list[str], kept: str, gone: str) -> None:
    seen = looked(doctor("two-problems"), typed)
    assert kept in seen
    assert gone not in seen


def test_enter_keeps_the_filter_and_escape_clears_it() -> None:
    kept = looked(doctor("two-problems"), ["slash", *"beta", "enter"])
    assert "Findings 1 of 2" in kept and " beta" in kept.splitlines()[-2]
    assert "Findings 2" in looked(doctor("two-problems"), ["slash", *"beta", "enter", "escape"])
    assert "Findings 2" in looked(doctor("two-problems"), ["slash", *"beta", "escape"])


def test_only_faults_hides_what_breaks_nothing() -> None:
    assert "old-campaign-ip" not in looked(doctor(INGRESS), ["ctrl+z"])
    assert "old-campaign-ip" in looked(doctor(INGRESS), ["ctrl+z", "ctrl+z"])


def test_sort_and_reverse() -> None:
    assert "by namespace" in looked(doctor("two-problems"), ["s"])
    seen = looked(doctor("two-problems"), ["S"])
    assert seen.index("Service/beta ") < seen.index("Secret/alpha-keys ")


def test_namespaces_by_number() -> None:
    assert "ns:two-problems" in looked(doctor("two-problems"), ["1"])
    assert "ns:two-problems" not in looked(doctor("two-problems"), ["1", "0"])


@pytest.mark.parametrize(
    ("keys", "begins"),
    [
        (["f"], "kubectl -n ing-missing-secret create secret generic shop-db"),
        (["v"], "kubectl -n ing-missing-secret get Deployment shop\nkubectl"),
        (["m"], "**Found 1 critical** in"),
        (["enter"], "kubectl -n ing-missing-secret create secret"),
    ],
)
def test_copy(keys: list[str], begins: str) -> None:
    app = doctor(INGRESS)

    async def copy(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "c")
        assert isinstance(app.screen, Copy)
        await press(app, pilot, *keys)
        assert "copied" in told(app) and "OSC 52" in told(app)

    assert drive(app, copy).clipboard.startswith(begins)


def test_copy_what_the_cursor_is_on() -> None:
    app = doctor(INGRESS)

    async def copy(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "enter", *TO_EVIDENCE, "c", "c")

    assert 'secret "shop-db" not found' in drive(app, copy).clipboard


def test_marked_findings_are_one_ticket() -> None:
    app = doctor("two-problems")

    async def copy(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "space", "space")
        assert "2 marked" in text(app)
        await press(app, pilot, "c", "m")

    ticket = drive(app, copy).clipboard
    assert "## 1. critical" in ticket and "## 2. critical" in ticket


def test_what_cannot_be_copied_is_shown() -> None:
    async def show(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "c", "s", "f")
        assert isinstance(app.screen, Text)
        assert "kubectl -n ing-missing-secret create secret" in text(app)
        await press(app, pilot, "escape")
        assert isinstance(app.screen, Overview)

    assert not drive(doctor(INGRESS), show).clipboard


def test_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def save(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        for name in ("a.md", "a.json", "a.html", "a.gkesnap"):
            await press(app, pilot, "ctrl+s")
            assert isinstance(app.screen, Save)
            app.screen.query_one("Input").value = name  # type: ignore[attr-defined]
            await press(app, pilot, "enter")
        await press(app, pilot, "ctrl+s")
        app.screen.query_one("Input").value = "a.md"  # type: ignore[attr-defined]
        await press(app, pilot, "enter")
        assert "exists: enter replaces it" in text(app)
        await press(app, pilot, "escape")

    drive(doctor(INGRESS), save)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.gkesnap", "a.html", "a.json", "a.md"]
    assert "shop-db" in (tmp_path / "a.md").read_text()
    assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o600}


def test_save_says_what_does_not_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def save(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "ctrl+s")
        for name, words in (("a.docx", "no known ending"), ("no/such/folder.md", "cannot write")):
            app.screen.query_one("Input").value = name  # type: ignore[attr-defined]
            await press(app, pilot, "enter")
            assert words in text(app) and name in text(app), "the name stays, to be corrected"

    drive(doctor(INGRESS), save)


def test_documentation_is_a_link_where_there_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "a b c d")
    app = doctor(INGRESS)

    async def read(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, "o")
        assert "no browser in this terminal: copied the link" in told(app)

    assert drive(app, read).clipboard == "https://kubernetes.io/docs/concepts/configuration/secret/"


def test_views_follow_each_other() -> None:
    async def turn(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        names = []
        for _ in range(5):
            names.append(app.current_mode)
            await press(app, pilot, NEXT)
        assert names == ["overview", "objects", "timeline", "leftovers", "unchecked"]
        assert app.current_mode == "overview"
        await press(app, pilot, BEFORE)
        assert app.current_mode == "unchecked"
        await press(app, pilot, "escape")
        assert app.current_mode == "overview"

    drive(doctor(INGRESS), turn)


def test_objects_by_kind_and_back_to_where_one_was() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, NEXT, "j", "enter")
        assert "Objects > Service  2" in text(app)
        await press(app, pilot, "enter")
        assert page_of(app) == "Service/ing-missing-secret/shop describe"
        await press(app, pilot, "escape", "escape")
        assert isinstance(app.screen, Objects)
        assert ">Service" in text(app)

    drive(doctor(INGRESS), walk)


def test_the_timeline_begins_where_the_fault_does() -> None:
    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, NEXT, NEXT)
        assert isinstance(app.screen, Timeline)
        assert ">11:55:17  ! crit" in text(app)
        await press(app, pilot, "g", "n")
        assert ">11:55:17  ! crit" in text(app)
        await press(app, pilot, "N")
        assert "No other fault" in told(app)
        await press(app, pilot, "enter")
        assert page_of(app) == "Secret/ing-missing-secret/shop-db describe"

    drive(doctor(INGRESS), walk)


@pytest.mark.parametrize(
    ("key", "typed", "seen"),
    [
        ("colon", "pod", "Objects > Pod"),
        ("ctrl+p", "deploy", "Objects > Deployment"),
        ("colon", "ns two-problems", "ns:two-problems"),
        ("colon", "explain gke-cfg-001", "GKE-CFG-001"),
        ("ctrl+p", "timeline", "Timeline"),
    ],
)
def test_commands(key: str, typed: str, seen: str) -> None:
    async def type_it(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        await pilot.pause()
        await pilot.press(*("space" if char == " " else "minus" if char == "-" else char for char in typed))
        await pilot.pause(0.6)
        assert text(app).count(f"  {typed}\n") <= 1  # what is listed and whole as it was typed stands there once
        await pilot.press("enter")
        await until(pilot, lambda: seen in text(app))

    drive(doctor("two-problems"), type_it)


def test_a_command_that_does_not_exist_is_said_to() -> None:
    async def type_it(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await pilot.press("colon")
        await pilot.pause()
        await pilot.press(*"foo")
        for _ in range(100):
            if "matches `foo`" in text(app):
                return
            await pilot.pause(0.05)
        raise AssertionError(text(app))

    drive(doctor("two-problems"), type_it)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_quit(key: str) -> None:
    async def leave(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await pilot.press(key)
        await pilot.pause()

    assert drive(doctor(INGRESS), leave).return_code == 0


@pytest.mark.parametrize("key", ["r", "ctrl+r"])
def test_read_again(key: str) -> None:
    async def again(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await press(app, pilot, key)
        assert "nothing changed" in told(app)

    drive(doctor(INGRESS), again)


def test_help_lists_every_key_that_holds_here() -> None:
    async def ask(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        wanted = {a.binding.description for a in app.screen.active_bindings.values() if not a.binding.system}
        await press(app, pilot, "question_mark")
        assert isinstance(app.screen, Help)
        listed = "\n".join(line.text for line in app.screen.query_one(Lines).lines)
        assert all(words in listed for words in wanted if words and words != "Copy selected text")
        assert "no key changes the cluster" in listed
        await press(app, pilot, "question_mark")
        assert isinstance(app.screen, Overview)

    drive(doctor(INGRESS), ask)


def test_every_binding_can_be_remapped_by_its_id() -> None:
    from gkedoctor.tui.screens.view import View
    from gkedoctor.tui.widgets.filter_bar import FilterBar

    owners = [
        GkedoctorApp,
        View,
        Overview,
        Objects,
        Timeline,
        ObjectScreen,
        Help,
        Copy,
        Save,
        Text,
        Lines,
        PathStrip,
        FilterBar,
    ]
    bindings = [b for owner in owners for b in owner.BINDINGS if isinstance(b, Binding)]
    assert all(b.id for b in bindings)
    assert len({b.id for b in bindings}) == len(bindings)


def test_the_mouse_does_what_the_keys_do() -> None:
    async def click(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        await pilot.click("#findings", offset=(12, 2))
        await settled(app, pilot)
        assert "Service/beta" in cursor_line(text(app))
        await pilot.click("#findings", offset=(12, 2))
        await settled(app, pilot)
        assert app.focused is not None and app.focused.id == "detail"
        await pilot.click("Header", offset=(16, 1))
        await settled(app, pilot)
        assert app.current_mode == "objects"
        await pilot.click("Keys", offset=(3, 0))
        await settled(app, pilot)
        assert isinstance(app.screen, Help)

    drive(doctor("two-problems"), click)


def test_a_new_user_comes_from_the_site_is_down_to_the_pasted_fix_in_under_ten_keys() -> None:
    """With the first screen and `?` alone: the help says that `c f` copies the fix; the gravest finding is first."""
    keys = ["question_mark", "escape", "enter", "c", "f"]
    app = doctor(INGRESS)

    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert "Secret shop-db does not exist" in text(app)
        await press(app, pilot, keys[0])
        assert "c f copies its fix" in text(app)
        await press(app, pilot, *keys[1:])

    drive(app, walk)
    assert len(keys) < 10
    assert app.clipboard == (
        "kubectl -n ing-missing-secret create secret generic shop-db --from-literal=url=VALUE"
        " --dry-run=client -o yaml | kubectl apply -f -\n"
    )


def test_keys_that_arrive_at_once_meet_what_the_first_one_opened() -> None:
    app = doctor("two-problems")

    async def burst(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        for key, char in (("slash", "/"), *((c, c) for c in "beta")):
            app.post_message(events.Key(key, char))
        await settled(app, pilot)
        await pilot.pause(0.2)
        assert "Findings 1 of 2" in text(app)
        await press(app, pilot, "enter")
        for char in "cf":
            app.post_message(events.Key(char, char))
        await pilot.pause(0.2)
        await settled(app, pilot)

    assert "set selector service beta" in drive(app, burst).clipboard


@pytest.mark.parametrize("size", [(100, 30), (80, 24)])
def test_the_fix_is_seen_before_two_keys_paste_it(size: tuple[int, int]) -> None:
    app = doctor(INGRESS)

    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        seen = " ".join(text(app).replace("│", " ").replace("\\", " ").split())
        assert "--from-literal=url=VALUE --dry-run=client -o yaml | kubectl apply -f -" in seen
        await press(app, pilot, "c", "f")

    assert drive(app, walk, size).clipboard.startswith("kubectl -n ing-missing-secret create secret")


def test_marks_groups_digits_jump_and_history() -> None:
    """One walk with four findings in as many namespaces; each step has its own line."""

    async def walk(app: GkedoctorApp, pilot: Pilot[Any]) -> None:
        assert "0 all  1 billing  2 catalog" in text(app)
        await press(app, pilot, "1")
        assert "Findings 4 of 10" in text(app) and "ns:billing" in text(app)
        await press(app, pilot, "9")
        assert "No namespace 9" in told(app)
        await press(app, pilot, "0", "b", "b")
        assert "grouped by cause (b)" in text(app) and "missing-secret  2" in text(app)
        await press(app, pilot, "ctrl+o")
        assert " d Path" not in text(app) and "s Detail" in text(app)
        await press(app, pilot, "s")
        assert app.focused is not None and app.focused.id == "detail"
        await press(app, pilot, "escape", "a")
        assert "Nothing has changed" in told(app)
        await press(app, pilot, "r", "H")
        assert "History  10" in text(app) and "present" in text(app)
        await press(app, pilot, "s")
        assert isinstance(app.screen, Save) and "The file extension sets the format: .md or .json." in text(app)
        await press(app, pilot, "escape", "escape")
        assert isinstance(app.screen, Overview)

    drive(doctor("two-problems", many(10)), walk)


def test_a_filter_without_a_hit_leaves_no_path_and_says_why() -> None:
    seen = looked(doctor("two-problems"), ["slash", *"sev", "colon", *"hgih"])
    assert "Did you mean `high`?" in seen and "Request path" not in seen
