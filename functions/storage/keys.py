"""Where the keys lie on one machine: files of mode 600 in `keys/`, made at first start, old ones kept for reading."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import SettingError
from functions.records.keys import Keys
from functions.records.receipt import Signer
from functions.storage.folder import FILE_MODE, private_folder, write_once

KEY_BYTES = 32
# The order of P-256; 64 bits more than it has make the remainder even (FIPS 186-5, A.2.1).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCALAR_BYTES = 40
_KID_BYTES = 4


def load_keys(folder: Path, entropy: Callable[[int], bytes]) -> Keys:
    """The keys in `folder`/keys; the first pair is made when there is none.

    `access-<kid>.key` holds 32 bytes, `receipt-<kid>.pem` a P-256 key. Kids sort by age: the last of each kind is used
    for new filings, all are read. A file that others may read, or that is no key, raises SettingError.
    """
    place = private_folder(folder / "keys")
    lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(place.glob("access-*.key")):
            write_once(place / f"access-{_first_kid(entropy)}.key", entropy(KEY_BYTES))
        if not any(place.glob("receipt-*.pem")):
            write_once(place / f"receipt-{_first_kid(entropy)}.pem", _new_pem(entropy))
    finally:
        os.close(lock)
    return _read(place)


def _read(place: Path) -> Keys:
    access = {_kid(path): _access_key(path) for path in sorted(place.glob("access-*.key"))}
    private = {_kid(path): _private_key(path) for path in sorted(place.glob("receipt-*.pem"))}
    newest = next(reversed(private))
    return Keys(
        hmac=access,
        hmac_kid=next(reversed(access)),
        signer=Signer(newest, private[newest]),
        public_keys={kid: key.public_key() for kid, key in private.items()},
    )


def _first_kid(entropy: Callable[[int], bytes]) -> str:
    return f"0001-{entropy(_KID_BYTES).hex()}"


def _kid(path: Path) -> str:
    return path.stem.partition("-")[2]


def _new_pem(entropy: Callable[[int], bytes]) -> bytes:
    scalar = int.from_bytes(entropy(_SCALAR_BYTES), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _access_key(path: Path) -> bytes:
    key = _private_bytes(path)
    if len(key) != KEY_BYTES:
        raise SettingError(f"密钥文件 {path} 应为 {KEY_BYTES} 字节，现在是 {len(key)} 字节。请从备份恢复它")
    return key


def _private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(_private_bytes(path), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SettingError(f"密钥文件 {path} 不是不加密的 P-256 私钥。请从备份恢复它")
    return key


def _private_bytes(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SettingError(f"密钥文件 {path} 别人也能读。请运行 chmod {FILE_MODE:o} {path}，再重新启动")
    return path.read_bytes()
