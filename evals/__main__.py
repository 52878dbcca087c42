"""Prepares the tasks for an agent, and scores its transcripts.

python -m evals prepare FOLDER [--way kubectl]   recordings and prompts, one of each a task
python -m evals score TRANSCRIPT …               a table; exit status 1 unless all are right
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.preparing import WHERE, prepare
from evals.scoring import RIGHT, scored, table
from evals.tasks import tasks
from evals.transcripts import read


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare")
    preparing.add_argument("folder", type=Path)
    preparing.add_argument("--way", choices=sorted(WHERE), default="gkedoctor")
    scoring = commands.add_parser("score")
    scoring.add_argument("transcripts", type=Path, nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "score":
        return score(arguments.transcripts)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for task in tasks():
        _, prompt = prepare(task, arguments.folder, arguments.way)
        print(prompt)
    return 0


def score(paths: list[Path]) -> int:
    """Prints the table. Exit status 2 for a file that belongs to no task, or is damaged."""
    known = {task.id: task for task in tasks()}
    scores = []
    for path in paths:
        try:
            transcript = read(path)
            scores.append(scored(known[transcript.task], transcript))
        except (KeyError, ValueError, OSError) as error:
            print(f"{path} cannot be scored: {error}", file=sys.stderr)
            return 2
    print(table(scores), end="")
    return 0 if all(each.result == RIGHT for each in scores) else 1


if __name__ == "__main__":
    sys.exit(main())
