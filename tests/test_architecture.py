"""The street stays one-way, and a report stays light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

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


_RAW_TEXT = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder"}
_RAW_CALLS = {
    "Static",
    "Label",
    "Content",
    "Text",
    "from_markup",
    "update",
    "with_tooltip",
    "render_str",
    "Segment",
    "Panel",
}
_GATES = {"plain_text.py"}


def _syntax(folder: str, but: set[str]) -> Iterator[tuple[Path, ast.AST]]:
    for file in sorted((ROOT / "src" / "gkedoctor" / folder).rglob("*.py")):
        if file.name not in but:
            yield from ((file, node) for node in ast.walk(ast.parse(file.read_text())))


def _called(node: ast.AST) -> str:
    """The dotted name of what a node calls: `click.echo`, `print`."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_no_widget_is_given_text_but_through_plain_text() -> None:
    """Textual reads markup in strings, and writes control characters as they are."""
    found = []
    for file, node in _syntax("tui", _GATES):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        raw = [t.attr for t in targets if isinstance(t, ast.Attribute) and t.attr in _RAW_TEXT]
        bases = [ast.unparse(base).split("[")[0] for base in node.bases] if isinstance(node, ast.ClassDef) else []
        raw += [base for base in bases if base in {"Static", "Label", "App"}]
        name = _called(node).split(".")[-1]
        if name in _RAW_CALLS and not _is_screen_of_ours(file, name):
            raw.append(name)
        found += [f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {word}" for word in raw]
    assert found == []


def _is_screen_of_ours(file: Path, name: str) -> bool:
    """`Text` is also the name of a screen."""
    return name == "Text" and "from gkedoctor.tui.screens.text import Text" in file.read_text()


def test_no_command_writes_to_a_stream_but_through_output_and_messages() -> None:
    """They spell out what does not print, and know what to do when a stream is full or closed."""
    gates = {"output.py", "messages.py", "streams.py", "kubectl.py"}
    raw = ("click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write", "echo", "click.style")
    found = [
        f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {_called(node)}"
        for file, node in _syntax("cli", gates)
        if _called(node) in raw
    ]
    assert found == []
