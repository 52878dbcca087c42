"""Where the playbooks and recorded clusters are that come with gkedoctor; `example:NAME` is one of these clusters."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from gkedoctor.errors import GkedoctorError, UsageError

EXAMPLE = "example:"
"""The prefix of the name of a recorded cluster."""

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "_shipped", _PACKAGE.parents[1], _PACKAGE.parents[1] / "integrations")
"""An installed wheel carries them inside the package; in a checkout they are folders of the repository."""


def playbooks() -> Path:
    """The folder of the shipped playbooks."""
    return _folder("playbooks")


def recorded_clusters() -> Path:
    """The folder of the shipped recordings of faulty clusters."""
    return _folder("recorded_clusters")


def skills() -> Path:
    """The folder of the skills for AI agents."""
    return _folder("agent") / "skills"


def example_names() -> list[str]:
    """The names of the shipped recordings, sorted."""
    return sorted(path.name for path in recorded_clusters().iterdir() if path.is_dir())


def example(text: str, hint: str) -> Path:
    """The folder of `example:NAME`. UsageError with the most similar name, else with the hint, where there is none."""
    name, known = text.removeprefix(EXAMPLE), example_names()
    if name in known:
        return recorded_clusters() / name
    near = get_close_matches(name, known, 1)
    raise UsageError(f"no example `{name}`", hint=f"did you mean `{EXAMPLE}{near[0]}`?" if near else hint)


def _folder(name: str) -> Path:
    for place in _PLACES:
        if (place / name).is_dir():
            return place / name
    raise GkedoctorError(f"the folder `{name}` is missing from this installation", hint="install gkedoctor again")
