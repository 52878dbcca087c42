"""What can be wrong with a playbook that its structs cannot see: names, functions, edges, cause words, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from jmespath.exceptions import JMESPathError

from gkedoctor.graph import CANDIDATE_INDEXES, EDGES, nearest
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.expression import Expression
from gkedoctor.playbook.fields import Scope
from gkedoctor.playbook.functions import signatures
from gkedoctor.playbook.message_files import meant_message
from gkedoctor.playbook.message_use import private_patterns, unknown_messages
from gkedoctor.playbook.mistakes import mistakes, unclosed, why_unreadable
from gkedoctor.playbook.model import Cause, Command, Fix, Playbook, Spec
from gkedoctor.playbook.placeholders import placeholders_in
from gkedoctor.playbook.safety import safety_of
from gkedoctor.playbook.vocabulary import CAUSES_FILE, OWN_WORD_HINT, Vocabulary
from gkedoctor.snapshot.kinds import KINDS

AREAS = (
    "CFG",
    "IMG",
    "POD",
    "PRB",
    "ADM",
    "ROL",
    "SCHED",
    "SVC",
    "NET",
    "ING",
    "VOL",
    "NODE",
    "NS",
    "HPA",
    "JOB",
    "IAM",
    "GCP",
    "MON",
    "SPEC",
)
ID = re.compile(r"GKE-(?:" + "|".join(AREAS) + r")-\d{3}")
ID_HINT = f"GKE-AREA-NNN, AREA one of {', '.join(AREAS)}"
_READ_ONLY = ("kubectl get", "kubectl describe", "kubectl logs", "kubectl rollout status", "kubectl rollout history",
              "kubectl auth can-i", "kubectl top", "kubectl explain", "kubectl api-resources", "kubectl events",
              "kubectl wait", "kubectl run", "gcloud", "openssl", "curl", "dig")  # fmt: skip
_GCLOUD_READS = re.compile(
    r" (?:list|describe|get-health|get-iam-policy|list-network-endpoints|read|get-server-config)\b"
)
_SHORTEST_PHRASE = 3
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*")


_AREA = re.compile(r"GKE-(?P<area>[A-Z]+)-\d{3}")


def wrong_id(id: str) -> tuple[str, str]:
    """Why a text is no id of a playbook, and what one looks like."""
    found = _AREA.fullmatch(id)
    return (f"`{id}` has an unknown area `{found['area']}`" if found else f"`{id}` is no id"), ID_HINT


class Problem(NamedTuple):
    """One thing that is wrong: `place` is a path into the file (`$.causes[0].when`)."""

    place: str
    message: str
    hint: str | None = None


def problems(playbook: CompiledPlaybook, causes: Vocabulary | None) -> Iterator[Problem]:
    """Everything that is wrong with a playbook, in the order of the file.

    `causes`: the words that it may use; None where they cannot be read, and so cannot be checked.
    """
    model = playbook.model
    if not ID.fullmatch(model.id):
        yield Problem("$.id", *wrong_id(model.id))
    yield from _kind_problems(model)
    yield from _text_problems(playbook)
    yield from _suspect_problems(playbook, "$.suspects")
    yield from _edge_problems(playbook)
    scope = Scope(playbook)
    for place, expression in playbook.expressions():
        yield from _expression_problems(place, expression, playbook.names, scope)
    for i, cause in enumerate(model.causes):
        if causes is not None and cause.cause not in causes:
            yield Problem(f"$.causes[{i}].cause", f"unknown cause `{cause.cause}`", _meant_cause(cause.cause, causes))
        yield from _command_problems(i, cause)
        yield from _safety_problems(i, cause.fix, tuple(model.let.values()))
    yield from _spec_problems(playbook)
    yield from _message_problems(playbook)


def _message_problems(playbook: CompiledPlaybook) -> Iterator[Problem]:
    """Messages that do not exist, and patterns over messages that belong into the table."""
    messages = playbook.messages()
    for place, id in unknown_messages(playbook, messages):
        yield Problem(place, f"no message `{id}`", meant_message(id, messages))
    for place, regex in private_patterns(playbook):
        hint = "write it into a file in a folder `messages` beside the playbook, and name it: says(text, 'FILE/NAME')"
        yield Problem(place, f"a pattern of its own for a message: `{regex}`", hint)


def _text_problems(playbook: CompiledPlaybook) -> Iterator[Problem]:
    for place, phrase in _phrases(playbook):
        if len(phrase.replace("…", "").strip()) < _SHORTEST_PHRASE:
            yield Problem(place, f"`{phrase}` is in too many messages to mean one", "a longer part of the message")
    for place, text in playbook.texts():
        if (mistake := unclosed(text)) is not None:
            yield Problem(place, *mistake)


def _meant_cause(word: str, causes: Vocabulary) -> str:
    near = nearest(word, list(causes))
    declared = f"declare it in a {CAUSES_FILE} beside the playbook" if "/" in word else OWN_WORD_HINT
    return (
        f"did you mean `{near}`?" if near else f"`gkedoctor explain` knows the words; for one of your own, {declared}"
    )


def _phrases(playbook: CompiledPlaybook) -> Iterator[tuple[str, str]]:
    """The words by which people meet the failure, with their places."""
    yield from ((f"$.seen_as[{i}]", phrase) for i, phrase in enumerate(playbook.model.seen_as))
    for i, cause in enumerate(playbook.model.causes):
        yield from ((f"$.causes[{i}].seen_as[{j}]", phrase) for j, phrase in enumerate(cause.seen_as))


def _kind_problems(model: Playbook) -> Iterator[Problem]:
    if not model.kinds:
        yield Problem("$.subject", "no kind is given", "a kind, or a list of kinds: [Ingress, Gateway]")
    listed = () if isinstance(model.subject, str) else model.subject
    places = [f"$.subject[{i}]" for i in range(len(listed))] or ["$.subject"] * bool(model.subject)
    for place, kind in zip([*places, *(f"$.also[{i}]" for i in range(len(model.also)))], model.kinds, strict=True):
        if kind not in KINDS:
            yield Problem(place, f"unknown kind `{kind}`", _meant(kind, list(KINDS)))
    twice = sorted({kind for kind in model.kinds if model.kinds.count(kind) > 1})
    if twice:
        yield Problem("$.subject", f"{', '.join(twice)} is named twice", None)


def _suspect_problems(playbook: CompiledPlaybook, place: str) -> Iterator[Problem]:
    subject, name = next(iter(playbook.kinds), ""), playbook.model.suspects
    if name is not None and (subject, name) not in CANDIDATE_INDEXES:
        known = sorted(other for kind, other in CANDIDATE_INDEXES if kind == subject)
        yield Problem(place, f"{subject} has no index of suspects `{name}`", _meant(name, known))


def _spec_problems(playbook: CompiledPlaybook) -> Iterator[Problem]:
    """What is wrong with `spec`: its words, and whatever in it differs from the playbook itself."""
    spec, view = playbook.model.spec, playbook.spec_view
    if spec is None or view is None:
        return
    words = [cause.cause for cause in playbook.model.causes]
    for i, word in enumerate(spec.causes):
        if word not in words:
            yield Problem(f"$.spec.causes[{i}]", f"`{word}` is no cause of this playbook", _meant(word, words))
    if not spec.causes and not spec.only:
        yield Problem("$.spec", "no `causes`", f"name those that specs can prove: {', '.join(words)}")
    yield from _suspect_problems(view, "$.spec.suspects")
    yield from _hidden_lets(spec, view)
    scope = Scope(view)
    for place, expression in view.expressions():
        if _is_of_spec(place, spec):
            yield from _expression_problems(place.replace("$.", "$.spec.", 1), expression, view.names, scope)
    if view.near is not None:
        yield from _expression_problems("$.spec.near", view.near, view.names, scope)
    kept = len(view.model.relate) - len(spec.relate)
    for problem in _edge_problems(view):
        place = re.sub(r"\d+", lambda found: str(int(found[0]) - kept), problem.place, count=1)
        if "[-" not in place:
            yield Problem(place.replace("$.", "$.spec.", 1), problem.message, problem.hint)


def _hidden_lets(spec: Spec, view: CompiledPlaybook) -> Iterator[Problem]:
    """Names that are let and bound at once: the bound one would win in silence."""
    for name in sorted(spec.let.keys() & view.relations.keys()):
        yield Problem(f"$.spec.let.{name}", f"`{name}` is what an edge leads to", "bind another edge in `spec.relate`")


def _is_of_spec(place: str, spec: Spec) -> bool:
    """Whether what stands at a place of the view is the spec's own, and not the playbook's."""
    key, _, rest = place.removeprefix("$.").partition(".")
    if key == "let":
        return rest in spec.let
    return key.partition("[")[0] in ("each", "symptom", "explained_by") and bool(getattr(spec, key.partition("[")[0]))


def _edge_problems(playbook: CompiledPlaybook) -> Iterator[Problem]:
    known = sorted({name for _, name in EDGES})
    bound = {"subject"}
    for i, relate in enumerate(playbook.model.relate):
        if relate.edge not in known:
            yield Problem(f"$.relate[{i}].edge", f"unknown edge `{relate.edge}`", _meant(relate.edge, known))
        elif relate.source == "subject":
            lacking = [kind for kind in playbook.kinds if not _starts_at(relate.edge, kind)]
            yield from (Problem(f"$.relate[{i}].edge", f"a {kind} has no edge `{relate.edge}`") for kind in lacking)
        if relate.source not in bound | set(playbook.model.let):
            yield Problem(
                f"$.relate[{i}].from", f"`{relate.source}` is not bound before", _meant(relate.source, list(bound))
            )
        bound.add(relate.bind)


def _starts_at(edge: str, kind: str) -> bool:
    return (kind, edge) in EDGES or ("*", edge) in EDGES


def _expression_problems(place: str, expression: Expression, names: set[str], scope: Scope) -> Iterator[Problem]:
    try:
        used, calls = expression.names, expression.calls
    except JMESPathError as error:
        first = str(error).strip().splitlines()[0]
        yield Problem(place, f"not an expression: {first}", why_unreadable(expression.source))
        return
    for mistake in mistakes(expression.source, expression.tree):
        yield Problem(place, *mistake)
    if expression.negates_a_chain:
        yield Problem(place, "`!a.b` means `(!a).b`, which is null", "write `!(a.b)`")
    for name in sorted(used - names - {"null", "true", "false"}):
        yield Problem(place, f"unknown name `{name}`", _meant(name, sorted(names)))
    for name, count in calls:
        yield from _call_problems(place, name, count)
    yield from (Problem(place, *misread) for misread in scope.check(expression))


def _call_problems(place: str, name: str, count: int) -> Iterator[Problem]:
    known = _signatures()
    if name not in known:
        yield Problem(place, f"unknown function `{name}`", _meant(name, sorted(known)))
        return
    wanted, more = known[name]
    if count < wanted or (count > wanted and not more):
        yield Problem(place, f"{name}() takes {wanted} argument{'s' * (wanted != 1)}, not {count}")


@cache
def _signatures() -> dict[str, tuple[int, bool]]:
    return signatures()


def _commands_of(i: int, fix: Fix) -> Iterator[tuple[str, Command]]:
    """The commands of a fix and of its alternatives, each with its place in the file."""
    for j, command in enumerate(fix.commands):
        yield f"$.causes[{i}].fix.run[{j}]", command
    for j, other in enumerate(fix.alternatives):
        yield from ((f"$.causes[{i}].fix.alternatives[{j}].run[{k}]", one) for k, one in enumerate(other.commands))


def _safety_problems(i: int, fix: Fix, values: Sequence[str]) -> Iterator[Problem]:
    """What is missing or wrong in what is said of the commands of a fix. `values`: the playbook's `let`, for holes."""
    for place, command in _commands_of(i, fix):
        derived = safety_of(command.run)
        if command.safety is None and derived is None:
            hint = "write `{run: …, safety: reads}`, or changes, or interrupts"
            yield Problem(place, "the verb does not show how safe this command is", hint)
        for name in command.placeholders:
            where = f"{place}.placeholders.{name}"
            if not _PLACEHOLDER.fullmatch(name):
                yield Problem(where, f"`{name}` is no name of a placeholder", "CAPITALS, as in CHANNEL or NODE_POOL")
            elif not any(re.search(rf"(?<![A-Z0-9_]){name}(?![A-Z0-9_])", text) for text in (command.run, *values)):
                yield Problem(where, f"`{name}` is not in the command", command.run)
        for name in placeholders_in(command.run):
            if name not in command.placeholders:
                hint = f"write `{{run: …, placeholders: {{{name}: …}}}}`, with a sentence on what belongs there"
                yield Problem(place, f"`{name}` is not explained under `placeholders`", hint)


def _command_problems(i: int, cause: Cause) -> Iterator[Problem]:
    verify, docs = cause.verify, cause.docs
    for j, command in enumerate(verify):
        plain = re.sub(r"\s{1,9}(-n|--namespace)[ =](\{\{(?:(?!\{\{|\}\}).)*\}\}|\S+)", "", command)
        for name in placeholders_in(command):
            hint = "write an expression: {{ … }}"
            yield Problem(f"$.causes[{i}].verify[{j}]", f"a command must be whole: `{name}` is a placeholder", hint)
        reads = plain.startswith(_READ_ONLY) and (not plain.startswith("gcloud") or _GCLOUD_READS.search(plain))
        if not reads:
            yield Problem(f"$.causes[{i}].verify[{j}]", "a verify command must only read", command)
    printed = [(f"$.causes[{i}].verify[{j}]", command) for j, command in enumerate(verify)]
    printed += [(place, command.run) for place, command in _commands_of(i, cause.fix)]
    for place, command in printed:
        if re.search(r"<[a-z-]+>", re.sub(r"\{\{(?:(?!\{\{|\}\}).)*\}\}", "", command)):
            yield Problem(place, "a command must be whole: no <placeholder>", command)
    for j, link in enumerate(docs):
        if not link.startswith("https://"):
            yield Problem(f"$.causes[{i}].docs[{j}]", f"`{link}` is no https:// link")


def _meant(word: str, known: list[str]) -> str | None:
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else None
