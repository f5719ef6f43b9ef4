"""One package for each function file: which files go in and under what names; fetches and compresses nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from functions.forms.catalogue import Catalogue
from functions.local.packing.archive import Compiler, write_zip
from functions.local.packing.closure import Closure, closure_of
from functions.local.packing.libraries import Libraries, required

CATALOGUE: Final = "catalogue.json"
SCORE_SHEET: Final = "score-sheet.json"
SITE: Final = "site"
SERVICE: Final = "_service"
SMALLEST: Final = 12


@dataclass(frozen=True, slots=True)
class Source:
    """What is packed: the project folder, its forms, and its built site."""

    root: Path
    catalogue: Catalogue
    site: Path


@dataclass(frozen=True, slots=True)
class Package:
    """A package that lies at `path`; sizes in bytes. `modules` are ours by name, `libraries` the others in it."""

    function: str
    path: Path
    size: int
    unpacked: int
    modules: frozenset[str]
    libraries: frozenset[str]


def pack(
    source: Source,
    function: str,
    libraries: Libraries,
    folder: Path,
    *,
    compiler: Compiler | None = None,
    level: int = SMALLEST,
) -> Package:
    """Write the function's zip into `folder`, with bytecode when there is a compiler; `level` is libdeflate's."""
    closure = closure_of(source.root, function)
    names = required(closure.imported)
    contents = {**libraries.files(names), **_ours(source, closure)}
    if compiler is not None:
        contents = compiler(contents)
    path = folder / f"{function}.zip"
    write_zip(path, contents, level)
    unpacked = sum(len(content) for content in contents.values())
    return Package(function, path, path.stat().st_size, unpacked, closure.modules, frozenset(names))


def _ours(source: Source, closure: Closure) -> dict[str, bytes]:
    contents = {path.as_posix(): (source.root / path).read_bytes() for path in closure.files}
    if "functions.forms.catalogue" in closure.modules:
        contents[CATALOGUE] = source.catalogue.dump()
    if "functions.supervision.scoring" in closure.modules:
        contents[SCORE_SHEET] = (source.root / "schemas" / SCORE_SHEET).read_bytes()
    if "functions.web.http.site_frame" in closure.modules:
        contents |= _service(source.site)
    return contents


def _service(site: Path) -> Mapping[str, bytes]:
    """The frame of the site, where the setting QINGDAN_SITE=site finds it."""
    return {f"{SITE}/{SERVICE}/{path.name}": path.read_bytes() for path in sorted((site / SERVICE).iterdir())}
