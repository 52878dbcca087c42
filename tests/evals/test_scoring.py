"""The scorer: right, wrong and abstaining transcripts, in the forms in which clients write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evals.__main__ import score
from evals.scoring import ABSTAINED, FALSE_ALARM, GUESSED, MISSED, NO_ANSWER, PARTIAL, RIGHT, WRONG, names, scored
from evals.tasks import tasks
from evals.transcripts import Transcript, answer, read

TASKS = {task.id: task for task in tasks()}
RIGHT_FAULT = """\
I called diagnose.

VERDICT: fault
ROOT: Secret team-a/shop-db
CAUSE: Secret shop-db does not exist, so the Pods cannot start.
FIX: `kubectl -n team-a create secret generic shop-db --from-literal=url=VALUE`
UNCHECKED: none
"""
WRONG_FAULT = RIGHT_FAULT.replace("Secret team-a/shop-db", "Ingress team-a/shop")
BAD_FIX = RIGHT_FAULT.replace("create secret generic shop-db", "rollout restart deployment")
HEALTHY = "VERDICT: healthy\nUNCHECKED: none\n"
UNKNOWN = (
    "**VERDICT**: unknown\n**UNCHECKED**: the load balancer in Google Cloud: compute.forwardingRules.list is denied\n"
)
VAGUE = "VERDICT: unknown\nUNCHECKED: something\n"


@pytest.mark.parametrize(
    ("task", "text", "result"),
    [
        ("t01", RIGHT_FAULT, RIGHT),
        ("t01", WRONG_FAULT, WRONG),
        ("t01", BAD_FIX, PARTIAL),
        ("t01", UNKNOWN, ABSTAINED),
        ("t01", HEALTHY, MISSED),
        ("t01", "The Secret shop-db is missing.", NO_ANSWER),
        ("t01", WRONG_FAULT + "\nWait, that is a consequence.\n\n" + RIGHT_FAULT, RIGHT),
        ("t30", HEALTHY, RIGHT),
        ("t30", RIGHT_FAULT, FALSE_ALARM),
        ("t30", UNKNOWN, ABSTAINED),
        ("t40", UNKNOWN, RIGHT),
        ("t40", VAGUE, PARTIAL),
        ("t40", HEALTHY, GUESSED),
        ("t40", RIGHT_FAULT, GUESSED),
    ],
)  # fmt: skip
def test_an_answer_gets_the_result_that_it_deserves(task: str, text: str, result: str) -> None:
    assert scored(TASKS[task], Transcript(task, text)).result == result


@pytest.mark.parametrize(
    ("text", "root", "named"),
    [
        ("Secret/shop-db", "Secret/shop-db", True),
        ("the Secret `shop-db` in namespace team-a", "Secret/shop-db", True),
        ("secrets/shop-db", "Secret/shop-db", True),
        ("Secret/shop-db-old", "Secret/shop-db", False),
        ("Deployment/shop-db", "Secret/shop-db", False),
        ("Node gke-teratail-1", "Node", True),
    ],
)
def test_an_object_is_named_in_many_ways(text: str, root: str, named: bool) -> None:
    assert names(text, root) is named


def lines(path: Path, *events: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, events)) + "\n")
    return path


def test_events_of_claude_code(tmp_path: Path) -> None:
    said = {"role": "assistant", "content": [{"type": "text", "text": RIGHT_FAULT}], "usage": {"output_tokens": 90}}
    called = {
        "role": "assistant",
        "content": [{"type": "tool_use", "name": "diagnose"}],
        "usage": {"input_tokens": 800},
    }
    result = {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": WRONG_FAULT}]}]}
    path = lines(
        tmp_path / "t01.jsonl",
        {"type": "system", "subtype": "init"},
        {"type": "assistant", "message": called},
        {"type": "user", "message": result},
        {"type": "assistant", "message": said},
    )
    transcript = read(path)
    assert (transcript.task, transcript.calls, transcript.tokens) == ("t01", 1, 890)
    assert scored(TASKS["t01"], transcript).result == RIGHT


def test_events_of_codex(tmp_path: Path) -> None:
    call = {"type": "mcp_tool_call", "server": "gkedoctor", "tool": "diagnose"}
    path = lines(
        tmp_path / "t01.second.jsonl",
        {"type": "item.started", "item": call},
        {"type": "item.completed", "item": call},
        {"type": "item.completed", "item": {"type": "agent_message", "text": WRONG_FAULT}},
        {"type": "turn.completed", "usage": {"input_tokens": 1000, "output_tokens": 50}},
    )
    transcript = read(path)
    assert (transcript.task, transcript.calls, transcript.tokens) == ("t01", 1, 1050)
    assert scored(TASKS["t01"], transcript).result == WRONG


def test_the_question_is_never_the_answer(tmp_path: Path) -> None:
    prompt = Path(__file__).parents[2] / "evals" / "prompt.md"
    path = lines(tmp_path / "t01.jsonl", {"role": "user", "content": prompt.read_text()})
    assert read(path).text == ""
    (tmp_path / "t01.md").write_text(prompt.read_text())
    assert scored(TASKS["t01"], read(tmp_path / "t01.md")).result == NO_ANSWER


def test_an_answer_may_have_several_lines() -> None:
    found = answer("> VERDICT: fault\n> FIX: run\n```\nkubectl apply -f x\n```\n\nThat is all.")
    assert found == {"VERDICT": "fault", "FIX": "run\nkubectl apply -f x"}


def test_the_command_prints_a_table_and_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {"t01.md": RIGHT_FAULT, "t02.md": WRONG_FAULT, "t03.txt": UNKNOWN, "t30.md": RIGHT_FAULT, "t40.md": UNKNOWN}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert score(sorted(tmp_path.iterdir())) == 1
    out = capsys.readouterr().out
    assert "| t01 | ing-missing-secret | right | yes | yes | yes | ? | ? |" in out
    assert "faults: 1 of 3 right, 1 wrong, 1 abstained\n" in out
    assert "healthy clusters: 0 of 1 right, 1 false alarm\nnot answerable: 1 of 1 right\n" in out
    assert score([tmp_path / "t01.md"]) == 0


def test_a_file_without_a_task_or_with_damage_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.md").write_text(RIGHT_FAULT)
    (tmp_path / "t01.jsonl").write_text("{\n")
    assert [score([path]) for path in sorted(tmp_path.iterdir())] == [2, 2]
    assert "t01.jsonl:1 is not JSON" in capsys.readouterr().err
