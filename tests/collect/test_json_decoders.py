"""Worker threads share decoders that one of them made: msgspec cannot be asked for one by two threads at once."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gkedoctor.collect.json_decoders import json_decoder
from tests.conftest import ROOT

THREADED = [path for name in ("collect", "live") for path in (ROOT / "src" / "gkedoctor" / name).rglob("*.py")]


def made_in_functions(path: Path) -> Iterator[int]:
    """The lines of functions that let msgspec work out a type."""
    functions = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef))
    for call in (n for function in functions for n in ast.walk(function) if isinstance(n, ast.Call)):
        name = ast.unparse(call.func)
        typed = name == "msgspec.json.decode" and any(k.arg == "type" for k in call.keywords)
        if typed or name == "msgspec.json.Decoder":
            yield call.lineno


def test_threads_make_no_decoders_of_their_own() -> None:
    found = {path.name: lines for path in THREADED if (lines := list(made_in_functions(path)))}
    assert list(found) == ["json_decoders.py"]


@pytest.fixture
def threads_that_switch_all_the_time() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("threads_that_switch_all_the_time")
def test_sixteen_threads_that_begin_with_one_type_have_one_decoder() -> None:
    inner = msgspec.defstruct("Inner", [("name", str, "")])
    shape = msgspec.defstruct("Shape", [("items", list[inner]), ("meta", inner)])  # type: ignore[valid-type]
    start, found = threading.Barrier(16), []

    def decode() -> None:
        start.wait()
        found.append(json_decoder(shape))
        assert found[-1].decode(b'{"items": [{"name": "a"}], "meta": {}}').items[0].name == "a"

    threads = [threading.Thread(target=decode) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and len({id(decoder) for decoder in found}) == 1
