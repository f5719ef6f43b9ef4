"""The write lock between processes that share one database; knows nothing of the data.

SQLite has its own waiting, but it sleeps for up to a tenth of a second at a time, and is not fair to those who wait
longest.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from functions.storage.folder import FILE_MODE
from functions.storage.sqlite.database import BUSY, refused

NAMES = ("next.lock", "writing.lock")
_LOOK_AGAIN_SECONDS = 0.0005


class WriteLock:
    """One writer's place in the queue of all writers on this folder. The system releases the locks of a killed process.

    There are two locks: one to be next, one to write. After writing, a process must first get the lock to be next
    again, so that it never overtakes the process that was next.
    """

    def __init__(self, folder: Path) -> None:
        self._files = [_opened(folder / name) for name in NAMES]

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Hold the lock until the block ends; StoreUnavailable when it was not free within `patience` seconds."""
        until = time.monotonic() + patience
        next_, writing = self._files
        with ExitStack() as held:
            with _locked(next_, until):
                held.enter_context(_locked(writing, until))
            yield

    def close(self) -> None:
        for file in self._files:
            os.close(file)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)


@contextmanager
def _locked(file: int, until: float) -> Iterator[None]:
    # A blocking lock call cannot be given up, so poll: checking every half millisecond costs next to nothing.
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > until:
                raise refused(BUSY) from None
            time.sleep(_LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
