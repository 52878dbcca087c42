"""HTML and SVG elements. A text becomes markup only through `element`, which escapes it: none can break out."""

from __future__ import annotations

from html import escape

from gkedoctor.report.escaping import inert

_VOID = frozenset({"meta", "input", "circle", "path"})
_INLINE = frozenset({"a", "b", "button", "code", "span", "strong", "input"})
"""Elements that stand in a line; all others begin one, so that two reports can be compared."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(_tag: str, *children: str, **attributes: str | int | bool) -> Markup:
    """An element. Texts are escaped, `Markup` is not; `class_` stands for `class`, `a_b` for `a-b`; True: no value."""
    told = "".join(_attribute(name, value) for name, value in attributes.items())
    before = "" if _tag in _INLINE else "\n"
    if _tag in _VOID:
        return Markup(f"{before}<{_tag}{told}>" if _tag in ("meta", "input") else f"{before}<{_tag}{told}/>")
    return Markup(f"{before}<{_tag}{told}>{joined(*children)}</{_tag}>")


def joined(*children: str) -> Markup:
    """Several texts and elements after each other."""
    return Markup("".join(child if isinstance(child, Markup) else escape(inert(child)) for child in children))


def _attribute(name: str, value: str | int | bool) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(inert(str(value)))}"'
