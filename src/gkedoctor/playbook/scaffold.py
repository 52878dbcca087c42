"""The first text of a playbook, its cases and its cause: files that lint and test at once, to be changed from there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from gkedoctor.errors import PlaybookError, UsageError
from gkedoctor.graph import nearest
from gkedoctor.playbook.check import ID, wrong_id
from gkedoctor.playbook.library import Library
from gkedoctor.playbook.loader import TEST_SUFFIX, read_source
from gkedoctor.playbook.vocabulary import CAUSES_FILE, OWN_WORD, OWN_WORD_HINT, Vocabulary

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Draft(NamedTuple):
    """A file to be written."""

    path: Path
    text: str


def drafts(folder: Path, playbook: str, cause: str | None, name: str | None, library: Library) -> list[Draft]:
    """The files of a new playbook in a folder: itself, its cases, and `causes.yaml` where the cause is a new one.

    `name` is that of the files (default: after the cause, or the id). `library`: the playbooks that exist, those of the
    folder among them. UsageError where an id, a word or a file is taken or cannot be one.
    """
    _check_id(playbook, library)
    declared = [_declared(folder, cause, library.causes)] if cause and cause not in library.causes else []
    stem = name or (cause or playbook.lower()).rpartition("/")[2]
    if not _NAME.fullmatch(stem):
        raise UsageError(f"`{stem}` is not a valid playbook name", hint="what it finds, as in rollback-history-missing")
    text = (_PLAYBOOK + (_CAUSE if cause else "")).format(id=playbook, stem=stem, cause=cause)
    found = [
        Draft(folder / f"{stem}.yaml", text),
        Draft(folder / f"{stem}{TEST_SUFFIX}", _cases(playbook, cause, stem)),
    ]
    taken = next((draft.path for draft in found if draft.path.exists()), None)
    if taken is not None:
        raise UsageError(f"{taken} exists already", hint="give another name with --name")
    return [*found, *declared]


def _check_id(playbook: str, library: Library) -> None:
    if not ID.fullmatch(playbook):
        message, hint = wrong_id(playbook)
        raise UsageError(message, hint=f"{hint}; numbers from 900 on are free for your own")
    other = next((one for one in library if one.id == playbook), None)
    if other is not None:
        raise UsageError(f"playbook {playbook} is in {other.path}", hint="take another number")
    if playbook in library.names.retired:
        raise UsageError(f"`{playbook}` was retired", hint="take another number")


def _declared(folder: Path, cause: str, known: Vocabulary) -> Draft:
    """The `causes.yaml` of the folder with one more word."""
    if not OWN_WORD.fullmatch(cause):
        near = nearest(cause, list(known))
        hint = f"did you mean `{near}`? For one of your own, {OWN_WORD_HINT}" if near else OWN_WORD_HINT
        raise UsageError(f"unknown cause `{cause}`", hint=hint)
    path = folder / CAUSES_FILE
    entry = _WORD.format(cause=cause)
    if not path.exists():
        return Draft(path, f"causes:\n{entry}")
    text = f"{read_source(path).text.rstrip()}\n{entry}"
    try:
        fits = cause in Vocabulary().with_file(read_source(path)._replace(text=text))
    except PlaybookError:
        fits = False
    if not fits:
        raise UsageError(f"{path} cannot be added to", hint=f"declare `{cause}` there yourself, then run this again")
    return Draft(path, text)


def _cases(playbook: str, cause: str | None, stem: str) -> str:
    found = _FOUND.format(cause=cause, id=playbook) if cause else _UNEXPLAINED
    return _CASES.format(id=playbook, found=found, stem=stem)


_PLAYBOOK = """\
# What each key means: gkedoctor's docs/writing-playbooks.md. Change this file from top to bottom, then run
# `gkedoctor playbooks lint` and `gkedoctor playbooks test`.
playbook: 1
id: {id}
title: A Deployment is marked as broken     # what is wrong, for a list of playbooks
severity: medium                            # critical, high, medium, low or advisory
maturity: experimental                      # stable, once it was right in clusters that you had not seen before
tags: [example]
seen_as:                                    # the words of kubectl or Events by which people meet it; … is what varies
  - 'marked as broken by … ({stem})'
about: >
  Why this is a problem, in one or two sentences for somebody who meets it for the first time.

subject: Deployment                         # the kind that is checked, one object after the other
relate:                                     # what is looked up beside it: `gkedoctor playbooks edges Deployment`
  - {{bind: pods, edge: pods}}
let:                                        # names for values that are used below
  mark: subject.metadata.annotations."example.com/{stem}"
symptom:
  when: mark == 'true'                      # texts in 'single quotes', numbers and null in `backquotes`
  say: "marked as broken, with {{{{ length(pods) }}}} Pods"
"""

_CAUSE = """
causes:
  - cause: {cause}
    title: "Deployment {{{{ subject.metadata.name }}}} is marked as broken"
    root: subject                           # the object to fix; ref('Secret', NAMESPACE, NAME) for one that is missing
    when: mark == 'true'
    confidence: likely                      # certain, likely or possible
    evidence:
      - label: mark
        show: mark
    fix:
      say: Remove the annotation.
      run:
        - >-
          kubectl -n {{{{ subject.metadata.namespace }}}} annotate deployment {{{{ subject.metadata.name }}}}
          example.com/{stem}-
    verify:
      - kubectl -n {{{{ subject.metadata.namespace }}}} get deployment {{{{ subject.metadata.name }}}} -o yaml
    docs:
      - https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
"""

_CASES = """\
playbook: {id}
cases:
  - name: an annotation marks the Deployment as broken
    given:
      objects:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {{name: cart, namespace: shop, annotations: {{example.com/{stem}: "true"}}}}
          spec: {{replicas: 0, selector: {{matchLabels: {{app: cart}}}}}}
{found}  - name: no annotation, nothing is wrong
    given:
      objects:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {{name: cart, namespace: shop}}
          spec: {{replicas: 0, selector: {{matchLabels: {{app: cart}}}}}}
    expect: []
  - name: Deployments cannot be listed, so nothing is said of them
    given: {{deny: [Deployment]}}
    expect: []
"""

_FOUND = """\
    expect:
      - {{cause: {cause}, root: Deployment/shop/cart, playbook: {id}, confidence: likely}}
"""

_UNEXPLAINED = """\
    expect: []
    unexplained: [Deployment/shop/cart]
"""

_WORD = """\
  {cause}:
    root: workload                          # which object has to be fixed
    means: the Deployment is marked as broken
    likely_changes:                         # fields whose change most often brings it about, as `KIND path`
      - 'Deployment metadata\\.annotations'
"""
