"""A form's JSON or YAML file as its author wrote it: the value, and on which line each part of it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from functions.errors import AuthoringError

Where = Sequence[str | int]


@dataclass(frozen=True)
class Source:
    """One file that was read: `value` is what it says."""

    path: Path
    text: str
    value: Any

    @classmethod
    def json(cls, path: Path) -> Source:
        """A JSON file; a missing file, bad syntax, a key written twice or NaN is an AuthoringError."""
        text = _read(path)
        try:
            value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        except json.JSONDecodeError as broken:
            cause = f"{path}:{broken.lineno}：这里的 JSON 写法不对（{broken.msg}）"
            raise AuthoringError(f"{cause}。请核对逗号、引号和括号") from None
        except _Refused as refused:
            raise AuthoringError(f"{path}:{_first_line(text, refused.word)}：{refused}") from None
        return cls(path, text, value)

    @classmethod
    def yaml(cls, path: Path) -> Source:
        """A YAML file; a missing file, bad syntax or a key written twice is an AuthoringError."""
        text = _read(path)
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            _refuse_twice(node, path)
            value = yaml.safe_load(text)
        except yaml.MarkedYAMLError as broken:
            line = broken.problem_mark.line + 1 if broken.problem_mark else 1
            cause = f"{path}:{line}：这里的 YAML 写法不对（{broken.problem}）"
            raise AuthoringError(f"{cause}。请核对缩进、冒号后的空格和引号") from None
        return cls(path, text, value)

    def line(self, where: Where) -> int:
        """The line, from 1, on which this part stands; that of the nearest part around it when it is absent."""
        try:
            node = yaml.compose(self.text.replace("\t", " "), Loader=yaml.SafeLoader)
        except yaml.YAMLError:  # a few escapes of JSON are none in YAML: the file alone must do
            return 1
        line = 1
        for token in where:
            found = _child(node, token)
            if found is None:
                break
            line, node = found
        return line


def mistake(source: Source, where: Where, cause: str, cure: str) -> AuthoringError:
    """The error for a mistake at this part of the file, ready to raise."""
    return AuthoringError(f"{source.path}:{source.line(where)}：{cause}。{cure}")


class _Refused(ValueError):
    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthoringError(f"{path}：没有这个文件。每种填报要有 form.json 和 rules.yml") from None
    except UnicodeDecodeError:
        raise AuthoringError(f"{path}：不是 UTF-8 编码。请另存为 UTF-8") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _Refused(f'"{key}"', f"“{key}”写了两次。请留一个")
        seen[key] = value
    return seen


def _no_constant(word: str) -> Any:
    raise _Refused(word, f"{word} 不是 JSON 的数。请写数字")


def _first_line(text: str, word: str) -> int:
    return text[: max(text.find(word), 0)].count("\n") + 1


def _refuse_twice(node: Any, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise AuthoringError(f"{path}:{key.start_mark.line + 1}：“{key.value}”写了两次。请留一个")
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
