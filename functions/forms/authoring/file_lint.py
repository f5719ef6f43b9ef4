"""What the fields of a form that ask for files may be: exactly the common shape, few enough, and never in a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from functions.forms.attachment_field import FORMAT, LONGEST_NAME, MOST_BYTES, MOST_FILES, is_of_files

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]

_CURE: Final = '请写 {"$ref": "../common.json#/$defs/attachment"}，不要改它'


def check_files(schema: dict[str, Any]) -> Iterator[Found]:
    """What is wrong with the fields of files in the bundled schema."""
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
    """Whether one file is described as in common.json, whose limits the service, the pages and the store keep to."""
    properties = items.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return items == _attachment(name.get("pattern") if isinstance(name, dict) else None)


def _attachment(text: Any) -> dict[str, Any]:
    """The common shape, with the pattern of one line of text."""
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
