"""Reference pages, made from the structs, functions and commands themselves."""

from __future__ import annotations

import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from docs.tool.commands import Command, commands

from gkedoctor import api
from gkedoctor.diagnose.cases import Case, CaseFile, Expected, Given
from gkedoctor.explain.markdown import prose
from gkedoctor.graph import CANDIDATE_INDEXES, EDGES, Unknown
from gkedoctor.graph.core.records import record_type
from gkedoctor.playbook import model
from gkedoctor.playbook.functions import documented
from gkedoctor.report.markdown import code
from gkedoctor.whatif.simulate import all_rules

MADE = "<!-- made by `make docs`: edits here are lost -->"

_STRUCTS: tuple[type[msgspec.Struct], ...] = (
    model.Playbook, model.Relate, model.Each, model.Symptom, model.SeverityCase, model.Cause, model.RuledOut,
    model.Evidence, model.Fix, model.Command,
)  # fmt: skip
_CASES: tuple[type[msgspec.Struct], ...] = (CaseFile, Case, Given, Expected)


def cli_page() -> str:
    """Every command with its options and examples."""
    parts = ["# Commands", MADE, "`-h` and `--help` say the same in the terminal; exit codes stand in the README."]
    for command in commands():
        parts += _command(command)
    return "\n\n".join(parts) + "\n"


def _command(command: Command) -> Iterator[str]:
    yield f"## {command.name}"
    yield f"```text\n{command.usage}\n```"
    yield from (prose(paragraph) for paragraph in command.about)
    if command.options:
        rows = [f"| {_cell(code(name))} | {_cell(prose(said))} |" for name, said in command.options]
        yield "\n".join(["| option | meaning |", "| --- | --- |", *rows])
    if command.examples:
        yield "```sh\n" + "\n".join(command.examples) + "\n```"


def format_page() -> str:
    """The keys of playbooks and of their tests."""
    parts = [
        "# Playbook format",
        MADE,
        "The keys of a playbook, and of the cases beside it. How they work together is told in "
        "[playbooks/README.md](../../playbooks/README.md); editors complete and check them by "
        "[the JSON Schema](../writing-playbooks.md#in-your-editor).",
        "An expression is [JMESPath](https://jmespath.org/specification.html) with [edges](edges.md) and "
        "[functions](functions.md); in texts it stands in `{{ … }}`.",
    ]
    for struct in _STRUCTS:
        parts += _struct(struct)
    parts.append("# Cases")
    for struct in _CASES:
        parts += _struct(struct)
    return "\n\n".join(parts) + "\n"


def _struct(struct: type[msgspec.Struct]) -> Iterator[str]:
    yield f"## {struct.__name__}"
    yield prose(" ".join(inspect.cleandoc(struct.__doc__ or "").split()))
    hints = typing.get_type_hints(struct)
    rows = []
    for field in msgspec.structs.fields(struct):
        needed = "yes" if field.required else ""
        rows.append(f"| `{field.encode_name}` | {_type(hints[field.name])} | {needed} |")
    yield "\n".join(["| key | holds | needed |", "| --- | --- | --- |", *rows])


def _type(hint: Any) -> str:
    """A type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments if a is not type(None))
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (tuple, list):
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of names to {_type(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return " or ".join(f"`{member.value}`" for member in hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        known = hint in (*_STRUCTS, *_CASES)
        return f"[{hint.__name__}](#{hint.__name__.lower()})" if known else hint.__name__
    return {str: "text", bool: "true or false", int: "number", Any: "object"}.get(hint, "object")


def rules_page() -> str:
    """The rules by which `gkedoctor whatif` simulates controllers."""
    rules = sorted(all_rules().values(), key=lambda rule: (rule.order, rule.name))
    rows = [f"| `{rule.name}` | {prose(rule.says)} | {rule.source} |" for rule in rules]
    about = (
        "What controllers, the scheduler and the kubelet are assumed to do after a change, by `gkedoctor whatif` and "
        "by the tests that try the printed fixes. The rules run in this order until nothing changes. "
        "[What a change would do](../what-if.md) says what that proves and what it does not."
    )
    return (
        "\n\n".join(
            [
                "# Rules of what-if",
                MADE,
                about,
                "\n".join(["| rule | assumption | source |", "| --- | --- | --- |", *rows]),
            ]
        )
        + "\n"
    )


def edges_page() -> str:
    """Every edge by the kind that it starts at."""
    parts = ["# Edges", MADE, "What a playbook may follow by `relate`, by the kind that it starts at (`*`: any)."]
    for kind in sorted({edge.source for edge in EDGES.values()}):
        rows = [
            f"| `{edge.name}` | {_cell(prose(edge.about))} | {_held(record_type(edge))} | {', '.join(edge.reads)} |"
            for edge in sorted(EDGES.values(), key=lambda e: e.name)
            if edge.source == kind
        ]
        parts += [f"## {kind if kind != '*' else 'any kind'}"]
        parts += ["\n".join(["| edge | leads to | a list of | reads |", "| --- | --- | --- | --- |", *rows])]
    parts += ["## Suspects", "Indexes that a playbook may name by `suspects`, so that nobody else is looked at."]
    rows = [f"| `{s.name}` | {s.source} | {_cell(prose(s.about))} |" for s in sorted(CANDIDATE_INDEXES.values())]
    parts += ["\n".join(["| index | of | names |", "| --- | --- | --- |", *rows])]
    parts += [
        "## Records",
        "The fields of what edges lead to; `?` where one may be null. `playbooks lint` refuses others.",
    ]
    for record in _records():
        hints = typing.get_type_hints(record, include_extras=True)
        rows = [f"| `{name}` | {_held(hint)} |" for name, hint in hints.items()]
        about = prose(" ".join(inspect.cleandoc(record.__doc__ or "").split()))
        parts += [f"### {record.__name__}", about, "\n".join(["| field | holds |", "| --- | --- |", *rows])]
    return "\n\n".join(parts) + "\n"


def _records() -> list[Any]:
    """The records of all edges, and those inside of them, by name."""
    found: dict[str, Any] = {}
    waiting = [record_type(edge) for edge in EDGES.values()]
    while waiting:
        hint = waiting.pop()
        if typing.is_typeddict(hint) and hint.__name__ not in found:
            found[hint.__name__] = hint
            waiting += typing.get_type_hints(hint, include_extras=True).values()
        elif not typing.is_typeddict(hint):
            waiting += get_args(hint) if get_origin(hint) is not typing.Annotated else ()
    return [found[name] for name in sorted(found)]


def _held(hint: Any) -> str:
    """A type of a record's field in words; `?` where it may be null."""
    origin, arguments = get_origin(hint), get_args(hint)
    if typing.is_typeddict(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if origin is typing.Annotated:
        return str(hint.__metadata__[0])
    if origin is typing.NotRequired:
        return f"{_held(arguments[0])}?".replace("??", "?")
    if origin in (Union, types.UnionType):
        told = " or ".join(dict.fromkeys(_held(a) for a in arguments if a not in (type(None), Unknown)))
        return f"{told}?" if type(None) in arguments else told
    if origin in (list, tuple, Sequence):
        return f"list of {_held(arguments[0])}" if arguments else "list"
    if origin is dict:
        return f"map to {_held(arguments[1])}"
    return {str: "text", bool: "true or false", int: "number", float: "number"}.get(hint, "any")


def functions_page() -> str:
    """Our own functions; jmespath's are documented by jmespath."""
    rows = []
    for line in documented():
        name, _, said = line.partition(": ")
        rows.append(f"| {_cell(code(name))} | {_cell(prose(said))} |")
    head = "What expressions may call besides [JMESPath's own](https://jmespath.org/specification.html#built-in-functions)."
    table = "\n".join(["| function | gives |", "| --- | --- |", *rows])
    return "\n\n".join(["# Functions", MADE, head, table]) + "\n"


def api_page() -> str:
    """The Python API out of its docstrings."""
    parts = ["# Python", MADE, *_docstring(api.__doc__ or "")]
    for name in ("load", "collect", "diagnose", "render"):
        function = getattr(api, name)
        parts += [f"## {name}", f"```python\n{_signature(function)}\n```", *_docstring(function.__doc__)]
    return "\n\n".join(parts) + "\n"


def _signature(function: Callable[..., object]) -> str:
    """As it stands in the source."""
    return inspect.getsource(function).split(":\n", 1)[0]


def _docstring(doc: str) -> Iterator[str]:
    for part in inspect.cleandoc(doc).split("\n\n"):
        yield f"```python\n{part}\n```" if part.startswith(">>>") else prose(" ".join(part.split()))


def _cell(said: str) -> str:
    r"""Text inside a table: `|` ends a cell even in code, `\|` does not."""
    return re.sub(r"(?<!\\)\|", r"\\|", said)
