"""Help of a command with its options in groups: which cluster, what to report, how to print."""

from __future__ import annotations

import click

_GROUPS = {
    "Which cluster": (
        *("source", "max_size", "kubeconfig", "context", "as_user", "as_groups", "project", "location", "impersonate"),
        *("gcp", "logs", "uptime_checks", "event_history", "operations", "audit_logs", "request_timeout", "timeout"),
        *("save", "with_cluster"),
    ),
    "What to report": (
        *("namespaces", "namespace", "all_namespaces", "selector", "min_severity", "fail_on", "baseline"),
        *("files", "folders", "show_suppressed", "complete", "config", "no_config", "last", "saved"),
    ),
    "How to print": (
        *("wanted_outputs", "form", "as_json", "details", "output_file", "color", "watch", "interval", "first_answers"),
        *("trace", "theme", "_click_default_help"),
    ),
}
"""The options of each group by the name of their parameter, in the order in which help lists them."""

_OPTION_COLUMNS = 26


class GroupedCommand(click.Command):
    """A command whose help lists its options by what they are for."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes one section for each group that has options, and one for the rest."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = {option.name: record for option in options if (record := option.get_help_record(ctx)) is not None}
        for title, names in _GROUPS.items():
            rows = [records.pop(name) for name in names if name in records]
            _write(formatter, title, rows)
        _write(formatter, "Other options", [*records.values()])


def _write(formatter: click.HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl([(_short(option), text) for option, text in rows], col_max=_OPTION_COLUMNS)


def _short(option: str) -> str:
    """A switch as git and gcloud print it: --[no-]color for --color / --no-color."""
    name, switch, _ = option.partition(" / --no-")
    return name.replace("--", "--[no-]", 1) if switch else option
