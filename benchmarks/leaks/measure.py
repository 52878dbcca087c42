"""Runs the benchmark: makes the corpus, lets gkedoctor make its outputs, and judges them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.leaks import outputs, troubleshoot
from benchmarks.leaks.cluster import Cluster, cluster_of
from benchmarks.leaks.corpus import Kind, Leak
from benchmarks.leaks.corpus import leaks as drawn
from benchmarks.leaks.harmless import Harmless, lines, messages
from benchmarks.leaks.judge import Judged, Second, judged, second_opinion, share
from benchmarks.leaks.outputs import Output
from benchmarks.leaks.screen import screen
from benchmarks.leaks.tables import anywhere
from benchmarks.measuring import Measured

SEED = "1"
IN_CLEAR, KNOWN, CHANGED = 3.0, 0.0, 1.0
"""The aims, per cent: of all secrets, of those of a known form, of harmless lines."""

_LOOKED_AT_TWICE = ("snapshot, live", "import folder/", "serve", "report, live -o html", "report --from -o json")


class Corpus(NamedTuple):
    """What is planted. `other`: the same with other values, for what compares two clusters."""

    name: str
    leaks: Sequence[Leak]
    other: Sequence[Leak]
    harmless: Sequence[Harmless]


class Result(NamedTuple):
    """What came out. `compared`: what another tool leaves of the same texts."""

    corpus: Corpus
    found: list[Judged]
    seconds: dict[str, Second]
    compared: list[Judged]

    @property
    def types(self) -> int:
        """How many types of secrets there are."""
        return len({leak.type for leak in self.corpus.leaks})


def corpus(seed: str = SEED) -> Corpus:
    """The first corpus."""
    return Corpus("first", drawn(seed), drawn(f"{seed} other"), [*lines(seed), *messages()])


def corpus_of(name: str, kinds: Sequence[Kind], harmless: Sequence[Harmless], rounds: int, seed: str = SEED) -> Corpus:
    """A corpus of other types and lines."""
    return Corpus(name, drawn(seed, kinds, rounds), drawn(f"{seed} other", kinds, rounds), harmless)


def result(planted: Corpus, *, twice: bool = True, compare: bool = False) -> Result:
    """Makes and judges all outputs. `twice`: detect-secrets judges too; `compare`: troubleshoot runs as well."""
    cluster = cluster_of(planted.leaks, planted.harmless)
    other = cluster_of(planted.other, planted.harmless)
    found, seconds, compared = [], {}, []
    with tempfile.TemporaryDirectory(prefix="gkedoctor-leaks-") as name:
        folder = Path(name)
        for output in _outputs(cluster, other, planted, folder):
            found.append(judged(output, planted.leaks, planted.harmless))
            if twice and output.name in _LOOKED_AT_TWICE:
                seconds[output.name] = second_opinion(output.text, planted.leaks)
        if compare:
            left = troubleshoot.redacted(folder / "recording", folder)
            compared.append(judged(left, planted.leaks, planted.harmless))
    return Result(planted, found, seconds, compared)


def _outputs(cluster: Cluster, other: Cluster, planted: Corpus, folder: Path) -> Iterator[Output]:
    yield from outputs.all_outputs(cluster, other, planted.leaks, folder)
    yield screen(folder / "recording")


def figures(made: Result) -> Iterator[Measured]:
    """The figures with their limits: the worst output, and all of them together."""
    leaks = made.corpus.leaks
    known = [leak for leak in leaks if leak.known]
    name = f"{made.corpus.name} corpus"
    clear = anywhere(made.found)
    told = {"secrets": float(len(leaks)), "types": float(made.types), "outputs": float(len(made.found))}
    yield Measured(f"{name}: secrets in clear anywhere, %", share(len(clear), len(leaks)), IN_CLEAR, told=told)
    forms = sum(leak.known for leak in clear)
    told = {"of a known form": float(len(known)), "in clear": float(forms)}
    yield Measured(f"{name}: of a known form in clear anywhere, %", share(forms, len(known)), KNOWN, told=told)
    for each in made.found:
        if each.looked_for:
            told = {"lines": float(each.looked_for), "changed": float(len(each.changed))}
            changed = share(len(each.changed), each.looked_for)
            yield Measured(f"{name}: harmless lines changed, {each.name}, %", changed, CHANGED, told=told)
    lost = {line for each in made.found for line in each.messages}
    sought = float(sum(line.place == "message" for line in made.corpus.harmless))
    if sought:
        yield Measured(f"{name}: messages changed anywhere", float(len(lost)), 0.0, told={"messages": sought})
