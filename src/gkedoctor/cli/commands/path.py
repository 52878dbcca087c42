"""`gkedoctor path`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gkedoctor.cli.source import Purpose, patiently, source_options, take, tell
from gkedoctor.cli.stdout import width, write_result
from gkedoctor.errors import ExitCode
from gkedoctor.report.formats import NARROW, WIDE
from gkedoctor.snapshot.garbage import paused_garbage_collector


@click.command()
@click.argument("entrance", metavar="KIND/NAME|HOST|IP")
@click.option("-n", "--namespace", metavar="NAME", help="The namespace of KIND/NAME.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@source_options
def path(entrance: str, namespace: str | None, as_json: bool, source: Path | None, **flags: Any) -> int:
    """Show the way of a request, hop by hop, from the load balancer to the Pods.

    Begins at an Ingress, a Gateway or a Service (KIND/NAMESPACE/NAME, or
    KIND/NAME with -n), at a host or at an IP address. Each hop is OK, FAIL or unknown, with the
    one fact that decides. Without --from, the live cluster of the
    kubeconfig is looked at.

    Exits 0 if every hop is OK, 1 if one fails, 4 if none fails and one is
    not known.

    \b
    Examples:
      gkedoctor path Ingress/shop/storefront
      gkedoctor path svc/cart -n shop
      gkedoctor path shop.example.com --from recording/ --json
    """
    from gkedoctor.report.formats.json import encoded
    from gkedoctor.report.path_text import path_lines
    from gkedoctor.report.request_path import to_wire
    from gkedoctor.service.path import fallback_namespaces, in_namespace, request_path

    entrance = in_namespace(entrance, namespace)
    purpose = Purpose(fallback=fallback_namespaces(entrance))
    with paused_garbage_collector(), patiently(source):
        taken = take(source, flags | {"logs": False}, purpose)
        found = request_path(entrance, taken.snapshot)
    tell([*taken.notes, *found.notes])
    text = encoded(to_wire(found)) if as_json else "\n".join(path_lines(found.hops, width(NARROW, WIDE)))
    write_result(text + "\n" if text else "")
    return {"OK": ExitCode.OK, "FAIL": ExitCode.FOUND}.get(found.state, ExitCode.INCOMPLETE)
