"""The playbooks that a command works with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gkedoctor import shipped
from gkedoctor.errors import PlaybookError
from gkedoctor.playbook.compiled import CompiledPlaybook
from gkedoctor.playbook.loader import load_playbooks


def library(folders: Sequence[Path]) -> list[CompiledPlaybook]:
    """The shipped playbooks, which their own tests check, and those of further folders, which are checked now."""
    own = load_playbooks([shipped.playbooks()], check=False)
    further = load_playbooks(folders)
    places = {playbook.id: playbook.path for playbook in own}
    for playbook in further:
        if playbook.id in places:
            raise PlaybookError(f"playbook {playbook.id} is also in {places[playbook.id]}", path=playbook.path)
    return sorted([*own, *further], key=lambda p: p.id)
