"""Backs up a data folder into one file while the server works on it, and restores it; knows no filing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from functions import __version__
from functions.errors import QingdanError, system_reason
from functions.local.backup.archive import Manifest, Packer, drafted
from functions.local.backup.restore import Backup
from functions.records.attachments.store import FROM_OUTSIDE
from functions.storage.document_cache import PAPERS
from functions.storage.files import FINISHED, INCOMING
from functions.storage.folder import LOCK_NAME, lock_folder, private_folder, sync_folder
from functions.storage.reservations import RESERVED
from functions.storage.sqlite.snapshot import named_in_snapshot, take_snapshot
from functions.storage.sqlite.store import DATABASE_NAME

Bar = Callable[[int], None]
_NO_ROOM = "{} 放不下（{}），什么也没有恢复。请腾出磁盘空间、检查权限，再恢复一次"


def backup_size(folder: Path) -> int:
    """Return the number of bytes that `make_backup` reports to `advance`: the database counts twice, all else once."""
    database = folder / DATABASE_NAME
    size = database.stat().st_size if database.is_file() else 0
    return 2 * size + sum(path.stat().st_size for path in _other_files(folder))


@dataclass(frozen=True, slots=True)
class Made:
    """The contents of a backup, and the digests of named files that are missing or damaged."""

    manifest: Manifest
    faulty: tuple[str, ...]


def make_backup(
    folder: Path, out: Path, *, at: datetime, advance: Bar, sign: Callable[[bytes], str] | None = None
) -> Made:
    """Write the folder's backup to `out`, whole or not at all. A server may be writing meanwhile.

    `at` is aware; `sign` signs the manifest; `advance` is called with the number of bytes done. The database comes
    first: every file that it names was durable before, and still exists. NotFound, StoreUnavailable or QingdanError say
    why there is no backup. Damage in single files does not prevent a backup of the others.
    """
    if folder.resolve() in out.resolve().parents:
        raise QingdanError(f"备份文件不能放在数据文件夹 {folder} 里。请换一个地方，最好是另一块磁盘")
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        advance(done)

    with drafted(out) as (file, scratch):
        size = (folder / DATABASE_NAME).stat().st_size if (folder / DATABASE_NAME).is_file() else 0
        filings = take_snapshot(folder, scratch, lambda share: advance(int(size * share)))
        count(size)
        packer = Packer(file, at, count)
        packer.add(DATABASE_NAME, scratch, compress=True)
        for path in _other_files(folder):
            packer.add(path.relative_to(folder).as_posix(), path, compress=False)
        made = packer.finish(program=__version__, filings=filings, sign=sign)
        return Made(made, _faulty(scratch, made))


def restore_backup(backup: Backup, folder: Path, *, advance: Bar) -> tuple[str, ...]:
    """Restore the backup into `folder`, which must be empty or missing; return its `Made.faulty`.

    Every digest is verified before any file gets its place; `advance` is called with the number of bytes done. Raises
    QingdanError: when the folder is not empty, or with a line for each damaged part of the backup.
    """
    with _empty_folder(folder) as scratch:
        try:
            backup.unpack(scratch, advance)
            os.sync()
            faulty = _faulty(scratch / DATABASE_NAME, backup.manifest)
            _put_in_place(scratch, folder)
        except OSError as error:
            raise QingdanError(_NO_ROOM.format(folder, system_reason(error))) from None
    return faulty


def _faulty(database: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return the digests of the files that the database names and the manifest does not have whole, sorted."""
    whole = {entry.sha256 for entry in manifest.files if PurePosixPath(entry.path).name == entry.sha256}
    return tuple(sorted(digest for digest in named_in_snapshot(database) if digest not in whole))


def _other_files(folder: Path) -> Iterator[Path]:
    """Yield the folder's files beside the database, in order; no locks and drafts, whose names begin with a dot.

    Uploaded files move from area to area while a server works: in this order each is found, at the latest in the last
    area. Unfinished uploads are sent again, cached documents are typeset again.
    """
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if Path(place) == folder:
            others = [name for name in folders if name not in (*FROM_OUTSIDE, INCOMING, FINISHED, RESERVED, PAPERS)]
            folders[:] = [*others, *(area for area in FROM_OUTSIDE if area in folders)]
        for name in sorted(names):
            own = Path(place) == folder and (name == LOCK_NAME or name.startswith(DATABASE_NAME))
            if not own and not name.startswith("."):
                yield Path(place) / name


@contextmanager
def _empty_folder(folder: Path) -> Iterator[Path]:
    """Yield a scratch folder in the empty folder, locked against servers; a failure leaves the folder unchanged."""
    existed = folder.exists()
    private_folder(folder)
    if any(path.name != "lost+found" for path in folder.iterdir()):
        raise QingdanError(f"{folder} 里已经有东西，没有恢复。请先停掉服务，把它改名留着，再恢复一次")
    lock = lock_folder(folder)
    scratch = private_folder(folder / ".restoring")
    try:
        yield scratch
    except BaseException:
        shutil.rmtree(scratch)
        (folder / LOCK_NAME).unlink()
        if not existed:
            folder.rmdir()
        raise
    finally:
        os.close(lock)


def _put_in_place(scratch: Path, folder: Path) -> None:
    """The database comes last: without it the folder holds no filings."""
    for path in sorted(scratch.iterdir(), key=lambda path: path.name == DATABASE_NAME):
        path.rename(folder / path.name)
    scratch.rmdir()
    sync_folder(folder)
