"""Files into a zip, the same files into the same bytes, with bytecode if an interpreter is given; knows no function."""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from functions.errors import QingdanError
from functions.local.packing.imports import Version

TASK_FOLDER: Final = "/var/task"
# The earliest time that a zip can tell.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3
_VERSION: Final = "import sys; print('%d.%d' % sys.version_info[:2])"


def write_zip(path: Path, contents: Mapping[str, bytes], level: int) -> None:
    """Write the zip, compressed at this level of zlib: names sorted, no times, no owner, files readable by all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, contents[name], zipfile.ZIP_DEFLATED, level)


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
