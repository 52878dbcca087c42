"""Who may ask: whoever has the token. It goes over TLS, for kubectl sends a token to no other server.

Source: kubernetes/client-go, tools/clientcmd/client_config.go, `IsConfigTransportTLS`.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import ssl
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from gkedoctor.errors import UsageError

_VALID = timedelta(days=30)
_SHORTEST_TOKEN = 16


class Access(NamedTuple):
    """A token, and the certificate and key of the server that may be asked with it, in PEM."""

    token: str
    certificate: str
    key: str

    def lets_in(self, authorization: str) -> bool:
        """Whether the value of an `Authorization` header holds the token."""
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode("utf-8", "surrogateescape")
        return scheme.lower() == "bearer" and hmac.compare_digest(given, self.token.encode())

    def context(self) -> ssl.SSLContext:
        """TLS for the server. Python takes certificate and key from files only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="gkedoctor-serve-") as folder:
            file = Path(folder) / "server.pem"
            file.touch(mode=0o600)
            file.write_text(self.certificate + self.key, encoding="ascii")
            context.load_cert_chain(file)
        return context


def token_from(file: Path | None) -> str:
    """The token in a file, or a new one. UsageError for a file that holds none."""
    if file is None:
        return secrets.token_urlsafe(32)
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"cannot read the token in {file}: {reason}") from None
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        hint = "openssl rand -base64 32 > FILE"
        raise UsageError(f"{file} holds no token: {_SHORTEST_TOKEN} or more printable ASCII characters", hint=hint)
    return token


def access_for(host: str, token: str, now: datetime) -> Access:
    """Access by a token to a server on a loopback address, with a certificate made for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gkedoctor serve")])
    names = [x509.IPAddress(ipaddress.ip_address(host)), x509.DNSName("localhost")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Access(token, certificate.public_bytes(Encoding.PEM).decode(), secret.decode())
