"""The data folder of one machine: private, locked by one server; its files are written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.errors import StoreLocked, StoreUnavailable, system_reason

FOLDER_MODE = 0o700
FILE_MODE = 0o600
LOCK_NAME = "server.lock"
_DYING_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.02


def private_folder(folder: Path) -> Path:
    """Return the folder, made if need be, readable by its owner only; StoreUnavailable when that fails."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            sync_folder(folder.parent)
        folder.chmod(FOLDER_MODE)
    except OSError as error:
        reason = system_reason(error)
        raise StoreUnavailable(f"不能使用数据文件夹 {folder}（{reason}）。请检查路径、权限和磁盘空间") from None
    return folder


def lock_folder(folder: Path) -> int:
    """Return a descriptor that locks the folder for one server until it is closed; StoreLocked when another has it.

    Forked server processes hold the lock too. Those of a killed server take a moment to end: the next one waits that
    long.
    """
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    until = time.monotonic() + _DYING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError:
            if time.monotonic() < until:
                time.sleep(_LOOK_AGAIN_SECONDS)
                continue
            os.close(descriptor)
            raise StoreLocked(
                f"数据文件夹 {folder} 正由另一个服务使用。请先停掉那一个，或者用 --data 换一个文件夹"
            ) from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The folder to ourselves among all who ask so, of every process; a folder that is not there is nobody's."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_once(path: Path, content: bytes) -> None:
    """Write a new file whole and durably: syncs file and folder. Leaves an existing file unchanged."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
