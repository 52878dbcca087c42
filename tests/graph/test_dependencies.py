"""Hosts that containers name or could not reach, the Services behind them, and files of volumes."""

from __future__ import annotations

from typing import Any

import pytest

from gkedoctor.diagnose.cases import Given, given_snapshot
from gkedoctor.graph import Graph, Unknown
from gkedoctor.graph.workloads.hosts import hosts_in, named_hosts
from gkedoctor.graph.workloads.logs.connections import unreached
from gkedoctor.graph.workloads.logs.files import file_troubles

DB = "db.shop.svc.cluster.local"


@pytest.mark.parametrize(
    ("line", "problem", "host", "port"),
    [
        (f"fatal: dial tcp: lookup {DB} on 10.96.0.10:53: no such host", "dns", DB, None),
        ("dial tcp: lookup redis: i/o timeout", "dns", "redis", None),
        ("Error: getaddrinfo ENOTFOUND redis-master", "dns", "redis-master", None),
        ('could not translate host name "db" to address: Name or service not known', "dns", "db", None),
        ("curl: (6) Could not resolve host: api.shop", "dns", "api.shop", None),
        ("wget: bad address 'db:5432'", "dns", "db", 5432),
        ("nslookup: can't resolve 'mydb'", "dns", "mydb", None),
        (f"** server can't find {DB}: NXDOMAIN", "dns", DB, None),
        ("java.net.UnknownHostException: kafka-0.kafka", "dns", "kafka-0.kafka", None),
        ('nginx: [emerg] host not found in upstream "backend" in /etc/nginx/nginx.conf:3', "dns", "backend", None),
        ("ERROR 2005 (HY000): Unknown MySQL server host 'db' (-2)", "dns", "db", None),
        ("Could not connect to Redis at redis:6379: Name or service not known", "dns", "redis", 6379),
        ("socket.gaierror: [Errno -2] Name or service not known", "dns", None, None),
        ("dial tcp 10.96.3.4:5432: connect: connection refused", "refused", "10.96.3.4", 5432),
        ("dial tcp [::1]:5432: connect: connection refused", "refused", "::1", 5432),
        ('Get "http://api:8080/x": dial tcp 10.9.9.9:8080: connect: connection refused', "refused", "api", 8080),
        ("Error: connect ECONNREFUSED 10.0.0.1:6379", "refused", "10.0.0.1", 6379),
        ('connection to server at "db" (10.1.2.3), port 5432 failed: Connection refused', "refused", "db", 5432),
        ("curl: (7) Failed to connect to api port 80 after 3 ms: Couldn't connect to server", "refused", "api", 80),
        ("Can't connect to MySQL server on 'db:3306' (111)", "refused", "db", 3306),
        ("Error 111 connecting to redis:6379. Connection refused.", "refused", "redis", 6379),
        ("HTTPConnectionPool(host='api', port=8080): (Caused by ... Connection refused)", "refused", "api", 8080),
        ("Connection to db:5432 refused. Check that the hostname", "refused", "db", 5432),
        ("java.net.ConnectException: Connection refused", "refused", None, None),
        ('msg="cannot reach orders-db:5432: i/o timeout"', "timeout", "orders-db", 5432),
    ],
)
def test_lines_about_hosts(line: str, problem: str, host: str | None, port: int | None) -> None:
    found = unreached(["starting", line])
    assert found is not None
    assert (found.problem, found.host, found.port) == (problem, host, port)


@pytest.mark.parametrize(
    "line",
    [
        "listening 8080",
        "fatal: required environment variable QUEUE_URL is not set",
        "GET /alive 404",
        "context deadline exceeded",
        '10.8.0.1 - "GET /x HTTP/1.1" 499 client timed out, connection reset',
    ],
)
def test_lines_about_other_things(line: str) -> None:
    assert unreached([line]) is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DB_HOST", "redis", [("redis", None)]),
        ("DATABASE_URL", "postgres://u:p@db.shop:5432/x", [("db.shop", 5432)]),
        ("API", "http://payments-api:8080", [("payments-api", 8080)]),
        ("JDBC", "jdbc:mysql://db:3306/x", [("db", 3306)]),
        ("KAFKA_BROKERS", "k0.kafka:9092,k1.kafka:9092", [("k0.kafka", 9092), ("k1.kafka", 9092)]),
        ("K", "x.payments.svc", [("x.payments.svc", None)]),
        ("LOG_LEVEL", "info", []),
        ("MODE", "production", []),
        ("MESSAGE", "no such host: db", []),
        ("TIME", "12:30", []),
    ],
)
def test_hosts_in_values(name: str, value: str, expected: list[tuple[str, int | None]]) -> None:
    assert list(hosts_in(name, value)) == expected


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"command": ["sh", "-c", "until nc -z -w 2 db 5432; do sleep 1; done"]}, ("db", 5432)),
        ({"command": ["sh", "-c", "until nslookup mydb; do sleep 2; done"]}, ("mydb", None)),
        ({"command": ["sh", "-c", "until wget -qO- http://api:8080/healthz; do sleep 1; done"]}, ("api", 8080)),
        ({"command": ["sh", "-c", "while ! pg_isready -h postgres -p 5432; do sleep 1; done"]}, ("postgres", None)),
        ({"args": ["--db-host", "db"]}, ("db", None)),
        ({"args": ["--upstream=web:80"]}, ("web", 80)),
        ({"args": [f"--msg=dial tcp: lookup {DB} on 10.96.0.10:53: no such host"]}, None),
        ({"command": ["sh", "-c", "echo relation users does not exist >&2; exit 3"]}, None),
        ({"env": None, "args": None, "command": None}, None),
    ],
)
def test_hosts_in_commands(container: dict[str, Any], expected: tuple[str, int | None] | None) -> None:
    assert next((place for place, _ in named_hosts(container)), None) == expected


@pytest.mark.parametrize(
    ("line", "problem", "path"),
    [
        ("open /data/x.db: permission denied", "denied", "/data/x.db"),
        ("mkdir: can't create directory '/var/lib/pg/data': Permission denied", "denied", "/var/lib/pg/data"),
        ("write /data/wal: no space left on device", "full", "/data/wal"),
        ("touch: /etc/x: Read-only file system", "readonly", "/etc/x"),
    ],
)
def test_lines_about_files(line: str, problem: str, path: str) -> None:
    found = file_troubles([line])[0]
    assert (found.problem, found.paths[0]) == (problem, path)


def follow(edge: str, spec: dict[str, Any], said: str, *objects: dict[str, Any], deny: tuple[str, ...] = ()) -> Any:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    whole = {"containers": [{"name": "app", **spec}], "volumes": volumes}
    pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": whole}
    logs = {"shop/p/app": said} if said else {}
    given = Given(objects=(pod, *objects), logs=logs, deny=deny)
    graph = Graph(given_snapshot(given, lambda _: None))  # type: ignore[arg-type, return-value]
    return graph.follow(edge, graph.all("Pod")[0])


SERVICE = {"kind": "Service", "metadata": {"name": "db"}, "spec": {"clusterIP": "10.96.3.4"}}
URL = {"env": [{"name": "URL", "value": "http://db:80"}]}


@pytest.mark.parametrize("host", ["db", "db.shop", "db.shop.svc", DB, "10.96.3.4", "db-0.db"])
def test_every_name_of_a_service_leads_to_it(host: str) -> None:
    found = follow("dependencies", {}, f"dial tcp {host}:5432: connect: connection refused", SERVICE)
    assert found[-1]["target"]["metadata"]["name"] == "db"


def test_a_service_that_is_not_there_is_missing_only_where_the_listing_proves_it() -> None:
    assert follow("dependencies", URL, "ok")[0]["found"] is False
    assert isinstance(follow("dependencies", URL, "ok", deny=("Service",))[0]["found"], Unknown)
    elsewhere = {"env": [{"name": "URL", "value": "http://db.payments.svc:80"}]}
    assert follow("dependencies", elsewhere, "ok")[0]["found"] is None


def test_the_log_and_the_spec_may_name_a_service_differently() -> None:
    found = follow("dependencies", URL, f"lookup {DB} on 10.96.0.10:53: no such host")
    assert found[-1]["configured"]["host"] == "db"


def test_without_a_log_the_trouble_is_not_known() -> None:
    assert isinstance(follow("dependencies", {}, "")[-1]["problem"], Unknown)


def test_a_path_belongs_to_the_volume_it_lies_in() -> None:
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    found = follow("file_troubles", mounts, "write /data/wal: no space left on device")
    assert found[0]["claim"]["metadata"]["name"] == "data"
    assert follow("file_troubles", mounts, "write /tmp/x: no space left on device") == []
