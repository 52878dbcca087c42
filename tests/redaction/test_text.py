"""What is masked in one text, and what a diagnosis needs and stays."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from string import ascii_letters

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkedoctor.snapshot.redaction.limits import LONGEST_MASKED_TEXT
from gkedoctor.snapshot.redaction.placeholders import PLACEHOLDER
from gkedoctor.snapshot.redaction.text import mask_excerpt, mask_text

HERE = Path(__file__).parent
KEY = "MIIEowIBAAKCAQEA7+bq/9Zc1d/ZebraQuartz4711/abcdefghijk+lmnop/QRS\nTUVwxyz01/23456789ABCDEFGHIJKLMNOP/qrstuvwxyz"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----"


def rows(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    escapes = (("\\x1b", "\x1b"), ("\\\\", "\\"), ("␤", "\n"))
    for written, meant in escapes:
        lines = [line.replace(written, meant) for line in lines if line]
    return lines


@pytest.mark.parametrize("row", rows("credentials.txt"))
def test_a_credential_is_masked_and_what_is_around_it_stays(row: str) -> None:
    """Each row has its credential between ⟦ and ⟧."""
    before, secret, after = re.split("[⟦⟧]", row)
    shown = mask_text(before + secret + after)
    assert secret not in shown
    assert PLACEHOLDER.sub("", shown).replace(" ", "") in (before + after).replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO users (id, password, age) VALUES (7, '⟦Quartz_zebra91⟧', now()), (8, '⟦Quartz_zebra92⟧', 5);",
        "user,password,role\nada,⟦Quartz-zebra91⟧,admin\nbob,⟦Quartz-zebra92⟧,viewer",
        "| user | password |\n|------|----------|\n| ada | ⟦Quartz!zebra91⟧ |\n",
        "kind: Secret\ndata:\n  user: ⟦YWRh⟧\n  pin: ⟦UXVhcnR6⟧\ntype: Opaque",
        'msg="kind: Secret\\ndata:\\n  pin: ⟦UXVhcnR6⟧\\n"',
        "apiVersion: v1\ndata:\n  pin: ⟦UXVhcnR6⟧\nkind: Secret\n",
        "Password for the app user reset.\nNew value: ⟦aB3xK9mQ2pL7⟧",
    ],
)
def test_what_a_head_or_a_block_tells_is_masked(text: str) -> None:
    parts = re.split("[⟦⟧]", text)
    shown = mask_text("".join(parts))
    assert not any(secret in shown for secret in parts[1::2])
    assert PLACEHOLDER.sub("", shown) == "".join(parts[::2])


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\ndata:\n  user: YWRh\n---\nkind: Secret\nmetadata:\n  name: db\n",
        "secret,namespace\ndb-credentials,shop\n",
        "INSERT INTO users (name, password) VALUES (?, ?)",
        "failed to read token, retrying\nconnect to db, port 5432",
    ],
)
def test_what_a_head_does_not_tell_stays(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("line", rows("harmless.txt"))
def test_a_line_that_tells_what_is_wrong_stays_as_it_is(line: str) -> None:
    assert mask_text(line) == line


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("\n", "\\n"),
        PEM.replace("\n", "\n2026-11-22T12:00:00Z app | "),
        PEM.partition("-----END")[0],
        PEM.replace("RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"),
        PEM.replace("-----BEGIN RSA", "---- BEGIN SSH2 ENCRYPTED").replace("KEY-----\nM", "KEY ----\nM"),
    ],
)
def test_a_private_key_is_masked_to_its_last_line(text: str) -> None:
    shown = mask_text(f"loading\n{text}\ndone")
    assert not any(part in shown for part in KEY.split("\n"))
    assert shown.startswith("loading\n") and shown.endswith("done")


def test_a_certificate_stays() -> None:
    text = PEM.replace("RSA PRIVATE KEY", "CERTIFICATE").replace("MIIEowIBAAKCAQEA", "MIIDdzCCAl+gAwIB")
    assert mask_text(text) == text


def test_the_same_value_has_the_same_placeholder() -> None:
    first, second = PLACEHOLDER.findall(mask_text("password=Zebra4711! and again pw=Zebra4711!"))
    assert first == second


PARTS = st.sampled_from(
    ["password", "token", "secret", "=", ":", " ", '"', "'", "\\", "\n", "ghp_", "AKIA", "eyJhbGciOi", ".", "://", "@",
     "***0a1b2c***", "Zebra4711!", "zebraquartz", "-----BEGIN RSA PRIVATE KEY-----", "A" * 40, "https", "&", "?", ";",
     "aB3xK9mQ2pL7vR4tY8wZ1nC5", "-p", "--", "cookie: ", "{", "}", "|", "<token>", "</", "not found", "%3D"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS | st.text(max_size=6), max_size=14).map("".join))
def test_a_masked_text_is_not_changed_again(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once


HOST = st.lists(
    st.sampled_from(
        ["auth", "token", "secret", "password", "api-key", "oauth2-secret", "keycloak", "svc", "credentials"]
    ),
    min_size=1,
    max_size=4,
).map(".".join)
PATH = st.lists(st.sampled_from(["auth", "token", "v1", "realms", "login", "health", "secrets", "0"]), max_size=3)


@settings(max_examples=300, deadline=None)
@given(
    HOST,
    st.integers(1, 65535),
    PATH.map("/".join),
    st.sampled_from(["http://", "redis://", "connect tcp ", "U=https://"]),
)
def test_the_port_and_the_path_of_a_host_with_the_name_of_a_credential_stay(
    host: str, port: int, path: str, before: str
) -> None:
    for line in (f"{before}{host}:{port}/{path}", f"{before}{host}:{port} refused", f"{before}{host}:{port}"):
        assert mask_text(line) == line


@pytest.mark.parametrize(
    "url", ["http://auth:8080/x?token=⟦Quartz91!zebra⟧", "redis://auth:⟦Quartz91!zebra⟧@db:6379/0"]
)
def test_behind_such_a_host_a_credential_is_still_seen(url: str) -> None:
    before, secret, after = re.split("[⟦⟧]", url)
    shown = mask_text(before + secret + after)
    assert secret not in shown and shown.startswith(before)


def test_a_long_text_is_cut_once_and_says_so() -> None:
    once = mask_text("a " * LONGEST_MASKED_TEXT)
    assert once.endswith(f"… cut, {LONGEST_MASKED_TEXT} characters more") and mask_text(once) == once


def test_a_line_of_a_manifest_is_quoted_without_its_credential() -> None:
    text = "env:\n- name: DB_PASSWORD\n  value: 4711471147\n- name: DB_HOST\n  value: db"
    assert mask_excerpt(text, 2) is not None and "4711" not in str(mask_excerpt(text, 2))
    assert mask_excerpt(text, 4) == "  value: db"
    assert mask_excerpt('{"kind":"Secret","stringData":{"a":"b"}}', 0) is None
    assert mask_excerpt(f"{text}\n- name: {'a' * 1000}", 5) is None, "nobody reads a line of that length"


@given(HOST, st.sampled_from(["auth", "token", "user", "password"]))
def test_the_host_behind_a_password_in_a_url_stays(host: str, user: str) -> None:
    masked = mask_text(f"redis://{user}:Quartz77zebra!@{host}:6379/0 refused")
    assert "Quartz77zebra" not in masked
    assert masked.endswith(f"@{host}:6379/0 refused")


def test_a_token_of_letters_alone_is_masked_by_its_beginning() -> None:
    """Hugging Face's tokens are `hf_` and 34 letters, without a digit. One in some hundred looks like camel case."""
    random = Random(7)
    tokens = ["hf_" + "".join(random.choice(ascii_letters) for _ in range(34)) for _ in range(100)]
    assert sum(token in mask_text(f"cannot log in with {token}: 401") for token in tokens) <= 1


def test_a_class_with_the_beginning_of_a_token_stays() -> None:
    line = "hf_kafkaConsumerGroupCoordinatorMetricsReporter failed"
    assert mask_text(line) == line
