"""`gkedoctor access`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from gkedoctor.cli.choice_option import Choice
from gkedoctor.cli.help_groups import GroupedCommand
from gkedoctor.cli.live import Board, ending_signals, live_options, parse_options
from gkedoctor.cli.stdout import write_result
from gkedoctor.errors import ExitCode
from gkedoctor.report.escaping import inert

if TYPE_CHECKING:
    from datetime import datetime

    from gkedoctor.collect.deadline import Deadline
    from gkedoctor.collect.kubeconfig import Impersonation
    from gkedoctor.collect.kubernetes_client import KubernetesClient
    from gkedoctor.collect.permissions import Permission
    from gkedoctor.live.options import LiveOptions
    from gkedoctor.playbook.compiled import CompiledPlaybook
    from gkedoctor.snapshot.kinds import Kind

_ROLES = ("cluster", "namespace", "gcp")


@click.command(cls=GroupedCommand)
@click.option("-n", "--namespace", metavar="NAME", help="Check permissions in this namespace only.")
@click.option(
    "--print-role",
    "printed",
    type=Choice(_ROLES),
    help="Print the smallest ClusterRole, Role or custom Google Cloud role as YAML.",
)
@live_options
def access(namespace: str | None, printed: str | None, **flags: Any) -> int:
    """Check which permissions are missing, and what cannot be checked without them.

    Uses SelfSubjectAccessReview in the cluster, and reads lists in Google
    Cloud. Exit 0 if nothing is missing, else 4.

    \b
    Examples:
      gkedoctor access
      gkedoctor access -n shop --as system:serviceaccount:shop:ci
      gkedoctor access --print-role cluster | kubectl apply -f -
      gkedoctor access --print-role gcp --uptime-checks > gkedoctor-role.yaml
    """
    from gkedoctor.cli.library import library
    from gkedoctor.collect.kubernetes import connected, is_served
    from gkedoctor.playbook.required_kinds import needed_kinds

    playbooks, live = library(()), parse_options(flags)
    kinds = needed_kinds(playbooks, live.on_request)
    if printed is not None:
        write_result(role_yaml(printed, kinds, namespace or "default"))
        return ExitCode.OK
    deadline = live.deadline()
    with ending_signals():
        client, cluster = connected(live.login, deadline)
        kinds = [kind for kind in kinds if is_served(kind, cluster.groups)]
        missing, lines = _kubernetes(live, client, kinds, namespace)
        if live.gcp:
            without, more = _google(live, kinds, cluster.now, deadline)
            missing |= without
            lines += more
    lines += _unanswered(playbooks, missing)
    write_result("".join(f"{line}\n" for line in lines))
    return ExitCode.INCOMPLETE if missing else ExitCode.OK


def role_yaml(which: str, kinds: Sequence[Kind], namespace: str) -> str:
    """One of the three roles, as a file to apply."""
    import yaml

    from gkedoctor.collect.permissions import cluster_role, google_role, role

    made = {
        "cluster": lambda: cluster_role(kinds),
        "namespace": lambda: role(kinds, namespace),
        "gcp": lambda: google_role(kinds),
    }[which]()
    text: str = yaml.safe_dump(made, sort_keys=False, default_flow_style=False)
    return text


def _kubernetes(
    live: LiveOptions, client: KubernetesClient, kinds: Sequence[Kind], namespace: str | None
) -> tuple[set[str], list[str]]:
    """The collections that may not be read, and what is to be said of all."""
    from gkedoctor.collect.permissions import needed_permissions, review_permissions

    found = review_permissions(client, needed_permissions(kinds), namespace)
    where = f"in namespace {namespace}" if namespace else "in the whole cluster"
    allowed = sum(answer is True for answer in found.values())
    lines = [
        f"Kubernetes, {client.address.host}{_as(client.address.acts_as)}: {allowed} of {len(found)} permissions {where}"
    ]
    lines += [f"  {_word(right)}  {right.words}" for right, answer in found.items() if answer is False]
    lines += [f"  unknown   {right.words}" for right, answer in found.items() if answer is None]
    return {r.collection for r, answer in found.items() if answer is not True and not r.is_optional}, lines


def _word(right: Permission) -> str:
    """What a right is that is not there: without an operator's objects, what they make is told less exactly."""
    return "optional" if right.is_optional else "missing"


def _as(whom: Impersonation) -> str:
    """For whom it was asked, where that is not oneself."""
    groups = f" ({', '.join(map(inert, whom.groups))})" if whom.groups else ""
    return f", as {inert(whom.user)}{groups}" if whom.user else ""


def _google(live: LiveOptions, kinds: Sequence[Kind], now: datetime, deadline: Deadline) -> tuple[set[str], list[str]]:
    """Google Cloud has no review for oneself that is free of further APIs: the lists are read, and tell."""
    from gkedoctor.collect.deadline import CollectionStopped
    from gkedoctor.collect.google_cloud import collect_google
    from gkedoctor.collect.google_location import location_of_context
    from gkedoctor.collect.kubeconfig import context_of
    from gkedoctor.collect.results import Listing
    from gkedoctor.snapshot.model import CollectionState, Status

    place = live.cloud.place(location_of_context(context_of(live.login)))
    if place is None:
        return set(), ["Google Cloud: not checked; the context names no project. Add --project PROJECT."]
    board, found = Board(sys.stderr.isatty()), list[Listing]()
    wanted = [kind for kind in kinds if kind.cloud]
    cloud = live.cloud._replace(now=now)
    with suppress(CollectionStopped):  # what was not asked in time is missing from `found`
        deadline.within(lambda: collect_google(cloud, place, wanted, deadline, found.append, board.say), "google")
    board.close()
    late = {kind.collection for kind in wanted} - {find.collection for find in found}
    found += [Listing(name, (), CollectionState(Status.FAILED, reason="timed out")) for name in sorted(late)]
    bad = [find for find in found if find.state.status in (Status.DENIED, Status.FAILED)]
    name = f"{place.project}{f', as {inert(live.impersonate)}' if live.impersonate else ''}"
    lines = [f"Google Cloud, project {name}: {len(found) - len(bad)} of {len(found)} collections can be read"]
    lines += [f"  {f.state.status}  {f.state.needs or f.collection}: {inert(f.state.reason)}" for f in bad]
    return {find.collection for find in bad}, lines


def _unanswered(playbooks: Iterable[CompiledPlaybook], missing: set[str]) -> list[str]:
    from gkedoctor.playbook.required_kinds import kinds_of
    from gkedoctor.report.phrases import counted
    from gkedoctor.snapshot.kinds import KINDS, LOGS

    if not missing:
        return ["All required permissions are granted."]
    lines = []
    for playbook in playbooks:
        lacks = sorted(missing & {KINDS[name].collection for name in kinds_of(playbook)})
        if lacks:
            lines.append(f"  {playbook.id}  {playbook.model.title}: needs {', '.join(lacks)}")
    head = [f"{counted(len(lines), 'playbook')} cannot run completely:"] if lines else []
    if LOGS in missing:
        lines.append("Without logs, crashes are explained only by exit codes, Events and termination messages.")
    return [*head, *lines]
