"""The pages: one a playbook, one a cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkedoctor.explain.document import Block, Code, Heading, Item, Items, Text
from gkedoctor.explain.example import Example
from gkedoctor.explain.placeholders import command_with_placeholders, general_advice, one_line, with_placeholders
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
    """What it means, each cause with its fix, what is seen of it, an example, and what is checked.

    `conditions`: with the expressions of the playbook, which are for authors.
    """
    model = playbook.model
    yield Heading(f"{model.id}: {model.title}", 1)
    yield Text(one_line(model.about))
    yield from _possible(model.causes, library.causes)
    yield from _follows(playbook, library)
    for word in dict.fromkeys(cause.cause for cause in model.causes):
        yield from _cause(word, [cause for cause in model.causes if cause.cause == word], library.causes)
    yield from _seen(model)
    if model.known_false_alarms:
        yield Heading("Known false alarms")
        yield Items(tuple(Item(one_line(said)) for said in model.known_false_alarms))
    if shown:
        yield Heading("Example")
        yield Text(f"From its tests: {shown.name}.")
        yield Code(shown.report)
    yield Heading("What is checked")
    yield Text(_checked(playbook))
    if conditions:
        yield from _for_authors(model)


def cause_page(word: str, library: Library) -> Iterator[Block]:
    """What a cause means, how to recognize it, which object to fix, and the playbooks that find it with their fixes."""
    definition = library.causes[word]
    yield Heading(word, 1)
    yield Text(f"{definition.means[:1].upper()}{definition.means[1:]}.")
    if definition.check:
        yield Text(definition.check, "Check")
    yield Text(definition.root, "Resource to fix")
    if definition.stands_on:
        yield Text(", ".join(definition.stands_on), "Recorded changes that count")
    said = [(playbook, cause) for playbook in library for cause in playbook.model.causes if cause.cause == word]
    phrases = tuple(dict.fromkeys(phrase for _, cause in said for phrase in cause.seen_as))
    if phrases:
        yield Heading("What you see")
        yield Items(tuple(Item(name=phrase) for phrase in phrases))
    yield Heading("Detected by")
    if not said:
        yield Text("No playbook detects it yet: the word is reserved.")
    for playbook in dict.fromkeys(playbook.id for playbook, _ in said):
        mine = [(p, cause) for p, cause in said if p.id == playbook]
        yield Items((Item(mine[0][0].model.title, playbook, page=playbook),))
        yield from (Text(text, "Fix") for text in _advice([cause for _, cause in mine]))


def _seen(model: Playbook) -> Iterator[Block]:
    says = with_placeholders(model.symptom.say)
    readable = any(map(str.isalpha, says)) and "…" not in says
    if readable or model.seen_as:
        yield Heading("What you see")
    if readable:
        yield Text(says)
    if model.seen_as:
        yield Items(tuple(Item(name=phrase) for phrase in model.seen_as))


def _checked(playbook: CompiledPlaybook) -> str:
    kinds = " and ".join(filter(None, (", ".join(playbook.kinds[:-1]), playbook.kinds[-1])))
    steps = "; ".join(f"{step} ({STEP_WORDS[step]})" for step in playbook.model.candidates)
    where = f", in these states: {steps}" if steps else ""
    experimental = " The playbook is experimental." if playbook.model.maturity == "experimental" else ""
    severity = f"Severity if no other object is affected: {playbook.model.severity}."
    return f"Each {kinds}{where}. {severity}{experimental}"


def _for_authors(model: Playbook) -> Iterator[Block]:
    """The expressions: the loop, the condition of the symptom, those of the causes, and the names in them."""
    yield Heading("For authors: the conditions")
    if model.each:
        yield Text("", "For each")
        yield Code(f"{model.each.bind}: {one_line(model.each.source)}", "yaml")
    if model.symptom.when != _ALWAYS:
        yield Text("", "Symptom")
        yield Code(one_line(model.symptom.when), "jmespath")
    for cause in model.causes:
        yield Text(f"{cause.cause} ({cause.confidence}): {with_placeholders(cause.title)}", "Cause")
        yield Code(one_line(cause.when), "jmespath")
        if cause.certain_if:
            yield Text("", "Certain if")
            yield Code(one_line(cause.certain_if), "jmespath")
    if model.let:
        yield Text("", "Names in the conditions")
        yield Code("\n".join(f"{name}: {one_line(text)}" for name, text in model.let.items()), "yaml")


def _possible(causes: Sequence[Cause], known: Vocabulary) -> Iterator[Block]:
    if not causes:
        return
    words = list(dict.fromkeys(cause.cause for cause in causes))
    yield Heading("Possible causes" if len(words) > 1 else "Cause")
    yield Items(tuple(Item(known[word].means if word in known else "", word, page=word) for word in words))


def _follows(playbook: CompiledPlaybook, library: Sequence[CompiledPlaybook]) -> Iterator[Block]:
    """The way down, for a symptom that may have its reason elsewhere."""
    if not playbook.explained_by:
        return
    further = related_playbooks(playbook, library)
    yield Heading("Possible causes on other objects")
    if not playbook.causes:
        yield Text("This is always a consequence. The cause is on another object, and one of these playbooks finds it.")
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


def _cause(word: str, causes: Sequence[Cause], known: Vocabulary) -> Iterator[Block]:
    """One cause: how to recognize it, its fixes with their commands, how to verify, and what excludes it."""
    yield Heading(word)
    if word in known and known[word].check:
        yield Text(known[word].check, "Check")
    yield from (Text(text, "Fix") for text in _advice(causes))
    yield from (block for cause in _distinct(causes) for block in _commands(cause.fix))
    verify = dict.fromkeys(command_with_placeholders(command) for cause in causes for command in cause.verify)
    if verify:
        yield Text("", "Verify")
        yield Code("\n".join(verify), "sh")
    excluded = dict.fromkeys(with_placeholders(rule.say) for cause in causes for rule in cause.ruled_out_if)
    readable = [text for text in excluded if "…" not in text]
    if readable:
        yield Text("", "Excluded if")
        yield Items(tuple(Item(text) for text in readable))
    docs = dict.fromkeys(link for cause in causes for link in cause.docs)
    if docs:
        yield Text("", "Documentation")
        yield Items(tuple(Item(link=link, name=link) for link in docs))


def _distinct(causes: Sequence[Cause]) -> list[Cause]:
    """The causes whose fixes have different commands."""
    return list({tuple(command.run for command in cause.fix.commands): cause for cause in reversed(causes)}.values())


def _advice(causes: Sequence[Cause]) -> list[str]:
    """The advice of variants of a cause, each once; what only a finding fills in is left out where that is readable."""
    texts = dict.fromkeys(general_advice(cause.fix.say) or with_placeholders(cause.fix.say) for cause in causes)
    readable = [text for text in texts if "…" not in text]
    return readable or [text for text in texts if not text.startswith("…")][:1]
