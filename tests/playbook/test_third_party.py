"""Playbooks of other packages: taken in by their entry point, and never a reason to fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gkedoctor.playbook.third_party import offered
from tests.cli.conftest import Gkedoctor
from tests.conftest import PLAYBOOKS

GOOD = (
    (PLAYBOOKS / "config" / "configuration-missing.yaml")
    .read_text(encoding="utf-8")
    .replace("GKE-CFG-001", "GKE-CFG-950")
)


def installed(folder: Path, package: str, entry: str, code: str = "", **playbooks: str) -> None:
    """A package as pip leaves it."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[gkedoctor.playbooks]\nmine = {entry}\n")
    home = folder / package.replace("-", "_")
    home.mkdir()
    (home / "__init__.py").write_text(code)
    for name, text in playbooks.items():
        (home / f"{name.replace('_', '-')}.yaml").write_text(text)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


def test_a_package_offers_its_folder(site: Path, gkedoctor: Gkedoctor) -> None:
    installed(site, "acme-playbooks", "acme_playbooks", GKE_CFG_950=GOOD)
    assert [(o.package, o.playbook and o.playbook.id) for o in offered()] == [("acme-playbooks", "GKE-CFG-950")]
    listed = gkedoctor("playbooks", "list")
    assert "GKE-CFG-950" in listed.out
    assert listed.err == ""


def test_a_function_says_where_they_are(site: Path) -> None:
    code = "import pathlib\ndef folder():\n    return pathlib.Path(__file__).parent\n"
    installed(site, "acme-functions", "acme_functions:folder", code, GKE_CFG_950=GOOD)
    assert [o.playbook and o.playbook.id for o in offered()] == ["GKE-CFG-950"]


@pytest.mark.parametrize(
    ("entry", "code", "playbook", "said"),
    [
        ("acme_broken", "raise RuntimeError('no licence')", GOOD, "RuntimeError: no licence"),
        ("acme_broken:absent", "", GOOD, "AttributeError"),
        ("acme_broken", "", GOOD.replace("subject: Pod", "subject: Pdo"), "unknown kind `Pdo`"),
        ("acme_broken", "", "playbook: [", "not valid YAML"),
        ("acme_broken", "", GOOD.replace("GKE-CFG-950", "GKE-CFG-001"), "playbook GKE-CFG-001 is also in"),
        ("acme_broken:folder", "def folder():\n    return '/no/such/folder'\n", GOOD, "no folder of playbooks"),
    ],
)
def test_what_is_broken_is_told_with_its_package_and_left_out(
    site: Path,
    gkedoctor: Gkedoctor,
    entry: str,
    code: str,
    playbook: str,
    said: str,
) -> None:
    installed(site, "acme-broken", entry, code, GKE_CFG_950=playbook)
    listed = gkedoctor("playbooks", "list")
    assert listed.code == 0
    assert "GKE-CFG-001" in listed.out
    assert "GKE-CFG-950" not in listed.out
    assert "gkedoctor: note: of package acme-broken, left out:" in listed.err
    assert said in listed.err


def test_one_broken_playbook_leaves_the_others_of_its_package(site: Path) -> None:
    installed(site, "acme-mixed", "acme_mixed", GKE_CFG_950=GOOD, GKE_CFG_951="playbook: 2\n")
    assert [bool(o.playbook) for o in offered()] == [True, False]
