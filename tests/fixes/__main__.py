"""Tries fixes: `python -m tests.fixes [PLAYBOOK-ID | CAUSE | FILE …] [--playbooks DIR] [--every] [-v]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from gkedoctor.playbook.library import Library, shipped_names
from gkedoctor.playbook.loader import TEST_SUFFIX, load_playbooks
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.snapshot.sources import load
from tests.fixes import ledger
from tests.fixes.api_server.server import writable_server
from tests.fixes.cases import FixCase, fix_cases, recording_cases
from tests.fixes.ledger import Tried
from tests.fixes.prove import Proof, Prover, Result
from tests.fixes.shell import tools

_ROOT = Path(__file__).parents[2]
_GOOD = (Result.CURED, Result.NEEDS_VALUE, Result.UNSEEN)


def main(arguments: Sequence[str]) -> int:
    """Prints how each fix came out; 1 where one that can be pasted does not cure."""
    options = _options(arguments)
    library = Library(load_playbooks([options.playbooks], check=False), shipped_names)
    recordings = options.playbooks.parent / "recorded_clusters"
    paths = list(_paths(options.only, options.playbooks))
    if not paths:
        print("no test file matches", file=sys.stderr)
        return 2

    @cache
    def recorded(name: str) -> Snapshot:
        return load((recordings if recordings.is_dir() else _ROOT / "recorded_clusters") / name)

    if options.recordings:
        cases = recording_cases(options.recordings, library, every=options.every)
    else:
        cases = fix_cases(paths, library, recorded, every=options.every)
    counts: Counter[Result] = Counter()
    found: list[Tried] = []
    start = time.monotonic()
    with tools() as folder, writable_server() as server:
        prover = Prover(server, folder, library)
        for case in cases:
            proof = prover.prove(case.snapshot, case.before, case.diagnosis)
            counts[proof.result] += 1
            found.append(Tried(case, proof))
            _show(case, proof, options.verbose)
            for other in prover.alternatives(case.snapshot, case.before, case.diagnosis):
                print(f"    or: {other.say}: {other.proof.result}")
                _show_details(other.proof, options.verbose)
    if options.write:
        ledger.write(ledger.rows(paths, library, found))
    print()
    for result in Result:
        if counts[result]:
            print(f"{counts[result]:5} {result}")
    print(f"{sum(counts.values()):5} tried in {time.monotonic() - start:.0f} s")
    return int(any(counts[result] for result in Result if result not in (*_GOOD, Result.READS)))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fixes", description="Try the fixes that playbooks print.")
    parser.add_argument("only", nargs="*", help="Playbook ids, cause words, playbook files or folders. Default: all.")
    parser.add_argument("--playbooks", type=Path, default=_ROOT / "playbooks", help="The folder of all playbooks.")
    parser.add_argument("--every", action="store_true", help="Every case, not one for each way the commands come out.")
    parser.add_argument("-v", "--verbose", action="store_true", help="Show each command and its output.")
    parser.add_argument("--recordings", type=Path, nargs="+", default=[], help="Recordings instead: the first finding.")
    parser.add_argument("--write", action="store_true", help="Write docs/fixes.tsv. Only without an argument.")
    return parser.parse_args(arguments)


def _paths(only: Sequence[str], playbooks: Path) -> list[Path]:
    """The test files that are meant."""
    if not only:
        return [playbooks]
    found: list[Path] = []
    for word in only:
        path = next((p for p in (Path(word), playbooks / word) if p.exists()), None)
        if path is not None:
            found.append(path)
            continue
        for file in sorted(playbooks.rglob("*" + TEST_SUFFIX)):
            text = file.with_name(file.name.removesuffix(TEST_SUFFIX) + ".yaml").read_text()
            if f"id: {word.upper()}\n" in text or f"cause: {word}\n" in text:
                found.append(file)
    return found


def _show(case: FixCase, proof: Proof, verbose: bool) -> None:
    value = " (with values filled in)" if proof.needs_value and proof.result is not Result.NEEDS_VALUE else ""
    print(f"{case.name}: {proof.result}{value}  [{case.case}]")
    _show_details(proof, verbose)
    sys.stdout.flush()


def _show_details(proof: Proof, verbose: bool) -> None:
    if verbose:
        for one in proof.done:
            print(f"    $ {one.command}  -> {one.code}")
            for line in (one.out + one.err).strip().splitlines()[:12]:
                print(f"      {line}")
    if proof.result is Result.EDIT and not verbose:
        return
    for text in proof.says:
        print("\n".join(f"    {line}" for line in text.splitlines()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
