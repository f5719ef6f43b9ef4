"""Parses request bodies strictly; knows no form and no limit of size."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from starlette.requests import Request

from functions.web.http.problems import HttpProblem

DEEPEST = 64
MOST_PAIRS = 3000
# The largest form has some hundred rows: whatever has more objects and lists is none of ours, and takes long to read.
MOST_CONTAINERS = 2000
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
# The fast reader turns whole numbers beyond 64 bits into fractions. To find them, all digits are mapped to one digit
# first: ten times as fast as a regular expression.
_DIGITS_ALIKE = bytes(ord("0") if chr(code).isascii() and chr(code).isdecimal() else 0 for code in range(256))
_LONG_NUMBER = b"0" * 19
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def require_type(content_type: str, expected: str) -> None:
    """Return when the Content-Type is `expected`, in UTF-8 where a charset is named; else raise HttpProblem 415."""
    kind, _, parameters = content_type.partition(";")
    named = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.ASCII | re.IGNORECASE)
    charset = named.group(1).lower() if named else "utf-8"
    if kind.strip().lower() != expected or charset not in ("utf-8", "utf8"):
        raise HttpProblem(415, f"这里只收 {expected}（UTF-8）。请改请求的 Content-Type 再发")


def _malformed(detail: str) -> HttpProblem:
    return HttpProblem(400, detail)


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"内容不是 UTF-8 编码：第 {error.start + 1} 个字节读不出来。请用 UTF-8 编码再发") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _malformed("JSON 里同一个名称写了两次。请每个名称只留一处")
    return members


def _refuse_constant(name: str) -> Any:
    raise _malformed(f"JSON 里有 {name}，它不是数字。请改成数字，或者删去这一项")


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _malformed("JSON 里有一个数字太大，读不出来。请核对位数")
    return number


def require_storable(text: str) -> None:
    """Return when the text has neither NUL nor lone surrogates, which no file can store; else raise HttpProblem 400."""
    if "\0" in text:
        raise _malformed("内容里有空字符（U+0000），存不下来。请删去再发")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _malformed("内容里有半个字符（单独的代理码位），存不下来。请重新输入那个字再发") from None


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for item in level:
            inner.extend(item.values() if isinstance(item, dict) else item)
        level = [item for item in inner if isinstance(item, dict | list)]
        if not level:
            return
    raise _malformed(f"JSON 的层数超过 {DEEPEST} 层。请照表的结构填写")


def _require_storable(value: Any) -> None:
    if isinstance(value, str):
        require_storable(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            require_storable(name)
            _require_storable(member)
    elif isinstance(value, list):
        for item in value:
            _require_storable(item)


def parse_json(body: bytes) -> Any:
    """The JSON value of the body; HttpProblem 400 on what two readers could read differently, or none can keep."""
    if body.count(b"{") + body.count(b"[") > MOST_CONTAINERS:
        raise _malformed(f"JSON 里的对象和列表超过 {MOST_CONTAINERS} 个。请照表的结构填写")
    return _parse_simple(body) or _parse_strictly(body)


def _parse_simple(body: bytes) -> Any:
    """Parse a body with orjson, three times as fast; return None when the strict parser must judge it."""
    if b"\\" in body or body.count(b"{") + body.count(b"[") > DEEPEST or _has_long_number(body):
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    # Detect duplicate keys: orjson drops them, so that the quote count shrinks (the body has no escapes here).
    return value if orjson.dumps(value).count(b'"') == body.count(b'"') else None


def _has_long_number(body: bytes) -> bool:
    return _LONG_NUMBER in body.translate(_DIGITS_ALIKE)


def _parse_strictly(body: bytes) -> Any:
    """Parse a body with the standard library, which reports duplicate keys and odd numbers."""
    text = _decode(body)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        raise _malformed(
            f"内容不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 个字符处读不下去。请改好再发"
        ) from None
    except RecursionError:
        raise _malformed(f"JSON 的层数超过 {DEEPEST} 层。请照表的结构填写") from None
    except ValueError:
        raise _malformed("JSON 里有一个数字太长，读不出来。请核对位数") from None
    # A body with few brackets cannot be nested deeply; this spares most filings the walk.
    if text.count("{") + text.count("[") > DEEPEST:
        _require_shallow(value)
    # UTF-8 has no surrogates and JSON no bare NUL: only an escape can bring them in.
    if "\\u" in text:
        _require_storable(value)
    return value


def parse_pairs(body: bytes) -> list[tuple[str, str]]:
    """Parse a posted HTML form into pairs, in order, line ends as LF; HttpProblem 400 when it is unreadable."""
    if body.count(b"&") >= MOST_PAIRS:
        raise _malformed(f"一次提交的栏目超过 {MOST_PAIRS} 个。请回到表页重新填写")
    if _BAD_PERCENT.search(body):
        raise _malformed("提交的内容有一处编码不完整。请回到表页，再提交一次")
    return [_pair(part) for part in body.split(b"&") if part]


def _pair(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    return _unquoted(name), _unquoted(value).replace("\r\n", "\n").replace("\r", "\n")


def _unquoted(part: bytes) -> str:
    text = _decode(unquote_to_bytes(part.replace(b"+", b" ")))
    require_storable(text)
    return text


def parse_flag(name: str, value: str | None) -> bool:
    """Parse an optional boolean value; HttpProblem 400 for any other."""
    if value in (None, "", "false", "true"):
        return value == "true"
    raise HttpProblem(400, f"{name} 只能是 true 或 false。请改好再提交")


def read_form(request: Request, body: bytes) -> Mapping[str, str]:
    """Parse a posted form into names and values; HttpProblem 400 or 415."""
    require_type(request.headers.get("content-type", ""), FORM_TYPE)
    return dict(parse_pairs(body))
