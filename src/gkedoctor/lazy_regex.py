"""Regular expressions that are compiled when they are first used.

Every report imports every edge, and few reports read logs or names: compiling them all took a fifth of a cold start.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast


def lazy(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, to all who use it."""
    return cast("re.Pattern[str]", _Lazy(text, flags))


class _Lazy:
    def __init__(self, text: str, flags: int) -> None:
        self.text, self.flags = text, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.text, self.flags)

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(self.compiled, name)  # so that this is asked once for each method
        return found
