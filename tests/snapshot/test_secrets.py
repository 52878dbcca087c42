"""Values of Secrets never get in; the facts that playbooks need do."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from gkedoctor.snapshot.intake import Gathered, build_snapshot
from gkedoctor.snapshot.redaction.secret_facts import config_facts, secret_facts
from gkedoctor.snapshot.redaction.value_facts import facts_of
from gkedoctor.snapshot.sources import load
from gkedoctor.snapshot.store import write
from tests.snapshot.clusters import (
    PASSWORD,
    TOKEN,
    Json,
    encoded,
    event,
    listed,
    pod,
    recording,
    secret,
    texts,
    thing,
    write_tree,
)

PLANTED = (PASSWORD, encoded(PASSWORD), TOKEN, encoded(TOKEN), "secret-token-1234", "0lder-Passw0rd")
KEY = ec.generate_private_key(ec.SECP256R1())


def pem_of(key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def certificate(*names: str, key: ec.EllipticCurvePrivateKey = KEY, common: str = "shop") -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(start).not_valid_after(start + timedelta(days=90))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def tls(crt: bytes | str, key: bytes | str | None) -> Json:
    data = {"tls.crt": encoded(crt)} | ({"tls.key": encoded(key)} if key is not None else {})
    return secret_facts(thing("Secret", "tls", type="kubernetes.io/tls", data=data))


def test_a_serial_number_of_zero_is_read_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    der = x509.load_pem_x509_certificate(certificate("shop.example.com")).public_bytes(serialization.Encoding.DER)
    seven, zero = b"\xa0\x03\x02\x01\x02\x02\x01\x07", b"\xa0\x03\x02\x01\x02\x02\x01\x00"
    assert der.count(seven) == 1
    odd = b64encode(der.replace(seven, zero)).decode()
    facts = tls(f"-----BEGIN CERTIFICATE-----\n{odd}\n-----END CERTIFICATE-----\n", None)
    assert facts["certificate"]["names"] == ["shop.example.com"]
    assert not recwarn.list


def fact(value: str | bytes, name: str) -> Any:
    return facts_of(value.encode() if isinstance(value, str) else value).as_json()[name]


@pytest.mark.parametrize("target", ["out.gkesnap", "out"])
def test_no_planted_value_is_in_what_is_written(tmp_path: Path, target: str) -> None:
    snapshot = load(recording(tmp_path / "recording"), config_values=True)
    assert not [
        text for c in snapshot.collections.values() for text in texts(c.objects) if any(p in text for p in PLANTED)
    ]
    write(snapshot, tmp_path / target)
    files = [tmp_path / target] if target.endswith("snap") else list((tmp_path / target).rglob("*.json"))
    again = load(tmp_path / target)
    written = (
        b"".join(path.read_bytes() for path in files) + repr([c.objects for c in again.collections.values()]).encode()
    )
    assert not [planted for planted in PLANTED if planted.encode() in written]


def test_a_value_is_replaced_by_a_stable_token_in_logs_events_and_statuses(tmp_path: Path) -> None:
    snapshot = load(recording(tmp_path / "recording"))
    [log] = snapshot.collection("logs").objects
    token = log["lines"][1].removeprefix("login with ")
    assert log["lines"][0] == "starting"
    assert token.startswith("***") and token.endswith("***") and len(token) == 12
    [seen] = snapshot.collection("events").objects
    assert seen["message"] == f"connect postgres://shop:{token}@db failed, then {token}"
    [web] = snapshot.collection("pods").objects
    assert web["status"]["containerStatuses"][0]["state"]["waiting"]["message"] == f"back-off; the password was {token}"


def test_a_secret_in_the_list_of_another_kind_is_still_a_secret(tmp_path: Path) -> None:
    write_tree(tmp_path, {"kubernetes/widgets.json": listed([secret()]), "kubernetes/events.json": listed([event()])})
    snapshot = load(tmp_path)
    assert not snapshot.collection("widgets").objects
    assert snapshot.collection("secrets").objects[0]["keys"]
    assert PASSWORD not in repr(snapshot.collection("events").objects)


def test_a_malformed_secret_is_still_masked_and_never_quoted(tmp_path: Path) -> None:
    broken = secret() | {"type": [PASSWORD]}
    write_tree(tmp_path, {"kubernetes/secrets.json": listed([broken]), "kubernetes/events.json": listed([event()])})
    snapshot = load(tmp_path)
    assert "shop/db" in snapshot.collection("secrets").state.malformed
    everything = repr([(c.state, c.objects) for c in snapshot.collections.values()])
    assert PASSWORD not in everything


def test_a_value_that_is_an_objects_name_stays_readable(tmp_path: Path) -> None:
    named = secret() | {"data": {"user": encoded("checkout"), "password": encoded(PASSWORD)}}
    said = event() | {"message": f"Created pod: checkout-5d9f as {PASSWORD}"}
    write_tree(
        tmp_path,
        {
            "kubernetes/secrets.json": listed([named]),
            "kubernetes/events.json": listed([said]),
            "kubernetes/pods.json": listed([pod("checkout-5d9f")]),
        },
    )
    message = load(tmp_path).collection("events").objects[0]["message"]
    assert message.startswith("Created pod: checkout-5d9f as ***")


def told(text: str, **values: str) -> str:
    """What stays of a log line beside a Secret with these values."""
    gathered = Gathered(source="x")
    gathered.add("secrets", [thing("Secret", "s", stringData=values)])
    gathered.add_log("shop", "p", "c", text)
    lines: list[str] = build_snapshot(gathered).collection("logs").objects[0]["lines"]
    return "\n".join(lines)


def test_a_multi_line_value_is_masked_line_by_line() -> None:
    for line in pem_of().decode().splitlines()[1:-1]:
        assert line not in told(f"> {line}", key=pem_of().decode())


def test_passwords_inside_of_values_are_masked() -> None:
    registry = json.dumps({"auths": {"gcr.io": {"password": "reg-pass-4711", "auth": "dTpyZWctcGFzcw=="}}})
    for word in ("url-pass-4711", "reg-pass-4711", "dTpyZWctcGFzcw=="):
        assert word not in told(f"tried {word} in vain", url="postgres://u:url-pass-4711@db/x", cfg=registry)


def test_the_longer_of_two_values_is_masked_whole() -> None:
    said = told("it is zebra42-of-all", a="zebra42", b="zebra42-of-all")
    assert "zebra42" not in said and "of-all" not in said


@pytest.mark.parametrize("value", ["true", "8080", "production", "connection refused", "db.shop.svc", "redis-0"])
def test_values_that_a_message_may_hold_by_chance_are_left_in_text(value: str) -> None:
    assert told(f"it is {value} here", a=value) == f"it is {value} here"


@pytest.mark.parametrize("around", ["administrator{}", "x{}y", "{}istrator", "pre-{}", "{}.svc"])
def test_a_value_is_never_masked_inside_of_a_word(around: str) -> None:
    assert told(around.format("Zebra42"), a="Zebra42") == around.format("Zebra42")


@given(value=st.binary(max_size=64))
def test_facts_hold_for_any_bytes(value: bytes) -> None:
    facts = facts_of(value)
    assert (facts.bytes, facts.empty, facts.trailingNewline) == (len(value), value == b"", value[-1:] == b"\n")


@given(text=st.text("abcdefghijklmnopqrstuvwxyz -_/:", min_size=6, max_size=60))
def test_text_that_was_encoded_twice_is_seen(text: str) -> None:
    once = base64.b64encode(text.encode())
    assert facts_of(once).doubleBase64
    assert facts_of(once + b"\n").doubleBase64


@pytest.mark.parametrize("value", ["hunter2", "correct horse battery", "password", "s3cr3t!!", "", "a=", "12345678"])
def test_ordinary_values_are_not_taken_for_base64(value: str) -> None:
    assert fact(value, "doubleBase64") is False


@pytest.mark.parametrize(
    ("value", "newline", "space", "quoted"),
    [
        ("x", False, False, False),
        ("x\n", True, False, False),
        ("x\r\n", True, False, False),
        ("x\n\n", True, True, False),
        (" x", False, True, False),
        ("x \n", True, True, False),
        ('"x"', False, False, True),
        ("'x'\n", True, False, True),
        ('"', False, False, False),
    ],
)
def test_white_space_and_quotes_are_told_apart(value: str, newline: bool, space: bool, quoted: bool) -> None:
    assert (fact(value, "trailingNewline"), fact(value, "whitespace"), fact(value, "quoted")) == (
        newline,
        space,
        quoted,
    )


def test_a_certificate_tells_its_names_and_end() -> None:
    facts = tls(certificate("shop.example", "www.shop.example"), pem_of())
    assert facts["certificate"] == {
        "notBefore": "2026-01-01T00:00:00Z",
        "notAfter": "2026-04-01T00:00:00Z",
        "names": ["shop.example", "www.shop.example"],
        "subject": "CN=shop",
        "issuer": "CN=shop",
        "selfSigned": True,
    }
    assert facts["keyFits"] is True
    assert facts["keys"]["tls.crt"]["pem"] == ["CERTIFICATE"]
    assert facts["keys"]["tls.crt"]["certificate"] == facts["certificate"]


def test_a_certificate_without_alternative_names_has_its_common_name() -> None:
    assert tls(certificate(common="old.example"), None)["certificate"]["names"] == ["old.example"]


def test_a_key_of_another_certificate_does_not_fit() -> None:
    assert tls(certificate(), pem_of(ec.generate_private_key(ec.SECP256R1())))["keyFits"] is False


@pytest.mark.parametrize("key", [None, "no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""])
def test_whether_an_unreadable_key_fits_is_unknown(key: str | bytes | None) -> None:
    assert tls(certificate(), key)["keyFits"] is None


@pytest.mark.parametrize("pem", ["", "no PEM", certificate()[:200], certificate().replace(b"MII", b"!!!")])
def test_a_broken_certificate_is_an_error_without_its_content(pem: str | bytes) -> None:
    assert tls(pem, pem_of())["certificate"] == {"error": "the certificate cannot be read"}


CONFIG_JSON, CONFIG = ("kubernetes.io/dockerconfigjson", ".dockerconfigjson"), ("kubernetes.io/dockercfg", ".dockercfg")


@pytest.mark.parametrize(
    ("place", "content", "hosts", "readable"),
    [
        (CONFIG_JSON, '{"auths": {"https://gcr.io/v1/": {}, "quay.io": {}}}', ["gcr.io", "quay.io"], True),
        (CONFIG, '{"me:pw@gcr.io": {}}', ["gcr.io"], True),
        (CONFIG_JSON, '{"gcr.io": {}}', [], False),
        (CONFIG_JSON, "not json", [], False),
        ((CONFIG_JSON[0], "config.json"), '{"auths": {"gcr.io": {}}}', [], False),
    ],
)
def test_a_pull_secret_tells_its_registries(
    place: tuple[str, str], content: str, hosts: list[str], readable: bool
) -> None:
    type_, key = place
    facts = secret_facts(thing("Secret", "pull", type=type_, data={key: encoded(content)}))
    assert (facts["registries"], facts["registriesReadable"]) == (hosts, readable)


def test_a_value_another_tool_hid_tells_what_it_can() -> None:
    keys = secret_facts(thing("Secret", "s", data={"a": encoded("12 bytes long"), "b": "***HIDDEN***"}))["keys"]
    assert (keys["a"]["bytes"], keys["a"]["empty"], keys["a"]["trailingNewline"]) == (12, False, None)
    assert set(keys["b"].values()) == {None}


def test_string_data_wins_over_data() -> None:
    keys = secret_facts(thing("Secret", "s", data={"a": encoded("x")}, stringData={"a": "longer"}))["keys"]
    assert keys["a"]["bytes"] == 6


def test_a_converted_secret_passes_unchanged() -> None:
    converted = tls(certificate("a.example"), pem_of())
    assert secret_facts(converted) == converted


def test_a_config_map_keeps_its_values_only_when_asked() -> None:
    config = thing("ConfigMap", "c", data={"URL": "http://x\n"}, binaryData={"logo": encoded(b"\x89PNG")})
    facts = config_facts(config)
    assert facts["keys"]["URL"]["trailingNewline"] is True
    assert facts["keys"]["logo"]["bytes"] == 4
    assert "data" not in facts and "binaryData" not in facts
    assert config_facts(config, values=True)["data"] == {"URL": "http://x\n"}
    assert config_facts(facts) == facts


def test_a_value_that_was_copied_beside_the_secret_is_masked(tmp_path: Path) -> None:
    copied = secret()
    copied["metadata"]["annotations"]["note"] = f"the password is {PASSWORD}"
    config = thing("ConfigMap", "c", data={"URL": f"postgres://u:{PASSWORD}@db"})
    write_tree(tmp_path, {"kubernetes/secrets.json": listed([copied]), "kubernetes/configmaps.json": listed([config])})
    snapshot = load(tmp_path, config_values=True)
    assert PASSWORD not in repr([c.objects for c in snapshot.collections.values()])
    assert snapshot.collection("configmaps").objects[0]["data"]["URL"].startswith("postgres://u:***")


def test_cryptography_is_not_imported_for_a_cluster_without_certificates(tmp_path: Path) -> None:
    recording(tmp_path)
    script = (
        "import sys; from pathlib import Path; from gkedoctor.snapshot.sources import load; "
        f"load(Path({str(tmp_path)!r})); sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
