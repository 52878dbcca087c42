"""Which cluster, and as whom: kubectl's flags, the kubeconfig, or the Pod that this runs in."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from gkedoctor.collect.addresses import hidden_login, is_address, split_login, without_login
from gkedoctor.collect.deadline import Deadline
from gkedoctor.collect.exec_plugin import credential
from gkedoctor.errors import SourceError, UnreachableError

_MOST_CONTEXTS = 10


class Login(NamedTuple):
    """Which cluster, as whom; kubectl's flags."""

    kubeconfig: str | None = None
    context: str | None = None
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()


class Impersonation(NamedTuple):
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
class ClusterAddress:
    """What the kubeconfig says of the cluster, and whom one acts as there. `host`: without user and password."""

    host: str
    context: str | None
    namespace: str | None
    acts_as: Impersonation = field(default_factory=Impersonation)
    verified: bool = True
    """Whether the server has to prove by its certificate that it is the right one."""


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


def configured(login: Login, configuration: Any, deadline: Deadline) -> ClusterAddress:
    """Puts address and credentials into the client's configuration. SourceError where there are none."""
    files = _files(login)
    if not any(path.exists() for path in files):
        return _in_cluster(login, configuration, files)
    chosen = _chosen(login, files, deadline)
    with _unusable(login):
        context = chosen.current_context.get("context") or {}
        server, name, namespace = chosen.server, chosen.current_context.get("name"), context.get("namespace")
    if not isinstance(server, str) or not is_address(server):
        shown = hidden_login(str(server or "none"))
        raise SourceError(
            f"the kubeconfig has no usable server address for cluster {str(context.get('cluster'))[:80]}: {shown}",
            hint="kubectl config set-cluster CLUSTER --server=https://ADDRESS",
        )
    with _complaints() as complaints, _unusable(login):
        chosen.load_and_set(configuration)
    if complaints and not configuration.api_key and not configuration.cert_file:
        raise UnreachableError(f"no credentials for the cluster: {complaints[0]}", hint="kubectl get --raw /version")
    _hide_logins(configuration)
    verified = bool(configuration.verify_ssl) or not configuration.host.startswith("https")
    return ClusterAddress(configuration.host, name, namespace, _acts_as(login, chosen), verified)


def _hide_logins(configuration: Any) -> None:
    """Takes user and password out of the addresses: they are sent as kubectl sends them, and never shown.

    Go's net/http makes a header of what stands before the `@`, where there is no other, for servers and proxies alike.
    """
    configuration.host, header = split_login(configuration.host)
    if header and not configuration.api_key:
        configuration.api_key["BearerToken"] = header
    if not configuration.proxy:
        return
    proxy = configuration.proxy if "://" in configuration.proxy else f"http://{configuration.proxy}"
    if not is_address(proxy):
        raise SourceError(
            f"the proxy has no usable address: {hidden_login(proxy)}",
            hint="proxy-url in the kubeconfig, or HTTPS_PROXY: http://HOST:PORT",
        )
    configuration.proxy, header = split_login(proxy)
    if header:
        configuration.proxy_headers = {"proxy-authorization": header}


def files_of(login: Login) -> tuple[tuple[int, int], ...]:
    """When each file of the kubeconfig was written, and its size: whether it is still the one that was read."""
    states = (path.stat() for path in _files(login) if path.exists())
    return tuple((state.st_mtime_ns, state.st_size) for state in states)


def _files(login: Login) -> list[Path]:
    file = login.kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config"))
    return [Path(part).expanduser() for part in file.split(os.pathsep)]


def _chosen(login: Login, files: list[Path], deadline: Deadline | None = None) -> Any:
    """The client's loader of the files put together, at the context that is meant."""
    from kubernetes.config.dateutil import parse_rfc3339
    from kubernetes.config.exec_provider import ExecProvider
    from kubernetes.config.kube_config import FileOrData, KubeConfigLoader, KubeConfigMerger

    class Loader(KubeConfigLoader):
        @property
        def user(self) -> Mapping[str, Any]:
            """The user's entry, of which the client reads the credentials alone."""
            entry = self._user.value if self._user is not None else {}
            return entry if isinstance(entry, dict) else {}

        @property
        def server(self) -> Any:
            """The address of the cluster, as it is written."""
            entry = self._cluster.value if self._cluster is not None else {}
            return entry.get("server") if isinstance(entry, dict) else None

        def _load_from_exec_plugin(self) -> bool:
            """In place of the client's, which has no time limit and logs what goes wrong."""
            user, cluster = self._user, self._cluster
            if user is None or cluster is None or "exec" not in user:
                return False
            entry = user["exec"]
            provider = ExecProvider(entry, self._get_base_path(cluster.path), cluster)
            status = credential(provider, str(entry.safe_get("interactiveMode")), deadline or Deadline())
            certificate, key = status.get("clientCertificateData"), status.get("clientKeyData")
            if status.get("token"):
                self.token = f"Bearer {status['token']}"
            elif certificate and key:
                self.cert_file, self.key_file = (
                    FileOrData(status, None, data_key_name=name, base64_file_content=False).as_file()
                    for name in ("clientCertificateData", "clientKeyData")
                )
            else:
                raise UnreachableError(
                    "no credentials for the cluster: exec: the plugin returned neither a token nor a certificate",
                    hint="kubectl get --raw /version",
                )
            if status.get("expirationTimestamp"):
                self.expiry = parse_rfc3339(status["expirationTimestamp"])
            return True

    _refuse_traps(files)
    with _unusable(login):
        merged = KubeConfigMerger(os.pathsep.join(map(str, files)))
        _refuse_unknown_context(login.context, merged.config)
        return Loader(merged.config, login.context, config_base_path=None)


def _refuse_unknown_context(context: str | None, config: Any) -> None:
    """SourceError with the contexts that there are, for one that is named and not among them."""
    entries = config.value.get("contexts") if context is not None and config is not None else None
    listed = entries if isinstance(entries, list) else ()
    plain = [getattr(one, "value", one) for one in listed]
    names = [str(one["name"]) for one in plain if isinstance(one, Mapping) and one.get("name")]
    if context is None or not names or context in names:
        return
    near = get_close_matches(context, names, 1)
    more = f" and {len(names) - _MOST_CONTEXTS} more" if len(names) > _MOST_CONTEXTS else ""
    hint = f"did you mean `{near[0]}`?" if near else f"contexts: {', '.join(names[:_MOST_CONTEXTS])}{more}"
    raise SourceError(f"the kubeconfig has no context `{context[:200]}`", hint=hint)


def _refuse_traps(files: list[Path]) -> None:
    """SourceError for aliases and a depth on which the client's reader of YAML would spend all memory."""
    from gkedoctor.snapshot.importers.yaml_events import Mistake, refuse_traps

    for path in files:
        if not path.is_file():
            continue
        try:
            refuse_traps(path.read_text(encoding="utf-8"), str(path))
        except Mistake as error:
            place = f"line {error.line + 1}, column {error.column + 1}"
            raise SourceError(f"the kubeconfig {path} cannot be used: {error.message}, {place}") from None
        except (OSError, UnicodeDecodeError):
            continue  # the client says what is wrong


class _ActsAs(msgspec.Struct, rename={"user": "as", "groups": "as-groups", "uid": "as-uid", "extra": "as-user-extra"}):
    """Whom a user's entry says to act as; its other fields are the client's."""

    user: str | None = None
    groups: list[str] | None = None
    uid: str | None = None
    extra: dict[str, list[str] | None] | None = None


def _acts_as(login: Login, chosen: Any) -> Impersonation:
    """The flags, else what the user's entry says; kubectl puts the one over the other field by field."""
    with _unusable(login):
        entry = msgspec.convert(chosen.user, _ActsAs)
    return Impersonation(
        user=login.as_user or entry.user or "",
        groups=login.as_groups or tuple(entry.groups or ()),
        uid=entry.uid or "",
        extra=tuple((key, value) for key, values in (entry.extra or {}).items() for value in values or ()),
    )


@contextmanager
def _unusable(login: Login) -> Iterator[None]:
    """A kubeconfig that was named and cannot be used is a mistake; without a name, there may be no cluster any more."""
    from kubernetes.config import ConfigException
    from yaml import YAMLError

    try:
        yield
    except (
        ConfigException,
        YAMLError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        given = login.kubeconfig or login.context
        raise (SourceError if given else UnreachableError)(
            f"the kubeconfig cannot be used: {_reason(error, _files(login))}", hint="kubectl config view"
        ) from error


def _reason(error: Exception, files: Iterable[Path]) -> str:
    """What is wrong, in one line; of broken YAML where it is, and not the line, for tokens stand in it."""
    from yaml import MarkedYAMLError

    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        return f"{error.problem or 'it is not valid YAML'}{at}"[:200]
    text = str(error)
    for file in files:  # behind whose name the client prints the entry as it is, tokens and all
        before, found, _ = text.partition(f"{file}/")
        text = f"{before}{found}".rstrip("/")
    lines = text.splitlines()
    return without_login(lines[0])[:200] if lines else type(error).__name__


def _in_cluster(login: Login, configuration: Any, files: list[Path]) -> ClusterAddress:
    from kubernetes import config

    if login.kubeconfig or login.context or not os.environ.get("KUBERNETES_SERVICE_HOST"):
        given = login.kubeconfig or login.context
        raise (SourceError if given else UnreachableError)(
            f"kubeconfig {files[0]} does not exist",
            hint="gcloud container clusters get-credentials CLUSTER --location LOCATION, or --from a recording",
        )
    try:
        config.load_incluster_config(client_configuration=configuration)
    except config.ConfigException as error:
        raise SourceError(f"the Pod's own credentials cannot be used: {error}") from error
    home = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
    acts_as = Impersonation(login.as_user or "", login.as_groups)
    return ClusterAddress(configuration.host, None, home.read_text().strip() if home.exists() else None, acts_as)


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
