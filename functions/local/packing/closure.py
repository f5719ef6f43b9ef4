"""What of our own code a function file needs, read from the source; knows no library's inside, no wheel, no zip."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from functions.errors import QingdanError
from functions.local.packing.imports import Version, imports_of, parents, words_of

PACKAGE: Final = "functions"
# What only one machine takes. On AWS the forms come compiled and the records lie in DynamoDB: these are never imported.
ONE_MACHINE: Final = (
    "functions.local",
    "functions.storage.sqlite",
    "functions.storage.folder",
    "functions.storage.files",
    "functions.storage.keys",
    "functions.forms.authoring",
)
# The runtime brings it, with all that it needs.
PROVIDED: Final = frozenset({"boto3", "botocore", "s3transfer"})
# zoneinfo asks for this package by its name where the system has no zone files.
ZONES: Final[Mapping[str, str]] = {"zoneinfo": "tzdata"}


@dataclass(frozen=True, slots=True)
class Closure:
    """`modules` are ours by name, `files` theirs and their data, under the root.

    `imported` is what they import of others, by full names; `words` every text in them.
    """

    modules: frozenset[str]
    files: tuple[Path, ...]
    imported: frozenset[str]
    words: frozenset[str]


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


def closure_of(root: Path, function: str, version: Version) -> Closure:
    """Everything that the function may import while it works on this version, imports inside its functions included.

    A file that is no module goes with the module of its package that names it, or the folders it lies in, in its text.
    """
    found: dict[str, Path] = {}
    others: set[str] = set()
    waiting = [function_modules(root).get(function, "")]
    while waiting:
        name = waiting.pop()
        if not name or name in found or _is_cut(name):
            continue
        if name.partition(".")[0] != PACKAGE:
            others.add(name)
        elif (path := _path(root, name)) is not None:
            found[name] = path
            waiting += imports_of(path.read_bytes(), name, is_package=path.name == "__init__.py", version=version)
            waiting += parents(name)
    if not found:
        raise QingdanError(f"没有名为 {function} 的函数。请核对 {PACKAGE}/ 下的文件名")
    others |= {ZONES[name] for name in others & set(ZONES)}
    words = {path: words_of(path.read_bytes()) for path in found.values()}
    files = [path.relative_to(root) for path in (*words, *_data(root, words))]
    known = sys.stdlib_module_names | PROVIDED
    return Closure(
        frozenset(found),
        tuple(sorted(files)),
        frozenset(name for name in others if name.partition(".")[0] not in known),
        frozenset[str]().union(*words.values()),
    )


def _is_cut(name: str) -> bool:
    return any(name == cut or name.startswith(cut + ".") for cut in ONE_MACHINE)


def _path(root: Path, name: str) -> Path | None:
    """The file of a module of ours; None for a name that is no module, such as a class imported from one."""
    place = root / name.replace(".", "/")
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


def _data(root: Path, words: Mapping[Path, frozenset[str]]) -> Iterator[Path]:
    for path in (root / PACKAGE).rglob("*"):
        if path.suffix not in (".py", ".pyc") and path.is_file():
            package = next(folder for folder in path.parents if (folder / "__init__.py").is_file())
            inside = path.relative_to(package)
            named = set(inside.parts[:-1]) or {inside.name}
            if any(named <= texts for module, texts in words.items() if module.parent == package):
                yield path
