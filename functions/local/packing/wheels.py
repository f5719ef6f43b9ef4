"""Where the libraries of a package come from: wheels for the runtime, held to the lock file; knows no function."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Protocol

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from functions.errors import QingdanError
from functions.local.packing.imports import Version

RUNTIME: Final[Version] = (3, 13)
HERE: Final = "here"
MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
# Amazon Linux 2023, which the runtime is built on, has glibc 2.34.
_GLIBC: Final = (34, 31, 28, 17)
_PINNED: Final = re.compile(r"([A-Za-z0-9._-]+)==")


class Libraries(Protocol):
    """A place to take libraries from."""

    @property
    def python(self) -> Version:
        """The version they are for."""
        ...

    def files(self, name: str) -> dict[str, bytes]:
        """Every file of a library by its path as installed."""
        ...


@dataclass(frozen=True)
class Installed:
    """The libraries of this very interpreter, for trying a package on the machine that packs it."""

    python: Version = sys.version_info[:2]

    def files(self, name: str) -> dict[str, bytes]:
        """The files as they are installed."""
        distribution = metadata.distribution(name)
        paths = [(str(file), Path(str(distribution.locate_file(file)))) for file in distribution.files or ()]
        return {name: path.read_bytes() for name, path in paths if path.is_file()}


@dataclass(frozen=True)
class Wheels:
    """Wheels for AWS Lambda in `folder`, as `fetch` has put them there."""

    folder: Path
    python: Version = RUNTIME

    def files(self, name: str) -> dict[str, bytes]:
        """The files of the wheel."""
        named = (path for path in self.folder.glob("*.whl") if canonicalize_name(path.name.partition("-")[0]) == name)
        with zipfile.ZipFile(next(named)) as wheel:
            return {member: wheel.read(member) for member in wheel.namelist() if not member.endswith("/")}


def required(imported: Iterable[str], machine: str) -> dict[str, frozenset[str]]:
    """The libraries, by canonical name, that have these modules, and all that they need on `machine` ("arm64").

    With each, the names of those that it needs itself.
    """
    owners = metadata.packages_distributions()
    environment = _environment(machine)
    found: dict[str, frozenset[str]] = {}
    waiting = [owner for name in imported for owner in _owners(owners, name.partition(".")[0])]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found[name] = frozenset(_needs(name, environment))
            waiting += found[name]
    return found


def _environment(machine: str) -> dict[str, str]:
    here = {key: str(value) for key, value in default_environment().items()}
    if machine == HERE:
        return here
    version = "{}.{}".format(*RUNTIME)
    there = {"python_version": version, "python_full_version": version + ".0", "platform_machine": MACHINES[machine]}
    return {**here, **there, "platform_system": "Linux", "sys_platform": "linux"}


def _owners(owners: Mapping[str, list[str]], top: str) -> list[str]:
    if top not in owners:
        raise QingdanError(f"没有安装提供 {top} 的库。请先运行 make setup")
    return owners[top]


def _needs(name: str, environment: dict[str, str]) -> Iterator[str]:
    for line in metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""}):
            yield canonicalize_name(requirement.name)


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


def fetch(names: Iterable[str], machine: str, folder: Path, lock: Path) -> Wheels:
    """The wheels of these libraries for `machine`, in `folder`; pip refuses one whose hash the lock does not have."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(pinned(lock.read_text(encoding="utf-8"), names), encoding="utf-8")
    for old in folder.glob("*.whl"):
        old.unlink()
    platforms = [f"--platform=manylinux_2_{minor}_{MACHINES[machine]}" for minor in _GLIBC]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", *platforms, "--python-version={}.{}".format(*RUNTIME)]
    command += ["--implementation=cp", f"--dest={folder}", f"--requirement={wanted}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise QingdanError(f"取不到 {machine} 的库。请检查网络，再打包一次。pip 说：\n{done.stderr.strip()}")
    return Wheels(folder)
