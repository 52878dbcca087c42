"""The HTML report in a real browser: what it asks for, filter and fold, phones, dark rooms, paper, and no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gkedoctor.report.answer import Answer
from gkedoctor.report.formats import Page, renderer

from .browser import CHROMIUM, MISSING, Browser
from .outcomes import many
from .recordings import answer
from .test_injection import HOSTILE, hostile

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason=MISSING), pytest.mark.timeout(300)]

VISIBLE = "[...document.querySelectorAll('.finding')].filter(f => f.checkVisibility()).length"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


def page(found: Answer, folder: Path) -> Path:
    file = folder / "report.html"
    file.write_text(renderer("html").render(found, Page()), encoding="utf-8")
    return file


@pytest.mark.parametrize("recording", ["ing-basic-auth", "two-problems", "orphans-cluster-deleted", "teratail-healthy"])
@pytest.mark.parametrize("width", [320, 390, 768, 1200])
def test_a_report_asks_for_nothing_fits_its_window_and_has_no_errors(
    browser: Browser, tmp_path: Path, recording: str, width: int
) -> None:
    file = page(answer(recording), tmp_path)
    browser.open(file, width=width)
    assert browser.requests() == [file.as_uri()]
    assert browser.complaints() == []
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert browser.ask("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{i:02}" for i in range(len(HOSTILE))])
def test_hostile_texts_do_nothing_in_a_browser(browser: Browser, tmp_path: Path, text: str) -> None:
    file = page(hostile(text), tmp_path)
    browser.open(file, width=390)
    assert browser.requests() == [file.as_uri()]
    assert browser.complaints() == []
    assert browser.ask("document.documentElement.scrollWidth") <= 390
    assert browser.ask("document.querySelectorAll('script').length") == 1
    assert browser.ask("document.querySelectorAll('img,iframe,object,embed,form,link,base').length") == 0


def test_the_filter_takes_words_and_severities(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(answer("ing-basic-auth"), tmp_path))
    assert browser.ask(VISIBLE) == 2
    _type(browser, "campaign ADDRESS")
    assert browser.ask(VISIBLE) == 1
    assert browser.ask("document.getElementById('shown').textContent") == "1 of 2 shown"
    _type(browser, "no such word")
    assert browser.ask(VISIBLE) == 0
    _type(browser, "")
    browser.ask("document.querySelector('button[data-severity=advisory]').click()")
    assert browser.ask(VISIBLE) == 1
    browser.ask("document.querySelector('button[data-severity=advisory]').click()")
    assert browser.ask(VISIBLE) == 2
    assert browser.complaints() == []


def test_findings_fold_and_unfold(browser: Browser, tmp_path: Path) -> None:
    shown = "[...document.querySelectorAll('.fix')].filter(f => f.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && f.getBoundingClientRect().height > 0).length"  # noqa: E501
    browser.open(page(answer("two-problems"), tmp_path))
    assert browser.ask(shown) == 2
    browser.ask("document.getElementById('fold').click()")
    assert browser.ask("document.querySelectorAll('.finding[open]').length") == 0
    assert browser.ask("document.getElementById('fold').textContent") == "unfold all"
    browser.ask("document.getElementById('fold').click()")
    assert browser.ask("document.querySelectorAll('.finding[open]').length") == 2
    browser.ask("document.querySelector('.finding > summary').click()")
    assert browser.ask("document.querySelectorAll('.finding[open]').length") == 1


def test_keys_reach_the_filter_and_leave_it(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(answer("two-problems"), tmp_path))
    for key, focused in (("/", "filter"), ("Escape", "")):
        browser.send("Input.dispatchKeyEvent", type="keyDown", key=key)
        assert browser.ask("document.activeElement.id") == focused


def test_it_is_whole_without_its_script(browser: Browser, tmp_path: Path) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page(answer("two-problems"), tmp_path))
        assert browser.ask("document.querySelector('nav').checkVisibility()") is False
        assert browser.ask(VISIBLE) == 2
        assert "alpha-keys" in browser.ask("document.body.innerText")
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_it_is_dark_where_the_system_is_and_both_can_be_read(browser: Browser, tmp_path: Path) -> None:
    file = page(answer("ing-basic-auth"), tmp_path)
    papers = []
    for scheme in ("light", "dark"):
        browser.open(file, prefers_color_scheme=scheme)
        paper = _luminance(browser.ask("getComputedStyle(document.querySelector('.finding')).backgroundColor"))
        papers.append(paper)
        for place in ("h1", "h2", ".facts", ".chip", ".path", ".value", "pre code", "a", "h3"):
            ink = _luminance(browser.ask(f"getComputedStyle(document.querySelector('{place}')).color"))
            contrast = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
            assert contrast >= 4.5, f"{place} in {scheme}: {contrast:.1f} (WCAG 2.2, 1.4.3)"
    assert papers[0] > 0.9
    assert papers[1] < 0.05


def test_no_text_of_a_drawing_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(answer("ing-basic-auth"), tmp_path))
    room = "[...document.querySelectorAll('svg text')].map(t => {const b = t.getBBox(); return t.ownerSVGElement.viewBox.baseVal.width - b.x - b.width})"  # noqa: E501
    assert min(browser.ask(room)) >= 0


def test_a_short_report_is_printed_whole_also_what_is_folded(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(answer("two-problems"), tmp_path))
    browser.ask("document.getElementById('fold').click()")
    assert browser.pdf().startswith(b"%PDF-")
    assert browser.ask("document.querySelectorAll('details.finding:not([open])').length") == 0, (
        "beforeprint opened them"
    )
    browser.send("Emulation.setEmulatedMedia", media="print", features=[])
    assert browser.ask("document.querySelector('nav').checkVisibility()") is False
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_107_findings_are_a_table_and_the_first_card_on_at_most_12_pages(browser: Browser, tmp_path: Path) -> None:
    browser.open(page(Answer(many(107)), tmp_path))
    assert browser.ask("document.querySelectorAll('.index tbody tr').length") == 107
    assert browser.ask("document.querySelectorAll('.finding[open]').length") == 1
    assert len(re.findall(rb"/Type\s*/Page[^s]", browser.pdf())) <= 12
    _type(browser, "mail-050")
    assert browser.ask("document.querySelectorAll('.index tbody tr:not([hidden])').length") == 1


@pytest.mark.parametrize("found", [answer("ing-basic-auth"), answer("two-problems"), Answer(many(107))], ids=str)
def test_the_first_fix_is_seen_on_a_phone_without_scrolling(browser: Browser, tmp_path: Path, found: Answer) -> None:
    browser.open(page(found, tmp_path), width=390, height=844)
    assert browser.ask("document.querySelector('.finding pre').getBoundingClientRect().top") < 720
    assert browser.ask("document.documentElement.scrollWidth") <= 390


def test_the_heading_and_the_title_are_the_first_fault(browser: Browser, tmp_path: Path) -> None:
    found = answer("ing-basic-auth")
    browser.open(page(found, tmp_path))
    assert browser.ask("document.querySelector('h1').textContent") == found.outcome.diagnoses[0].title
    assert browser.ask("document.title").startswith(found.outcome.diagnoses[0].title)


def test_a_button_copies_a_command_and_a_playbook_leads_to_what_it_is(browser: Browser, tmp_path: Path) -> None:
    found = answer("two-problems")
    browser.open(page(found, tmp_path))
    copied = "(async () => { let got; navigator.clipboard.writeText = async (t) => { got = t; };"
    copied += " document.querySelector('pre button').click(); await 0; return got; })()"
    result = browser.send("Runtime.evaluate", expression=copied, awaitPromise=True, returnByValue=True)
    assert result["result"]["value"] == found.outcome.diagnoses[0].fix.commands[0] + "\n"
    browser.ask("document.querySelector('a[href=\"#p-GKE-CFG-001\"]').click()")
    assert "gkedoctor playbooks show GKE-CFG-001" in browser.ask("document.querySelector(':target').textContent")


def _type(browser: Browser, text: str) -> None:
    browser.ask(f"document.getElementById('filter').value = {text!r}")
    browser.ask("document.getElementById('filter').dispatchEvent(new Event('input'))")


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `rgb(r, g, b)`."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_command_is_copied_as_it_is(browser: Browser, tmp_path: Path) -> None:
    found = answer("ing-basic-auth")
    browser.open(page(found, tmp_path), width=320)
    browser.ask("getSelection().selectAllChildren(document.querySelectorAll('pre')[1])")
    assert browser.ask("getSelection().toString().trim()") == found.outcome.diagnoses[0].fix.commands[1]
