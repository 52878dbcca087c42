"""Generated clusters that benchmarks share, each made once and kept under `.bench/`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from benchmarks.generator import GeneratorOptions, Planted, generate
from benchmarks.measuring import ROOT

FOLDER = ROOT / ".bench"
SEED, SHARE = 1, 0.005


def cluster(pods: int, share: float = SHARE) -> tuple[Path, tuple[Planted, ...]]:
    """A snapshot of so many Pods, and what was planted in it."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{pods}-{share}-{_version()}.gkesnap"
    truth = path.with_suffix(".truth.json")
    if not truth.exists():
        truth.write_bytes(msgspec.json.encode(generate(GeneratorOptions(pods, SEED, share), path)))
    return path, msgspec.json.decode(truth.read_bytes(), type=tuple[Planted, ...])


def _version() -> str:
    """Another one whenever the generator is changed."""
    text = b"".join(file.read_bytes() for file in sorted((ROOT / "benchmarks" / "generator").rglob("*.py")))
    return hashlib.sha256(text).hexdigest()[:8]
