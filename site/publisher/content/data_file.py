"""Reads one data file into its model and translates the model's errors into Chinese; knows no particular file."""

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions.forms.authoring.source import Mistake, Source
from publisher.content.problem import ContentError, ContentProblem

M = TypeVar("M", bound=BaseModel)
Place = tuple[int | str, ...]
_CURES = {
    "missing": ("缺少“{key}”", "请补上这一项"),
    "extra_forbidden": ("“{key}”不是这里能写的项", "请改正写法或者删去"),
    "string_pattern_mismatch": ("“{key}”的写法不对：{value}", "{pattern}"),
    "string_too_short": ("“{key}”是空的", "请填写内容"),
    "too_short": ("“{key}”里的项太少", "请补齐"),
    "too_long": ("“{key}”里的项太多", "请删去多余的"),
    "literal_error": ("“{key}”不能写成 {value}", "请从文件开头注释列出的几种里选"),
    "string_type": ("“{key}”应是文字，现在是 {value}", "请加上引号"),
    "list_type": ("“{key}”应是几项，现在是 {value}", "请写在方括号里，用半角逗号分开，如 [office, guidance]"),
    "tuple_type": ("“{key}”应是几项，现在是 {value}", "请写在方括号里，用半角逗号分开，如 [丙五2, 丙六3]"),
    "int": ("“{key}”应是 1 到 99 的整数，现在是 {value}", "请写数字，不加引号"),
    "date": ("“{key}”应是日期，现在是 {value}", "请写成 2026-03-01 这样"),
    "wording": ("“{key}”要写的没有写全", "请对照文件开头的说明，补上缺的花括号"),
    "empty": ("“{key}”是空的", "请填写内容"),
    "no mapping": ("这里应是一组“名称: 内容”", "请对照仓库里原来的写法改正"),
}
_PATTERNS = {
    "phone": "电话用半角数字，可以有短横线和空格",
    "oddity": "编注的编号写成 D1 这样",
    "oddities": "编注的编号写成 D1 这样",
    "name": "不写《》，网页会加上",
    **dict.fromkeys(("subject", "before", "after", "sms"), "花括号只能用文件开头列出的那几个，如 {unit}"),
}
_KEY_PATTERN = "代号用小写字母、数字和短横线，几个之间用半角逗号"


def read_data(root: Path, name: str, model: type[M]) -> tuple[M, Source]:
    """The file `name` below `root` as its model, and its source, which knows the line of every place.

    Raises ContentError with every mistake in the file.
    """
    try:
        source = Source.yaml(root / name)
    except Mistake as mistake:
        raise ContentError(ContentProblem(name, mistake.line, mistake.cause, mistake.cure)) from None
    return validated(name, source, model), source


def validated(name: str, source: Source, model: type[M]) -> M:
    """Return what was read from the file `name`, as its model. Raises ContentError with every mistake in it."""
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise ContentError(*(_problem(name, source, dict(detail)) for detail in error.errors())) from None


def _problem(name: str, source: Source, detail: dict[str, Any]) -> ContentProblem:
    place: Place = tuple(detail["loc"])
    cause, cure = _CURES.get(_kind(detail), ("“{key}”的值不对：{value}", "请对照同一文件里的其他各项改正"))
    key = next((part for part in reversed(place) if isinstance(part, str) and part != "[key]"), "")
    words = {"key": key, "value": detail.get("input"), "pattern": _pattern(place)}
    return ContentProblem(name, source.line(place), cause.format(**words), cure.format(**words))


def _pattern(place: Place) -> str:
    """Return how to write the innermost part that has its own rule."""
    return next((_PATTERNS[part] for part in map(str, reversed(place)) if part in _PATTERNS), _KEY_PATTERN)


def _kind(detail: dict[str, Any]) -> str:
    """Return the kind of the model's error, one word for all its variants."""
    kind: str = detail["type"]
    if kind in ("model_type", "dict_type"):
        return "no mapping"
    if kind not in ("missing", "extra_forbidden") and detail.get("input") in (None, ""):
        return "empty"
    if kind.startswith("date") or isinstance(detail.get("input"), date):
        return "date"
    return "int" if kind.startswith("int_") or "ge" in detail.get("ctx", {}) or "le" in detail.get("ctx", {}) else kind
