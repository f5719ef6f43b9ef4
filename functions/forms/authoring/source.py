"""A JSON or YAML file as its author wrote it: the value, and the line of each part; knows no model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from functions.errors import AuthoringError

Where = Sequence[str | int]
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Mistake(AuthoringError):
    """One mistake in a file: its line (from 1), the cause and the cure, in Chinese."""

    def __init__(self, path: Path, line: int, cause: str, cure: str) -> None:
        super().__init__(f"{path}:{line}：{cause}。{cure}")
        self.path = path
        self.line = line
        self.cause = cause
        self.cure = cure


class NoSuchDay(Exception):
    """A value that looks like a date but is not one, such as 2026-13-01."""

    def __init__(self, node: yaml.ScalarNode) -> None:
        super().__init__(node.value)
        self.node = node


class Loader(yaml.CSafeLoader):
    """YAML as we read it everywhere: plain values only, and a day of the calendar or a Mistake."""


def _day(loader: Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        raise NoSuchDay(node) from None


Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


@dataclass(frozen=True)
class Source:
    """One file that was read; `value` is its content."""

    path: Path
    text: str
    value: Any

    @classmethod
    def json(cls, path: Path) -> Source:
        """Read a JSON file; a missing file, bad syntax, a duplicate key or NaN is a Mistake."""
        text = _read(path)
        try:
            value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        except json.JSONDecodeError as broken:
            raise Mistake(path, broken.lineno, "这里的 JSON 写法不对", "请核对逗号、引号和括号") from None
        except _Refused as refused:
            raise Mistake(path, _first_line(text, refused.word), refused.cause, refused.cure) from None
        return cls(path, text, value)

    @classmethod
    def yaml(cls, path: Path, loader: type[Loader] | None = None) -> Source:
        """Read a YAML file; a missing file, bad syntax, an invalid date or a duplicate key is a Mistake."""
        text = _read(path)
        try:
            source = cls(path, text, yaml.load(text, Loader=loader or Loader))  # noqa: S506 (a safe loader, by its type)
            _refuse_twice(source._node, path)
        except NoSuchDay as wrong:
            cause = f"没有 {wrong.node.value} 这一天"
            raise Mistake(path, wrong.node.start_mark.line + 1, cause, "请核对年月日，写成 2026-03-01 这样") from None
        except yaml.YAMLError as broken:
            raise _unreadable(path, text, broken) from None
        return source

    def line(self, where: Where) -> int:
        """Return the line, from 1, of this part; when it is absent, that of the nearest part around it."""
        try:
            node, line = self._node, 1
        except yaml.YAMLError:  # some JSON escapes are invalid in YAML: without a line, the file's name must do
            return 1
        for token in where:
            found = _child(node, token)
            if found is None:
                break
            line, node = found
        return line

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield every text in the file and its place; no keys or numbers."""
        return _texts(self.value, ())

    @cached_property
    def _node(self) -> Any:
        """Return the file as YAML nodes, which know their lines; JSON is YAML except for tabs."""
        return yaml.compose(self.text.replace("\t", " "), Loader=yaml.CSafeLoader)


def mistake(source: Source, where: Where, cause: str, cure: str) -> Mistake:
    """Make the error for a mistake at this part of the file."""
    return Mistake(source.path, source.line(where), cause, cure)


def _unreadable(path: Path, text: str, broken: yaml.YAMLError) -> Mistake:
    """Find the faulty line: for a key without its colon that is the key's, though parsing stopped at the next."""
    if found := _UNPRINTABLE.search(text):
        line = text[: found.start()].count("\n") + 1
        return Mistake(path, line, "这里有看不见的控制字符", "请删去这一行重新输入")
    marks = [getattr(broken, "problem_mark", None)]
    if "simple key" in str(getattr(broken, "context", "")):
        marks.insert(0, getattr(broken, "context_mark", None))
    mark = next((one for one in marks if one), None)
    cure = "请核对缩进、冒号后的空格和成对的引号；冒号和引号用半角"
    return Mistake(path, mark.line + 1 if mark else 1, "这里的 YAML 写法不对", cure)


class _Refused(ValueError):
    def __init__(self, word: str, cause: str, cure: str) -> None:
        super().__init__(cause)
        self.word = word
        self.cause = cause
        self.cure = cure


def _texts(value: Any, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(part, (*where, key))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Mistake(path, 1, "没有这个文件", "请补上，或者从仓库恢复它") from None
    except UnicodeDecodeError:
        raise Mistake(path, 1, "不是 UTF-8 编码", "请另存为 UTF-8") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _Refused(f'"{key}"', *_twice(key))
        seen[key] = value
    return seen


def _twice(key: str) -> tuple[str, str]:
    return f"“{key}”写了两次", "请留一个"


def _no_constant(word: str) -> Any:
    raise _Refused(word, f"{word} 不是 JSON 的数", "请写数字")


def _first_line(text: str, word: str) -> int:
    return text[: max(text.find(word), 0)].count("\n") + 1


def _refuse_twice(node: Any, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise Mistake(path, key.start_mark.line + 1, *_twice(key.value))
            seen.add(key.value)
            _refuse_twice(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twice(item, path)


def _child(node: Any, token: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(token):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(token, int) and token < len(node.value):
        item = node.value[token]
        return item.start_mark.line + 1, item
    return None
