"""Writes a command's result to a file, whole or not at all, or to a device or pipe; does not interpret it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from functions.errors import QingdanError, system_reason
from functions.storage.folder import FILE_MODE

_DESCRIPTOR: Final = re.compile(r"(?:/dev/fd|/proc/self/fd)/(\d{1,9})")
_MOST_LINKS: Final = 40


def write_whole(out: Path, chunks: Iterable[bytes]) -> bool:
    """Write the chunks; return whether they went to a device or a pipe, where no other output may follow.

    A file is written under a temporary name, for its owner alone, and renamed at the end, so that half a file never has
    the final name. A link stays, and its target is replaced.
    """
    try:
        descriptor = _descriptor_of(out)
        if descriptor is None and not _is_stream(out):
            _write_file(real_file(out), chunks)
            return False
        with os.fdopen(os.dup(descriptor), "wb") if descriptor is not None else out.open("wb") as stream:
            stream.writelines(chunks)
        return True
    except OSError as error:
        raise QingdanError(f"{out} 写不进去（{system_reason(error)}）。请检查文件夹和磁盘空间，再导出一次") from None


def real_file(out: Path) -> Path:
    """Return the file that `out` leads to, existing or not; QingdanError when it is not a file."""
    try:
        target = out.resolve()
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, RuntimeError):
        raise QingdanError(f"{out} 打不开。请核对文件名和链接，再试一次") from None
    if stat.S_ISDIR(mode):
        raise QingdanError(f"{out} 是文件夹。请在后面写上文件名，再试一次")
    if not stat.S_ISREG(mode):
        raise QingdanError(f"{out} 是设备，不是文件。请换一个文件名，再试一次")
    return target


def _is_stream(out: Path) -> bool:
    """Whether this is a character device or a pipe, which keeps no file."""
    try:
        mode = out.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _descriptor_of(out: Path) -> int | None:
    """Return this process's descriptor for the path: opening the path again would truncate a file behind it."""
    for _ in range(_MOST_LINKS):
        if found := _DESCRIPTOR.fullmatch(str(out)):
            return int(found[1])
        if not out.is_symlink():
            return None
        out = out.parent / out.readlink()
    return None


def _write_file(target: Path, chunks: Iterable[bytes]) -> None:
    scratch = target.with_name(f".{target.name}.part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(scratch, flags, FILE_MODE), "wb") as file:
            os.fchmod(file.fileno(), FILE_MODE)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
