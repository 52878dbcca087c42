"""`gkedoctor playbooks new`."""

from __future__ import annotations

from pathlib import Path

import click

from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import UsageError


@click.command()
@click.argument("playbook", metavar="ID")
@click.option("--cause", metavar="WORD",
              help="Cause that it finds: a known word, or your own with a prefix, as in "
              "acme/no-rollback-history. Without it, the playbook only finds a symptom.")  # fmt: skip
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="DIR",
              help="Folder to write to. Default: the current one.")  # fmt: skip
@click.option("--name", metavar="NAME",
              help="Name of the files: what the playbook finds. Default: the cause.")  # fmt: skip
def new(playbook: str, cause: str | None, folder: Path, name: str | None) -> None:
    """Write a new playbook with tests and a cause, as a start.

    The files pass `playbooks lint` and `playbooks test` as they are written.
    ID is GKE-AREA-NNN. Numbers from 900 on are free for your own playbooks.
    AREA is one of CFG, IMG, POD, PRB, ADM, ROL, SCHED, SVC, NET, ING, VOL,
    NODE, NS, HPA, JOB, IAM, GCP, MON, SPEC.

    \b
    Examples:
      gkedoctor playbooks new GKE-ROL-901 --cause acme/no-rollback-history
      gkedoctor playbooks new GKE-SVC-901 --cause missing-service --dir ops
    """
    from gkedoctor.cli.library import library
    from gkedoctor.playbook.scaffold import drafts

    found = drafts(folder, playbook.upper(), cause, name, library([folder] if folder.is_dir() else []))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for draft in found:
            draft.path.write_text(draft.text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}") from None
    written = "".join(f"wrote {draft.path}\n" for draft in found)
    first = found[0].path
    write_result(f"{written}\ngkedoctor playbooks lint {first}\ngkedoctor playbooks test {first}\n")
