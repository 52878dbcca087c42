"""What stands in place of a credential: `***`, six hexadecimal digits, `***`.

The digits come from the place where the value was met, never from the value: nobody can guess a short password and
see whether the digits fit. Within a namespace the same value has the same digits, so that two lines can still be seen
to hold the same.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from gkedoctor.lazy_regex import lazy

PLACEHOLDER = lazy(r"\*\*\*[0-9a-f]{6}\*\*\*")
MARK = "***"


def placeholder(*place: str) -> str:
    """What is put in place of the value that was met at a place: the same in every run."""
    return f"***{_digest(place)}***"


@lru_cache(maxsize=1024)
def _digest(place: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(("gkedoctor mask", *place)).encode("utf-8", "surrogatepass")).hexdigest()[:6]
