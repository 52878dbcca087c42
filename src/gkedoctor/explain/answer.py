"""The short answer, in twelve lines: what a message or a page means, the likeliest causes, and what to run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gkedoctor.explain.likely_causes import likely_causes
from gkedoctor.explain.placeholders import general_advice
from gkedoctor.explain.search import SearchHit
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.model import Cause
from gkedoctor.report.escaping import inert
from gkedoctor.report.wrap import wrapped
from gkedoctor.snapshot.kinds import KINDS

MOST_LINES = 12
_MOST_CAUSES = 3
_FEW = 3
_SHORT = 8
"""Letters of a kind up to which its own name is as quick to type as its short one."""


class Answer(NamedTuple):
    """What is said: the meaning, causes in order, a fix, the command that finds which it is, and where to read on."""

    meaning: str
    causes: tuple[str, ...] = ()
    fix: str = ""
    run: str = ""
    more: tuple[str, ...] = ()
    check: str = ""


def of_hits(hits: Sequence[SearchHit], library: Library) -> Answer:
    """The answer to a message: of the table where it knows the message, else of the best page."""
    best = hits[0]
    entry = best.lead.message.entry if best.lead is not None and best.lead.message is not None else None
    page = of_playbook(best.playbook, library)
    others = ", ".join(hit.playbook.id for hit in hits[1:3])
    more = (f"gkedoctor explain {best.playbook.id}", *([f"other topics: {others}"] if others else []))
    words = _ordered(best, entry.causes if entry is not None else (), page.causes, library)
    meaning = entry.meaning if entry is not None else page.meaning
    return page._replace(meaning=meaning, causes=words, fix=entry.fix or "" if entry is not None else "", more=more)


def _ordered(best: SearchHit, of_entry: Sequence[str], of_page: Sequence[str], library: Library) -> tuple[str, ...]:
    """The cause that the message shows, then those of the entry; those of the page only where both name none.

    A message that is a symptom and no more has the common causes of its page. One that says more has those that share
    words with it, and none where none does: the common causes of a page may have nothing to do with the message.
    """
    shown = [best.cause] if best.cause else []
    named = tuple(dict.fromkeys([*shown, *of_entry]))
    if named or best.whole or not best.playbook.causes:
        return named or tuple(of_page)
    return likely_causes(best.question, best.playbook, library)


def of_playbook(playbook: CompiledPlaybook, library: Library) -> Answer:
    """The answer about a playbook: what it finds, and its causes, the common ones first."""
    words = list(dict.fromkeys(cause.cause for cause in playbook.model.causes))
    words = list(dict.fromkeys([*_typical(playbook), *words])) or _of_others(playbook, library)
    about = " ".join(playbook.model.about.split())
    meaning = f"{playbook.model.title}. {about.split('. ')[0].rstrip('.')}."
    if not _typical(playbook):
        words.sort(key=lambda word: not (word in library.causes and library.causes[word].common))
    return Answer(meaning, tuple(words), run=_command(playbook), more=(f"gkedoctor explain {playbook.id} --all",))


def of_cause(word: str, library: Library) -> Answer:
    """The answer about a cause: what it means, how it is recognized, which object is to be fixed, and how."""
    definition = library.causes[word]
    said = [(p, c) for p in library for c in p.model.causes if c.cause == word]
    fix = _general_fix(word, said)
    run = _command(said[0][0]) if said else ""
    meaning = f"{definition.means[:1].upper()}{definition.means[1:]}. Object to fix: {definition.root}."
    checks = f"Check: {definition.check}" if definition.check else ""
    ids = list(dict.fromkeys(playbook.id for playbook, _ in said))
    detected = [f"detected by {', '.join(ids[:_FEW])}{' …' if len(ids) > _FEW else ''}"] if ids else []
    return Answer(meaning, (), fix, run, (f"gkedoctor explain {word} --all", *detected), checks)


def _general_fix(word: str, said: Sequence[tuple[CompiledPlaybook, Cause]]) -> str:
    """The fix of a cause: of its most general entry, else of a message that shows it, else of a special entry.

    Special entries come last: what holds for a Secret that an operator creates is wrong for other Secrets.
    """
    general = sorted(said, key=lambda pair: (not pair[0].is_live, _conditions(pair[1].when)))
    advice = [general_advice(cause.fix.say) for _, cause in general]
    shown = [m.entry.fix for p, _ in general[:1] for m in p.messages() if m.leads and m.entry.cause == word]
    return next(filter(None, [*advice[:1], *shown, *advice[1:]]), "")


def _conditions(when: str) -> int:
    """How many conditions a cause has: the one with the fewest is the most general of its word.

    A condition that something does not hold adds nothing special, one that it holds does.
    """
    return sum(not part.strip().startswith("!") for part in when.split("&&"))


def _typical(playbook: CompiledPlaybook) -> tuple[str, ...]:
    """The causes in the order of how common they are, of the entry of the table that names most for this page.

    Only causes of the page count: an entry about all programs names those of other pages too.
    """
    own = {cause.cause for cause in playbook.model.causes}
    named = (m.entry.causes for m in playbook.messages() if m.entry.page == playbook.id and len(m.entry.causes) > 1)
    return max((tuple(w for w in words if w in own or not own) for words in named), key=len, default=())


def _of_others(playbook: CompiledPlaybook, library: Library) -> list[str]:
    """The common causes of the pages that a consequence follows from."""
    from gkedoctor.explain.related_playbooks import related_playbooks

    found = [c.cause for other in related_playbooks(playbook, library) for c in other.model.causes]
    return [w for w in dict.fromkeys(found) if w in library.causes and library.causes[w].common]


def _command(playbook: CompiledPlaybook) -> str:
    """The command that finds which of the causes it is."""
    kind = KINDS.get(playbook.kinds[0]) if playbook.kinds else None
    if not playbook.is_live:
        return "gkedoctor lint FILES"
    if playbook.id.startswith("GKE-GCP-00"):
        return "gkedoctor leftovers"
    if kind is None or kind.cloud or kind.name == "CustomResource":
        return "gkedoctor report"
    short = kind.short_names[0] if kind.short_names and len(kind.name) > _SHORT else kind.name.lower()
    return f"gkedoctor report {short}/NAME{' -n NAMESPACE' if kind.namespaced else ''}"


def lines(answer: Answer, library: Library, columns: int) -> list[str]:
    """The answer as text: as many causes as there is room for in twelve lines, and one at least."""
    most = min(len(answer.causes), _MOST_CAUSES)
    for count in range(most, 0, -1):
        made = list(_lines(answer, answer.causes[:count], library, columns))
        if len(made) <= MOST_LINES:
            return made
    return list(_lines(answer, answer.causes[: min(most, 1)], library, columns))


def _lines(answer: Answer, words: Sequence[str], library: Library, columns: int) -> Iterator[str]:
    yield from wrapped(inert(answer.meaning), columns)
    if answer.check:
        yield from wrapped(inert(answer.check), columns, "", "  ")
    if len(answer.causes) == 1:
        yield from wrapped(inert(_in_full(words[0], library)), columns, "", "  ")
    elif words:
        yield "Likely causes, the most common first:"
        for number, word in enumerate(words, 1):
            definition = library.causes.get(word)
            said = f"{word}: {definition.check or definition.means}" if definition is not None else word
            yield from wrapped(inert(said), columns, f"  {number}. ", "     ")
    elif answer.run and not answer.fix and not answer.check:
        yield "The message alone does not show the cause; the report does."
    if answer.fix:
        yield from wrapped(inert(f"Fix: {answer.fix}"), columns, "", "  ")
    if answer.run:
        yield f"Run: {answer.run}"
    if answer.more:
        yield from wrapped(f"More: {'; '.join(answer.more)}", columns, "", "  ")


def _in_full(word: str, library: Library) -> str:
    """The one cause: its word, what it means, and how to check it."""
    definition = library.causes.get(word)
    if definition is None:
        return f"Cause: {word}"
    return f"Cause: {word} ({definition.means}). {definition.check}".rstrip()
