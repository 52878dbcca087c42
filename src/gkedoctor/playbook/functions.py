"""The functions that playbooks may call besides JMESPath's own. All are pure and take null without complaint.

Ages are counted from the snapshot's clock. Arguments of a wrong type give null (see `expression.py`).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from jmespath import functions

from gkedoctor.graph import Ref, Unknown, nearest, ref_of
from gkedoctor.graph.core import conditions, times
from gkedoctor.graph.core.cidr import in_cidr
from gkedoctor.graph.core.quantities import quantity
from gkedoctor.graph.core.similar_names import is_slip
from gkedoctor.graph.objects.rbac import access_of, request_of
from gkedoctor.limits import LONGEST_TEXT
from gkedoctor.messages import Messages, shipped_messages
from gkedoctor.playbook import workload_commands
from gkedoctor.snapshot.kinds import KINDS

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::\d+)?"
_PATH = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*(?::[\w][\w.-]{{0,127}})?(?:@[A-Za-z][\w.+-]*:[0-9a-fA-F]{{32,}})?", re.ASCII
)

_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)([numkMGTPE]?|[KMGTPE]i)")

MATCHING = ("matches", "capture", "line")
"""The functions whose second argument is a regular expression."""
_ANY: Any = {"types": []}
_TEXT: Any = {"types": ["string"]}


def pattern(text: str) -> re.Pattern[str]:
    """A compiled regular expression, without regard to case: messages change their capitals between versions.

    ValueError says why where the text is not one.
    """
    try:
        return re.compile(text, re.IGNORECASE | re.DOTALL)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    """The same; None where the text is no pattern: it may come from the objects of a cluster."""
    try:
        return pattern(text)
    except ValueError:
        return None


class Functions(functions.Functions):
    """jmespath's functions and ours, bound to one clock and one table of messages."""

    def __init__(self, clock: datetime, messages: Callable[[], Messages] = shipped_messages) -> None:
        self._clock, self._messages = clock, messages

    @functions.signature(_ANY)
    def _func_age(self, time: Any) -> float | None:
        """age(time): seconds from an RFC 3339 time to the snapshot's clock."""
        return times.age(self._clock, time)

    @functions.signature(_ANY)
    def _func_quantity(self, text: Any) -> float | None:
        """quantity('512Mi'): the number that a Kubernetes quantity stands for."""
        return quantity(text)

    @functions.signature(_ANY, _TEXT)
    def _func_condition(self, item: Any, kind: str) -> Any:
        """condition(object, 'Ready'): the entry of status.conditions with that type."""
        return conditions.condition(item, kind) if isinstance(item, dict) else None

    @functions.signature(_ANY, _TEXT)
    def _func_matches(self, text: Any, regex: str) -> bool | None:
        """matches(text, regex): whether the text, or one of a list of texts, contains the pattern (case is ignored)."""
        found = _pattern(regex)
        return any(found.search(t[:LONGEST_TEXT]) for t in _texts(text)) if found is not None else None

    @functions.signature(_ANY)
    def _func_quoted(self, text: Any) -> str | None:
        """quoted(text): the text as one word of a shell command, for `run_all`; null for what is no text."""
        return shlex.quote(text) if isinstance(text, str) else None

    @functions.signature(_ANY)
    def _func_verbatim(self, text: Any) -> str | None:
        """verbatim(text): the pattern that matches this text and nothing else; null for what is no text."""
        return re.escape(text) if isinstance(text, str) else None

    @functions.signature(_ANY, _TEXT)
    def _func_capture(self, text: Any, regex: str) -> Any:
        """capture(text, regex): the named groups of the first match as a map, or null."""
        wanted = _pattern(regex)
        found = next((m for t in _texts(text) if wanted and (m := wanted.search(t[:LONGEST_TEXT]))), None)
        return found.groupdict() if found else None

    @functions.signature(_ANY, _TEXT)
    def _func_line(self, lines: Any, regex: str) -> str | None:
        """line(lines, regex): the last line that contains the pattern."""
        found = _pattern(regex)
        return next((t for t in reversed(_texts(lines)) if found and found.search(t[:LONGEST_TEXT])), None)

    @functions.signature(_ANY, _TEXT)
    def _func_says(self, text: Any, message: str) -> bool:
        """says(text, 'image/not-found'): whether the text, or one of a list of texts, contains that message."""
        entry = self._messages()[message]
        return any(entry.search(t) for t in _texts(text))

    @functions.signature(_ANY, _TEXT, _ANY)
    def _func_says_about(self, text: Any, message: str, values: Any) -> Any:
        """says_about(text, 'ingress/service-missing', {name: b.name}): the same, with these values in its groups."""
        found = self._func_line_about(text, message, values)
        return found if isinstance(found, Unknown) else found is not None

    @functions.signature(_ANY, _TEXT)
    def _func_extract(self, text: Any, message: str) -> Any:
        """extract(text, 'image/pull-secrets-missing'): the named groups of that message as a map, or null."""
        entry = self._messages()[message]
        return next((groups for t in _texts(text) if (groups := entry.groups(t)) is not None), None)

    @functions.signature(_ANY, _TEXT)
    def _func_last_line(self, lines: Any, message: str) -> str | None:
        """last_line(lines, 'log/port-taken'): the last line that contains that message."""
        entry = self._messages()[message]
        return next((t for t in reversed(_texts(lines)) if entry.search(t)), None)

    @functions.signature(_ANY, _TEXT, _ANY)
    def _func_line_about(self, lines: Any, message: str, values: Any) -> Any:
        """line_about(lines, 'storage/claim-missing', {name: v.claimName}): the last line with it and these values."""
        entry = self._messages()[message]
        unknown = (
            next((v for v in values.values() if isinstance(v, Unknown)), None) if isinstance(values, dict) else None
        )
        if unknown is not None or not isinstance(values, dict):
            return unknown
        return next((t for t in reversed(_texts(lines)) if entry.is_about(t, values)), None)

    @functions.signature(_ANY)
    def _func_message_of(self, text: Any) -> dict[str, Any] | None:
        """message_of(text): the message that a text contains: {id, meaning, cause, fix, docs, groups}, or null."""
        found = next((hit for t in _texts(text) if (hit := self._messages().best(t)) is not None), None)
        return found.as_record() if found is not None else None

    @functions.signature(_ANY, _ANY)
    def _func_message_in(self, text: Any, files: Any) -> dict[str, Any] | None:
        """message_in(text, 'container'): of the messages of that file (or files, in turn) the first that the text has.

        A record as of message_of; the order of a file decides what a message with the words of several is about.
        """
        names = [name for name in ([files] if isinstance(files, str) else files or ()) if isinstance(name, str)]
        table = self._messages()
        found = next((hit for name in names for t in _texts(text) if (hit := table.first(t, name)) is not None), None)
        return found.as_record() if found is not None else None

    @functions.signature(_TEXT, _ANY, _ANY)
    def _func_ref(self, kind: str, namespace: Any, name: Any) -> dict[str, Any] | None:
        """ref(kind, namespace, name): names an object that may not exist."""
        if not name:
            return None
        metadata = {"name": str(name), "namespace": str(namespace)} if namespace else {"name": str(name)}
        return {"kind": kind, "metadata": metadata}

    @functions.signature(_TEXT, _ANY, _ANY, _ANY)
    def _func_cloud_ref(self, kind: str, project: Any, location: Any, name: Any) -> dict[str, Any]:
        """cloud_ref(kind, project, location, name): names a Google Cloud object that may not exist."""
        collection = KINDS[kind].collection.removeprefix("compute.") if kind in KINDS else kind
        place = str(location or "global")
        where = place if place == "global" else f"{'zones' if place[-2:-1] == '-' else 'regions'}/{place}"
        return {"kind": kind, "name": str(name), "selfLink": f"projects/{project or ''}/{where}/{collection}/{name}"}

    @functions.signature(_ANY)
    def _func_name(self, item: Any) -> str | None:
        """name(object): `Deployment cart`, as it reads in a sentence."""
        ref = item if isinstance(item, Ref) else ref_of(item) if isinstance(item, dict) else None
        return f"{ref.kind} {ref.name}" if ref else None

    @functions.signature(_ANY)
    def _func_change(self, workload: Any) -> list[str]:
        """change(workload): commands that open its Pod template in an editor; a Job or bare Pod is replaced."""
        return workload_commands.edit(workload) if isinstance(workload, dict) else []

    @functions.signature(_ANY)
    def _func_corrected_image(self, text: Any) -> str | None:
        """corrected_image('https://Nginx:1.25'): nginx:1.25, where only scheme, spaces or capitals are wrong."""
        if not isinstance(text, str) or _IMAGE.fullmatch(text):
            return None
        bare = re.sub(r"\s|^[a-z]{1,10}://", "", text)
        name, colon, tag = bare.rpartition(":") if "/" not in bare.rpartition(":")[2] else (bare, "", "")
        found = (name or bare).lower() + (colon + tag if name else "")
        return found if _IMAGE.fullmatch(found) else None

    @functions.signature(_ANY, _ANY)
    def _func_multiply(self, amount: Any, factor: Any) -> str | None:
        """multiply('128Mi', `2`): 256Mi; null for what is no quantity."""
        found = _AMOUNT.fullmatch(amount) if isinstance(amount, str) else None
        if found is None or isinstance(factor, bool) or not isinstance(factor, int | float):
            return None
        return f"{float(found[1]) * factor:.15g}{found[2]}"

    @functions.signature(_ANY)
    def _func_variable_name(self, key: Any) -> str | None:
        """variable_name('app.host'): APP_HOST, the variable as which programs mostly read a key."""
        return re.sub(r"\W", "_", key.upper()) if isinstance(key, str) else None

    @functions.signature(_ANY, _ANY)
    def _func_restart(self, workload: Any, pod: Any) -> list[str]:
        """restart(workload, pod): the commands that create its Pods again from the same template."""
        return workload_commands.restart(workload, pod) if isinstance(workload, dict) else []

    @functions.signature(_ANY)
    def _func_recreate(self, pods: Any) -> list[str]:
        """recreate(pods): the commands that create these Pods again, and no others of their workloads."""
        known = isinstance(pods, list) and all(isinstance(pod, dict) for pod in pods)
        return workload_commands.recreate(pods) if known else []

    @functions.signature(_ANY, _ANY, _ANY)
    def _func_run_again(self, job: Any, owner: Any, part: Any) -> list[str]:
        """run_again(job, cronjob, {backoffLimit: `3`}): the commands that run a Job once more, so changed."""
        return workload_commands.run_again(job, owner, part) if isinstance(job, dict) and _is_known_map(part) else []

    @functions.signature(_ANY)
    def _func_save_logs(self, job: Any) -> str | None:
        """save_logs(job): the command that saves the logs of its Pods to a file."""
        return workload_commands.save_logs(job) if isinstance(job, dict) else None

    @functions.signature(_ANY, _ANY)
    def _func_native_sidecar(self, workload: Any, name: Any) -> list[str]:
        """native_sidecar(workload, 'proxy'): the command that makes a container a sidecar that ends with the Pod."""
        valid = isinstance(workload, dict) and isinstance(name, str)
        return workload_commands.native_sidecar(workload, name) if valid else []

    @functions.signature(_ANY, _ANY)
    def _func_effect(self, workload: Any, pod: Any) -> str | None:
        """effect(workload, pod): what follows a change of its Pod template, in one sentence."""
        return workload_commands.effect(workload, pod) if isinstance(workload, dict) else None

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_set_at(self, workload: Any, pod: Any, parts: Any, values: Any) -> list[str]:
        """set_at(workload, pod, reference.at, {key: 'x'}): the commands that set fields of this part of a Pod."""
        if not isinstance(workload, dict) or not isinstance(pod, dict) or not _is_known_map(values):
            return []
        spots = parts if isinstance(parts, list) else [parts]
        return workload_commands.set_at(workload, pod, [workload_commands.Setting(s, values) for s in spots])

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_rename_at(self, workload: Any, pod: Any, parts: Any, name: Any) -> list[str]:
        """rename_at(workload, pod, references[].at, 'x'): the commands that let these parts refer to another name."""
        if not isinstance(workload, dict) or not isinstance(pod, dict) or not isinstance(name, str):
            return []
        return workload_commands.rename_at(workload, pod, parts if isinstance(parts, list) else [parts], name)

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_add_key(self, kind: Any, namespace: Any, name: Any, key: Any) -> list[str]:
        """add_key('Secret', namespace, name, key): the command that adds this key; its value is a placeholder."""
        words = (kind, namespace, name, key)
        return workload_commands.add_key(*words) if all(isinstance(word, str) for word in words) else []

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_create_with_keys(self, kind: Any, namespace: Any, name: Any, keys: Any) -> list[str]:
        """create_with_keys('Secret', namespace, name, keys): the command that creates it; values are placeholders."""
        if not isinstance(kind, str) or not isinstance(namespace, str) or not isinstance(name, str):
            return []
        wanted = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
        return workload_commands.create_with_keys(kind, namespace, name, wanted)

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_set_image(self, workload: Any, container: Any, image: Any, pod: Any) -> list[str]:
        """set_image(workload, container, 'nginx:1.27', pod): the commands that set its image in the Pod template."""
        if not isinstance(workload, dict) or not isinstance(container, dict) or not isinstance(image, str):
            return []
        return workload_commands.set_image(workload, container, image, pod)

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_set_env(self, workload: Any, container: Any, setting: Any, pod: Any) -> list[str]:
        """set_env(workload, container, 'NAME=VALUE', pod): the commands that set a variable in the Pod template."""
        if not isinstance(workload, dict) or not isinstance(container, dict) or not isinstance(setting, str):
            return []
        return workload_commands.set_env(workload, container, setting, pod)

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_set_resources(self, workload: Any, container: Any, resources: Any, pod: Any) -> list[str]:
        """set_resources(workload, container, {limits: {memory: '512Mi'}}, pod): the commands that set those."""
        if not isinstance(workload, dict) or not isinstance(container, dict) or not _is_known_map(resources):
            return []
        return workload_commands.set_resources(workload, container, resources, pod)

    @functions.signature(_ANY, _ANY, _ANY, _ANY)
    def _func_patch_container(self, workload: Any, container: Any, part: Any, pod: Any) -> list[str]:
        """patch_container(workload, container, {stdin: true}, pod): the commands that merge this into the container."""
        if not isinstance(workload, dict) or not isinstance(container, dict) or not _is_known_map(part):
            return []
        return workload_commands.merge_container(workload, container, part, pod)

    @functions.signature(_ANY, _ANY)
    def _func_access(self, bindings: Any, said: Any) -> Any:
        """access(role_bindings, extract(line, 'rbac/refused-request')): {allowed, says, commands, binding, scope}."""
        if isinstance(said, Unknown):
            return said
        request = request_of(said) if isinstance(said, dict) else None
        if request is None or not isinstance(bindings, (list, Unknown)):
            return None
        return access_of(bindings, request)

    @functions.signature(_ANY, {"types": [], "variadic": True})
    def _func_patch_template(self, workload: Any, part: Any, *pod: Any) -> list[str]:
        """patch_template(workload, {dnsPolicy: 'None'}, pod): the commands that merge this into its Pod template."""
        if not isinstance(workload, dict) or not _is_known_map(part):
            return []
        return workload_commands.merge(workload, part, next(iter(pod), None))

    @functions.signature(_ANY)
    def _func_from_json(self, text: Any) -> Any:
        """from_json(text): the value of a JSON text; null where it is not JSON."""
        try:
            return json.loads(text) if isinstance(text, str) else None
        except ValueError:
            return None

    @functions.signature(_ANY, _ANY)
    def _func_in_cidr(self, address: Any, ranges: Any) -> bool | None:
        """in_cidr('10.8.0.9', ['10.8.0.0/16']): whether the address or range lies in one of the ranges."""
        return in_cidr(address, ranges if isinstance(ranges, list) else [ranges])

    @functions.signature(_ANY, _ANY)
    def _func_nearest(self, name: Any, names: Any) -> str | None:
        """nearest(name, names): the one that was probably meant."""
        wanted = [n for n in names if isinstance(n, str)] if isinstance(names, list) else []
        return nearest(name, wanted) if isinstance(name, str) else None

    @functions.signature(_ANY, _ANY)
    def _func_slip(self, name: Any, near: Any) -> str | None:
        """slip(name, near): `near`, where `name` is most likely a slip of the pen for it; else null."""
        return near if isinstance(name, str) and isinstance(near, str) and is_slip(name, near) else None

    @functions.signature(_ANY)
    def _func_is_image(self, text: Any) -> bool | None:
        """is_image('nginx:1.25'): whether it is a reference to an image (distribution/reference, reference.go)."""
        return _IMAGE.fullmatch(text) is not None if isinstance(text, str) else None

    @functions.signature(_ANY, _ANY)
    def _func_pairs(self, labels: Any, keys: Any) -> str | None:
        """pairs(labels, keys): `a=1,b=2` of those keys, as kubectl takes a selector."""
        if not isinstance(labels, dict) or not isinstance(keys, list):
            return None
        return ",".join(f"{key}={labels[key]}" for key in keys if key in labels)

    @functions.signature(_ANY)
    def _func_distinct(self, items: Any) -> list[Any]:
        """distinct(list): every element once, in order."""
        seen: list[Any] = []
        for item in items if isinstance(items, list) else []:
            if item not in seen:
                seen.append(item)
        return seen

    @functions.signature(_ANY, _TEXT, _ANY)
    def _func_where(self, items: Any, field: str, value: Any) -> list[Any] | None:
        """where(list, 'field', value): the elements whose field equals a value from outside the list.

        JMESPath's own filters cannot see names outside the element.
        """
        if not isinstance(items, list):
            return None
        return [item for item in items if isinstance(item, dict) and item.get(field) == value]

    @functions.signature(_ANY, _ANY, _ANY)
    def _func_replaced(self, text: Any, old: Any, new: Any) -> Any:
        """replaced('http://web-api:80', 'web-api', 'api'): http://api:80, of a text or texts; null without `old`."""
        if not isinstance(old, str) or not isinstance(new, str) or not old or not any(old in t for t in _texts(text)):
            return None
        changed = [t.replace(old, new) for t in _texts(text)]
        return changed[0] if isinstance(text, str) else changed

    @functions.signature(_ANY, _TEXT, _ANY)
    def _func_without(self, items: Any, field: str, value: Any) -> list[Any] | None:
        """without(list, 'field', value): the others than `where` gives; with '' as the field, of a list of values."""
        if not isinstance(items, list):
            return None
        return [i for i in items if (i.get(field) if isinstance(i, dict) and field else i) != value]

    @functions.signature(_ANY)
    def _func_is_unknown(self, value: Any) -> bool:
        """is_unknown(value): whether the fact could not be looked at. For texts; conditions need it rarely."""
        return isinstance(value, Unknown)


def _is_known_map(value: Any) -> bool:
    """Whether a value is a map in which nothing is unknown."""
    return isinstance(value, dict) and not _holds_unknown(value)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_unknown, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Unknown)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def signatures() -> dict[str, tuple[int, bool]]:
    """Every function that an expression may call: the number of its arguments, and whether more are allowed."""
    table = Functions.FUNCTION_TABLE
    return {
        name: (len(entry["signature"]), bool(entry["signature"] and entry["signature"][-1].get("variadic")))
        for name, entry in table.items()
    }


def documented() -> list[str]:
    """What each of our own functions does, one line each."""
    own = [getattr(Functions, name).__doc__ or "" for name in sorted(vars(Functions)) if name.startswith("_func_")]
    return [text.strip().split("\n")[0] for text in own]
