"""Protects a backup: encryption with age, a signature over the manifest; knows no zip.

The backup machine knows only a recipient, which can only encrypt: a thief of the machine cannot read older backups.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import QingdanError, system_reason
from functions.records.receipt import InvalidReceipt, Signer, read_signed
from functions.storage.folder import FILE_MODE

ALGORITHM: Final = "qingdan-backup-1"
_AGE: Final = b"age-encryption.org/v1\n"


def new_identity(file: Path) -> str:
    """Write a new identity, which decrypts backups, to `file` (mode 600), and return its recipient."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise QingdanError(f"{file} 写不进去（{system_reason(error)}）。请换一个还没有的文件名") from None
    with os.fdopen(descriptor, "w") as opened:
        opened.write(f"{identity}\n")
    return str(identity.to_public())


def read_recipients(given: Sequence[str]) -> list[str]:
    """Parse the recipients (age1…); QingdanError for a malformed one."""
    from pyrage import RecipientError, x25519

    for each in given:
        try:
            x25519.Recipient.from_str(each)
        except RecipientError:
            raise QingdanError(f"“{each}”不是 age 公钥。请用 qingdan keys backup 给出的那一串，以 age1 开头") from None
    return list(given)


def encrypt(plain: Path, out: Path, recipients: Sequence[str]) -> None:
    """Replace `out` by the encrypted file, whole or not at all."""
    from pyrage import encrypt_io, x25519

    draft = out.with_name(f".{out.name}.age-part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    try:
        with plain.open("rb") as source, os.fdopen(descriptor, "wb") as target:
            encrypt_io(source, target, [x25519.Recipient.from_str(each) for each in recipients])
            target.flush()
            os.fsync(target.fileno())
        draft.replace(out)
    except OSError as error:
        raise QingdanError(f"{out} 写不进去（{system_reason(error)}）。请检查文件夹和磁盘空间，再备份一次") from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def readable(file: Path, identity: Path | None, scratch: Path) -> Iterator[Path]:
    """Return a readable backup: the file itself, or a decrypted private copy in the folder `scratch`.

    QingdanError says what is wrong: no identity, a wrong one, or a file that was changed or truncated.
    """
    if not is_encrypted(file):
        yield file
        return
    if identity is None:
        raise QingdanError(f"{file} 加了密。请用 --identity 给出做备份时那一把私钥的文件")
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".qingdan-backup-") as place:
        plain = Path(place) / "backup.zip"
        _decrypt(file, identity, plain)
        yield plain


def is_encrypted(file: Path) -> bool:
    """Whether the file is encrypted with age; QingdanError when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(_AGE)) == _AGE
    except OSError as error:
        raise QingdanError(f"{file} 打不开（{system_reason(error)}）。请核对路径和权限") from None


def _decrypt(file: Path, identity: Path, plain: Path) -> None:
    from pyrage import DecryptError, decrypt_io

    try:
        with file.open("rb") as source, plain.open("wb") as target:
            decrypt_io(source, target, [_identity(identity)])
    except DecryptError as error:
        if "No matching keys" in str(error):
            raise QingdanError(f"{file} 不是为 {identity} 这一把私钥加的密，什么也没有恢复。请换一把私钥") from None
        raise QingdanError(f"{file} 被改动过，或者缺了一截，什么也没有恢复。请用另一份备份") from None
    except OSError as error:
        # A change or truncation after the header is reported as a read error.
        reason = system_reason(error) if error.errno else "内容被改动过，或者缺了一截"
        raise QingdanError(f"{file} 解不开（{reason}），什么也没有恢复。请用另一份备份") from None


def _identity(file: Path) -> object:
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(file.read_text(encoding="ascii").strip())
    except (IdentityError, UnicodeDecodeError):
        raise QingdanError(f"{file} 不是备份的私钥。请用 qingdan keys backup 写出的那个文件") from None


def sign(signer: Signer, manifest: bytes) -> str:
    """Sign the manifest as a JWS; it lists every file with its digest."""
    return signer.sign({"algorithm": ALGORITHM, "manifest": hashlib.sha256(manifest).hexdigest()})


def is_ours(token: str, manifest: bytes, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> bool:
    """Whether one of the keys signed this manifest."""
    try:
        stated = read_signed(token, keys)
    except InvalidReceipt:
        return False
    digest = hashlib.sha256(manifest).hexdigest()
    return (stated.get("algorithm"), stated.get("manifest")) == (ALGORITHM, digest)
