"""Tries the commands of a finding: whether they run, whether they cure, and what else they do."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Diagnosis, Outcome, Step
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.model import Safety, Severity
from gkedoctor.playbook.safety import safety_of
from gkedoctor.snapshot.kinds import COLLECTIONS
from gkedoctor.snapshot.model import Snapshot, Status
from tests.fixes.api_server.index import resources_named
from tests.fixes.api_server.server import WritableServer
from tests.fixes.api_server.store import Store
from tests.fixes.controllers import settle
from tests.fixes.gcloud import gcloud
from tests.fixes.harm import harm_of
from tests.fixes.placeholders import filled, names_in
from tests.fixes.shell import Done, Shell

_EDIT = re.compile(r"\bkubectl\b[^|;&]*?\s(edit)\s")
_NOT_THERE = re.compile(r"not ?found|No resources found in|doesn't have a resource type", re.IGNORECASE)


_IN_CONTAINERS = re.compile(r"\bkubectl\b[^|;&]*?\s(?:exec|cp|debug|attach|port-forward)\s")
_ELSEWHERE = frozenset({"helm", "crane", "skopeo", "docker", "openssl", "curl", "dig", "gkedoctor", "git", "make"})


class Result(StrEnum):
    """How a fix came out, the best first."""

    CURED = "cured"
    NEEDS_VALUE = "needs a value, then cured"
    UNSEEN = "cannot be seen"
    """Its effect is on Google Cloud, in a place that recordings do not hold."""

    READS = "reads only"
    NO_REASON = "reads only, without a reason (fix.only_reads)"
    EDIT = "edit"
    FAILS = "fails"
    NOT_CURED = "does not cure"
    NEW_FINDING = "new finding"
    VERIFY_FAILS = "verify fails"
    HARM = "harm"
    IN_FILES = "in files"
    """The finding is about manifests that are not applied: there is no cluster to change."""


class Proof(NamedTuple):
    """What came of one fix. `says`: why, in words; `needs_value`: whether it has placeholders."""

    result: Result
    says: tuple[str, ...]
    needs_value: bool
    done: tuple[Done, ...] = ()


class Fix(NamedTuple):
    """Commands of one way to fix a finding, and the commands that show the cure."""

    steps: tuple[Step, ...]
    verify: tuple[str, ...]
    only_reads: str = ""


class Alternative(NamedTuple):
    """Another way that the finding offers."""

    say: str
    proof: Proof


def fix_of(diagnosis: Diagnosis) -> Fix:
    """The way that is printed first."""
    return Fix(tuple(diagnosis.fix.steps), diagnosis.verify, diagnosis.fix.only_reads or "")


def alternatives_of(diagnosis: Diagnosis) -> list[tuple[str, Fix]]:
    """The other ways."""
    known = {step.command: step for step in diagnosis.fix.described}

    def step(command: str) -> Step:
        return known.get(command) or Step(command, safety_of(command) or Safety.INTERRUPTS)

    return [(way.say, Fix(tuple(map(step, way.commands)), diagnosis.verify)) for way in diagnosis.fix.alternatives]


class Prover:
    """Tries fixes, each on a cluster of its own."""

    def __init__(self, server: WritableServer, tools: Path, library: Sequence[CompiledPlaybook]) -> None:
        self._server, self._tools, self._library = server, tools, library

    def prove(self, snapshot: Snapshot, before: Outcome, diagnosis: Diagnosis) -> Proof:
        """What comes of the commands that are printed first."""
        return self.try_fix(snapshot, before, diagnosis, fix_of(diagnosis))

    def alternatives(self, snapshot: Snapshot, before: Outcome, diagnosis: Diagnosis) -> list[Alternative]:
        """What comes of each of the other ways."""
        return [
            Alternative(say, self.try_fix(snapshot, before, diagnosis, fix)) for say, fix in alternatives_of(diagnosis)
        ]

    def try_fix(self, snapshot: Snapshot, before: Outcome, diagnosis: Diagnosis, fix: Fix) -> Proof:
        """What comes of some commands."""
        needs_value = any(names_in(step) for step in fix.steps)
        edits = [step.command for step in fix.steps if _EDIT.search(step.command)]
        if edits:
            return Proof(Result.EDIT, tuple(edits), needs_value)
        if all(step.safety is Safety.READS for step in fix.steps):
            result = Result.READS if fix.only_reads else Result.NO_REASON
            return Proof(result, (fix.only_reads,) if fix.only_reads else (), needs_value)
        store = Store(snapshot)
        with (
            tempfile.TemporaryDirectory(prefix="gkedoctor-fix-") as name,
            self._server.cluster(store, settle, gcloud) as (api, url),
        ):
            text = "\n".join((*(step.command for step in fix.steps), *fix.verify))
            api.serve_also(resources_named(text, snapshot))
            shell = Shell(self._tools, Path(name), url)
            return self._tried(shell, store, before, diagnosis, fix, needs_value)

    def _tried(
        self, shell: Shell, store: Store, before: Outcome, diagnosis: Diagnosis, fix: Fix, needs_value: bool
    ) -> Proof:
        store.unseen += [_program(step.command) for step in fix.steps if not _can_run(step) and not _only_reads(step)]
        done = run_all(shell, store, (filled(step, store, shell.work) for step in fix.steps if _can_run(step)))
        failed = [one for one in done if one.code]
        harm = harm_of(store.first, store)
        if harm:
            return Proof(Result.HARM, tuple(harm), needs_value, tuple(done))
        if failed:
            return Proof(Result.FAILS, tuple(_complaint(one) for one in failed), needs_value, tuple(done))
        after = diagnose(store.snapshot(), self._library)
        left = still_there(diagnosis, after)
        if left and store.unseen:
            says = tuple(f"no recording holds what `{command}` changes" for command in dict.fromkeys(store.unseen))
            return Proof(Result.UNSEEN, says, needs_value, tuple(done))
        if left:
            return Proof(Result.NOT_CURED, tuple(left), needs_value, tuple(done))
        new = new_findings(before, after)
        if new:
            return Proof(Result.NEW_FINDING, tuple(new), needs_value, tuple(done))
        wrong, verified = verify(shell, store.first, fix.verify)
        done += verified
        if wrong:
            return Proof(Result.VERIFY_FAILS, tuple(wrong), needs_value, tuple(done))
        return Proof(Result.NEEDS_VALUE if needs_value else Result.CURED, (), needs_value, tuple(done))


def _program(command: str) -> str:
    return "kubectl exec" if _IN_CONTAINERS.search(command) else command.split()[0]


def _only_reads(step: Step) -> bool:
    return step.safety is Safety.READS


def _can_run(step: Step) -> bool:
    """Other programs (helm, crane, openssl) go to places that are not here; what files need is written by the shell."""
    if _IN_CONTAINERS.search(step.command):
        return False
    return _program(step.command) not in _ELSEWHERE and (
        not _only_reads(step) or _program(step.command) in ("kubectl", "gcloud")
    )


def run_all(shell: Shell, store: Store, commands: Iterable[str]) -> list[Done]:
    """Pastes commands one after the other until one fails; controllers act in between."""
    done: list[Done] = []
    for command in commands:
        done.append(shell.run(command))
        if done[-1].code:
            break
        settle(store)
    return done


def _complaint(done: Done) -> str:
    return f"$ {done.command}\n{(done.err or done.out).strip()}"


def still_there(diagnosis: Diagnosis, after: Outcome) -> list[str]:
    """What is left of a finding."""
    return [
        f"still there: {found.cause} on {found.root}: {found.title}"
        for found in after.diagnoses
        if found.fingerprint == diagnosis.fingerprint or (found.cause, found.root) == (diagnosis.cause, diagnosis.root)
    ]


def new_findings(before: Outcome, after: Outcome) -> list[str]:
    """Findings and symptoms that were not there."""
    known = {found.fingerprint for found in before.diagnoses}
    causes = {(found.cause, found.root) for found in before.diagnoses}
    new = [
        f"new: {found.cause} on {found.root}: {found.title}"
        for found in after.diagnoses
        if found.fingerprint not in known
        and (found.cause, found.root) not in causes
        and found.severity is not Severity.ADVISORY
    ]
    seen = {ref for symptom in before.unexplained for ref in symptom.refs}
    seen |= {consequence.ref for found in before.diagnoses for consequence in found.explains}
    seen |= {found.root for found in before.diagnoses}
    new += [
        f"new symptom: {symptom.ref}: {symptom.symptom}"
        for symptom in after.open
        if not seen.intersection(symptom.refs)
    ]
    return new


def verify(shell: Shell, recorded: Snapshot, commands: Sequence[str]) -> tuple[list[str], list[Done]]:
    """What is wrong with the commands that show the cure: they fail, or name what is no longer there."""
    wrong, done = [], []
    for command in commands:
        if command.split()[0] not in ("kubectl", "gcloud"):
            continue
        one = shell.run(command)
        done.append(one)
        if one.code or (_NOT_THERE.search(one.err) and _was_complete(recorded, command)):
            wrong.append(_complaint(one))
    return wrong, done


def _was_complete(recorded: Snapshot, command: str) -> bool:
    """Whether all that a command lists was recorded: what was not cannot be shown."""
    words = set(re.split(r"[\s,/]+", command.lower()))
    kinds = [k for k in COLLECTIONS.values() if words & {k.collection, k.name.lower(), *k.short_names}]
    return all(recorded.collection(kind.collection).state.status is Status.COMPLETE for kind in kinds)
