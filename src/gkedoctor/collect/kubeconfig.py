"""Which cluster, and as whom: kubectl's flags, the kubeconfig, or the Pod that this runs in."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from gkedoctor.errors import SourceError, UnreachableError


class Login(NamedTuple):
    """Which cluster, as whom; kubectl's flags."""

    kubeconfig: str | None = None
    context: str | None = None
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()


class ActsAs(NamedTuple):
    """Whom the API server is told that one acts as (k8s.io/client-go/rest: ImpersonationConfig)."""

    user: str = ""
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> list[tuple[str, str]]:
        """One header a group and value, for the API server does not split at commas (client-go/transport)."""
        if not self.user:
            return []
        found = [("Impersonate-User", self.user), *(("Impersonate-Group", group) for group in self.groups)]
        found += [("Impersonate-Uid", self.uid)] if self.uid else []
        return found + [(f"Impersonate-Extra-{quote(key, safe='')}", value) for key, value in self.extra]


@dataclass(frozen=True)
class Place:
    """What the kubeconfig says of the cluster, and whom one acts as there."""

    host: str
    context: str | None
    namespace: str | None
    acts_as: ActsAs = field(default_factory=ActsAs)


def context_of(login: Login) -> str | None:
    """The name of the context that a login means, whether or not its credentials are good; None without one."""
    files = _files(login)
    if not any(path.exists() for path in files):
        return login.context
    try:
        name: str | None = _chosen(login, files).current_context.get("name")
    except UnreachableError:
        return None
    return name


def configured(login: Login, configuration: Any) -> Place:
    """Puts address and credentials into the client's configuration. SourceError where there are none."""
    files = _files(login)
    if not any(path.exists() for path in files):
        return _in_cluster(login, configuration, files)
    chosen = _chosen(login, files)
    with _complaints() as complaints, _unusable(login):
        chosen.load_and_set(configuration)
    if complaints and not configuration.api_key and not configuration.cert_file:
        raise UnreachableError(f"no credentials for the cluster: {complaints[0]}", hint="kubectl get --raw /version")
    named = chosen.current_context
    context = named.get("context") or {}
    return Place(configuration.host, named.get("name"), context.get("namespace"), _acts_as(login, chosen))


def _files(login: Login) -> list[Path]:
    file = login.kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config"))
    return [Path(part).expanduser() for part in file.split(os.pathsep)]


def _chosen(login: Login, files: list[Path]) -> Any:
    """The client's loader of the files put together, at the context that is meant."""
    from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

    class Loader(KubeConfigLoader):
        @property
        def user(self) -> Mapping[str, Any]:
            """The user's entry, of which the client reads the credentials alone."""
            entry = self._user.value if self._user is not None else {}
            return entry if isinstance(entry, dict) else {}

    with _unusable(login):
        merged = KubeConfigMerger(os.pathsep.join(map(str, files)))
        return Loader(merged.config, login.context, config_base_path=None)


def _acts_as(login: Login, chosen: Any) -> ActsAs:
    """The flags, else what the user's entry says; kubectl puts the one over the other field by field."""
    entry = chosen.user
    extra = entry.get("as-user-extra") or {}
    return ActsAs(
        user=login.as_user or entry.get("as") or "",
        groups=login.as_groups or tuple(entry.get("as-groups") or ()),
        uid=entry.get("as-uid") or "",
        extra=tuple((key, value) for key, values in extra.items() for value in values or ()),
    )


@contextmanager
def _unusable(login: Login) -> Iterator[None]:
    """A kubeconfig that was named and cannot be used is a mistake; without a name, there may be no cluster any more."""
    from kubernetes.config import ConfigException

    try:
        yield
    except (ConfigException, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        given = login.kubeconfig or login.context
        raise (SourceError if given else UnreachableError)(
            f"the kubeconfig cannot be used: {str(error).splitlines()[0]}",
            hint="kubectl config get-contexts",
        ) from error


def _in_cluster(login: Login, configuration: Any, files: list[Path]) -> Place:
    from kubernetes import config

    if login.kubeconfig or login.context or not os.environ.get("KUBERNETES_SERVICE_HOST"):
        given = login.kubeconfig or login.context
        raise (SourceError if given else UnreachableError)(
            f"there is no kubeconfig at {files[0]}",
            hint="gcloud container clusters get-credentials CLUSTER --location LOCATION, or --from a recording",
        )
    try:
        config.load_incluster_config(client_configuration=configuration)
    except config.ConfigException as error:
        raise SourceError(f"the Pod's own credentials cannot be used: {error}") from error
    home = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
    acts_as = ActsAs(login.as_user or "", login.as_groups)
    return Place(configuration.host, None, home.read_text().strip() if home.exists() else None, acts_as)


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the client logs while it reads credentials: a plugin that fails raises nothing."""
    said: list[str] = []

    class _Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(" ".join(record.getMessage().split())[:200])

    ear, root = _Ear(logging.ERROR), logging.getLogger()
    root.addHandler(ear)
    try:
        yield said
    finally:
        root.removeHandler(ear)
