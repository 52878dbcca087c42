"""Hints in errors name what an agent can set: arguments of tools, not flags of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from gkedoctor.errors import GkedoctorError, LimitError
from gkedoctor.live.collection import masking_limit
from gkedoctor.live.options import LiveOptions
from gkedoctor.mcp.errors_text import error_text
from gkedoctor.report.request_path import RequestPathAnswer
from gkedoctor.service.path import front_end_of
from tests.mcp.conftest import call, state_of


def without_kubeconfig(folder: Path) -> None:
    call(state_of(LiveOptions(str(folder / "missing"), gcp=False)), "diagnose")


def slow_masking(folder: Path) -> None:
    times = count(0.0, 1000.0)
    masking_limit(replace(LiveOptions().deadline(), clock=lambda: next(times)))()


def too_large(folder: Path) -> None:
    raise LimitError("prod.gkesnap", "has 3 GiB", "2 GiB")


def host_of_nobody(folder: Path) -> None:
    front_end_of(RequestPathAnswer("shop.example.com", ()))


def unknown_context(folder: Path) -> None:
    """Some context that the kubeconfig does not have."""
    contexts = [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("prod", "edge")]
    config = {"apiVersion": "v1", "kind": "Config", "contexts": contexts, "current-context": "prod",
              "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}], "users": []}  # fmt: skip
    (folder / "config").write_text(json.dumps(config))
    call(state_of(LiveOptions(str(folder / "config"), gcp=False)), "diagnose", source="gke_acme_west")


@pytest.mark.parametrize(
    ("fails", "hint"),
    [
        (unknown_context, "contexts: prod, edge"),
        (without_kubeconfig, "or set source to the path of a recording"),
        (slow_masking, "set target to ns:NAMESPACE, or start the server with --timeout 10m"),
        (too_large, "If you trust the source, run gkedoctor report --from PATH --max-size 20Gi."),
        (host_of_nobody, "call trace_request with entry shop.example.com"),
    ],
)
def test_a_hint_names_arguments_of_tools(fails: Callable[[Path], None], hint: str, tmp_path: Path) -> None:
    with pytest.raises(GkedoctorError) as failed:
        fails(tmp_path)
    assert error_text(failed.value).partition("\nNext: ")[2].endswith(hint)
