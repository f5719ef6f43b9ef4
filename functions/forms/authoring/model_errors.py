"""Translates a model's validation errors of a YAML file into Chinese, with file and line; knows no particular model."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from functions.forms.authoring.source import Source, mistake

M = TypeVar("M", bound=BaseModel)

_CAUSES: Final = {
    "extra_forbidden": "不认识这一项",
    "missing": "缺这一项",
    "literal_error": "只能写 {expected}",
    "union_tag_invalid": "没有叫“{tag}”的检查，可以写 {expected_tags}",
    "union_tag_not_found": "缺检查的名字（check）",
    "string_pattern_mismatch": "写法不合 {pattern}",
    "value_error": "{error}",
    "string_type": "应为文字",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "list_type": "应为列表",
    "date_type": "应为日期，写成 2026-03-01 这样",
    "too_short": "至少要写一项",
    "string_too_short": "不能空着",
    "model_type": "应为一组栏目",
}


def validated(source: Source, model: type[M], cure: str) -> M:
    """Parse the file as its model. Raises Mistake for the model's first error."""
    try:
        return model.model_validate(source.value)
    except ValidationError as invalid:
        error = min(invalid.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise mistake(source, _names_in(source, error["loc"]), _cause(error), cure) from None


def _names_in(source: Source, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the parts of a pydantic location that exist in the file; pydantic adds names of union members."""
    value, present = source.value, []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            present.append(part)
            value = value[part]  # type: ignore[index, call-overload, unused-ignore]
    return tuple(present)


def _cause(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    context = {key: str(value).replace(" or ", " 或者 ") for key, value in error.get("ctx", {}).items()}
    words = _CAUSES.get(error["type"], "写法不对").format_map(context)
    return f"{name}：{words}" if name else words
