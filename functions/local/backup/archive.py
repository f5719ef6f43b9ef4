"""The format of a backup: a zip of the data folder with a manifest of digests; writes one, knows no database."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from functions.errors import QingdanError, system_reason
from functions.local.output import real_file
from functions.storage.folder import FILE_MODE, sync_folder

FORMAT = "qingdan-backup-1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.jws"
CHUNK = 1 << 20
FASTEST = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the data folder: its path below it, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        """TypeError or ValueError for what JSON can hold and no file system does."""
        kinds = (type(self.path), type(self.size), type(self.sha256))
        if kinds != (str, int, str) or self.size < 0 or b"\0" in self.path.encode():
            raise TypeError("not an entry of ours")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `made_at` is UTC, ISO 8601; `program` the version that made it; `filings` their number."""

    made_at: str
    program: str
    filings: int
    files: tuple[Entry, ...]

    def written(self) -> bytes:
        """Return the manifest as JSON."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """Read a manifest from JSON; ValueError for anything else."""
        raw: Any = json.loads(content)
        if not isinstance(raw, dict) or raw.pop("format", None) != FORMAT:
            raise ValueError("not a manifest of ours")
        try:
            files = tuple(Entry(**entry) for entry in raw.pop("files"))
            manifest = cls(**raw, files=files)
            datetime.fromisoformat(manifest.made_at)
        except (TypeError, KeyError) as error:
            raise ValueError(str(error)) from None
        numbers = (manifest.filings, *(entry.size for entry in files))
        texts = (manifest.program, *(text for entry in files for text in (entry.path, entry.sha256)))
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError("a number is none")
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("a text is none")
        return manifest


class Packer:
    """Writes the members of a backup and records their digests. `advance` is called with the number of bytes added."""

    def __init__(self, file: BinaryIO, at: datetime, advance: Callable[[int], None]) -> None:
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self._at = at
        self._advance = advance
        self._entries: list[Entry] = []

    def add(self, name: str, source: Path, *, compress: bool) -> None:
        """Add the file under this name, as it is now; skips a file that is gone by now."""
        try:
            file = source.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(source, error) from None
        digest, size = hashlib.sha256(), 0
        with file, self._zip.open(self._info(name, compress), "w", force_zip64=True) as member:
            for chunk in _chunks(file, source):
                digest.update(chunk)
                member.write(chunk)
                size += len(chunk)
                self._advance(len(chunk))
        self._entries.append(Entry(name, size, digest.hexdigest()))

    def finish(self, *, program: str, filings: int, sign: Callable[[bytes], str] | None) -> Manifest:
        """Write the manifest, and its signature when there is a key, and close the zip."""
        made_at = self._at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        manifest = Manifest(made_at, program, filings, tuple(self._entries))
        self._zip.writestr(self._info(MANIFEST, True), manifest.written(), compresslevel=FASTEST)
        if sign is not None:
            self._zip.writestr(self._info(SIGNATURE, False), sign(manifest.written()))
        self._zip.close()
        return manifest

    def _info(self, name: str, compress: bool) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info._compresslevel = FASTEST  # type: ignore[attr-defined]
        info.external_attr = (stat.S_IFREG | FILE_MODE) << 16
        return info


@contextmanager
def drafted(out: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Yield a private draft and a scratch path beside it; at the end the draft, synced, becomes `out`.

    When `out` is a link, its target is replaced. Reuses the files of an interrupted run. QingdanError when it cannot be
    written, or another run is writing it.
    """
    target = real_file(out)
    draft, scratch = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.part-database")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise _unwritable(out, error) from None
    with os.fdopen(descriptor, "r+b") as file:
        _take(file, draft, out)
        try:
            file.truncate(0)
            yield file, scratch
            file.flush()
            os.fsync(file.fileno())
            draft.replace(target)
            sync_folder(target.parent)
        except BaseException as error:
            draft.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise _unwritable(out, error) from None
            raise
        finally:
            scratch.unlink(missing_ok=True)


def _take(file: BinaryIO, draft: Path, out: Path) -> None:
    """Lock the draft; a draft that another run has finished meanwhile is a backup, and no longer a draft."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(file.fileno()), draft.stat()):
            raise BlockingIOError
    except OSError:
        raise QingdanError(f"另一个程序正在写 {out}。请等它写完，或者换一个文件名") from None


def _chunks(file: BinaryIO, source: Path) -> Iterator[bytes]:
    try:
        while chunk := file.read(CHUNK):
            yield chunk
    except OSError as error:
        raise _unreadable(source, error) from None


def _unreadable(source: Path, error: OSError) -> QingdanError:
    return QingdanError(f"{source} 读不出来（{system_reason(error)}），没有备份。请检查权限和磁盘，再备份一次")


def _unwritable(out: Path, error: OSError) -> QingdanError:
    reason = system_reason(error)
    return QingdanError(f"{out} 写不进去（{reason}）。请检查文件夹、权限和磁盘空间，再备份一次")


def is_inside(name: str) -> bool:
    """Whether a member's name stays below the target folder, and names no hidden file."""
    parts = PurePosixPath(name).parts
    plain = name.isprintable() and name == "/".join(parts)
    return plain and bool(parts) and not any(part.startswith((".", "/")) for part in parts)
