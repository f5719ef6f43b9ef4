"""How much room files from outside may take: announced and not yet sent, or sent and in no filing; knows no content."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from functions.errors import NoRoom
from functions.records.attachments.store import Upload
from functions.storage.folder import FILE_MODE, alone, private_folder

RESERVED: Final = "reserved"
MB: Final = 1024 * 1024
# Files from outside leave so much of the disk to filings, which are small and must never be refused for want of room.
KEPT_FREE: Final = 512 * MB
DEFAULT_MOST: Final = 20 * 1024 * MB
# Where room is short, an upload of which nothing has come for so long gives way.
IDLE_SECONDS: Final = 3600
# What is named meanwhile is looked up so often, and by so many at once.
LOOK_SECONDS: Final = 10
_TOGETHER: Final = 200
_DISK: Final = "磁盘快满了，暂时不收附件；填报照常。请过一小时再上传，或者打电话给本局"
_TOTAL: Final = "还没有写进填报的附件太多，暂时不收新的；填报照常。请过一小时再上传，或者打电话给本局"
_ARRIVED: Final = "in"

Named = Callable[[Collection[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Reserved:
    """One mark: an empty file whose name says everything."""

    path: Path
    id: str
    size: int
    digest: str
    arrived: bool

    @property
    def counted(self) -> int:
        """Small files count as a megabyte, so that there are never many marks."""
        return max(self.size, MB)


class Reservations:
    """Marks in a folder that all processes share. `named` tells which files a filing names, `ticks` are seconds."""

    def __init__(self, folder: Path, named: Named, most: int, ticks: Callable[[], float]) -> None:
        self._folder, self._named, self._most, self._ticks = folder / RESERVED, named, most, ticks
        self._looked: float | None = None

    def take(self, upload: Upload, parts: Path) -> None:
        """Keep room for a file whose parts will lie in a folder beside `parts`; NoRoom when there is none."""
        folder = private_folder(self._folder)
        with alone(folder):
            mark = self._mark(upload)
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
            try:
                self._require(mark, parts)
            except NoRoom:
                mark.unlink(missing_ok=True)
                raise

    def arrived(self, upload: Upload) -> None:
        """The whole file is on the disk; until a filing names it, it counts."""
        with suppress(FileNotFoundError):
            self._mark(upload).rename(self._mark(upload, _ARRIVED))

    def release(self, upload: Upload) -> None:
        for mark in (self._mark(upload), self._mark(upload, _ARRIVED)):
            mark.unlink(missing_ok=True)

    def sweep(self, before: datetime) -> None:
        """Forget what was announced before that moment: it is swept as well."""
        for mark in self._marks():
            with suppress(FileNotFoundError):
                if mark.path.stat().st_mtime < before.timestamp():
                    mark.path.unlink()

    def _require(self, own: Path, parts: Path) -> None:
        if self._counted() > self._most:
            self._let_go(own.stat().st_mtime - IDLE_SECONDS, parts)
            if self._counted() > self._most:
                raise NoRoom(_TOTAL)
        announced = sum(mark.size for mark in self._marks() if not mark.arrived)
        if shutil.disk_usage(self._folder).free < announced + KEPT_FREE:
            raise NoRoom(_DISK)

    def _counted(self) -> int:
        return sum(mark.counted for mark in self._marks())

    def _let_go(self, idle: float, parts: Path) -> None:
        """Forget the marks of files that a filing names by now, and uploads of which nothing came since `idle`."""
        if self._looked is not None and self._ticks() - self._looked < LOOK_SECONDS:
            return
        self._looked = self._ticks()
        marks = list(self._marks())
        came = (mark for mark in marks if mark.arrived)
        while lot := list(islice(came, _TOGETHER)):
            named = self._named([mark.digest for mark in lot])
            for mark in lot:
                if mark.digest in named:
                    mark.path.unlink(missing_ok=True)
        for mark in marks:
            if not mark.arrived and _last_change(parts / mark.id, mark.path) < idle:
                shutil.rmtree(parts / mark.id, ignore_errors=True)
                mark.path.unlink(missing_ok=True)

    def _mark(self, upload: Upload, *more: str) -> Path:
        return self._folder / ".".join((upload.id, str(upload.size), upload.digest, *more))

    def _marks(self) -> Iterator[Reserved]:
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                id, size, digest, *more = entry.name.split(".")
                yield Reserved(Path(entry.path), id, int(size), digest, more == [_ARRIVED])


def _last_change(parts: Path, mark: Path) -> float:
    """When the last part came, or the file was announced."""
    for path in (parts, mark):
        with suppress(FileNotFoundError):
            return path.stat().st_mtime
    return 0.0
