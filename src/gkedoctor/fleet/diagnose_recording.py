"""One recording diagnosed, by whoever does it: this process, another one, or another machine."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from gkedoctor.config.model import SuppressionRule
from gkedoctor.config.suppress import suppress
from gkedoctor.diagnose.engine import diagnose
from gkedoctor.diagnose.model import Outcome
from gkedoctor.errors import GkedoctorError
from gkedoctor.fleet.model import Diagnosed, Failed, Recording, Result
from gkedoctor.fleet.storage import fetched, shown
from gkedoctor.limits import DEFAULT, Limits
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.library import Library, Names
from gkedoctor.playbook.model import Severity
from gkedoctor.snapshot.damage import wrong_object
from gkedoctor.snapshot.garbage import paused_garbage_collector
from gkedoctor.snapshot.model import notes_on_values
from gkedoctor.snapshot.sources import load


@dataclass(frozen=True)
class DiagnosisInputs:
    """What every recording of a run is diagnosed with."""

    playbooks: Library
    rules: tuple[SuppressionRule, ...] = ()
    min_severity: Severity = Severity.ADVISORY
    limits: Limits = DEFAULT


def serialize(kit: DiagnosisInputs) -> bytes:
    """A kit to send to somebody else: playbooks as they are written, for what is compiled of them cannot travel."""
    written = [(playbook.model, playbook.path) for playbook in kit.playbooks]
    names = kit.playbooks.names
    return pickle.dumps((written, names.causes, dict(names.retired), kit.rules, kit.min_severity, kit.limits))


@lru_cache(maxsize=1)
def deserialize(sent: bytes) -> DiagnosisInputs:
    """The kit that was sent. Kept, so that a worker compiles the playbooks of a run once."""
    written, causes, retired, rules, min_severity, limits = pickle.loads(sent)
    playbooks = Library((CompiledPlaybook(model, path) for model, path in written), lambda: Names(causes, retired))
    return DiagnosisInputs(playbooks, rules, min_severity, limits)


def diagnose_recording(recording: Recording, kit: DiagnosisInputs) -> Result:
    """What was found in a recording, or why it could not be diagnosed: one bad recording never stops the others.

    A snapshot is not in a cycle: its memory is free when this returns, without the collector being called.
    """
    try:
        with paused_garbage_collector():
            return _diagnosed(recording, kit)
    except GkedoctorError as error:
        return Failed(recording.name, shown(recording.at), error.message, error.hint)
    except Exception as error:  # noqa: BLE001  # our own fault in one recording is no reason to lose the others
        said = f"a fault of gkedoctor itself: {type(error).__name__}: {error}".splitlines()[0]
        hint = f"`gkedoctor report --from {shown(recording.at)}` keeps the trace"
        return Failed(recording.name, shown(recording.at), said, hint)


def _diagnosed(recording: Recording, kit: DiagnosisInputs) -> Result:
    with fetched(recording.at) as path:
        try:
            snapshot = load(path, limits=kit.limits)
            sifted = suppress(diagnose(snapshot, kit.playbooks), snapshot, kit.rules, kit.playbooks)
        except GkedoctorError as error:
            place = shown(recording.at)
            return Failed(recording.name, place, error.message.replace(str(path), place), error.hint)
        except Exception:
            if (reason := wrong_object(path)) is None:
                raise
            return Failed(recording.name, shown(recording.at), f"is damaged: {reason}")
    outcome = _grave(sifted.outcome, kit.min_severity)
    return Diagnosed(
        name=recording.name,
        at=shown(recording.at),
        outcome=outcome,
        left_out=len(sifted.outcome.diagnoses) - len(outcome.diagnoses),
        suppressed=sifted.suppressed,
        notes=(*sifted.notes, *notes_on_values(snapshot.manifest)),
    )


def _grave(outcome: Outcome, least: Severity) -> Outcome:
    kept = tuple(d for d in outcome.diagnoses if d.severity.rank <= least.rank)
    return msgspec.structs.replace(outcome, diagnoses=kept)
