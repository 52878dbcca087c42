"""A second corpus, of other products, languages and wordings than the first: how masking does at first contact.

Nobody tunes masking by it; when somebody has, a new one has to be written for the figure to mean anything.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.leaks.corpus import kinds
from benchmarks.leaks.harmless import lines
from benchmarks.leaks.measure import SEED, Corpus, corpus_of

_TABLES = Path(__file__).parent / "held_out_tables"


def held_out(seed: str = SEED) -> Corpus:
    """The corpus of the tables in `held_out_tables`."""
    return corpus_of(
        "held-out", kinds(_TABLES), lines(seed, _TABLES / "harmless.txt"), rounds=1, seed=f"{seed} held out"
    )
