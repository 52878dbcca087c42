"""How programs write a credential: a name and its value, or a whole text, as a line of a log or a part of a command."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from urllib.parse import quote
from xml.sax.saxutils import escape

from benchmarks.leaks.values import each_secret, filled

Form = Callable[[str, str, Random], str]
"""The text of a credential's name and its value, which is marked."""

_TIME = "2026-11-22T11:58:{d:1}{d:1}.{d:3}Z"


def _json_log(name: str, value: str, random: Random) -> str:
    entry = {"ts": filled(_TIME, random), "level": "error", "msg": "upstream refused", name: value, "attempt": 3}
    return json.dumps(entry, ensure_ascii=False)


def _nested_json(name: str, value: str, random: Random) -> str:
    config = {"service": "cart", "auth": {"provider": "oidc", name: value}, "retries": 5}
    return f"{filled(_TIME, random)} INFO effective configuration: {json.dumps(config, ensure_ascii=False)}"


def _escaped_json(name: str, value: str, random: Random) -> str:
    body = json.dumps({name: value, "grant_type": "client_credentials"}, ensure_ascii=False)
    return json.dumps({"time": filled(_TIME, random), "request": {"body": body}, "status": 401}, ensure_ascii=False)


def _twice_escaped(name: str, value: str, _random: Random) -> str:
    inner = json.dumps({name: value}, ensure_ascii=False)
    outer = json.dumps({"payload": json.dumps({"data": inner}, ensure_ascii=False)}, ensure_ascii=False)
    return f"W1122 11:58:07.221 1 handler.go:88] dropped message {outer}"


def _logfmt(name: str, value: str, random: Random) -> str:
    return f'ts={filled(_TIME, random)} level=error caller=client.go:112 msg="login failed" {name}="{value}" host=pg-0'


def _bare_logfmt(name: str, value: str, random: Random) -> str:
    return f"time={filled(_TIME, random)} level=fatal {name}={value} err=EOF" if " " not in value else _logfmt(
        name, value, random
    )  # fmt: skip


def _plain(name: str, value: str, _random: Random) -> str:
    return f"2026/11/22 11:58:03 [error] cannot connect, {name}: {value}"


def _assignment(name: str, value: str, _random: Random) -> str:
    return f"[entrypoint] {name} = {value}"


def _shell_trace(name: str, value: str, _random: Random) -> str:
    return f"+ export '{name}={value}'\n+ exec /app/server"


def _python_dict(name: str, value: str, _random: Random) -> str:
    return f"DEBUG:app.settings:loaded {{'host': 'pg-0', 'port': 5432, '{name}': '{value}'}}"


def _python_trace(name: str, value: str, _random: Random) -> str:
    call = f'    client = Client(host="api", {_identifier(name)}="{value}")'
    return f'Traceback (most recent call last):\n  File "/app/main.py", line 41, in <module>\n{call}\nRuntimeError: 401'


def _java_trace(name: str, value: str, _random: Random) -> str:
    first = f"java.lang.IllegalStateException: rejected Config{{url=https://api, {name}={value}, timeout=30}}"
    return f"{first}\n\tat com.shop.Client.login(Client.java:88)\n\tat com.shop.Main.main(Main.java:17)"


def _go_panic(name: str, value: str, _random: Random) -> str:
    first = f"panic: bad config: &{{Host:api Port:443 {_identifier(name)}:{value}}}"
    return f"{first}\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:31 +0x1d"


def _node_object(name: str, value: str, _random: Random) -> str:
    return f"Error: Request failed with status code 401\n  config: {{\n    url: '/v2/x',\n    '{name}': '{value}'\n  }}"


def _url_query(name: str, value: str, _random: Random) -> str:
    secret = each_secret(value, lambda text: quote(text, safe=""))
    return f'10.4.0.9 - - "POST /callback?state=ok&{quote(name)}={secret}&lang=de HTTP/1.1" 403 12'


def _form_body(name: str, value: str, _random: Random) -> str:
    secret = each_secret(value, lambda text: quote(text, safe=""))
    return f"body=grant_type%3Drefresh%26{quote(quote(name))}%3D{secret}%26scope%3Dall"


def _xml(name: str, value: str, _random: Random) -> str:
    tag = _identifier(name)
    return f"<request><user>svc</user><{tag}>{each_secret(value, escape)}</{tag}></request>"


def _xml_attribute(name: str, value: str, _random: Random) -> str:
    return f'<add key="{name}" value="{each_secret(value, escape)}" />'


def _yaml(name: str, value: str, _random: Random) -> str:
    return f"resolved values:\n  image: cart:1.4\n  {name}: {value}\n  replicas: 2"


def _yaml_quoted(name: str, value: str, _random: Random) -> str:
    return f'config:\n  - name: cart\n    {name}: "{value}"'


def _env_list(name: str, value: str, _random: Random) -> str:
    return f"environ:\nHOME=/root\nPATH=/usr/bin:/bin\n{name}={value}\nPORT=8080"


def _name_value_pair(name: str, value: str, _random: Random) -> str:
    return json.dumps({"containers": [{"env": [{"name": name, "value": value}]}]}, ensure_ascii=False)


def _ansi(name: str, value: str, _random: Random) -> str:
    return f"\x1b[31mERROR\x1b[0m \x1b[2mauth\x1b[0m \x1b[36m{name}\x1b[0m=\x1b[33m{value}\x1b[0m rejected"


def _toml(name: str, value: str, _random: Random) -> str:
    return f'[server]\nport = 8080\n{_identifier(name)} = "{value}"\n'


def _header(name: str, value: str, _random: Random) -> str:
    header = _identifier(name).lower().replace("_", "-")
    return f"> POST /v1/items HTTP/2\n> host: api\n> x-{header}: {value}\n> accept: */*"


def _table(name: str, value: str, _random: Random) -> str:
    return f"| variable | value |\n|---|---|\n| {name} | {value} |"


def _flag(name: str, value: str, _random: Random) -> str:
    return f"--{_identifier(name).lower().replace('_', '-')}={value}"


def _bearer(_name: str, value: str, _random: Random) -> str:
    return f'curl -fsS -H "Authorization: Bearer {value}" https://api.shop.example/v1/me'


def _in_path(_name: str, value: str, _random: Random) -> str:
    return f'"GET /hooks/{value}/deliver HTTP/1.1" 404 19 "-" "Go-http-client/2.0"'


def _in_words(_name: str, value: str, _random: Random) -> str:
    return f"fatal: the server rejected {value} (expired or revoked)"


def _in_quotes(_name: str, value: str, _random: Random) -> str:
    return f'Incorrect API key provided: "{value}". You can find your key in the console.'


def _in_json_text(_name: str, value: str, _random: Random) -> str:
    return json.dumps({"level": "warn", "args": ["--mode", "sync", value], "n": 2}, ensure_ascii=False)


def _identifier(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


NAMED: Mapping[str, Form] = MappingProxyType(
    {
        "json": _json_log, "json-nested": _nested_json, "json-escaped": _escaped_json, "json-twice": _twice_escaped,
        "logfmt": _logfmt, "logfmt-bare": _bare_logfmt, "plain": _plain, "assignment": _assignment,
        "shell-trace": _shell_trace, "python-dict": _python_dict, "python-trace": _python_trace,
        "java-trace": _java_trace, "go-panic": _go_panic, "node-object": _node_object, "url-query": _url_query,
        "form-body": _form_body, "xml": _xml, "xml-attribute": _xml_attribute, "yaml": _yaml,
        "yaml-quoted": _yaml_quoted, "env-list": _env_list, "name-value": _name_value_pair, "ansi": _ansi,
        "toml": _toml, "header": _header, "table": _table, "flag": _flag,
    }
)  # fmt: skip
"""Forms that give the name, so that they suit any value."""

QUOTED = ("json", "json-nested", "json-escaped", "logfmt", "python-dict", "yaml-quoted", "name-value", "toml", "xml")
"""Forms in which a value may have spaces."""

BARE: Mapping[str, Form] = MappingProxyType(
    {"bearer": _bearer, "path": _in_path, "words": _in_words, "quotes": _in_quotes, "json-text": _in_json_text}
)
"""Forms without the name: for values that show what they are."""


def in_json(text: str, _random: Random) -> str:
    """A text as the message of a JSON log."""
    return json.dumps({"severity": "ERROR", "message": text, "logger": "app.db"}, ensure_ascii=False)


def after_time(text: str, random: Random) -> str:
    """A text as a plain log has it."""
    return f"{filled(_TIME, random)} ERROR [main] {text}"


def as_is(text: str, _random: Random) -> str:
    """The text alone."""
    return text


def in_one_line(text: str, _random: Random) -> str:
    """A text of several lines, its line breaks escaped, as an environment variable or a JSON string has it."""
    return text.replace("\n", "\\n")


WHOLE: Mapping[str, Callable[[str, Random], str]] = MappingProxyType(
    {"json-message": in_json, "after-time": after_time, "as-is": as_is, "one-line": in_one_line}
)
"""Forms of whole texts, for those that hold a credential by their structure."""


def base64_of(text: str) -> str:
    """A text in base64, as the API shows the values of Secrets."""
    return base64.b64encode(text.encode()).decode()


def helm_release(name: str, value: str) -> str:
    """A release as Helm keeps it in a Secret (helm.sh/helm pkg/storage/driver/util.go): JSON, gzip, base64."""
    release = {"name": "pg", "config": {"auth": {name: value}}, "chart": {"metadata": {"name": "postgresql"}}}
    return base64.b64encode(gzip.compress(json.dumps(release).encode(), mtime=0)).decode()
