"""Where the playbooks and recorded clusters are that come with gkedoctor."""

from __future__ import annotations

from pathlib import Path

from gkedoctor.errors import GkedoctorError

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "_shipped", _PACKAGE.parents[1])
"""An installed wheel carries them inside the package; in a checkout they are the top-level folders."""


def playbooks() -> Path:
    """The folder of the shipped playbooks."""
    return _folder("playbooks")


def recorded_clusters() -> Path:
    """The folder of the shipped recordings of faulty clusters."""
    return _folder("recorded_clusters")


def _folder(name: str) -> Path:
    for place in _PLACES:
        if (place / name).is_dir():
            return place / name
    raise GkedoctorError(f"the folder `{name}` is missing from this installation", hint="install gkedoctor again")
