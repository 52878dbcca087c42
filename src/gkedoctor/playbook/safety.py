"""How safe a command is, by its verb.

The rule follows what the tools document: kubectl (https://kubernetes.io/docs/reference/kubectl/generated/), gcloud
(https://cloud.google.com/sdk/gcloud/reference). Where it knows no verb, the author of a playbook has to say it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from gkedoctor.playbook.model import Safety

_EXPRESSION = re.compile(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", re.DOTALL)
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)(\w+)\1(?P<rest>[^\n]*)\n.*?\n\s*\2\s*$", re.DOTALL | re.MULTILINE)
_SEPARATORS = frozenset(("|", "||", "&&", ";", "&", "|&"))
_REDIRECTIONS = frozenset((">", ">>", "<", "2>", "2>&1", "&>"))
_WITH_VALUE = frozenset(
    ("-n", "--namespace", "--context", "--cluster", "--kubeconfig", "--as", "--project", "--account")
)
"""Flags that may stand before the verb, with a value of their own."""

_KUBECTL_READS = frozenset((
    "get", "describe", "logs", "events", "top", "explain", "api-resources", "api-versions", "version", "cluster-info",
    "wait", "diff", "kustomize", "auth", "config", "completion",
))  # fmt: skip
_KUBECTL_CHANGES = frozenset((
    "create", "apply", "edit", "patch", "set", "label", "annotate", "expose", "autoscale", "cordon", "uncordon",
    "taint", "run", "exec", "debug", "cp", "attach", "port-forward", "proxy", "certificate",
))  # fmt: skip
_KUBECTL_INTERRUPTS = frozenset(("delete", "drain", "replace"))
_ROLLOUT = {
    "status": Safety.READS, "history": Safety.READS, "pause": Safety.CHANGES, "resume": Safety.CHANGES,
    "restart": Safety.INTERRUPTS, "undo": Safety.INTERRUPTS,
}  # fmt: skip
_GCLOUD_READS = re.compile(
    r"(?:list|describe|get|read|tail|search|export)(?:-.{0,100})?|get-.{0,100}|list-.{0,100}|.{0,100}-describe|validate"
)
_GCLOUD_CHANGES = re.compile(
    r"(?:create|update|add|set|enable|import|patch|undelete|attach|promote|cancel)(?:-.*)?|(?:add|set|update)-.*"
)
_GCLOUD_INTERRUPTS = re.compile(
    r"(?:delete|remove|unset|disable|reset|stop|suspend|resize|upgrade|rollback|detach|recreate|replace|abandon)(?:-.*)?"
)
_READERS = frozenset((
    "grep", "egrep", "jq", "yq", "cat", "head", "tail", "sed", "awk", "sort", "uniq", "wc", "cut", "tr", "openssl",
    "curl", "dig", "nslookup", "host", "nc", "echo", "printf", "base64", "date", "test",
))  # fmt: skip
"""Programs that read where playbooks use them."""

_ORDER = tuple(Safety)


def safety_of(command: str) -> Safety | None:
    """How safe a whole command line is, the worst of its parts; None where a verb is not known.

    `{{ … }}` may stand anywhere in it, and the text of a here-document does not count.
    """
    found: list[Safety] = []
    for words in _parts(command):
        safety = _of_words(words)
        if safety is None:
            return None
        found.append(safety)
    return max(found, key=_ORDER.index) if found else None


def _parts(command: str) -> Iterator[list[str]]:
    """The words of each program that a command line starts."""
    text = _HERE_DOCUMENT.sub(lambda found: found["rest"], _EXPRESSION.sub("X", command))
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:  # a quote that is not closed
        words = text.split()
    part: list[str] = []
    skip = False
    for word in words:
        if word in _SEPARATORS:
            yield part
            part = []
        elif word in _REDIRECTIONS:
            skip = True
        elif skip:
            skip = False
        else:
            part.append(word)
    yield part


def _of_words(words: Sequence[str]) -> Safety | None:
    match words[:1]:
        case ["kubectl"]:
            return _of_kubectl(list(_arguments(words[1:])), words)
        case ["gcloud"]:
            return _of_gcloud(list(_arguments(words[1:])))
        case ["gkedoctor"]:
            return Safety.READS  # it sends nothing but reading requests
        case ["docker"]:
            return Safety.READS if words[1:3] in (["manifest", "inspect"], ["image", "inspect"]) else None
        case ["crane" | "skopeo"] if words[1:2] == ["copy"]:
            return Safety.CHANGES
        case [program] if program in _READERS:
            return Safety.READS
    return None


def _arguments(words: Sequence[str]) -> Iterator[str]:
    """The words that are no flags: the verb, then what it is about."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _WITH_VALUE
        else:
            yield word


def _of_kubectl(arguments: Sequence[str], words: Sequence[str]) -> Safety | None:
    if any(word in ("--dry-run=client", "--dry-run=server") for word in words):
        return Safety.READS
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    if verb == "rollout":
        return _ROLLOUT.get(rest[0]) if rest else None
    if verb == "scale":
        return Safety.INTERRUPTS if "--replicas=0" in words else Safety.CHANGES
    if verb == "config" and rest and rest[0].startswith(("set", "use", "unset", "delete", "rename")):
        return Safety.CHANGES
    for verbs, safety in (
        (_KUBECTL_READS, Safety.READS),
        (_KUBECTL_CHANGES, Safety.CHANGES),
        (_KUBECTL_INTERRUPTS, Safety.INTERRUPTS),
    ):
        if verb in verbs:
            return safety
    return None


def _of_gcloud(arguments: Sequence[str]) -> Safety | None:
    """The first word that is a verb: groups (`compute addresses`) stand before it, names after."""
    for word in arguments:
        for pattern, safety in (
            (_GCLOUD_INTERRUPTS, Safety.INTERRUPTS),
            (_GCLOUD_CHANGES, Safety.CHANGES),
            (_GCLOUD_READS, Safety.READS),
        ):
            if pattern.fullmatch(word):
                return safety
    return None
