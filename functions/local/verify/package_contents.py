"""The files of a package, packed or unpacked, for a check; does not know their purpose."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from functions.local.zip_errors import ZIP_ERRORS

CHUNK: Final = 1 << 20
_ZIP: Final = b"PK\x03\x04"
# The errors of a package that cannot be read: it is a zip, or a folder on a disk.
DAMAGE: Final = (*ZIP_ERRORS, OSError)


class Contents(Protocol):
    """The files of a package by their paths below its own folder."""

    def names(self) -> list[str]:
        """Return every file, sorted; a duplicate twice."""
        ...

    def stream(self, name: str) -> Iterator[bytes]:
        """A file in pieces; KeyError when it is not there, one of DAMAGE when it cannot be read."""
        ...

    def close(self) -> None:
        """Release the package."""
        ...


class Folder:
    """A package that has been unpacked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        return sorted(path.relative_to(self._path).as_posix() for path in self._path.rglob("*") if path.is_file())

    def stream(self, name: str) -> Iterator[bytes]:
        try:
            file = (self._path / name).open("rb")
        except FileNotFoundError:
            raise KeyError(name) from None
        with file:
            while chunk := file.read(CHUNK):
                yield chunk

    def close(self) -> None:
        return None


class Packed:
    """A package as the zip that it came in; its own folder is the one that holds bagit.txt."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        found = [name for name in self._zip.namelist() if name.count("/") == 1 and name.endswith("/bagit.txt")]
        if not found:
            self._zip.close()
            raise zipfile.BadZipFile("no bag")
        self._root = found[0].removesuffix("bagit.txt")

    def names(self) -> list[str]:
        return sorted(
            name.removeprefix(self._root) if name.startswith(self._root) else f"../{name}"
            for name in self._zip.namelist()
            if not name.endswith("/")
        )

    def stream(self, name: str) -> Iterator[bytes]:
        with self._zip.open(self._root + name) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def close(self) -> None:
        self._zip.close()


def is_broken_zip(path: Path) -> bool:
    """Whether a file begins like a zip and cannot be opened as one: its end, with the index, is missing."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(_ZIP)) == _ZIP
    except OSError:
        return False
    try:
        zipfile.ZipFile(path).close()
    except DAMAGE:
        return begins
    return False
