"""Stores the keys on one machine: files of mode 600 in `keys/`, made at first start; old ones stay for reading."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import SettingError
from functions.records.keys import Keys
from functions.storage.folder import FILE_MODE, private_folder, write_once
from functions.storage.keyring import KEY_BYTES, access_key, first_kid, keys_of, new_pem, next_kid, receipt_key


def load_keys(folder: Path, entropy: Callable[[int], bytes]) -> Keys:
    """Load the keys in `folder`/keys; makes the first pair when there is none.

    `access-<kid>.key` holds 32 bytes, `receipt-<kid>.pem` a P-256 key. Kids sort by age: the last of each kind is used
    for new filings, all are read. A file that others may read, or that is no key, raises SettingError.
    """
    place = private_folder(folder / "keys")
    lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not any(place.glob("access-*.key")):
            write_once(place / f"access-{first_kid(entropy)}.key", entropy(KEY_BYTES))
        if not any(place.glob("receipt-*.pem")):
            write_once(place / f"receipt-{first_kid(entropy)}.pem", new_pem(entropy))
    finally:
        os.close(lock)
    return _read(place)


def rotate_keys(folder: Path, entropy: Callable[[int], bytes]) -> Keys:
    """Make one more key of each kind, for new filings, and return all keys in `folder`/keys; the old ones stay."""
    keys, place = load_keys(folder, entropy), folder / "keys"
    write_once(place / f"access-{next_kid(keys.hmac, entropy)}.key", entropy(KEY_BYTES))
    write_once(place / f"receipt-{next_kid(keys.public_keys, entropy)}.pem", new_pem(entropy))
    return _read(place)


def read_public_keys(folder: Path) -> dict[str, ec.EllipticCurvePublicKey]:
    """Return the public keys for receipts in this folder, by kid, even if others may read the files; makes none."""
    found = sorted((folder / "keys").glob("receipt-*.pem"))
    return {_kid(path): receipt_key(path.read_bytes(), str(path)).public_key() for path in found}


def read_access_kids(folder: Path) -> frozenset[str]:
    """Return the kids of the access-code keys in this folder."""
    return frozenset(_kid(path) for path in (folder / "keys").glob("access-*.key"))


def _read(place: Path) -> Keys:
    access, private = sorted(place.glob("access-*.key")), sorted(place.glob("receipt-*.pem"))
    return keys_of(
        {_kid(path): access_key(_private_bytes(path), str(path)) for path in access},
        {_kid(path): receipt_key(_private_bytes(path), str(path)) for path in private},
    )


def _kid(path: Path) -> str:
    return path.stem.partition("-")[2]


def _private_bytes(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SettingError(f"密钥文件 {path} 别人也能读。请运行 chmod {FILE_MODE:o} {path}，再重新启动")
    return path.read_bytes()
