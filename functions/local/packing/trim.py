"""Which files of the libraries a package needs: the modules that are imported, and what they read; knows no project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.local.packing.imports import Version, imports_of, parents

Files = Mapping[str, bytes]

# What is imported under a name that is put together while the program runs.
BY_NAME: Final[Mapping[str, str]] = {"anyio": "anyio._backends._asyncio"}
ZONES: Final = "tzdata/zoneinfo/"
# What a licence asks to be passed on.
_PAPERS: Final = re.compile(r"[^/]+\.dist-info/(licenses/.+|(LICEN[CS]E|NOTICE|COPYING)[^/]*)")
_FOR_MAKERS: Final = re.compile(
    r"(^|/)(__pycache__|tests?|benchmarks)/|\.(pyi|pyc|c|h|pxd|pyx)$|(^|/)py\.typed$|^\.\.|^/"
)
_COMPILED: Final = re.compile(r"(\.cpython-[\w-]+|\.abi3)?\.so$")


@dataclass(frozen=True, slots=True)
class Library:
    """One distribution: all its files, and the names of those it requires."""

    name: str
    files: Files
    requires: frozenset[str] = frozenset()
    modules: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        files = (path for path in self.files if ".dist-info/" not in path and not _FOR_MAKERS.search(path))
        object.__setattr__(self, "modules", {name: path for path in files if (name := _module(path))})


def trim(
    libraries: Iterable[Library], imported: Iterable[str], words: frozenset[str], version: Version
) -> dict[str, dict[str, bytes]]:
    """The files to pack of each library that is needed at all, by its name.

    `imported` are the full names that our modules import, `words` the texts in them: of the time zones, only those
    that they name are kept. What compiled code imports cannot be read: the package it lies in stays whole, and with it
    the compiled modules of the libraries that it requires.
    """
    known = {library.name: library for library in libraries}
    imported = {*imported, *(name for library in known.values() for name in _zone_packages(library, words))}
    owner = {name: library for library in known.values() for name in library.modules}
    kept = _reached(known, owner, imported, version)
    needed = {library.name for library in known.values() if kept & set(library.modules)}
    return {
        name: {path: content for path, content in known[name].files.items() if _stays(known[name], path, kept, words)}
        for name in sorted(needed)
    }


def _zone_packages(library: Library, words: frozenset[str]) -> Iterator[str]:
    """The packages in which the time zones lie that are named; zoneinfo asks for them by name."""
    for path in library.files:
        if path.startswith(ZONES) and path.removeprefix(ZONES) in words:
            yield path.rpartition("/")[0].replace("/", ".")


def _reached(
    known: Mapping[str, Library], owner: Mapping[str, Library], imported: Iterable[str], version: Version
) -> set[str]:
    kept: set[str] = set()
    waiting = list(imported)
    while waiting:
        name = waiting.pop()
        waiting += parents(name)
        if name in kept or name not in owner:
            continue
        kept.add(name)
        waiting += [BY_NAME[name]] if name in BY_NAME else []
        library = owner[name]
        path = library.modules[name]
        if _COMPILED.search(path):
            waiting += _package_around(library, name)
            waiting += (each for need in library.requires & set(known) for each in _compiled(known[need]))
        else:
            is_package = path.endswith("/__init__.py")
            waiting += imports_of(library.files[path], name, is_package=is_package, version=version)
    return kept


def _package_around(library: Library, compiled: str) -> Iterator[str]:
    top = compiled.partition(".")[0] + "."
    return (name for name in library.modules if compiled.startswith(top) and name.startswith(top))


def _compiled(library: Library) -> Iterator[str]:
    return (name for name, path in library.modules.items() if _COMPILED.search(path))


def _module(path: str) -> str | None:
    """The full name of the module in this file; None when it holds none."""
    if path.endswith(".py"):
        return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return _COMPILED.sub("", path).replace("/", ".") if _COMPILED.search(path) else None


def _stays(library: Library, path: str, kept: set[str], words: frozenset[str]) -> bool:
    if ".dist-info/" in path:
        return _PAPERS.fullmatch(path) is not None
    if _FOR_MAKERS.search(path):
        return False
    if path.startswith(ZONES) and not path.endswith(".py"):
        return path.removeprefix(ZONES) in words
    name = _module(path)
    return name is None or name in kept
