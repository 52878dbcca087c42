"""`gkedoctor verify`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import Duration
from gkedoctor.cli.shared_options import json_or_text_option
from gkedoctor.cli.source import source_options_without_timeout
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from gkedoctor.diagnose.verification import Claim, Reading
    from gkedoctor.playbook.library import Library
    from gkedoctor.snapshot.model import Snapshot


@click.command(cls=GroupedCommand)
@click.argument("finding", metavar="[FINGERPRINT]", required=False)
@click.option("--last", is_flag=True, help="Verify the first finding of the last live report.")
@click.option("--report", "saved", type=click.Path(path_type=Path), metavar="FILE", help="A saved JSON report.")
@click.option("--interval", type=Duration(), default="5s", metavar="TIME", help="Time between reads (default 5s).")
@json_or_text_option
@source_options_without_timeout
@click.option(
    "--timeout", type=Duration(), default="10m", metavar="TIME", help="How long to wait for the fix (default 10m)."
)
def verify(
    finding: str | None, last: bool, saved: Path | None, interval: float, as_json: bool, source: Path | None,
    timeout: float, **flags: Any,
) -> int:  # fmt: skip
    """Wait until a finding is fixed. Only reads.

    FINGERPRINT is the id of a finding in a report (`report --json`, or the
    last line of each finding). Its first characters are enough. Only what
    the finding is based on is read again, every --interval, until it is
    fixed or --timeout is over. With --from, the recording is checked once.

    Exit 0 if the finding is gone and everything it affected is well, 1 if
    it is still there or another problem took its place, 4 if something
    that it is based on could not be read.

    \b
    Examples:
      gkedoctor verify --last
      gkedoctor verify 6f1c20aa --timeout 5m
      gkedoctor verify 6f1c20aa --from after.gkesnap
    """
    from gkedoctor.cli.library import library
    from gkedoctor.service.verify import Timer, VerifyOptions
    from gkedoctor.service.verify import verify as readings

    playbooks = library(())
    claim = _claim(finding, last=last, saved=saved)
    wait = VerifyOptions(timeout=0 if source is not None else timeout, interval=interval)
    read = _reader(source, claim, playbooks, flags)
    timer = Timer(time.monotonic, time.sleep)
    return _print(claim, readings(claim, playbooks, read, timer, wait), as_json=as_json)


def _print(claim: Claim, readings: Any, *, as_json: bool) -> int:
    """Prints each new state to standard error, and the verdict to standard output."""
    from gkedoctor.cli.messages import print_message
    from gkedoctor.report.escaping import inert
    from gkedoctor.report.formats.json import encoded
    from gkedoctor.report.verification import state_lines, to_wire, verdict

    print_message(f"verifying: {inert(claim.title)}")
    shown: object = None
    reading: Reading | None = None
    for reading in readings:
        seen = (reading.check, reading.trouble)
        if seen != shown:
            print_message("\n".join(state_lines(reading)))
        shown = seen
    assert reading is not None
    write_result((encoded(to_wire(claim, reading)) if as_json else verdict(claim, reading)) + "\n")
    return _exit_code(reading)


def _exit_code(last: Reading) -> ExitCode:
    from gkedoctor.diagnose.verification import State

    if last.check is None:
        return ExitCode.SOURCE
    codes = {State.GONE: ExitCode.OK, State.UNKNOWN: ExitCode.INCOMPLETE}
    return codes.get(last.check.state, ExitCode.FOUND)


def _claim(finding: str | None, *, last: bool, saved: Path | None) -> Claim:
    """The finding that is meant, out of a saved report or the last live one. UsageError where it is not there."""
    from gkedoctor.cli.last_report import recall
    from gkedoctor.compare.saved_claims import claims_in

    if finding is not None and last:
        raise UsageError("FINGERPRINT and --last cannot be used together", hint="leave one of them out")
    known = recall() if saved is None else None
    claims = claims_in(saved) if saved is not None else known.claims if known is not None else ()
    if known is not None and not claims:
        raise UsageError("the last report has no findings to verify", hint="run `gkedoctor report` to read again")
    if not claims:
        raise UsageError("no report to verify", hint="run `gkedoctor report` first, or name a saved one with --report")
    if finding is None:
        return claims[0]
    return _named(finding, claims)


def _named(finding: str, claims: Sequence[Claim]) -> Claim:
    found = [claim for claim in claims if claim.fingerprint.startswith(finding.lower())]
    exact = [claim for claim in found if claim.fingerprint == finding.lower()]
    if len(exact or found) == 1:
        return (exact or found)[0]
    ids = ", ".join(claim.fingerprint for claim in (found or claims)[:5])
    what = "matches several findings" if found else "is not in the last report"
    raise UsageError(f"{finding} {what}", hint=f"there are: {ids}")


def _reader(source: Path | None, claim: Claim, playbooks: Library, flags: dict[str, Any]) -> Callable[[], Snapshot]:
    """Reads the recording, or of the cluster what the finding is based on."""
    if source is not None:
        from gkedoctor.cli.size import limits
        from gkedoctor.snapshot.sources import load

        return lambda: load(source, limits=limits())
    from gkedoctor.cli.live import parse_options
    from gkedoctor.cli.live_source import ONE_READING, reader_of

    return reader_of(parse_options(flags | {"timeout": ONE_READING}), claim, playbooks)
