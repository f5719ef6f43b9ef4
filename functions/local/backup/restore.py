"""Reads a backup file that may be damaged, and checks every part of it; knows no data folder."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import QingdanError, SettingError, StoreUnavailable, system_reason
from functions.local.backup.archive import CHUNK, MANIFEST, SIGNATURE, Entry, Manifest, is_inside
from functions.local.backup.protection import is_ours
from functions.local.zip_errors import ZIP_ERRORS
from functions.storage.folder import FILE_MODE, private_folder
from functions.storage.keyring import receipt_key

_KEY = re.compile(r"keys/receipt-[^/]+\.pem")
# Some 150 bytes a file; a zip of 2 MB can hold one of 2 GB.
LARGEST_MANIFEST = 64 * 1024 * 1024
_CURE = "什么也没有恢复。请用另一份备份；这一份留着，完好的部分还读得出来"


class Damaged(QingdanError):
    """The backup was damaged; the message names what is broken."""


class Backup:
    """A backup file, open; QingdanError when it cannot be read, Damaged when it is no backup or its index is broken."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._zip = zipfile.ZipFile(file)
        except OSError as error:
            raise QingdanError(f"{file} 打不开（{system_reason(error)}）。请核对路径和权限") from None
        except ZIP_ERRORS:
            raise Damaged(f"{file} 不是备份文件，或者末尾缺了一截。{_CURE}") from None
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Backup:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    @property
    def size(self) -> int:
        """Return the unpacked size in bytes."""
        return sum(entry.size for entry in self.manifest.files)

    def require_signed(self, keys: Mapping[str, ec.EllipticCurvePublicKey] | None) -> bool:
        """Check the signature: by one of these keys, stored elsewhere, or, without any, by one of the backup's own.

        Damaged when the signature is wrong, and when keys are given and there is none.
        """
        token = self._member(SIGNATURE)
        if token is None:
            if keys is not None:
                raise Damaged(f"{self._file} 没有签名：不是本局做的，或者是旧版程序做的。{_CURE}")
            return False
        trusted = self._own_keys() if keys is None else keys
        if not is_ours(token.decode("ascii", "replace"), self._member(MANIFEST) or b"", trusted):
            raise Damaged(f"{self._file} 的签名核对不上：清单被换过，或者不是本局做的。{_CURE}")
        return True

    def _own_keys(self) -> dict[str, ec.EllipticCurvePublicKey]:
        found = [entry.path for entry in self.manifest.files if _KEY.fullmatch(entry.path)]
        pems = {path: self._member(path) or b"" for path in found}
        try:
            return {
                Path(path).stem.partition("-")[2]: receipt_key(pem, path).public_key() for path, pem in pems.items()
            }
        except SettingError:
            raise Damaged(f"{self._file} 里的密钥坏了。{_CURE}") from None

    def _member(self, name: str) -> bytes | None:
        try:
            return self._bounded(name)
        except KeyError:
            return None
        except (*ZIP_ERRORS, OSError):
            raise Damaged(f"{self._file} 里的 {name} 已经损坏。{_CURE}") from None

    def _bounded(self, name: str) -> bytes:
        """A member whole; ValueError, one of ZIP_ERRORS, for one that is larger than any of ours."""
        with self._zip.open(name) as member:
            content = member.read(LARGEST_MANIFEST + 1)
        if len(content) > LARGEST_MANIFEST:
            raise ValueError("too large")
        return content

    def unpack(self, into: Path, advance: Callable[[int], None]) -> None:
        """Write every file below `into`, which is empty; Damaged, with a line for each damaged file.

        `advance` is told how many bytes are done.
        """
        broken, done = self._misnamed(), 0
        for entry in self.manifest.files if not broken else ():
            words = self._unpack_one(entry, into)
            if words:
                broken.append(f"{entry.path}：{words}")
            done += entry.size
            advance(done)
        if broken:
            raise Damaged("\n".join([f"{self._file} 有 {len(broken)} 处损坏：", *broken, _CURE]))

    def _read_manifest(self) -> Manifest:
        try:
            return Manifest.read(self._bounded(MANIFEST))
        except KeyError:
            raise Damaged(f"{self._file} 里没有 {MANIFEST}：不是备份文件，或者已经损坏。{_CURE}") from None
        except (*ZIP_ERRORS, OSError):
            raise Damaged(f"{self._file} 里的 {MANIFEST} 已经损坏。{_CURE}") from None

    def _misnamed(self) -> list[str]:
        """Return names that differ between zip and manifest, or that lead out of the folder."""
        held, listed = Counter(self._zip.namelist()), Counter(entry.path for entry in self.manifest.files)
        del held[MANIFEST], held[SIGNATURE]
        return [
            *(f"{name}：备份里没有这个文件" for name in listed - held),
            *(f"{name}：清单里没有这个文件" for name in held - listed),
            *(f"{name}：文件名不能用" for name in listed if not is_inside(name)),
        ]

    def _unpack_one(self, entry: Entry, into: Path) -> str:
        """Unpack one file; return what is wrong with it, or ""."""
        path = into / entry.path
        digest, size = hashlib.sha256(), 0
        try:
            for place in reversed(path.relative_to(into).parents[:-1]):
                private_folder(into / place)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        except (StoreUnavailable, FileExistsError, NotADirectoryError, IsADirectoryError):
            return "和备份里别的文件重名"
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            return "文件名太长"
        with os.fdopen(descriptor, "wb") as file:
            try:
                for chunk in self._chunks(entry.path):
                    digest.update(chunk)
                    size += len(chunk)
                    if size > entry.size:
                        break
                    file.write(chunk)
            except ZIP_ERRORS:
                return "读不出来"
        if size != entry.size:
            return f"应为 {entry.size} 字节，不是这个长度"
        return "" if digest.hexdigest() == entry.sha256 else "内容和校验值对不上"

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except OSError as error:
            raise zipfile.BadZipFile(name) from error
