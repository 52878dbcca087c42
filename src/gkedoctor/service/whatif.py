"""What a change would do: the same diagnosis of the state with the change laid over it. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from gkedoctor.compare.comparison import Comparison
from gkedoctor.compare.inputs import ComparisonInput, diagnosed
from gkedoctor.compare.match import match_findings
from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import suppress
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.errors import UsageError
from gkedoctor.manifests.loading import read
from gkedoctor.playbook.library import Library
from gkedoctor.snapshot.model import Snapshot
from gkedoctor.whatif.answer import Assumed, WhatIf
from gkedoctor.whatif.change import Change
from gkedoctor.whatif.commands import changes_of_text, changes_of_words
from gkedoctor.whatif.differences import differences
from gkedoctor.whatif.overlay import changes_of_manifests, lay_over
from gkedoctor.whatif.simulate import RULES, settled


@dataclass(frozen=True, kw_only=True)
class WhatIfOptions:
    """The change. `files`: manifests that are applied, `-` for standard input; `command`: a kubectl command.

    `command` is an argument list, or one text as it is pasted into a shell. `namespace`: of manifests without one.
    """

    files: tuple[Path, ...] = ()
    command: tuple[str, ...] = ()
    namespace: str = "default"


def changes(options: WhatIfOptions, stdin: BinaryIO) -> list[Change]:
    """The changes that are meant. ManifestError for a file that cannot be read, ChangeError for a command."""
    found: list[Change] = []
    if options.files:
        manifests = read(options.files, stdin=stdin, namespace=options.namespace)
        if manifests.problems:
            raise manifests.problems[0]
        if not manifests.objects:
            raise UsageError("no Kubernetes object was found in the files", hint="is this the right path?")
        found += changes_of_manifests(manifests)
    if len(options.command) == 1 and " " in options.command[0]:
        found += changes_of_text(options.command[0])
    elif options.command:
        found += changes_of_words(options.command)
    return found


def what_if(
    snapshot: Snapshot, change: Sequence[Change], library: Library, rules: Sequence[SuppressionRule] = ()
) -> WhatIf:
    """What the changes do to a state, once controllers, scheduler and kubelet have taken their next steps.

    ChangeError for a change that kubectl or the API server would refuse. `rules`: suppressions of the configuration.
    """
    laid = lay_over(snapshot, change)
    after = settled(laid, snapshot)
    first = _side("before", snapshot, library, rules)
    second = _side("after", after.snapshot, library, rules) if after.snapshot is not snapshot else first
    written = tuple(differences(snapshot, laid))
    notes = () if written else ("the change leaves every object as it is",)
    matched = match_findings(first, second)
    comparison = Comparison(first, second, matched.new, matched.fixed, matched.same, (), ())
    used = sorted((RULES[name] for name in after.rules), key=lambda rule: (rule.order, rule.name))
    assumed = [Assumed(r, tuple(sorted(after.rules[r.name], key=lambda ref: ref.sort_key))) for r in used]
    return WhatIf(comparison, tuple(one.command for one in change), written, tuple(assumed), notes)


def _side(source: str, snapshot: Snapshot, library: Library, rules: Sequence[SuppressionRule]) -> ComparisonInput:
    sifted = suppress(diagnose(snapshot, library), snapshot, rules, library)
    side = diagnosed(source, sifted.outcome, [one.finding for one in sifted.suppressed], snapshot)
    return replace(side, snapshot=None)
