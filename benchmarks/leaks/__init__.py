"""A leak benchmark: made-up secrets in all places where a cluster holds text, and what of them comes out in clear."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measuring import Measured


def measure() -> Iterator[Measured]:
    """The figures of both corpora, as all benchmarks give them."""
    from benchmarks.leaks.held_out import held_out
    from benchmarks.leaks.measure import corpus, figures, result

    for planted in (corpus(), held_out()):
        yield from figures(result(planted, twice=False))
