"""An option out of a few words, that says which one was probably meant."""

from __future__ import annotations

from difflib import get_close_matches

import click


class Choice(click.Choice[str]):
    """`click.Choice` with a suggestion."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """The message for a word that is none of the choices."""
        near = get_close_matches(str(value), self.choices, 1)
        meant = f"did you mean `{near[0]}`?" if near else f"choose from {', '.join(self.choices)}"
        return f"`{value}` is not valid; {meant}"
