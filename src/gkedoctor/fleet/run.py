"""A whole run: recordings in, a `Fleet` out, the same bytes whoever did the work and in whatever order it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from gkedoctor.compare.inputs import ComparisonInput
from gkedoctor.compare.match import known
from gkedoctor.fleet.group_causes import group_causes
from gkedoctor.fleet.model import Diagnosed, Failed, Fleet, Recording, Result


def gathered(
    recordings: Sequence[Recording],
    results: Iterator[Result],
    told: Callable[[int, int], None],
    baseline: Mapping[str, ComparisonInput] | None = None,
) -> Fleet:
    """Waits for the results and puts them in order. After Ctrl-C: what there is by then.

    `told` hears after each result how many there are, and how many of them are failures. `baseline`: by the names of
    an earlier fleet.
    """
    done: list[Result] = []
    failures = 0
    interrupted = False
    try:
        for result in results:
            done.append(result)
            failures += isinstance(result, Failed)
            told(len(done), failures)
    except KeyboardInterrupt:
        interrupted = True
    return _in_order(recordings, done, baseline, interrupted)


def _in_order(
    recordings: Sequence[Recording],
    done: Sequence[Result],
    baseline: Mapping[str, ComparisonInput] | None,
    interrupted: bool,
) -> Fleet:
    reached = {result.name for result in done}
    found = _named([result for result in done if isinstance(result, Diagnosed)])
    if baseline is not None:
        found = [_compared(cluster, baseline.get(cluster.name)) for cluster in found]
    return Fleet(
        clusters=tuple(found),
        causes=group_causes(found),
        failed=tuple(sorted((r for r in done if isinstance(r, Failed)), key=lambda r: r.name)),
        not_reached=tuple(r.name for r in recordings if r.name not in reached),
        interrupted=interrupted,
    )


def _named(found: Sequence[Diagnosed]) -> list[Diagnosed]:
    """Clusters by their own names, where no two have the same; ordered by name."""
    own = Counter(cluster.outcome.cluster for cluster in found)
    taken = {cluster.name for cluster in found}
    named = [
        replace(c, name=c.outcome.cluster) if c.outcome.cluster and own[c.outcome.cluster] == 1
        and c.outcome.cluster not in taken - {c.name} else c
        for c in found
    ]  # fmt: skip
    return sorted(named, key=lambda c: c.name)


def _compared(cluster: Diagnosed, before: ComparisonInput | None) -> Diagnosed:
    """What a baseline knows of a cluster; of one that it lacks, nothing."""
    if before is None:
        return replace(cluster, known=frozenset())
    return replace(cluster, known=known(before, cluster.outcome), holes=before.holes)
