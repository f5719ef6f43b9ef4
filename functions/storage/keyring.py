"""Makes keys and validates them; does not know where they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import SettingError
from functions.records.keys import Keys
from functions.records.receipt import Signer

KEY_BYTES = 32
# The order of P-256; 64 bits more than it has make the remainder even (FIPS 186-5, A.2.1).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCALAR_BYTES = 40
_KID_BYTES = 4


def keys_of(access: Mapping[str, bytes], private: Mapping[str, ec.EllipticCurvePrivateKey]) -> Keys:
    """Return the keys by kid, oldest first: the last of each kind is used for new filings."""
    newest = list(private)[-1]
    return Keys(
        hmac=access,
        hmac_kid=list(access)[-1],
        signer=Signer(newest, private[newest]),
        public_keys={kid: key.public_key() for kid, key in private.items()},
    )


def access_key(key: bytes, place: str) -> bytes:
    """Parse the access-code key found at `place`, else raise SettingError."""
    if len(key) != KEY_BYTES:
        raise SettingError(f"密钥 {place} 应为 {KEY_BYTES} 字节，现在是 {len(key)} 字节。请从备份恢复它")
    return key


def receipt_key(pem: bytes, place: str) -> ec.EllipticCurvePrivateKey:
    """Parse the receipt key found at `place`, else raise SettingError."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SettingError(f"密钥 {place} 不是不加密的 P-256 私钥。请从备份恢复它")
    return key


def first_kid(entropy: Callable[[int], bytes]) -> str:
    """Return a name for the first key of its kind; later names sort after it."""
    return next_kid((), entropy)


def next_kid(kids: Iterable[str], entropy: Callable[[int], bytes]) -> str:
    """Return a name for one more key, which sorts after these."""
    newest = max((int(kid.partition("-")[0]) for kid in kids), default=0)
    return f"{newest + 1:04d}-{entropy(_KID_BYTES).hex()}"


def new_pem(entropy: Callable[[int], bytes]) -> bytes:
    """Make a new P-256 key, not encrypted."""
    scalar = int.from_bytes(entropy(_SCALAR_BYTES), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
