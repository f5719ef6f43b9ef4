"""Checks a form's conditions: only those that the gate, the explainer and the browser's script can all evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from functions.forms.attachment_field import FORMAT, LONGEST_NAME, MOST_BYTES, MOST_FILES, is_of_files

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]

TEST_KEYWORDS: Final = frozenset(
    {
        "type",
        "const",
        "enum",
        "required",
        "properties",
        "contains",
        "not",
        "allOf",
        "anyOf",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
    }
)
_EFFECTS: Final = frozenset(
    {"required", "properties", "const", "enum", "not", "minimum", "maximum", "minItems", "maxItems", "x-ask"}
)
_CURE: Final = '请写 {"$ref": "../common.json#/$defs/attachment"}，不要改它'


def check_conditions(schema: dict[str, Any], where: Where) -> Iterator[Found]:
    """Return the problems of the conditions at this object."""
    for place, rule in enumerate(schema.get("allOf", ())):
        at = (*where, "allOf", place)
        if not isinstance(rule, dict) or not set(rule) <= {"if", "then", "else"} or "if" not in rule:
            yield at, "allOf 里每一项应是 if、then、else", "请把别的约束写到栏目上"
            continue
        yield from _condition(rule, schema, at)
    if "if" in schema:
        yield from _condition(schema, schema, where)
    elif "then" in schema or "else" in schema:
        yield where, "有 then 或 else，没有 if", "请补上 if"


def _condition(rule: dict[str, Any], schema: dict[str, Any], where: Where) -> Iterator[Found]:
    yield from _test(rule["if"], schema, (*where, "if"))
    if "then" not in rule and "else" not in rule:
        yield (*where, "if"), "有 if，没有 then 也没有 else", "请补上"
    for branch in ("then", "else"):
        if branch in rule:
            yield from _effect(rule[branch], schema, (*where, branch))


def _test(test: Any, schema: Any, where: Where) -> Iterator[Found]:
    if not isinstance(test, dict):
        yield where, "条件应是一组说明", "请写 properties 和 required"
        return
    for keyword in test:
        if keyword not in TEST_KEYWORDS:
            cure = f"条件里可以用 {'、'.join(sorted(TEST_KEYWORDS))}"
            yield (*where, keyword), f"条件里不能用“{keyword}”，网页上的脚本不会算", cure
    yield from _names(test, schema, where)
    for key, child in _properties(test):
        yield from _test(child, _below(schema, key), (*where, "properties", key))
    for keyword in ("allOf", "anyOf"):
        for place, child in enumerate(test.get(keyword, ())):
            yield from _test(child, schema, (*where, keyword, place))
    if "not" in test:
        yield from _test(test["not"], schema, (*where, "not"))
    if "contains" in test:
        yield from _test(test["contains"], None, (*where, "contains"))


def _effect(branch: Any, schema: Any, where: Where) -> Iterator[Found]:
    if branch is False:
        return
    if not isinstance(branch, dict):
        yield where, "then 和 else 应是一组说明", "请写 required 或 properties"
        return
    for keyword in branch:
        if keyword not in _EFFECTS:
            yield (*where, keyword), f"then 和 else 里不能用“{keyword}”", f"可以用 {'、'.join(sorted(_EFFECTS))}"
    yield from _names(branch, schema, where)
    for key, child in _properties(branch):
        yield from _effect(child, _below(schema, key), (*where, "properties", key))


def _names(part: dict[str, Any], schema: Any, where: Where) -> Iterator[Found]:
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for keyword in ("required", "properties"):
        for key in part.get(keyword, ()):
            if key not in known:
                yield (*where, keyword), f"条件里的“{key}”不是表里的栏目", "请核对栏目名和它在哪一部分"


def _properties(part: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    children = part.get("properties", {})
    yield from children.items() if isinstance(children, dict) else ()


def _below(schema: Any, key: str) -> Any:
    return schema.get("properties", {}).get(key) if isinstance(schema, dict) else None


def check_files(schema: dict[str, Any]) -> Iterator[Found]:
    """Return the problems of the file fields in the bundled schema."""
    places = list(_fields_of_files(schema, ()))
    for where, field in places:
        yield from _field(where, field)
    total = sum(field["maxItems"] for _, field in places if isinstance(field.get("maxItems"), int))
    if total > MOST_FILES:
        cure = f"一份填报最多 {MOST_FILES} 个文件。请把各处的 maxItems 改小"
        yield (*places[-1][0], "maxItems"), f"这张表一共可以传 {total} 个文件，太多了", cure


def _fields_of_files(schema: Any, where: Where) -> Iterator[tuple[Where, dict[str, Any]]]:
    for key, child in (schema.get("properties") or {}).items() if isinstance(schema, dict) else ():
        place = (*where, "properties", key)
        if is_of_files(child):
            yield place, child
        elif isinstance(child, dict) and isinstance(child.get("items"), dict):
            yield from _fields_of_files(child["items"], (*place, "items"))
        else:
            yield from _fields_of_files(child, place)


def _field(where: Where, field: dict[str, Any]) -> Iterator[Found]:
    if "items" in where[::2]:
        yield where, "一栏文件不能放在可以加好几项的行里", "请放到外面，如单独一个“附件”部分"
    if not _is_common(field["items"]):
        yield (*where, "items"), f"format 是 {FORMAT} 的，样子和 common.json 里的不一样", _CURE
    if field.get("uniqueItems") is not True:
        yield where, "一栏文件没有写 uniqueItems: true", "请补上"
    least, most = field.get("minItems", 0), field.get("maxItems")
    if isinstance(most, int) and least > most:
        yield (*where, "minItems"), "minItems 比 maxItems 大", "请改小"


def _is_common(items: dict[str, Any]) -> bool:
    """Whether a file is described as in common.json: service, pages and store rely on its limits."""
    properties = items.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return items == _attachment(name.get("pattern") if isinstance(name, dict) else None)


def _attachment(text: Any) -> dict[str, Any]:
    """Return the common shape of an attachment, with the pattern of one line of text."""
    return {
        "type": "object",
        "format": FORMAT,
        "additionalProperties": False,
        "required": ["name", "size", "sha256"],
        "properties": {
            "name": {"type": "string", "pattern": text, "title": "文件名", "maxLength": LONGEST_NAME},
            "size": {"type": "integer", "title": "大小（字节）", "minimum": 1, "maximum": MOST_BYTES},
            "sha256": {"type": "string", "title": "SHA-256", "maxLength": 64, "pattern": "^[0-9a-f]{64}$"},
        },
    }
