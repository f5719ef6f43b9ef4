"""The libraries of a package: pip puts them there for the runtime, held to the lock file; knows no function."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from functions.errors import QingdanError
from functions.local.packing.archive import Version
from functions.local.packing.symbols import without_symbols

RUNTIME: Final[Version] = (3, 13)
HERE: Final = "here"
MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
# Amazon Linux 2023, which the runtime is built on, has glibc 2.34.
_GLIBC: Final = (34, 31, 28, 17)
_PINNED: Final = re.compile(r"([A-Za-z0-9._-]+)==")
# What no function reads: of the time zones all but ours; of cffi all but its compiled part, which lies beside it; of
# what describes a library all but its licence, which asks to be passed on; scripts, headers, tests and types.
_LEFT_OUT: Final = re.compile(
    r"^tzdata/zoneinfo/(?!(Asia/)?__init__|Asia/Shanghai$)"
    r"|^(cffi|pycparser)/"
    r"|\.dist-info/(?!licenses/|LICEN[CS]E|NOTICE|COPYING)"
    r"|^\.\.|^/|(^|/)(__pycache__|tests?|benchmarks)/|\.(pyi|pyc|c|h|pxd|pyx)$|(^|/)py\.typed$"
)


@dataclass(frozen=True, slots=True)
class Libraries:
    """Libraries for a version of Python, where `path` finds them as installed."""

    python: Version
    path: Sequence[str]

    def files(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what a function may read of these libraries, by its path as installed."""
        found = [file for name in names for file in self._distribution(name).files or ()]
        kept = [file for file in found if not _LEFT_OUT.search(str(file))]
        return {str(file): without_symbols(Path(str(file.locate())).read_bytes()) for file in kept}

    def _distribution(self, name: str) -> metadata.Distribution:
        return next(iter(metadata.distributions(name=name, path=list(self.path))))


def installed() -> Libraries:
    """The libraries of this very interpreter, for trying a package on the machine that packs it."""
    return Libraries(sys.version_info[:2], sys.path)


def required(imported: Iterable[str]) -> set[str]:
    """The libraries, by canonical name, that have these packages, and all that they need."""
    owners = metadata.packages_distributions()
    missing = sorted(name for name in imported if name not in owners)
    if missing:
        raise QingdanError(f"没有安装提供 {'、'.join(missing)} 的库。请先运行 make setup")
    found: set[str] = set()
    waiting = [owner for name in imported for owner in owners[name]]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            needs = map(Requirement, metadata.requires(name) or ())
            waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


def pinned(lock: str, names: Iterable[str]) -> str:
    """The part of a lock file that pins these libraries, hashes included; QingdanError for one that is not pinned."""
    blocks: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", lock):
        if found := _PINNED.match(block):
            blocks[str(canonicalize_name(found.group(1)))] = block
    missing = sorted(set(names) - set(blocks))
    if missing:
        raise QingdanError(f"requirements.lock 里没有 {'、'.join(missing)}。请运行 make lock")
    return "\n".join(blocks[name] for name in sorted(names)) + "\n"


def install(names: Iterable[str], machine: str, folder: Path, lock: Path) -> Libraries:
    """These libraries for `machine`, in `folder`; pip refuses one whose hash the lock does not have."""
    wanted = pinned(lock.read_text(encoding="utf-8"), names)
    shutil.rmtree(folder, ignore_errors=True)
    platforms = [f"--platform=manylinux_2_{minor}_{MACHINES[machine]}" for minor in _GLIBC]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--no-compile", *platforms, "--implementation=cp"]
    command += ["--python-version={}.{}".format(*RUNTIME), f"--target={folder}", "--requirement=/dev/stdin"]
    done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise QingdanError(f"取不到 {machine} 的库。请检查网络，再打包一次。pip 说：\n{done.stderr.strip()}")
    return Libraries(RUNTIME, [str(folder)])
