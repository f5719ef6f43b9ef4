"""The document cache as files, in one folder for each filing; does not interpret the documents."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from functions.errors import StoreUnavailable
from functions.records.document_cache import DocumentName, require_number
from functions.storage.folder import private_folder, sync_folder, write_once
from functions.storage.reservations import KEPT_FREE

PAPERS: Final = "papers"
# Marks a forgotten filing for good, so that a document that is being typeset meanwhile is not stored.
FORGOTTEN: Final = "forgotten"


class FileDocuments:
    """A DocumentStore in the data folder, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PAPERS

    def lacks(self, name: DocumentName) -> bool:
        folder = self._folder / name.number
        return not (folder / name.file).exists() and not (folder / FORGOTTEN).exists()

    def kept(self, name: DocumentName) -> bytes | None:
        with _translated():
            try:
                return (self._folder / name.number / name.file).read_bytes()
            except FileNotFoundError:
                return None

    def keep(self, name: DocumentName, content: bytes) -> None:
        with _translated():
            private_folder(self._folder)
            if shutil.disk_usage(self._folder).free < len(content) + KEPT_FREE:
                raise StoreUnavailable("磁盘快满了，生成的文件不再留存；填报和下载照常。请腾出空间")
            folder = private_folder(self._folder / name.number)
            write_once(folder / name.file, content)
            for path in folder.glob(f"{name.version}.*"):
                if path.name != name.file:
                    path.unlink(missing_ok=True)
            if (folder / FORGOTTEN).exists():
                (folder / name.file).unlink(missing_ok=True)
                sync_folder(folder)

    def forget(self, number: str) -> None:
        with _translated():
            private_folder(self._folder)
            folder = private_folder(self._folder / require_number(number))
            try:
                write_once(folder / FORGOTTEN, b"")
            finally:
                for path in folder.iterdir():
                    if path.name != FORGOTTEN:
                        path.unlink(missing_ok=True)
                sync_folder(folder)


@contextmanager
def _translated() -> Iterator[None]:
    """Translate disk errors into words for people; the original error goes to the log."""
    try:
        yield
    except OSError as error:
        raise StoreUnavailable("生成的文件存不下来，或者读不出来。请检查磁盘空间和权限") from error
