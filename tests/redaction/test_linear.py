"""Every pattern of the redaction, and all of them together, on the strings that are worst for patterns."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator

import pytest

from gkedoctor.snapshot import redaction
from gkedoctor.snapshot.redaction import (
    assignments,
    commands,
    devices,
    known,
    nested,
    phrases,
    statements,
    structures,
    urls,
)
from gkedoctor.snapshot.redaction.learned import Finder
from gkedoctor.snapshot.redaction.text import spans

UNITS = (
    "a", "A", "aB1", "0123456789abcdef", "a.", "token", "token.", "=", "a=", "token=", "token:", 'token="',
    "token='", 'token=\\"', "://", "a://a:", "://a@", "@", "?a", "&a=", "bearer ", "password ", "-----BEGIN ",
    " ", "\n", "-", "-----BEGIN PRIVATE KEY-----\n", "--token ", "\\", "%3D", "<token>a</",
    "eyJaaaaaaaaaaaaaaaa.", "$2b$10$aaaaaaaaaa", "*", "***000000***", "M", "QUJDdGVz", "cookie: a=bcdefg; ",
    "curl -u a:", "b:a@tcp(", "/hooks/", "jdbc:oracle:thin:a/", "user a > ", "login a password ",
    "name=password value=", "T3BlbkFJ", "|", ":AA", "a:1:b:c:d\n", "password=a,", "PuTTY-User-Key-File-2: ",
    "é", "connect using ", "[", "(", "{", "'", '"', "seed a ", "\t", "%22",
    "\\n", "('a', '", "a....", "a value '", "random_password", "curl -su ", "htpasswd -b a ", "password for a: ",
    "insert into a (password) values ('a'),", "user,password\n",
    "kind: Secret\ndata:\n  a: b\n",
    "password is ", "Passwort a1 ", "пароль ", "密码", "密码a1b2c3", "login a / ", "code ", "from a to ", "{a b c1 ",
    "(a,b,c1", "key=[1, ", "key=[12,", "00000000  70 61 73 73 77 6f ", "tokens {a=", "users:\n  a:b1\n", "echo a|",
    "docker -p ", "set a/password ", "authorization: a ", "community ", "a@b:587 u:p1\n", "data:map[a:b ", '{a,<<"',
    "kennwort ist ", "sensitive=true value=", "password -> ", '"a":{', "password to literal ",
)  # fmt: skip
SMALL, LARGE = 20_000, 160_000
SLACK = 4.0
"""Eight times the text may take 32 times as long before it counts as more than linear: machines are shared. A pattern
that is quadratic takes 64 times, and one that is cubic 512."""

QUICK = 0.05
"""Seconds of CPU below which a growth says nothing."""


def text(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def seconds(work: Callable[[str], object], unit: str, size: int) -> float:
    given = text(unit, size)
    began = time.process_time()
    work(given)
    return time.process_time() - began


def grows_linearly(work: Callable[[str], object], unit: str, small: int = SMALL, large: int = LARGE) -> bool:
    for _ in range(3):
        long = seconds(work, unit, large)
        if long < QUICK or long <= SLACK * large / small * max(seconds(work, unit, small), QUICK / 50):
            return True
    return False


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.iter_modules(redaction.__path__):
        found = importlib.import_module(f"{redaction.__name__}.{module.name}")
        for name, value in vars(found).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.name}.{name}", value
    for module in (phrases, statements, commands, devices, structures, nested):
        yield from ((f"{module.__name__.rpartition('.')[2]}.{rule.words[:1]}", rule.pattern) for rule in module.RULES)
    yield from ((f"urls.{literal}", tail) for literal, tail in urls._HOOKS)
    starts, forms = known._compiled()
    yield "known.starts", starts
    yield from ((f"known.{start}", form.pattern) for start, found in forms.items() for form in found)
    yield from ((f"known.{infix.literal}", infix.tail) for infix in known._compiled_infixes())
    yield from (("assignments.keyed", pattern) for _, pattern in assignments._keyed_forms())


ALL = {f"{name} {pattern.pattern[:40]}": pattern for name, pattern in patterns()}


def test_all_patterns_are_tried() -> None:
    assert len(ALL) > 400


def exhausted(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return lambda given: sum(1 for _ in pattern.finditer(given))


@pytest.mark.parametrize("unit", UNITS[::3])
def test_each_pattern_takes_time_in_proportion_to_the_text(unit: str) -> None:
    slow = [name for name, pattern in ALL.items() if not grows_linearly(exhausted(pattern), unit, 2_000, 16_000)]
    assert slow == []


@pytest.mark.parametrize("unit", UNITS)
def test_the_whole_of_it_takes_time_in_proportion_to_the_text(unit: str) -> None:
    assert grows_linearly(spans, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_looking_for_learned_values_takes_time_in_proportion_to_the_text(unit: str) -> None:
    learned = {text(unit, size) + f"{size}": "***000000***" for size in range(8, 400, 4)}
    finder = Finder(learned)
    assert grows_linearly(lambda given: sum(1 for _ in finder.spans(given)), unit)
