"""`kubectl set image|env|resources|selector|serviceaccount|subject`."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from gkedoctor.errors import ChangeError
from gkedoctor.whatif.change import Invocation, Result
from gkedoctor.whatif.flags import Arguments, Syntax, parse_flags
from gkedoctor.whatif.registry import verb
from gkedoctor.whatif.selection import SELECTION_SHORT, SELECTION_SWITCHES, SELECTION_VALUES
from gkedoctor.whatif.verbs.edits import edit_containers, edit_objects, pod_spec_path, with_value

_SYNTAX = Syntax(
    (
        *SELECTION_VALUES, "containers", "limits", "requests", "env", "from", "prefix", "keys", "user", "group",
        "serviceaccount", "resource-version",
    ),
    (*SELECTION_SWITCHES, "overwrite", "list", "resolve"),
    {**SELECTION_SHORT, "c": "containers", "e": "env"},
)  # fmt: skip

Setter = Callable[[Invocation, Arguments], Result]


@verb("set")
def set_(invocation: Invocation, words: list[str]) -> Result:
    """One of the subcommands of `kubectl set`."""
    arguments = parse_flags(words, _SYNTAX)
    name, *rest = arguments.positional or ("",)
    setter = _SETTERS.get(name)
    if setter is None:
        raise ChangeError(f"kubectl set {name} is not supported", hint=f"one of {', '.join(_SETTERS)}")
    return setter(invocation, Arguments(tuple(rest), arguments.flags, arguments.after_dashes))


def _pairs(words: tuple[str, ...]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """(the words that name objects, the pairs `key=value`)."""
    objects = tuple(w for w in words if "=" not in w)
    return objects, [(key, value) for key, _, value in (w.partition("=") for w in words if "=" in w)]


def _image(invocation: Invocation, arguments: Arguments) -> Result:
    objects, pairs = _pairs(arguments.positional)
    if not pairs:
        raise ChangeError("kubectl set image needs CONTAINER=IMAGE")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        for container, image in pairs:
            item = _with_image(item, container, image)
        return item

    return edit_objects(invocation, arguments, objects, edit)


def _with_image(item: dict[str, Any], container: str, image: str) -> dict[str, Any]:
    return edit_containers(item, lambda name: container in ("*", name), lambda c: {**c, "image": image})


def _chosen(arguments: Arguments) -> Callable[[str], bool]:
    pattern = arguments.one("containers", "*")
    return lambda name: fnmatchcase(name, pattern)


def _env(invocation: Invocation, arguments: Arguments) -> Result:
    if arguments.has("from"):
        return _env_from(invocation, arguments)
    objects = tuple(w for w in arguments.positional if "=" not in w and not w.endswith("-"))
    words = [*arguments.many("env"), *(w for w in arguments.positional if w not in objects)]
    if not words:
        return Result()  # lists variables
    removed = {word[:-1] for word in words if "=" not in word}
    added = {key: value for key, _, value in (w.partition("=") for w in words if "=" in w)}

    def change(container: dict[str, Any]) -> dict[str, Any]:
        held = [e for e in container.get("env") or [] if e.get("name") not in removed]
        env = [{"name": e["name"], "value": added[e["name"]]} if e.get("name") in added else e for e in held]
        names = {e.get("name") for e in env}
        env += [{"name": name, "value": value} for name, value in added.items() if name not in names]
        return {**container, "env": env}

    return edit_objects(
        invocation, arguments, objects, lambda item: edit_containers(item, _chosen(arguments), change, init=False)
    )


def _env_from(invocation: Invocation, arguments: Arguments) -> Result:
    """`--from=secret/NAME`: a variable for each key, or for those of --keys."""
    kind, _, name = arguments.one("from").partition("/")
    field = {"secret": "secretKeyRef", "configmap": "configMapKeyRef"}.get(kind.rstrip("s").lower())
    keys = [key for text in arguments.many("keys") for key in text.split(",")]
    if field is None or not name or not keys:
        raise ChangeError("kubectl set env --from needs secret/NAME or configmap/NAME, and --keys=KEY,…")
    prefix = arguments.one("prefix")

    def change(container: dict[str, Any]) -> dict[str, Any]:
        names = {prefix + key.upper().replace("-", "_").replace(".", "_"): key for key in keys}
        env = [e for e in container.get("env") or [] if e.get("name") not in names]
        env += [{"name": n, "valueFrom": {field: {"name": name, "key": key}}} for n, key in names.items()]
        return {**container, "env": env}

    return edit_objects(
        invocation, arguments, arguments.positional,
        lambda item: edit_containers(item, _chosen(arguments), change, init=False),
    )  # fmt: skip


def _resources(invocation: Invocation, arguments: Arguments) -> Result:
    given = {part: _amounts(arguments.one(part)) for part in ("limits", "requests") if arguments.has(part)}
    if not given:
        raise ChangeError("kubectl set resources needs --limits or --requests")

    def change(container: dict[str, Any]) -> dict[str, Any]:
        resources = dict(container.get("resources") or {})
        for part, amounts in given.items():
            kept = {k: v for k, v in {**(resources.get(part) or {}), **amounts}.items() if v not in ("0", 0)}
            resources[part] = kept
        return {**container, "resources": resources}

    return edit_objects(
        invocation, arguments, arguments.positional,
        lambda item: edit_containers(item, _chosen(arguments), change, init=False),
    )  # fmt: skip


def _amounts(text: str) -> dict[str, str]:
    """`cpu=200m,memory=512Mi`."""
    pairs = [part.partition("=") for part in text.split(",") if part]
    if any(not value for _, _, value in pairs):
        raise ChangeError(f"`{text}` is not RESOURCE=AMOUNT,…")
    return {key: value for key, _, value in pairs}


def _selector(invocation: Invocation, arguments: Arguments) -> Result:
    objects, pairs = _pairs(arguments.positional)
    wanted = {k: v for key, value in pairs for k, v in _amounts(f"{key}={value}").items()}
    if not wanted:
        raise ChangeError("kubectl set selector needs KEY=VALUE,…")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        if item.get("kind") != "Service":
            raise ChangeError(f"the selector of {item.get('kind')} is immutable")
        return with_value(item, ("spec", "selector"), wanted)

    return edit_objects(invocation, arguments, objects, edit)


def _account(invocation: Invocation, arguments: Arguments) -> Result:
    *objects, name = arguments.positional or ("",)
    if not objects:
        raise ChangeError("kubectl set serviceaccount needs an object and the name of a ServiceAccount")

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        path = pod_spec_path(item)
        item = with_value(item, (*path, "serviceAccount"), name)
        return with_value(item, (*path, "serviceAccountName"), name)

    return edit_objects(invocation, arguments, tuple(objects), edit)


def subjects(arguments: Arguments) -> list[dict[str, str]]:
    """The subjects of --serviceaccount, --user and --group of a binding."""
    found: list[dict[str, str]] = []
    for text in arguments.many("serviceaccount"):
        namespace, colon, name = text.partition(":")
        if not colon or not name or not namespace:
            raise ChangeError(f"--serviceaccount={text} is not NAMESPACE:NAME")
        found.append({"kind": "ServiceAccount", "name": name, "namespace": namespace})
    group = "rbac.authorization.k8s.io"
    for kind in ("User", "Group"):
        found += [{"kind": kind, "apiGroup": group, "name": name} for name in arguments.many(kind.lower())]
    return found


def _subject(invocation: Invocation, arguments: Arguments) -> Result:
    added = subjects(arguments)

    def edit(item: dict[str, Any]) -> dict[str, Any]:
        held = list(item.get("subjects") or [])
        return {**item, "subjects": [*held, *(s for s in added if s not in held)]}

    return edit_objects(invocation, arguments, arguments.positional, edit)


_SETTERS: dict[str, Setter] = {
    "image": _image, "env": _env, "resources": _resources, "selector": _selector, "serviceaccount": _account,
    "sa": _account, "subject": _subject,
}  # fmt: skip
