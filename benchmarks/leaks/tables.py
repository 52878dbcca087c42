"""What was found, as tables: by output, by place, by form, by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.leaks.corpus import Leak
from benchmarks.leaks.judge import Judged, Second, counted, share

_MOST = 40


def by_output(outputs: Sequence[Judged], leaks: Sequence[Leak], seconds: dict[str, Second]) -> Iterator[str]:
    """One row an output."""
    known = sum(leak.known for leak in leaks)
    yield f"{'output':<38} {'in clear':>15}  {'known form':>14}  {'harmless changed':>17}  detect-secrets"
    for each in outputs:
        clear, forms = len(each.clear), sum(leak.known for leak in each.clear)
        calm = f"{len(each.changed)} of {each.looked_for}" if each.looked_for else ""
        second = seconds.get(each.name)
        told = f"{second.leaks} whole, {second.parts} in part; {second.reported} values reported" if second else ""
        row = f"{each.name:<38} {clear:>6} {share(clear, len(leaks)):6.2f} %  {forms:>5} {share(forms, known):6.2f} %"
        yield f"{row}  {calm:>17}  {told}".rstrip()


def by_field(field: str, clear: Iterable[Leak], leaks: Sequence[Leak]) -> Iterator[str]:
    """One row for each place, form or type that has any in clear; the worst first."""
    some, every = counted(clear, field), counted(leaks, field)
    rows = sorted(every, key=lambda name: (-share(some[name], every[name]), name))
    shown = [name for name in rows if some[name]]
    yield f"{field:<32} {'in clear':>10}"
    for name in shown[:_MOST]:
        yield f"{name:<32} {some[name]:>4} of {every[name]:>3}"
    if len(shown) > _MOST:
        yield f"and {len(shown) - _MOST} more"
    if len(rows) > len(shown):
        yield f"none of {len(rows) - len(shown)} others"


def harmless(outputs: Iterable[Judged]) -> Iterator[str]:
    """The harmless lines that some output changed, with the number of such outputs."""
    changed: Counter[str] = Counter(
        f"{line.place}: {line.text}" for each in outputs for line in (*each.changed, *each.messages)
    )
    for text, count in sorted(changed.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{count} {text[:150]}"


def anywhere(outputs: Iterable[Judged]) -> list[Leak]:
    """The secrets that some output shows."""
    found = {leak: None for each in outputs for leak in each.clear}
    return list(found)
