"""Writes reproducible zips, with bytecode if an interpreter is given; knows no function."""

from __future__ import annotations

import struct
import subprocess
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import deflate

from functions.errors import QingdanError

Version = tuple[int, int]
TASK_FOLDER: Final = "/var/task"
_NEEDED, _UTF8, _DEFLATED = 20, 0x800, 8
# The earliest time that a zip can store, 1980-01-01.
_MIDNIGHT, _FIRST_DAY = 0, 0x21
_MADE_BY: Final = 3 << 8 | _NEEDED
_READABLE: Final = 0o100644 << 16
_VERSION: Final = "import sys; print('%d.%d' % sys.version_info[:2])"


def write_zip(path: Path, contents: Mapping[str, bytes], level: int) -> None:
    """Write the zip, compressed at this level (1 to 12): names sorted, no times, no owner, files readable by all.

    libdeflate compresses, the same version on every machine: the zlib that Python is built with is not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        directory = b"".join(_add(file, name, contents[name], level) for name in sorted(contents))
        start = file.tell()
        file.write(directory)
        counts = len(contents), len(contents)
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *counts, len(directory), start, 0))


def _add(file: BinaryIO, name: str, content: bytes, level: int) -> bytes:
    """Write one member (APPNOTE 4.3.7) and give its line of the directory (4.3.12)."""
    start, packed, encoded = file.tell(), deflate.deflate_compress(content, level), name.encode()
    common = struct.pack(
        "<5H3L2H", _NEEDED, _UTF8, _DEFLATED, _MIDNIGHT, _FIRST_DAY,
        zlib.crc32(content), len(packed), len(content), len(encoded), 0,
    )  # fmt: skip
    file.write(b"PK\3\4" + common + encoded + packed)
    rest = struct.pack("<3H2L", 0, 0, 0, _READABLE, start)
    return b"PK\1\2" + struct.pack("<H", _MADE_BY) + common + rest + encoded


@dataclass(frozen=True, slots=True)
class Compiler:
    """An interpreter of the runtime's version."""

    python: str

    @classmethod
    def of(cls, python: str, wanted: Version) -> Compiler:
        """The compiler at this path; QingdanError when it is of another version, whose bytecode differs."""
        version = "{}.{}".format(*wanted)
        try:
            said = subprocess.run([python, "-c", _VERSION], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            raise QingdanError(
                f"PACKAGE_PYTHON 指的 {python} 运行不了。请改成 Python {version} 的路径，或者不设"
            ) from None
        found = said.stdout.strip()
        if found != version:
            raise QingdanError(
                f"PACKAGE_PYTHON 是 Python {found}，函数要的是 {version}。请改成 {version} 的路径，或者不设"
            )
        return cls(python)

    def __call__(self, contents: Mapping[str, bytes]) -> dict[str, bytes]:
        """The contents with bytecode in the place of each module's source, which the runtime takes unchecked."""
        sources = {name: content for name, content in contents.items() if name.endswith(".py")}
        others = {name: content for name, content in contents.items() if name not in sources}
        return {**others, **{name + "c": bytecode for name, bytecode in self._compile(sources).items()}}

    def _compile(self, sources: Mapping[str, bytes]) -> dict[str, bytes]:
        """The bytecode by the source's name; the same whenever the sources are the same."""
        with tempfile.TemporaryDirectory(prefix="qingdan-bytecode-") as folder:
            stage = Path(folder)
            for name, content in sources.items():
                target = stage / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            command = [self.python, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash"]
            command += ["-s", folder, "-p", TASK_FOLDER, folder]
            done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                raise QingdanError(f"有的模块编译不了：\n{done.stdout.strip()}")
            return {name: (stage / name).with_suffix(".pyc").read_bytes() for name in sources}
