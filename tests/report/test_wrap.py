"""Breaking text and commands into lines."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.report.wrap import columns, command_lines, wrapped

WORDS = st.lists(st.text("abc-/.=", min_size=1, max_size=30), min_size=1, max_size=30)
ARGUMENTS = st.lists(st.text("ab \t'\"\\$`{}-=#", min_size=1, max_size=30), min_size=1, max_size=12)


@given(WORDS, st.integers(20, 100))
def test_wrapped_text_keeps_all_words_and_fits(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, "  ", "    ")
    assert " ".join(lines).split() == words
    assert all(columns(line) <= width or len(line.split()) == 1 for line in lines)


@given(ARGUMENTS, st.integers(20, 100))
def test_a_wrapped_command_means_the_same_to_a_shell(arguments: list[str], width: int) -> None:
    command = shlex.join(arguments)
    pasted = "\n".join(command_lines(command, width, "    "))
    assert shlex.split(pasted.replace(" \\\n", " ")) == arguments  # shlex does not know continued lines


def test_a_command_breaks_between_arguments_with_a_backslash() -> None:
    assert command_lines("kubectl -n shop get pods --selector app=cart", 34, "    ") == [
        "    kubectl -n shop get pods \\",
        "      --selector app=cart",
    ]


def test_a_command_with_open_quotes_or_a_comment_is_not_broken() -> None:
    for command in ("echo 'open and so long that it would break", "kubectl get pods # all of them, really all of them"):
        assert command_lines(command, 20, "  ") == ["  " + command]
