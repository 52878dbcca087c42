"""The street stays one-way, and a report stays light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

from gkedoctor.graph import EDGES
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
    gates = {"stdout.py", "messages.py", "streams.py", "kubectl.py"}
    raw = ("click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write", "echo", "click.style")
    found = [
        f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {_called(node)}"
        for file, node in _syntax("cli", gates)
        if _called(node) in raw
    ]
    assert found == []


def _layers_of_graph() -> dict[str, int]:
    """Package of `graph/` → its layer in the contract of pyproject.toml, 0 the highest."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["type"] == "layers" and "gkedoctor.graph.core" in c["layers"])
    return {
        package.strip().rpartition(".")[2]: number
        for number, layer in enumerate(layers)
        for package in layer.split("|")
    }


def _followed(tree: ast.Module) -> Iterator[str]:
    """The names of edges in calls of `follow` with a name that is written out."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "follow":
            names = (node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant))
            yield from (name for name in names if isinstance(name, str))


def _package(module: str) -> str:
    return module.removeprefix("gkedoctor.graph.").partition(".")[0]


def test_edges_are_followed_in_the_direction_of_imports() -> None:
    """`graph.follow("x", …)` is a call that import-linter cannot see. Of an edge of several kinds, one has to fit."""
    layers = _layers_of_graph()
    homes: dict[str, set[str]] = {}
    for found in EDGES.values():
        homes.setdefault(found.name, set()).add(_package(found.walk.__module__))
    wrong = [
        f"{path.parent.name}/{path.name} follows {name!r} of {sorted(homes.get(name, ()))}"
        for path in sorted((ROOT / "src" / "gkedoctor" / "graph").glob("*/*.py"))
        for name in _followed(ast.parse(path.read_text()))
        if not any(home == path.parent.name or layers[home] > layers[path.parent.name] for home in homes.get(name, ()))
    ]
    assert not wrong


def test_no_package_of_graph_is_a_room_without_walls() -> None:
    packages = [path for path in (ROOT / "src" / "gkedoctor" / "graph").iterdir() if (path / "__init__.py").is_file()]
    assert {path.name for path in packages} == _layers_of_graph().keys()
    assert all(len(list(path.glob("*.py"))) <= 20 for path in packages)


@pytest.mark.parametrize("package", ["gkedoctor", "benchmarks"])
def test_no_modules_import_each_other_in_a_circle(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not for a type alone: a circle says that two modules are one, or that a third is missing."""
    monkeypatch.syspath_prepend(str(ROOT))
    graph = grimp.build_graph(package, cache_dir=None)
    order = TopologicalSorter({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})
    try:
        order.prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))
