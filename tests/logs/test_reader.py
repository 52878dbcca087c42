"""The parts of the reader of logs: formats, entries, runs, hosts, listeners."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gkedoctor.graph.workloads.logs.connections import is_host
from gkedoctor.graph.workloads.logs.entries import entries_of
from gkedoctor.graph.workloads.logs.lines import DEBUG, ERROR, FATAL, INFO, UNKNOWN, WARN, read_line
from gkedoctor.graph.workloads.logs.listening import Listener, listeners
from gkedoctor.graph.workloads.logs.runs import ended_run
from gkedoctor.graph.workloads.logs.telling import complaints, read_run

NOW = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)


def test_what_follows_from_a_storage_engine_that_fails_is_not_the_telling_line() -> None:
    lines = [
        "2026-03-01 10:58:01 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11",
        "2026-03-01 10:58:01 0 [ERROR] InnoDB: Plugin initialization aborted with error Generic error",
        "2026-03-01 10:58:02 0 [ERROR] Plugin 'InnoDB' registration as a STORAGE ENGINE failed.",
        "2026-03-01 10:58:02 0 [ERROR] Unknown/unsupported storage engine: InnoDB",
        "2026-03-01 10:58:02 0 [ERROR] Aborting",
    ]
    assert read_run(lines).line == "InnoDB: Unable to lock ./ibdata1 error: 11"


@pytest.mark.parametrize(
    ("line", "format", "severity", "text"),
    [
        ('{"level":"error","ts":1764330961.2,"msg":"ping","error":"refused"}', "json", ERROR, "ping: refused"),
        (
            '{"s":"F","t":{"$date":"2026-11-28T11:56:01Z"},"msg":"Wrong mongod version"}',
            "json",
            FATAL,
            "Wrong mongod version",
        ),
        ('{"level":50,"time":1764330961230,"msg":"boom"}', "json", ERROR, "boom"),
        ('time="2026-11-28T11:56:01Z" level=fatal msg="no config" err="EOF"', "logfmt", FATAL, "no config: EOF"),
        ("E1128 11:56:01.234567       1 main.go:52] cannot list", "klog", ERROR, "cannot list"),
        ('I1128 11:56:01.234567       1 main.go:52] "Starting" version="1"', "klog", INFO, '"Starting" version="1"'),
        ("F, [2026-11-28T11:56:01.234567 #1] FATAL -- : no database", "ruby", FATAL, "no database"),
        ("1:M 01 Mar 2026 10:58:01.089 # Fatal error: can't open", "redis", UNKNOWN, "Fatal error: can't open"),
        ("1:M 01 Mar 2026 10:58:01.089 * Server initialized", "redis", INFO, "Server initialized"),
        ("FATA[0000] no config", "logrus", FATAL, "no config"),
        ('2026-11-28T11:56:01Z\tERROR\tsetup\tproblem\t{"error": "lost"}', "zap", ERROR, "setup: problem: lost"),
        ("2026-11-28T11:56:01Z ERR Command error", "console", ERROR, "Command error"),
        ("fail: Microsoft.Hosting[0]", "dotnet", ERROR, "Microsoft.Hosting[0]"),
        ("2026-11-28 11:56:01.123 UTC [1] FATAL:  no such role", "levelled", FATAL, "no such role"),
        ("2026/11/28 11:56:01 [emerg] 1#1: unknown directive", "levelled", FATAL, "unknown directive"),
        ("2026-11-28 11:56:01,123 WARN  [c.s.Main] (main) slow", "levelled", WARN, "slow"),
        ("2026-11-28 11:56:01.234 ERROR 1 --- [main] o.s.b.App : failed", "levelled", ERROR, "failed"),
        ("DEBUG:root:x", "levelled", DEBUG, "root:x"),
        ("error: no such option", "levelled", ERROR, "error: no such option"),
        ("2026/11/28 11:56:01 dial tcp", "plain", UNKNOWN, "dial tcp"),
    ],
)
def test_a_line_is_read_in_its_format(line: str, format: str, severity: int, text: str) -> None:
    found = read_line(line)
    assert (found.format, found.severity, found.text) == (format, severity, text)


def test_a_stack_trace_is_one_entry_with_what_caused_it() -> None:
    log = [
        "2026-11-28 11:56:01 ERROR Main - failed",
        "java.lang.IllegalStateException: context",
        "\tat com.shop.Main.main(Main.java:9)",
        "Caused by: java.net.UnknownHostException: db",
        "\t... 3 more",
        "2026-11-28 11:56:01 INFO Main - bye",
    ]
    entries = entries_of(log)
    assert [len(entry.lines) for entry in entries] == [5, 1]
    assert read_run(log).line == "Caused by: java.net.UnknownHostException: db"


def test_what_a_program_went_on_after_is_history() -> None:
    log = ["ERROR dial tcp 10.0.0.1:1: connection refused", "INFO server listening on :80", "WARN slow answer"]
    assert not read_run(log).proves or read_run(log).line == "slow answer"
    assert complaints(log) == ["slow answer"]


STATUS = {
    "state": {"running": {"startedAt": "2026-03-01T10:59:00Z"}},
    "lastState": {"terminated": {"finishedAt": "2026-03-01T10:58:59Z", "exitCode": 1}},
}


def test_a_line_of_the_present_run_is_none_of_the_run_before() -> None:
    assert ended_run(["error: now"], ["error: then"], STATUS, NOW) == ["error: then"]
    assert ended_run(["error: now"], [], STATUS, NOW) == []
    stamped = ["2026-03-01T10:58:58Z error: then", "2026-03-01T10:59:01Z starting"]
    assert ended_run(stamped, [], STATUS, NOW) == stamped[:1]


def test_of_a_container_that_waits_the_run_that_tells_counts() -> None:
    waiting = {**STATUS, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    assert ended_run(["starting"], ["panic: no queue"], waiting, NOW) == ["panic: no queue"]
    assert ended_run(["panic: no topic"], ["panic: no queue"], waiting, NOW) == ["panic: no topic"]


@pytest.mark.parametrize(
    ("name", "port", "known", "resolver", "expected"),
    [
        ("db", 5432, (), False, True),
        ("db", None, (), False, False),
        ("db", None, ("db",), False, True),
        ("db", None, (), True, True),
        ("the", None, (), True, False),
        ("module", 80, (), False, False),
        ("2026-03-01t11", 0, (), False, False),
        ("main.go", 52, (), False, False),
        ("com.shop.Main", 9, (), False, False),
        ("db.shop.svc.cluster.local", None, (), False, True),
        ("10.0.0.1", None, (), False, True),
        ("1.2.3", None, (), False, False),
    ],
)
def test_a_host_is_what_looks_like_one_or_what_the_spec_names(
    name: str, port: int | None, known: tuple[str, ...], resolver: bool, expected: bool
) -> None:
    assert is_host(name, port, known, resolver=resolver) is expected


def test_all_listeners_are_found_and_those_on_the_loopback_address_told_apart() -> None:
    log = [
        'time=2026-03-01T10:00:01Z level=info msg="Started gops server" address=127.0.0.1:9890',
        'time=2026-03-01T10:00:02Z level=info msg="Starting Hubble server" address=:4244 tls=true',
        "Tomcat started on port(s): 8080 (http)",
        "listening on http://0.0.0.0:3000",
        "connecting to db:5432, started 12:30",
    ]
    expected = [Listener(3000, False), Listener(4244, False), Listener(8080, False), Listener(9890, True)]
    assert listeners(log) == expected
