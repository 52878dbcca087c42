"""The playbooks that a command works with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gkedoctor import shipped
from gkedoctor.cli.messages import print_note
from gkedoctor.errors import PlaybookError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks
from gkedoctor.playbook.third_party import add_offered


def library(folders: Sequence[Path]) -> list[CompiledPlaybook]:
    """The shipped playbooks, which their own tests check, those of installed packages, and those of further folders.

    What of a package cannot be used is told and left out; a folder was named in the command, so there it is an error.
    """
    known = {playbook.id: playbook for playbook in load_playbooks([shipped.playbooks()], check=False)}
    for note in add_offered(known):
        print_note(note)
    for playbook in load_playbooks(folders):
        if playbook.id in known:
            raise PlaybookError(f"playbook {playbook.id} is also in {known[playbook.id].path}", path=playbook.path)
        known[playbook.id] = playbook
    return sorted(known.values(), key=lambda p: p.id)
