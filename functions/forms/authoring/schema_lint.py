"""Restricts form.json to what every validator and every browser interprets alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs

from functions.forms.attachment_field import is_of_files
from functions.forms.authoring.condition_lint import check_conditions, check_files
from functions.forms.authoring.source import Source, mistake
from functions.forms.checking.size_bound import DEEPEST, LONGEST_TEXT, MOST_ROWS
from functions.forms.formats import CUSTOM_FORMATS

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
LARGEST: Final = 2**53 - 1
FORMATS: Final = frozenset({"date", *CUSTOM_FORMATS})

_SHOWN = {"title", "description", "x-basis", "x-pair"}
_BRANCHES = {"if", "then", "else", "allOf"}
_OBJECT = {"type", "additionalProperties", "required", "properties", *_BRANCHES}
_FIELD = {*_SHOWN, "type", "x-ask", "x-width"}
_ALLOWED: Final = {
    "form": {*_OBJECT, "$schema", "title", "description"},
    "section": {*_OBJECT, *_SHOWN, "x-part"},
    "group": {*_OBJECT, *_SHOWN, "x-lead", "x-short"},
    "row": _OBJECT,
    "rows": {*_SHOWN, "type", "items", "minItems", "maxItems", "x-item", "x-ask"},
    "attachments": {*_SHOWN, "type", "items", "minItems", "maxItems", "uniqueItems", "x-ask"},
    "choices": {*_FIELD, "items", "minItems", "maxItems", "uniqueItems"},
    "choice": {*_FIELD, "oneOf"},
    "string": {*_FIELD, "format", "pattern", "maxLength", "x-decimals", "x-lines", "x-unit", "x-autocomplete"},
    "integer": {*_FIELD, "minimum", "maximum", "x-unit", "x-autocomplete"},
    "boolean": {*_FIELD, "const"},
}
_OWN_WORDS: Final[dict[str, Any]] = {
    "x-pair": bool,
    "x-roster": dict,
    "x-lines": int,
    "x-decimals": int,
    "x-ask": str | dict,
}
_UNSAFE_PATTERNS: Final = (
    (re.compile(r"\\[dDwWsSbBpP]"), r"各种校验器对 \d \w \s \p 的理解不同", "请写明字符，如 [0-9]"),
    (re.compile(r"\(\?|\\[1-9]"), "不能用环视、命名组和反向引用", "请换一种写法"),
    (re.compile(r"\([^()]*[*+}][^()]*\)[*+{]"), "重复里面套重复，遇到长文字会卡住", "请把里层的重复去掉"),
    (re.compile(r"^[^^]|[^$]$|[^\\\[]\$."), "要从 ^ 开始，到 $ 结束", "请写成 ^…$"),
)


def check_syntax(source: Source) -> None:
    """Raise AuthoringError when the file is not JSON Schema 2020-12, or one of our keywords has the wrong type."""
    try:
        jsonschema_rs.meta.validate(source.value)
    except (jsonschema_rs.ValidationError, ValueError) as broken:
        where = tuple(getattr(broken, "instance_path", ()))
        name = where[-1] if where else "$schema"
        raise mistake(source, where, f"“{name}”的值不合 JSON Schema 2020-12", "请核对它应是文字、数还是列表") from None
    for where, cause, cure in _own_words(source.value, ()):
        raise mistake(source, where, cause, cure)


def _own_words(node: Any, where: Where) -> Iterator[Found]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        kind = _OWN_WORDS.get(str(key), str if str(key).startswith("x-") else object)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            yield (*where, key), f"“{key}”的值写法不对", "请核对它应是文字、整数还是 true"
        yield from _own_words(value, (*where, key))


def check_schema(form: Source, schema: Any) -> None:
    """Raise AuthoringError for the first part of the bundled schema that a form may not contain."""
    for where, cause, cure in _findings(schema):
        raise mistake(form, where, cause, cure)


def _findings(schema: Any) -> Iterator[Found]:
    if not isinstance(schema, dict) or schema.get("$schema") != DIALECT:
        yield (), "$schema 不是 2020-12", f"请写 {DIALECT}"
        return
    if not schema.get("title"):
        yield (), "没有 title", "请写这张表的中文名称"
    yield from _object(schema, (), "form")
    sections = list(schema.get("properties", {}).items())
    for place, (key, section) in enumerate(sections):
        if section.get("x-part") == "closing" and place < len(sections) - 1:
            yield ("properties", key), "声明（x-part: closing）不在最后", "请把它移到最后"
    yield from check_files(schema)


def _object(schema: dict[str, Any], where: Where, role: str) -> Iterator[Found]:
    yield from _unknown(schema, where, role)
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        yield where, "这里应是有栏目的一组（type: object，properties 不空）", "请补上 type 和 properties"
        return
    if schema.get("additionalProperties") is not False:
        yield where, "没有写 additionalProperties: false", "请补上，免得收进表里没有的栏目"
    for key in schema.get("required", ()):
        if key not in schema["properties"]:
            yield (*where, "required"), f"required 里的“{key}”不在 properties 里", "请核对栏目名"
    lead = schema.get("x-lead")
    if lead is not None and lead not in schema["properties"]:
        yield (*where, "x-lead"), f"x-lead 指的“{lead}”不在 properties 里", "请核对栏目名"
    yield from check_conditions(schema, where)
    for key, child in schema["properties"].items():
        yield from _property(key, child, (*where, "properties", key), "section" if role == "form" else "")


def _property(key: str, schema: Any, where: Where, role: str) -> Iterator[Found]:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", key):
        yield where, f"栏目名“{key}”不合规", "请用小写英文字母、数字和下划线"
    if key == "sha256":
        yield where, "栏目名“sha256”是附件专用的", "请换一个名字；要收文件，请引用 common.json 里的 attachment"
    if not isinstance(schema, dict):
        yield where, f"“{key}”应是一组说明", "请写 type 和 title"
        return
    if not schema.get("title"):
        yield where, f"“{key}”没有 title", "请写中文名称，错误提示和导出都用它"
    if len(where) > DEEPEST:
        yield where, f"“{key}”嵌套得太深", "请把层次减少"
    if role == "section" or schema.get("type") == "object":
        yield from _object(schema, where, role or "group")
    else:
        yield from _leaf(schema, where)


def _leaf(schema: dict[str, Any], where: Where) -> Iterator[Found]:
    match schema.get("type"):
        case "array" if isinstance(schema.get("items"), dict):
            yield from _array(schema, where)
        case "string":
            yield from _string(schema, where)
        case "integer":
            yield from _integer(schema, where)
        case "boolean":
            yield from _unknown(schema, where, "boolean")
            if schema.get("const", True) is not True:
                yield (*where, "const"), "勾选项的 const 只能是 true", "请改成 true 或者删去"
        case "number":
            yield where, "小数不能用 number，各种校验器算法不同", "请用 string 加 pattern，如 common.json 里的 decimal"
        case kind:
            yield where, f"type 是 {kind}，表里用不了", "请用 string、integer、boolean、array 或 object"


def _array(schema: dict[str, Any], where: Where) -> Iterator[Found]:
    items = schema["items"]
    files = is_of_files(schema)
    many = items.get("type") == "object" and not files
    yield from _unknown(schema, where, "attachments" if files else "rows" if many else "choices")
    if not 0 < schema.get("maxItems", 0) <= MOST_ROWS:
        yield where, "没有写 maxItems，或者太大", f"请写最多几项（不超过 {MOST_ROWS}）"
    if many:
        if not schema.get("x-item"):
            yield where, "没有写 x-item", "请写一行叫什么，如 数据库"
        yield from _object(items, (*where, "items"), "row")
    if many or files:
        return
    if schema.get("uniqueItems") is not True or items.get("type") != "string":
        yield where, "多选应写 uniqueItems: true，items 的 type 应是 string", "请补上"
    yield from _options(items.get("oneOf"), (*where, "items"))


def _string(schema: dict[str, Any], where: Where) -> Iterator[Found]:
    if "oneOf" in schema:
        yield from _unknown(schema, where, "choice")
        yield from _options(schema["oneOf"], where)
        return
    yield from _unknown(schema, where, "string")
    if not 0 < schema.get("maxLength", 0) <= LONGEST_TEXT:
        yield where, "没有写 maxLength，或者太大", f"请写最多多少字（不超过 {LONGEST_TEXT}）"
    if schema.get("format", "date") not in FORMATS:
        yield (*where, "format"), f"不认识 format “{schema['format']}”", f"可以用 {'、'.join(sorted(FORMATS))}"
    if "format" not in schema and "pattern" not in schema:
        yield where, "既没有 format 也没有 pattern，空白也会收下", "请引用 common.json 里的 text 或 long_text"
    if "pattern" in schema:
        yield from _pattern(schema["pattern"], (*where, "pattern"))


def _pattern(pattern: str, where: Where) -> Iterator[Found]:
    for unsafe, cause, cure in _UNSAFE_PATTERNS:
        if unsafe.search(pattern):
            yield where, f"pattern “{pattern}”不能用：{cause}", cure
            return
    try:
        re.compile(pattern)
    except re.error as broken:
        yield where, f"pattern “{pattern}”写法不对（{broken}）", "请核对括号"


def _integer(schema: dict[str, Any], where: Where) -> Iterator[Found]:
    yield from _unknown(schema, where, "integer")
    low, high = schema.get("minimum"), schema.get("maximum")
    if not (isinstance(low, int) and isinstance(high, int) and -LARGEST <= low <= high <= LARGEST):
        yield where, "整数没有写 minimum 和 maximum，或者超出 2 的 53 次方", "请写明最小和最大"


def _options(options: Any, where: Where) -> Iterator[Found]:
    if not isinstance(options, list) or len(options) < 2:
        yield where, "选项（oneOf）少于两个", "请至少写两个 {const, title}"
        return
    for place, option in enumerate(options):
        if set(option) != {"const", "title"} or not isinstance(option["const"], str):
            yield (*where, "oneOf", place), "选项应只有 const 和 title", "请写成 {const: 值, title: 中文}"
    if len({option.get("const") for option in options}) < len(options):
        yield (*where, "oneOf"), "两个选项的 const 相同", "请改成不同的值"


def _unknown(schema: dict[str, Any], where: Where, role: str) -> Iterator[Found]:
    for key in schema:
        if key not in _ALLOWED[role]:
            yield (*where, key), f"这里不能写“{key}”", f"可以写 {'、'.join(sorted(_ALLOWED[role]))}"
