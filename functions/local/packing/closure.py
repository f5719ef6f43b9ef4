"""Finds a function's own modules and the libraries that they import; looks into no library and no zip."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import grimp

from functions.errors import QingdanError

PACKAGE: Final = "functions"
# Used on one machine only. On AWS the forms are compiled and the records are in DynamoDB: these are never imported.
ONE_MACHINE: Final = (
    "functions.local",
    "functions.storage.sqlite",
    "functions.storage.folder",
    "functions.storage.files",
    "functions.storage.keys",
    "functions.forms.authoring",
)
# The runtime provides it, with its dependencies.
PROVIDED: Final = frozenset({"boto3", "botocore", "s3transfer"})


@dataclass(frozen=True, slots=True)
class Closure:
    """`modules` are ours by name, `files` theirs and their data, under the root; `imported` other packages by name."""

    modules: frozenset[str]
    files: tuple[Path, ...]
    imported: frozenset[str]


def function_modules(root: Path) -> dict[str, str]:
    """The module of each function by the function's name, sorted: `functions/NAME.py`, or `functions/NAME/app.py`.

    A function is a module that defines `handler`.
    """
    files = {path.stem: f"{PACKAGE}.{path.stem}" for path in (root / PACKAGE).glob("*.py") if _has_handler(path)}
    folders = (root / PACKAGE).glob("*/app.py")
    apps = {path.parent.name: f"{PACKAGE}.{path.parent.name}.app" for path in folders if _has_handler(path)}
    return dict(sorted((files | apps).items()))


def _has_handler(path: Path) -> bool:
    body = ast.parse(path.read_bytes()).body
    return any(isinstance(node, ast.FunctionDef) and node.name == "handler" for node in body)


def closure_of(root: Path, function: str) -> Closure:
    """Everything that the function may import while it works, imports inside its functions included.

    A file that is no module goes with the package whose folder it lies in.
    """
    if (start := function_modules(root).get(function)) is None:
        raise QingdanError(f"没有名为 {function} 的函数。请核对 {PACKAGE}/ 下的文件名")
    found = _reached(start)
    ours = {name for name in found if name.partition(".")[0] == PACKAGE}
    others = found - ours - sys.stdlib_module_names - PROVIDED
    # zoneinfo asks for it by its name where the system has no zone files.
    zones = {"tzdata"} if "zoneinfo" in found else set()
    files = [*(_path(root, name) for name in ours), *_data(root, ours - {PACKAGE})]
    return Closure(frozenset(ours), tuple(sorted(path.relative_to(root) for path in files)), frozenset(others | zones))


def _reached(start: str) -> set[str]:
    """Return the modules reachable from this one, with their packages, which Python imports too."""
    graph, found, waiting = _graph(), set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in graph.modules:
            found.add(name)
            waiting += [*graph.find_modules_directly_imported_by(name), name.rpartition(".")[0]]
    return found


@cache
def _graph() -> grimp.ImportGraph:
    """Return the import graph, read from the source without running it, without imports for type checkers."""
    graph = grimp.build_graph(
        PACKAGE, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )
    for cut in ONE_MACHINE:
        for name in {cut, *graph.find_descendants(cut)}:
            graph.remove_module(name)
    return graph


def _path(root: Path, name: str) -> Path:
    place = root / name.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _data(root: Path, packages: set[str]) -> Iterator[Path]:
    for path in (root / PACKAGE).rglob("*"):
        if path.suffix not in (".py", ".pyc") and path.is_file():
            package = next(folder for folder in path.parents if (folder / "__init__.py").is_file())
            if ".".join(package.relative_to(root).parts) in packages:
                yield path
