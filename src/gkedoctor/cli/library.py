"""The playbooks that a command works with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gkedoctor.cli.messages import print_note
from gkedoctor.playbook.library import Library, load_library


def library(folders: Sequence[Path]) -> Library:
    """The shipped playbooks, those of installed packages, and those of further folders.

    What of a package cannot be used is told and left out; PlaybookError says what is wrong in a folder.
    """
    return load_library(folders, print_note)
