"""`gkedoctor path`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live_part import path_of_live_part
from gkedoctor.cli.object_words import complete_namespace, complete_object, one_object
from gkedoctor.cli.shared_options import json_or_text_option
from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import width, write_result
from gkedoctor.errors import ExitCode
from gkedoctor.report.formats import NARROW, WIDE
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command(cls=GroupedCommand)
@click.argument("entrance", metavar="KIND/NAME|HOST|IP|URL", nargs=-1, required=True, callback=one_object,
                shell_complete=complete_object)  # fmt: skip
@click.option(
    "-n",
    "--namespace",
    metavar="NAME",
    shell_complete=complete_namespace,
    help="Namespace of KIND/NAME, or in which the path begins.",
)
@json_or_text_option
@source_options
def path(entrance: str, namespace: str | None, as_json: bool, source: Path | None, **flags: Any) -> int:
    """Show the path of a request, hop by hop, from the load balancer to the Pods.

    Starts at a URL, a host, an IP address or an object: an Ingress, Gateway
    or Service, or one that requests pass (HTTPRoute, Pod, BackendService).
    ns:NAME shows those of all front ends of a namespace.
    Each hop is OK, FAIL or unknown, with the fact that decides. Without
    --from, reads the live cluster of the kubeconfig.

    Exit 0 if every hop is OK, 1 if one fails, 4 if none fails but one is
    unknown.

    \b
    Examples:
      gkedoctor path Ingress/shop/storefront
      gkedoctor path svc/cart -n shop
      gkedoctor path https://shop.example.com/cart --from recording/
      gkedoctor path shop.example.com --json
    """
    from gkedoctor.report.formats.json import encoded
    from gkedoctor.report.path_text import path_lines
    from gkedoctor.report.request_path import to_wire
    from gkedoctor.service.path import fallback_namespaces, in_namespace, request_path

    start = in_namespace(entrance, namespace)
    live, notes = flags | {"logs": False}, tuple[str, ...]()
    with paused_garbage_collector(freeze=True), patiently(source):
        found = path_of_live_part(start, namespace, live) if source is None else None
        if found is None:
            taken = take(source, live, Purpose(fallback=fallback_namespaces(start, namespace)))
            found, notes = request_path(start, taken.snapshot, namespace), taken.notes
    tell([*notes, *found.notes])
    text = encoded(to_wire(found)) if as_json else "\n".join(path_lines(found.hops, width(NARROW, WIDE)))
    write_result(text + "\n" if text else "")
    return {"OK": ExitCode.OK, "FAIL": ExitCode.FOUND}.get(found.state, ExitCode.INCOMPLETE)
