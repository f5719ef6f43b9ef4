"""JSON pointers (RFC 6901) as tuples, and reading the values at them without ever raising."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

Token = str | int
Path = tuple[str, ...]

ANY_ROW = "*"


@lru_cache(maxsize=4096)
def split(pointer: str) -> tuple[str, ...]:
    """Return the unescaped tokens of a pointer; "" is the whole document."""
    if not pointer:
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def join(tokens: Iterable[Token]) -> str:
    """Return the pointer of these tokens; integers are row indexes."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def general(tokens: Iterable[Token]) -> Path:
    """Return the path with row indexes replaced by "*"."""
    return tuple(ANY_ROW if is_index(token) else str(token) for token in tokens)


def is_index(token: Token) -> bool:
    """Whether this token is a row's index."""
    return isinstance(token, int) or (token.isascii() and token.isdecimal())


def read(value: Any, tokens: Iterable[Token]) -> Any:
    """Return the value at these tokens, or None when there is none, whatever the document's structure."""
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(str(token))
        elif isinstance(value, list):
            value = _item(value, token)
        else:
            return None
    return value


def rows_at(value: Any, path: Path) -> tuple[tuple[Token, ...], ...]:
    """Return every concrete path in the document that matches the general path, in row order."""
    if ANY_ROW not in path:
        return (path,)
    found: list[tuple[Token, ...]] = [()]
    for token in path:
        if token != ANY_ROW:
            found = [(*tokens, token) for tokens in found]
            continue
        lists = ((tokens, read(value, tokens)) for tokens in found)
        found = [(*tokens, index) for tokens, rows in lists if isinstance(rows, list) for index in range(len(rows))]
    return tuple(found)


def _item(rows: list[Any], token: Token) -> Any:
    index = int(token) if is_index(token) else -1
    return rows[index] if 0 <= index < len(rows) else None
