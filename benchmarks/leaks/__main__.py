"""What of made-up secrets gkedoctor lets out in clear, and what harmless text it changes.

    python -m benchmarks.leaks                  # both corpora, all outputs; two minutes
    python -m benchmarks.leaks --corpus first   # the one of the tables beside this file
    python -m benchmarks.leaks --list           # every secret that came out, with its place and form
    python -m benchmarks.leaks --troubleshoot   # and what troubleshoot's default redactors leave of the same texts

Tables go to benchmarks/results/leaks.md. `python -m benchmarks leaks` writes the figures beside those of the others.
detect-secrets (`pip install gkedoctor[leaks]`) judges some of the outputs too, if it is there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec

from benchmarks.leaks import tables
from benchmarks.leaks.held_out import held_out
from benchmarks.leaks.measure import Corpus, Result, corpus, figures, result
from benchmarks.measuring import ROOT, line

_RESULTS = ROOT / "benchmarks" / "results" / "leaks.md"
_CORPORA: Mapping[str, Callable[[], Corpus]] = {"first": corpus, "held-out": held_out}


def main() -> None:
    """Runs it and prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.leaks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", choices=_CORPORA, help="only this one, and nothing is written")
    parser.add_argument("--list", action="store_true", help="print every secret that came out, and write nothing")
    parser.add_argument("--troubleshoot", action="store_true", help="compare with troubleshoot's redactors; needs Go")
    arguments = parser.parse_args()
    twice = find_spec("detect_secrets") is not None
    written = ["# What comes out in clear\n\nWritten by `python -m benchmarks.leaks`.\n"]
    for name in [arguments.corpus] if arguments.corpus else _CORPORA:
        made = result(_CORPORA[name](), twice=twice, compare=arguments.troubleshoot)
        text = "\n".join(_told(made))
        print(text, flush=True)
        written.append(f"## {name} corpus\n\n```\n{text}\n```\n")
        if arguments.list:
            print("\n".join(_listed(made)))
    if not arguments.corpus and not arguments.list:
        _RESULTS.write_text("\n".join(written), encoding="utf-8")


def _told(made: Result) -> Iterator[str]:
    """All tables of one corpus."""
    leaks, clear = made.corpus.leaks, tables.anywhere(made.found)
    messages = sum(one.place == "message" for one in made.corpus.harmless)
    calm = f"{len(made.corpus.harmless) - messages} harmless lines, {messages} messages that gkedoctor looks for"
    yield f"{len(leaks)} secrets of {made.types} types, {calm}"
    for each in figures(made):
        yield line(each)
    yield ""
    yield from tables.by_output([*made.found, *made.compared], leaks, made.seconds)
    for field in ("place", "form", "type"):
        yield ""
        yield from tables.by_field(field, clear, leaks)
    yield "\nharmless lines that were changed, and in how many outputs"
    yield from tables.harmless(made.found)


def _listed(made: Result) -> Iterator[str]:
    """Every secret that came out: its needle is shown, for it is made up."""
    for leak in tables.anywhere(made.found):
        where = ", ".join(each.name for each in made.found if leak in each.clear)
        yield f"{leak.type} | {leak.place} | {leak.form} | {leak.text[:160]!r} | {where}"


if __name__ == "__main__":
    main()
