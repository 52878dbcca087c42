"""Facts of PEM certificates. `cryptography` takes 60 ms to import, so it is imported when the first one is met."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import TYPE_CHECKING

from gkedoctor.snapshot.redaction.value_facts import CertificateFacts

if TYPE_CHECKING:
    from cryptography import x509


def certificate_facts(pem: bytes) -> CertificateFacts:
    """The facts of the first certificate, which is the leaf; the error never quotes the file."""
    try:
        leaf = _leaf(pem)
        return CertificateFacts(
            notBefore=_iso(leaf.not_valid_before_utc),
            notAfter=_iso(leaf.not_valid_after_utc),
            names=_names(leaf),
            subject=leaf.subject.rfc4514_string(),
            issuer=leaf.issuer.rfc4514_string(),
            selfSigned=leaf.subject == leaf.issuer,
        )
    except _unreadable():
        return CertificateFacts(error="the certificate cannot be read")


def key_fits(certificate: bytes, key: bytes) -> bool | None:
    """Whether the private key belongs to the certificate; None where one of them cannot be read."""
    from cryptography.hazmat.primitives import serialization

    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        public = _leaf(certificate).public_key()
        private = serialization.load_pem_private_key(key, password=None).public_key()
        return public.public_bytes(*form) == private.public_bytes(*form)
    except _unreadable():
        return None


def _leaf(pem: bytes) -> x509.Certificate:
    from cryptography import x509
    from cryptography.utils import CryptographyDeprecationWarning

    # an odd serial number hurts nobody, and a warning of a library says nothing to who reads a report
    warnings.filterwarnings("ignore", "Parsed a serial number", CryptographyDeprecationWarning)
    return x509.load_pem_x509_certificates(pem)[0]


def _names(leaf: x509.Certificate) -> list[str]:
    """The names a client compares: the SANs, and the common name only where there are none."""
    from cryptography import x509

    try:
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return [str(name.value) for name in common]
    names = alternative.get_values_for_type(x509.DNSName)
    return [*names, *(str(ip) for ip in alternative.get_values_for_type(x509.IPAddress))]


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _unreadable() -> tuple[type[Exception], ...]:
    """What cryptography raises for broken, encrypted and exotic PEM."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    return (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    )
