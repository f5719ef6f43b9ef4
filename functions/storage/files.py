"""Contents as files named by their SHA-256, in one folder for each area; does not interpret the contents."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

from functions.errors import NoRoom, NotFound, StoreUnavailable
from functions.records.attachments.store import FROM_OUTSIDE, Area, Ticket, Upload
from functions.storage.blob_refusals import (
    GONE,
    different,
    incomplete,
    is_digest,
    require_digest,
    require_id,
    require_part,
)
from functions.storage.folder import FILE_MODE, alone, private_folder, sync_folder, write_once
from functions.storage.reservations import DEFAULT_MOST, KEPT_FREE, Named, Reservations

INCOMING: Final = "incoming"
FINISHED: Final = "finished"
# Of each file that somebody reads slowly, so much waits in memory.
CHUNK: Final = 1 << 18


class FileBlobs:
    """A BlobStore in a private folder; it has no addresses of its own, so our server sends and takes everything.

    `most` is how many bytes may be on their way or in no filing yet; `named` tells which files a filing names.
    """

    def __init__(
        self,
        folder: Path,
        *,
        named: Named = lambda _: (),
        most: int = DEFAULT_MOST,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._reservations = Reservations(folder, named, most, ticks)

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("the digest is not the content's")
        with _translated():
            path = private_folder(self._folder / area) / digest
            if not path.exists() or area in FROM_OUTSIDE:
                with alone(path.parent):
                    write_once(path, content)

    def read(self, area: Area, digest: str) -> bytes:
        return b"".join(self.stream(area, digest))

    def stream(self, area: Area, digest: str) -> Iterator[bytes]:
        self.size(area, digest)
        return _checked(self._folder / area / digest)

    def size(self, area: Area, digest: str) -> int:
        try:
            return (self._folder / area / require_digest(digest)).stat().st_size
        except FileNotFoundError:
            raise NotFound(GONE) from None

    def move(self, digest: str, source: Area, target: Area) -> None:
        before = self._folder / source / require_digest(digest)
        with _translated():
            after = private_folder(self._folder / target) / digest
            try:
                with alone(after.parent):
                    before.rename(after)
            except FileNotFoundError:
                if not after.exists():
                    raise NotFound(GONE) from None
                return
            sync_folder(after.parent)
            sync_folder(before.parent)

    def remove(self, area: Area, digest: str, *, before: datetime | None = None) -> None:
        path = self._folder / area / require_digest(digest)
        with _translated(), suppress(FileNotFoundError):
            with alone(path.parent):
                if before is not None and path.stat().st_mtime >= before.timestamp():
                    return
                path.unlink()
            sync_folder(path.parent)

    def digests(self, area: Area, *, before: datetime) -> Iterator[str]:
        return (path.name for path in _files(self._folder / area, before) if is_digest(path.name))

    def link(self, area: Area, digest: str, *, filename: str, media_type: str, seconds: int) -> str | None:
        return None

    def ticket(self, area: Area, digest: str, *, size: int, media_type: str, seconds: int) -> Ticket | None:
        return None

    def begin(self, id: str, *, size: int, digest: str) -> Upload:
        upload = Upload(require_id(id), size, require_digest(digest), "")
        with _translated():
            incoming = private_folder(self._folder / INCOMING)
            self._reservations.take(upload, incoming)
            private_folder(incoming / id)
        return upload

    def part_ticket(self, upload: Upload, part: int, *, digest: str, seconds: int) -> Ticket | None:
        return None

    def put_part(self, upload: Upload, part: int, content: bytes) -> None:
        require_part(upload, part, content)
        path = self._part(upload, part)
        if not path.parent.is_dir():
            raise NotFound(GONE)
        with _translated():
            if shutil.disk_usage(path.parent).free < KEPT_FREE:
                raise NoRoom("磁盘快满了，这一块没有收下；填报照常。请过一小时再上传，或者打电话给本局")
            write_once(path, content)

    def arrived(self, upload: Upload) -> frozenset[int]:
        return frozenset(part for part in upload.parts if _has_size(self._part(upload, part), upload.size_of(part)))

    def finish(self, upload: Upload) -> None:
        mark = self._folder / FINISHED / f"{require_id(upload.id)}.{require_digest(upload.digest)}"
        with _translated(), alone(self._folder / INCOMING / upload.id):
            if not mark.exists():
                if len(arrived := self.arrived(upload)) < len(upload.parts):
                    raise incomplete(upload, arrived)
                self._join(upload, private_folder(self._folder / "quarantine"))
                private_folder(mark.parent)
                write_once(mark, b"")
        self._reservations.arrived(upload)
        self._forget_parts(upload)

    def abandon(self, upload: Upload) -> None:
        self._forget_parts(upload)
        self._reservations.release(upload)

    def _forget_parts(self, upload: Upload) -> None:
        shutil.rmtree(self._folder / INCOMING / require_id(upload.id), ignore_errors=True)

    def sweep(self, *, before: datetime) -> int:
        begun = 0
        self._reservations.sweep(before)
        for path in _older(self._folder / INCOMING, before):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
                begun += 1
        for mark in _files(self._folder / FINISHED, before):
            mark.unlink(missing_ok=True)
        # Temporary files of a machine that lost its power.
        for area in get_args(Area):
            for path in _files(self._folder / area, before):
                if path.name.startswith("."):
                    path.unlink(missing_ok=True)
        return begun

    def _part(self, upload: Upload, part: int) -> Path:
        return self._folder / INCOMING / require_id(upload.id) / f"{part:05d}"

    def _join(self, upload: Upload, quarantine: Path) -> None:
        """Join the parts into one file, which gets its name only when it is whole, right and durable."""
        draft = quarantine / f".{upload.id}.tmp"
        digest = hashlib.sha256()
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                for part in upload.parts:
                    content = self._part(upload, part).read_bytes()
                    digest.update(content)
                    file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if digest.hexdigest() != upload.digest:
                raise different()
            with alone(quarantine):
                draft.rename(quarantine / upload.digest)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(quarantine)


@contextmanager
def _translated() -> Iterator[None]:
    """Translate disk errors into words for people; the original error goes to the log."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable("文件存不下来，没有写入。请检查磁盘空间和权限") from error


def _checked(path: Path) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk
    if digest.hexdigest() != path.name:
        raise StoreUnavailable(f"文件 {path} 已损坏，内容和文件名对不上。请从备份恢复它")


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _files(folder: Path, before: datetime) -> Iterator[Path]:
    return (path for path in _older(folder, before) if path.is_file())


def _older(folder: Path, before: datetime) -> Iterator[Path]:
    """Yield the entries of the folder that were last changed before that moment."""
    moment = before.timestamp()
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_mtime < moment:
                    yield Path(entry.path)
