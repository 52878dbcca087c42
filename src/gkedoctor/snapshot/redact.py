"""Masks what looks like a credential in all that was gathered, besides the Secrets that the intake drops.

Two passes. The first learns values: of Secrets, of environment variables and arguments whose names say so, in URLs,
headers and log lines, and what has the form of a known token. The second replaces each of them wherever it stands in
free text by one token, so that two places can still be seen to hold the same value. The token stands for the first
place it was met at and is not derived from the value. Names, labels, selectors, addresses and ports are never touched.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from gkedoctor.snapshot.intake import Gathered
from gkedoctor.snapshot.mask import SHORTEST, SecretMask, any_of, public_words
from gkedoctor.snapshot.packed import changed

_NAMES_A_CREDENTIAL = re.compile(
    r"passw(?:or)?d|passphrase|passwd|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|signing[-_]?key"
    r"|encryption[-_]?key|master[-_]?key|account[-_]?key|credential|authorization|cookie|salt|(?<![a-z])pass(?![a-z])"
    r"|(?<![a-z])dsn(?![a-z])|connection[-_]?string|webhook[-_]?url|client[-_]?id[-_]?secret",
    re.I,
)
_NAMES_A_PLACE = re.compile(
    r"(?:file|path|dir|name|host|port|type|ttl|expiry|enabled|mount|version|ref|class|provider|audience|issuer"
    r"|url|uri|endpoint|length|size|count|limit|timeout|seconds|algorithm|header)s?$",
    re.I,
)
"""`DB_PASSWORD_FILE` and `TOKEN_TTL` hold no credential."""

_INNOCENT = re.compile(
    r"\$[({].*[)}]|true|false|yes|no|null|none|-?\d+(?:\.\d+)?[a-z]{0,2}|/[^\s:]*|<[^>]*>|\*+[0-9a-f]*\**"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?:/\d+)?|[a-z0-9.-]+:\d{1,5}",
    re.I,
)
"""Values that are none: references, switches, numbers, paths, addresses, `HOST:PORT`, what is masked already."""

_USERINFO = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:([^\s@\"']+)@", re.I)
_USER_ONLY = re.compile(r"\b[a-z][a-z0-9+.-]*://([A-Za-z0-9_~.-]{16,})@", re.I)
_IN_QUERY = re.compile(
    r"[?&;](?:[\w.-]*(?:token|secret|passw(?:or)?d|passwd|pwd|api[-_]?key|signature|credential|code)|sig|key|auth)"
    r"=([^&\s\"'<>;#]+)",
    re.I,
)
_AUTHORIZATION = re.compile(r"\b(?:bearer|basic|token|apikey|digest)\s+([A-Za-z0-9._~+/=-]{8,})", re.I)
_SAID = re.compile(
    r"(?:[\w.-]*(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credentials?|authorization|connection[-_]?string)[\w.-]*)[\"']?\s*(=|:)\s*(?:\\?[\"']([^\"'\\]+)\\?[\"']|([^\s\"',;&)}\]]+))",
    re.I,
)
_KNOWN_FORMS = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r"|\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|npm_|pypi-|hvs\.|dop_v1_|shpat_|sk_live_|sk_test_|rk_live_"
    r"|whsec_|sq0[a-z]{3}-|dckr_pat_|hf_|sk-)[\w.-]{10,}"
    r"|\b(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,}|\bAIza[\w-]{30,}|\bya29\.[\w.-]{10,}|\bGOCSPX-[\w-]{10,}|\b1//0[\w-]{20,}"
    r"|\bSG\.[\w-]{10,}\.[\w-]{10,}|\b[MNO][\w-]{23}\.[\w-]{6}\.[\w-]{27,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.|\\n)*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    re.S,
)
_RANDOM = re.compile(r"(?<![\w/.+-])(?=[\w+=-]*[a-z])(?=[\w+=-]*[A-Z])(?=[\w+=-]*\d)[A-Za-z0-9_+=-]{24,}(?![\w/.])")
"""Upper case, lower case and digits in one long word: not a name, not a digest, not a UID."""

_FLAG = re.compile(r"--?[\w.-]+")
_HAS_DIGIT_OR_SIGN = re.compile(r"[\d!#$%^*+~]")

_UNTOUCHED = frozenset(
    {
        "name", "namespace", "uid", "kind", "apiVersion", "nodeName", "generateName", "labels", "matchLabels",
        "matchExpressions", "selector", "podSelector", "namespaceSelector", "nodeSelector", "labelSelector",
        "ownerReferences", "resourceVersion", "creationTimestamp", "image", "imageID", "containerID", "podIP",
        "podIPs", "hostIP", "hostIPs", "clusterIP", "clusterIPs", "ip", "ips", "ipAddress", "IPAddress", "natIP",
        "networkIP", "selfLink", "id", "region", "zone", "network", "subnetwork", "target", "group", "backendService",
        "backendServices", "urlMap", "sslCertificates", "healthChecks", "users", "instance", "instances", "caBundle",
        "port", "ports", "host", "hosts", "hostname", "key", "keys", "fieldPath", "mountPath", "path", "subPath",
        "volumeName", "claimName", "secretName", "configMapName", "serviceName", "serviceAccountName",
        "storageClassName", "ingressClassName", "provisioner", "podCIDR", "podCIDRs", "providerID", "status", "type",
        "reason", "phase", "topologyKey", "fingerprint", "firstTimestamp", "lastTimestamp", "startTime", "finishedAt",
        "startedAt", "lastTransitionTime", "lastProbeTime", "eventTime", "resourceClaimName", "schedulerName",
        "uniqueId", "etag", "certificate", "secretNames", "registries", "addresses",
    }
)  # fmt: skip
"""Fields of structure: joins run over them. Their strings are left as they are; objects below them are walked."""

_WHOLE_MAPS = frozenset(
    {"labels", "matchLabels", "selector", "nodeSelector", "data", "binaryData", "stringData", "keys"}
)
"""Maps left alone: selectors, and the values that the intake turns into facts."""

_MOST_REMEMBERED = 10_000
"""Texts of which it is remembered that they were read, or what became of them: most repeat soon or never."""


def redact(gathered: Gathered) -> None:
    """Masks in place. Expects what collectors and importers gathered, before the intake drops Secrets' values."""
    learned = _Learned(SecretMask(gathered.objects.get("secrets", ())).tokens)
    _learn_all(gathered, learned)
    learned.forget(public_words(item for items in gathered.objects.values() for item in items))
    _replace(gathered, learned.replacer())


class _Learned:
    """The values to mask, each with its token."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self.tokens = dict(tokens)
        self._seen: set[tuple[str, bool]] = set()
        self._at: dict[str, int] = {}

    def read(self, place: str, text: str, name: str) -> None:
        """Learns what one text holds; `name` is that of the variable, flag or key that it is the value of."""
        if len(text) < SHORTEST:
            return
        by_name = bool(name) and _is_credential(name)
        if (text, by_name) in self._seen:
            return
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
        self._seen.add((text, by_name))
        for value in _values(text):
            self._learn(place, value)
        if by_name and _is_literal_credential(name, text):
            self._learn(place, text)

    def _learn(self, place: str, value: str) -> None:
        value = value.strip().strip("\"'")
        if len(value) < SHORTEST or _INNOCENT.fullmatch(value):
            return
        if value in self.tokens:
            return
        self._at[place] = self._at.get(place, 0) + 1
        known = f"gkedoctor redact\0{place}\0{self._at[place]}".encode("utf-8", "surrogatepass")
        self.tokens[value] = f"***{hashlib.sha256(known).hexdigest()[:6]}***"
        for line in value.splitlines() if "\n" in value else ():
            if not line.startswith("-----"):
                self._learn(place, line)

    def forget(self, words: Iterable[str]) -> None:
        """Takes out what is no secret, for objects show it openly."""
        for word in words if self.tokens else ():
            self.tokens.pop(word, None)

    def replacer(self) -> Callable[[str], str]:
        """What masks all learned values in a text."""
        pattern = any_of(self.tokens)
        known: dict[str, str] = {}

        def replaced(text: str) -> str:
            if pattern is None or len(text) < SHORTEST:
                return text
            if text not in known:
                if len(known) >= _MOST_REMEMBERED:
                    known.clear()
                known[text] = pattern.sub(lambda match: self.tokens[match[0]], text)
            return known[text]

        return replaced


@lru_cache(maxsize=10_000)
def _is_credential(name: str) -> bool:
    return _NAMES_A_CREDENTIAL.search(name) is not None


def _is_literal_credential(name: Any, text: str) -> bool:
    """Whether a variable holds a credential itself, and no path, address or reference to one."""
    if not isinstance(name, str) or not text or not _is_credential(name) or _NAMES_A_PLACE.search(name):
        return False
    return "://" not in text and _INNOCENT.fullmatch(text) is None


def _token_of_name(name: str) -> str:
    """For a value that is too short or too common to be masked in other places: `postgres`."""
    return f"***{hashlib.sha256(f'gkedoctor name {name}'.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}***"


def _values(text: str) -> Iterator[str]:
    """The credentials that a text shows by their form or by what stands in front of them."""
    if "://" in text:
        for pattern in (_USERINFO, _USER_ONLY, _IN_QUERY):
            yield from (match[1] for match in pattern.finditer(text))
    yield from (match[0] for match in _KNOWN_FORMS.finditer(text))
    yield from (match[1] for match in _AUTHORIZATION.finditer(text) if _HAS_DIGIT_OR_SIGN.search(match[1]))
    for match in _SAID.finditer(text):
        value = match[2] or match[3] or ""
        if match[1] == "=" or match[2] or _HAS_DIGIT_OR_SIGN.search(value):
            yield value if "://" not in value else ""
    yield from (match[0] for match in _RANDOM.finditer(text))


def _learn_all(gathered: Gathered, learned: _Learned) -> None:
    """Reads every free text, in an order that does not hang on the order of answers."""
    for collection in sorted(gathered.objects):
        for item in gathered.objects[collection]:
            if isinstance(item, dict):
                metadata = item.get("metadata")
                where = metadata if isinstance(metadata, dict) else item
                place = f"{collection}/{where.get('namespace', '')}/{where.get('name', '')}"
                _visit(item, place, learned)
                if collection == "configmaps":
                    _visit_config(item, place, learned)
    for run in sorted(gathered.logs):
        for line in gathered.logs[run].splitlines():
            learned.read(f"logs/{run}", line, "")


def _visit_config(item: dict[str, Any], place: str, learned: _Learned) -> None:
    """A ConfigMap's values are read to know them elsewhere: whole under their key, and line by line."""
    data = item.get("data")
    for key, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, str):
            for line in value.splitlines():
                learned.read(place, line, "")
            if "\n" not in value:
                learned.read(place, value, str(key))


def _visit(node: Any, place: str, learned: _Learned) -> None:
    """All free texts below a node. `{name, value}` pairs and flags with their values are read together."""
    if isinstance(node, list):
        _visit_list(node, place, learned)
        return
    for key, value in node.items():
        if isinstance(value, str):
            if key in _UNTOUCHED or len(value) < SHORTEST:
                continue
            name = node.get("name") if key == "value" else key
            learned.read(place, value, name if isinstance(name, str) else key)
            if value.startswith("{"):
                _visit_inner(value, place, learned)
        elif isinstance(value, dict | list) and value and not _is_left_alone(key, value):
            _visit(value, place, learned)


def _visit_list(node: list[Any], place: str, learned: _Learned) -> None:
    before = ""
    for item in node:
        if isinstance(item, str):
            flag = before.lstrip("-") if before and _FLAG.fullmatch(before) else ""
            learned.read(place, item, flag if not item.startswith("-") else "")
            before = item
        elif isinstance(item, dict | list):
            _visit(item, place, learned)


def _visit_inner(text: str, place: str, learned: _Learned) -> None:
    """What stands in a JSON text: the last applied configuration, and annotations of operators."""
    if len(text) > 1 << 20:
        return
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(inner, dict):
        _visit(inner, place, learned)


def _is_left_alone(key: str, value: Any) -> bool:
    if key in _WHOLE_MAPS:
        return True
    return key in _UNTOUCHED and isinstance(value, list) and all(isinstance(item, str) for item in value)


def _replace(gathered: Gathered, replaced: Callable[[str], str]) -> None:
    for name, items in gathered.objects.items():
        change = partial(_replaced_object, replaced=replaced)
        gathered.objects[name] = changed(items, change)
    for run, text in gathered.logs.items():
        gathered.logs[run] = "\n".join(replaced(line) for line in text.splitlines())


def _replaced_object(item: Any, replaced: Callable[[str], str]) -> Any:
    return _replaced(item, replaced) if isinstance(item, dict) else item


def _replaced(node: Any, replaced: Callable[[str], str]) -> Any:
    """The same tree with its free texts masked; parts without a change are not copied."""
    if isinstance(node, list):
        items = [_replaced(v, replaced) if isinstance(v, dict | list) else _text(v, replaced) for v in node]
        return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
    changed: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, str):
            new: Any = value if key in _UNTOUCHED else replaced(value)
            if key == "value" and new is value and _is_literal_credential(node.get("name"), value):
                new = _token_of_name(str(node["name"]))
        elif isinstance(value, dict | list) and value and not _is_left_alone(key, value):
            new = _replaced(value, replaced)
        else:
            continue
        if new is not value:
            changed[key] = new
    return node | changed if changed else node


def _text(value: Any, replaced: Callable[[str], str]) -> Any:
    return replaced(value) if isinstance(value, str) else value
