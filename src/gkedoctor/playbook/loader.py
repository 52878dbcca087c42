"""Reads playbooks. What cannot be read is said with file, line, column and the key that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from gkedoctor.errors import PlaybookError, UsageError
from gkedoctor.graph.selectors import nearest
from gkedoctor.playbook.check import Problem, problems
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.model import Cause, Each, Evidence, Fix, Playbook, Relate, RuledOut, SeverityCase, Symptom

TEST_SUFFIX = ".test.yaml"


class Source(NamedTuple):
    """A playbook file: where it is, and its text."""

    path: str
    text: str


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml where it is built in
    """Safe YAML that refuses what YAML 1.1 gets wrong: duplicate keys, and `yes`, `no`, `on`, `off` as booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp) for tag, regexp in found if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in mapping:
            raise yaml.constructor.ConstructorError(None, None, f"the key `{key}` stands twice", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def read_yaml(source: Source) -> Any:
    """The value of a YAML text; PlaybookError with the place where it cannot be parsed."""
    try:
        return yaml.load(source.text, Loader=_Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(p) for p in (error.problem, error.context) if p)
        raise _error(source, f"not valid YAML: {problem}", mark, hint=_yaml_hint(problem)) from None
    except yaml.YAMLError as error:
        raise PlaybookError(f"not valid YAML: {error}", path=source.path) from None


def _yaml_hint(problem: str) -> str | None:
    if "expected ',' or '}'" in problem:
        return "an expression with a comma inside { } ends the value there: write it in block style, one key per line"
    if "cannot start any token" in problem or "mapping values are not allowed" in problem:
        return 'put the expression in double quotes: one that starts with !, [, & or `, or holds ": ", needs them'
    return None


def load_playbook(source: Source, *, check: bool = True) -> CompiledPlaybook:
    """One playbook. With `check`, also its names, functions, edges and words; shipped ones are checked by the tests.

    PlaybookError says where something is wrong.
    """
    value = read_yaml(source)
    try:
        playbook = CompiledPlaybook(msgspec.convert(value, Playbook), source.path)
    except msgspec.ValidationError as error:
        raise _validation_error(source, str(error)) from None
    if check:
        for problem in problems(playbook):
            raise playbook_error(source, problem)
    return playbook


def load_playbooks(folders: Iterable[Path], *, check: bool = True) -> list[CompiledPlaybook]:
    """All playbooks below some folders, ordered by id. A second playbook of one id is an error."""
    found: dict[str, CompiledPlaybook] = {}
    for source in sources(folders):
        playbook = load_playbook(source, check=check)
        if playbook.id in found:
            raise PlaybookError(f"playbook {playbook.id} is also in {found[playbook.id].path}", path=source.path)
        found[playbook.id] = playbook
    return [found[key] for key in sorted(found)]


def sources(folders: Iterable[Path]) -> Iterator[Source]:
    """The playbook files below some folders, in the order of their names."""
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"no folder of playbooks at {folder}", hint="--playbooks takes a directory")
        for path in sorted(folder.rglob("*.yaml")):
            if not path.name.endswith(TEST_SUFFIX):
                yield read_source(path)


def read_source(path: Path) -> Source:
    """A file's text; UsageError where it is not readable UTF-8."""
    try:
        return Source(str(path), path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise PlaybookError(f"not UTF-8 text (byte {error.start})", path=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def playbook_error(source: Source, problem: Problem) -> PlaybookError:
    """The error for one problem, at its place in the file."""
    return _error(source, problem.message, _mark(source, problem.place), hint=problem.hint)


def _error(source: Source, message: str, mark: yaml.Mark | None, *, hint: str | None = None) -> PlaybookError:
    if mark is None:
        return PlaybookError(message, path=source.path, hint=hint)
    lines = source.text.splitlines()
    text = lines[mark.line] if mark.line < len(lines) else ""
    return PlaybookError(
        message, path=source.path, line=mark.line + 1, column=mark.column + 1, source_line=text, hint=hint
    )


_PLACE = re.compile(r" - at `(?:key in )?(.*?)`$")
_UNKNOWN_FIELD = re.compile(r"unknown field `(.*?)`")


def _validation_error(source: Source, text: str) -> PlaybookError:
    """msgspec's sentence, with the line of the key it is about."""
    found = _PLACE.search(text)
    place, message = (found[1] if found else "$"), _PLACE.sub("", text)
    unknown = _UNKNOWN_FIELD.search(message)
    if unknown is None:
        return _error(source, message[0].lower() + message[1:], _mark(source, place))
    key = unknown[1]
    meant = nearest(key, _keys_at(place))
    hint = f"did you mean `{meant}`?" if meant else f"the keys here are {', '.join(_keys_at(place))}"
    return _error(source, f"unknown key `{key}`", _mark(source, f"{place}.{key}", key=True), hint=hint)


_STRUCT_AT: dict[str, type[msgspec.Struct]] = {
    "relate": Relate, "each": Each, "symptom": Symptom, "severity": SeverityCase, "causes": Cause,
    "ruled_out_if": RuledOut, "evidence": Evidence, "fix": Fix,
}  # fmt: skip


def _keys_at(place: str) -> list[str]:
    last = re.sub(r"\[.*?\]", "", place).rsplit(".", 1)[-1]
    return [f.encode_name for f in msgspec.structs.fields(_STRUCT_AT.get(last, Playbook))]


def _mark(source: Source, place: str, *, key: bool = False) -> yaml.Mark | None:
    """Where in the file a path like `$.causes[0].when` stands: the value, or with `key` its key."""
    node = yaml.compose(source.text, Loader=_Loader)
    mark: yaml.Mark | None = node.start_mark if node is not None else None
    for part in re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", place):
        found = _step(node, part)
        if found is None:
            break
        key_node, node = found
        mark = key_node.start_mark if key else node.start_mark
    return mark


def _step(node: Any, part: tuple[str, str]) -> tuple[Any, Any] | None:
    name, index = part
    if isinstance(node, yaml.MappingNode) and name:
        return next(((k, v) for k, v in node.value if k.value == name), None)
    if isinstance(node, yaml.SequenceNode) and index.isdigit() and int(index) < len(node.value):
        element = node.value[int(index)]
        return element, element
    return None
