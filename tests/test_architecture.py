"""The street stays one-way, and a report stays light."""

from __future__ import annotations

import json
import subprocess
import sys

from importlinter.cli import lint_imports

from tests.conftest import RECORDINGS, ROOT


def test_import_contracts_hold() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_a_report_of_a_recording_loads_no_network_client_and_no_screen() -> None:
    code = (
        "import sys, json\n"
        "from gkedoctor.cli.app import main\n"
        f"sys.argv = ['gkedoctor', 'report', '--json', '--from', {str(RECORDINGS / 'teratail-missing-secret')!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(run.stderr.strip().splitlines()[-1])}
    assert not loaded & {"kubernetes", "google", "textual", "rich", "requests", "urllib3", "cryptography", "asyncio"}
    assert json.loads(run.stdout)["diagnoses"]


def test_every_root_package_has_its_place_in_the_architecture() -> None:
    rooms = {p.name for p in (ROOT / "src" / "gkedoctor").iterdir() if p.is_dir() and not p.name.startswith("_")}
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert all(f"`{room}/`" in text for room in rooms)
