"""What is refused, and the forms that names and values have to have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PLACEHOLDER = re.compile(r"\$|\{\{")
"""In texts that envsubst, Flux, OpenShift or a template fills in before they are applied."""

LABEL = "lowercase letters, digits and `-`, at most 63 characters, a letter or digit at both ends"
SUBDOMAIN = "lowercase letters, digits, `-` and `.`, at most 253 characters, a letter or digit at both ends"
LABEL_VALUE = "letters, digits, `-`, `_` and `.`, at most 63 characters, a letter or digit at both ends"
PORT_NAME = "lowercase letters, digits and single `-`, at most 15 characters, at least one letter"


class Refusal(NamedTuple):
    """Why an object is refused, and the way to what is wrong in it (`spec.ports[0].name`)."""

    path: str
    reason: str

    def below(self, path: str) -> Refusal:
        """The same, seen from an object in which this one stands at a path."""
        return Refusal(f"{path}.{self.path}".rstrip("."), self.reason)


def is_filled_in_later(text: str) -> bool:
    """Whether a text is not yet what will be applied."""
    return _PLACEHOLDER.search(text) is not None


def is_label(text: str) -> bool:
    """DNS-1123 label (apimachinery/pkg/util/validation: IsDNS1123Label)."""
    return (len(text) <= 63 and _LABEL.fullmatch(text) is not None) or is_filled_in_later(text)


def is_subdomain(text: str) -> bool:
    """DNS-1123 subdomain (IsDNS1123Subdomain)."""
    return (len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None) or is_filled_in_later(text)


def is_label_value(text: str) -> bool:
    """The value of a label (IsValidLabelValue)."""
    return not text or (len(text) <= 63 and _QUALIFIED.fullmatch(text) is not None) or is_filled_in_later(text)


def is_label_key(text: str) -> bool:
    """The key of a label, with or without a domain in front (IsQualifiedName)."""
    domain, slash, name = text.rpartition("/")
    fits = len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None
    return (fits and (not slash or is_subdomain(domain))) or is_filled_in_later(text)


def is_port_name(text: str) -> bool:
    """The name of a container's port (IsValidPortName)."""
    fits = len(text) <= 15 and is_label(text) and "--" not in text and any(c.isalpha() for c in text)
    return fits or is_filled_in_later(text)


def is_port(number: int) -> bool:
    """IsValidPortNum."""
    return 1 <= number <= 65535


def port_refused(port: int | str | None, path: str) -> Iterator[Refusal]:
    """A port by number or name (core: ValidatePortNumOrName). In quotes, `"80"` is a name, and no valid one."""
    if port is None:
        yield Refusal(path, "port is missing")
    elif isinstance(port, str) and not is_port_name(port):
        number = port.isdecimal()
        yield Refusal(path, f'"{port}" in quotes is a port name, which needs a letter' if number else _form(port))
    elif isinstance(port, int) and not is_port(port):
        yield Refusal(path, f"{port} is not a valid port: use 1 to 65535")


def _form(name: str) -> str:
    return f'"{name}" is not a valid port name: {PORT_NAME}'


def port_name_refused(name: str, path: str) -> Iterator[Refusal]:
    """The name that a container gives a port."""
    if name and not is_port_name(name):
        yield Refusal(path, _form(name))


def repeated(values: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The places and values of what stood before; what is None or empty may stand again."""
    seen = set()
    for i, value in enumerate(values):
        if value and value in seen:
            yield i, value
        seen.add(value)
