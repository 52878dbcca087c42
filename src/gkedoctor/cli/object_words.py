"""One object on the command line as kubectl takes it: `deploy/cart`, `deploy cart`, or its name alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from gkedoctor.errors import UsageError


def one_object(context: click.Context, param: click.Parameter, words: Any) -> str | None:
    """`KIND/NAME` out of `KIND NAME`; a single word as it is. UsageError for more than one object."""
    if not words or isinstance(words, str):
        return words or None
    if len(words) == 2 and not any("/" in word for word in words):
        return "/".join(words)
    if len(words) > 1:
        raise UsageError("only one object can be named", hint=f"{context.command_path} {words[0]}")
    return str(words[0])


def complete_object(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds, and the names that the recording of --from has of a kind."""
    from gkedoctor.report.escaping import inert

    kind, slash, begun = incomplete.partition("/")
    found = _names(context, kind, begun) if slash else _kinds(kind)
    return [CompletionItem(inert(word)) for word in found]


def _kinds(begun: str) -> Iterator[str]:
    from gkedoctor.snapshot.kinds import KINDS

    words = {word: None for kind in KINDS.values() for word in (*kind.short_names, kind.name.lower())}
    yield from (f"{word}/" for word in words if word.startswith(begun.lower()))


def _names(context: click.Context, kind: str, begun: str) -> Iterator[str]:
    from gkedoctor.errors import GkedoctorError
    from gkedoctor.report.object_argument import names_of

    source = context.params.get("source")
    if source is None:
        return
    try:
        found = names_of(kind, recording(Path(source)))
    except GkedoctorError:
        return
    yield from (f"{kind}/{name}" for name in found if name.startswith(begun))


def complete_namespace(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The namespaces of the recording of --from."""
    from gkedoctor.errors import GkedoctorError
    from gkedoctor.report.escaping import inert
    from gkedoctor.report.object_argument import namespaces_of

    source = context.params.get("source")
    try:
        found = namespaces_of(recording(Path(source))) if source is not None else []
    except GkedoctorError:
        found = []
    return [CompletionItem(inert(name)) for name in found if name.startswith(incomplete)]


def complete_context(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The contexts of the kubeconfig."""
    import os

    import yaml

    from gkedoctor.report.escaping import inert

    given = context.params.get("kubeconfig") or os.environ.get("KUBECONFIG") or "~/.kube/config"
    names: list[str] = []
    for path in str(given).split(os.pathsep):
        try:
            text = Path(path).expanduser().read_text(encoding="utf-8")
            held = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            names += [str(entry["name"]) for entry in held["contexts"]]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            continue
    return [CompletionItem(inert(name)) for name in dict.fromkeys(names) if name.startswith(incomplete)]


def recording(path: Path) -> Any:
    """The recording of --from, also one that is named `example:NAME`."""
    from gkedoctor.cli.examples import resolve
    from gkedoctor.snapshot.sources import load

    return load(resolve(path))
