"""A certificate is checked before the server starts; an unusable one is named with the cure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from functions.errors import SettingError
from functions.local.server.listen_address import Address, require_certificate

Pair = tuple[Path, Path]


def write_pair(folder: Path, password: bytes = b"") -> Pair:
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    locked: serialization.KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    folder.mkdir()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    return folder / "cert.pem", folder / "key.pem"


def test_a_certificate_with_its_key_or_none_is_accepted(tmp_path: Path) -> None:
    certificate, key = write_pair(tmp_path / "own")
    require_certificate(Address(tls_cert=certificate, tls_key=key))
    require_certificate(Address())


@pytest.mark.parametrize("option", ["--tls-cert", "--tls-key"])
def test_a_missing_file_is_named_with_its_option(tmp_path: Path, option: str) -> None:
    certificate, key = write_pair(tmp_path / "own")
    (certificate if option == "--tls-cert" else key).unlink()
    with pytest.raises(SettingError, match=f"{option} .*没有这个文件"):
        require_certificate(Address(tls_cert=certificate, tls_key=key))


def test_a_mismatched_certificate_and_key_are_refused(tmp_path: Path) -> None:
    (certificate, key), (other, _) = write_pair(tmp_path / "own"), write_pair(tmp_path / "other")
    _, locked = write_pair(tmp_path / "locked", b"secret")
    for pair in ((other, key), (certificate, certificate), (key, key), (tmp_path / "locked" / "cert.pem", locked)):
        with pytest.raises(SettingError, match="请核对这两个文件"):
            require_certificate(Address(tls_cert=pair[0], tls_key=pair[1]))
