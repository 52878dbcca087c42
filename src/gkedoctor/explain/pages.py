"""The pages: one a playbook, one a cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.explain.document import Block, Code, Heading, Item, Items, Text
from gkedoctor.explain.example import Example
from gkedoctor.explain.placeholders import command_with_placeholders, one_line, with_placeholders
from gkedoctor.explain.related_playbooks import related_playbooks
from gkedoctor.explain.steps import STEP_WORDS
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.model import Cause, Fix, Playbook, Safety
from gkedoctor.playbook.safety import safety_of
from gkedoctor.playbook.vocabulary import Vocabulary

_ALWAYS = "`true`"
_SAFETY = {
    Safety.READS: "# reads",
    Safety.CHANGES: "# changes",
    Safety.INTERRUPTS: "# may interrupt or delete",
}


def playbook_page(
    playbook: CompiledPlaybook, library: Library, shown: Example | None, *, conditions: bool = True
) -> Iterator[Block]:
    """What it means, how it is recognised, its rivals, the fix of each, and an example.

    `conditions`: with the expressions of the playbook, which are for authors.
    """
    model = playbook.model
    yield Heading(f"{model.id}: {model.title}", 1)
    yield Text(one_line(model.about))
    yield Heading("What you see")
    says = with_placeholders(model.symptom.say)
    if any(map(str.isalpha, says)):
        yield Text(says)
    if model.seen_as:
        yield Items(tuple(Item(name=phrase) for phrase in model.seen_as))
    yield Heading("How it is recognised")
    yield Text(_looked_at(playbook))
    if conditions:
        yield from _conditions(model)
    yield from _rivals(model.causes, library.causes)
    yield from _follows(playbook, library)
    if model.known_false_alarms:
        yield Heading("Known false alarms")
        yield Items(tuple(Item(one_line(said)) for said in model.known_false_alarms))
    for cause in model.causes:
        yield from _cause(cause, conditions=conditions)
    if model.let and conditions:
        yield Heading("Names in the conditions")
        yield Code("\n".join(f"{name}: {one_line(text)}" for name, text in model.let.items()), "yaml")
    if shown:
        yield Heading("Example")
        yield Text(f"Out of its tests: {shown.name}.")
        yield Code(shown.report)


def cause_page(word: str, library: Library) -> Iterator[Block]:
    """What a cause means, which object is to mend, and which playbooks can say it, with how each recognises it."""
    root, meaning = library.causes[word].root, library.causes[word].means
    yield Heading(word, 1)
    yield Text(f"{meaning[:1].upper()}{meaning[1:]}.")
    yield Text(root, "What is to mend")
    said = [(playbook, cause) for playbook in library for cause in playbook.model.causes if cause.cause == word]
    phrases = tuple(dict.fromkeys(phrase for _, cause in said for phrase in cause.seen_as))
    if phrases:
        yield Heading("What you see")
        yield Items(tuple(Item(name=phrase) for phrase in phrases))
    yield Heading("Who says it")
    if not said:
        yield Text("No playbook can say it yet: the word is kept for one that will.")
    for playbook in dict.fromkeys(playbook.id for playbook, _ in said):
        mine = [(p, cause) for p, cause in said if p.id == playbook]
        yield Items((Item(mine[0][0].model.title, playbook, page=playbook),))
        for _, cause in mine:
            yield Text(f"{with_placeholders(cause.title)} ({cause.confidence})")
            yield Text(with_placeholders(cause.fix.say), "Fix")


def _looked_at(playbook: CompiledPlaybook) -> str:
    kinds = " and ".join(filter(None, (", ".join(playbook.kinds[:-1]), playbook.kinds[-1])))
    steps = "; ".join(f"{step} ({STEP_WORDS[step]})" for step in playbook.model.candidates)
    where = f", at these steps: {steps}" if steps else ""
    experimental = " The playbook is experimental." if playbook.model.maturity == "experimental" else ""
    return (
        f"Each {kinds} is looked at{where}. Severity, if nobody else suffers: {playbook.model.severity}.{experimental}"
    )


def _conditions(model: Playbook) -> Iterator[Block]:
    if model.each:
        yield Text("", "One by one")
        yield Code(f"{model.each.bind}: {one_line(model.each.source)}", "yaml")
    if model.symptom.when != _ALWAYS:
        yield Text("", "Condition")
        yield Code(one_line(model.symptom.when), "jmespath")


def _rivals(causes: Sequence[Cause], known: Vocabulary) -> Iterator[Block]:
    if not causes:
        return
    words = list(dict.fromkeys(cause.cause for cause in causes))
    yield Heading("Rivals" if len(words) > 1 else "Cause")
    yield Items(tuple(Item(known[word].means if word in known else "", word, page=word) for word in words))


def _follows(playbook: CompiledPlaybook, library: Sequence[CompiledPlaybook]) -> Iterator[Block]:
    """The way down, for a symptom that may have its reason elsewhere."""
    if not playbook.explained_by:
        return
    further = related_playbooks(playbook, library)
    yield Heading("What it may follow from")
    if not playbook.causes:
        yield Text("This is only ever a consequence. Its reason stands on another object, and one of these says it.")
    yield Items(tuple(Item(other.model.title, other.id, page=other.id) for other in further))


def _commands(fix: Fix) -> Iterator[Block]:
    """The commands below how safe they are, then what belongs in place of the names in CAPITALS."""
    lines: list[str] = []
    last: Safety | None = None
    for command in fix.commands:
        safety = command.safety or safety_of(command.run) or Safety.INTERRUPTS
        if safety is not last:
            lines.append(_SAFETY[safety])
        last = safety
        lines.append(command_with_placeholders(command.run))
    if lines:
        yield Code("\n".join(lines), "sh")
    placeholders = {name: said for command in fix.commands for name, said in command.placeholders.items()}
    if placeholders:
        yield Items(tuple(Item(one_line(said), name) for name, said in placeholders.items()))


def _recognised(cause: Cause) -> Iterator[Block]:
    yield Text("", "Recognised by")
    yield Code(one_line(cause.when), "jmespath")
    if cause.certain_if:
        yield Text("", "Certain if")
        yield Code(one_line(cause.certain_if), "jmespath")


def _cause(cause: Cause, *, conditions: bool) -> Iterator[Block]:
    yield Heading(f"{cause.cause} ({cause.confidence})")
    yield Text(with_placeholders(cause.title))
    if conditions:
        yield from _recognised(cause)
    if cause.ruled_out_if:
        yield Text("", "Not this one if")
        yield Items(tuple(Item(with_placeholders(rule.say)) for rule in cause.ruled_out_if))
    yield Text(with_placeholders(cause.fix.say), "Fix")
    yield from _commands(cause.fix)
    if cause.verify:
        yield Text("", "Verify")
        yield Code("\n".join(map(command_with_placeholders, cause.verify)), "sh")
    if cause.docs:
        yield Text("", "Read on")
        yield Items(tuple(Item(link=link, name=link) for link in cause.docs))
