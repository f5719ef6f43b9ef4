"""What a Python source imports and names, read without running it; knows no project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

Version = tuple[int, int]
_SINCE: Final = re.compile(r"sys\.version_info (>=|<) \((\d+), (\d+)\)")


@cache
def imports_of(source: bytes, name: str, *, is_package: bool, version: Version) -> frozenset[str]:
    """The full names of everything that the module `name` may import on this version, inside its functions too.

    Of "from a import b" both "a" and "a.b", which may be a module. What only type checkers read is left out.
    """
    package = name if is_package else name.rpartition(".")[0]
    return frozenset(_imported(ast.parse(source).body, package, version))


def words_of(source: bytes) -> frozenset[str]:
    """Every text in the source."""
    constants = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return frozenset(value for value in constants if isinstance(value, str))


def parents(name: str) -> Iterator[str]:
    """The packages around a module, which Python imports with it."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imported(nodes: Iterable[ast.AST], package: str, version: Version) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, package)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If):
            yield from _imported(_taken(node, version), package, version)
        elif not isinstance(node, ast.expr):
            yield from _imported(ast.iter_child_nodes(node), package, version)


def _taken(node: ast.If, version: Version) -> Iterable[ast.AST]:
    """What of a condition can run, if that is known before: types are not checked, and the version is given."""
    test = ast.unparse(node.test)
    if test in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        return node.orelse
    if found := _SINCE.fullmatch(test):
        since = version >= (int(found.group(2)), int(found.group(3)))
        return node.body if since == (found.group(1) == ">=") else node.orelse
    return ast.iter_child_nodes(node)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])
