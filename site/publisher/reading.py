"""Reads one data file into its model and says in Chinese what the model refuses; knows no particular file."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions.forms.source import Mistake, Source
from publisher.problem import ContentError, ContentProblem

M = TypeVar("M", bound=BaseModel)
Place = tuple[int | str, ...]
_CURES = {
    "missing": ("缺少“{key}”", "请补上这一项"),
    "extra_forbidden": ("“{key}”不是这里能写的项", "请改正写法或者删去"),
    "string_pattern_mismatch": (
        "“{key}”的写法不对：{value}",
        "代号用小写字母、数字和短横线，电话用数字，编注用 D1 这样的编号",
    ),
    "string_too_short": ("“{key}”是空的", "请填写内容"),
    "too_short": ("“{key}”里的项太少", "请补齐"),
    "too_long": ("“{key}”里的项太多", "请删去多余的"),
    "literal_error": ("“{key}”不能写成 {value}", "请从文件开头注释列出的几种里选"),
    "string_type": ("“{key}”应是文字，现在是 {value}", "请加上引号"),
}


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
    """What was read from the file `name`, as its model. Raises ContentError with every mistake in it."""
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        raise ContentError(*(_problem(name, source, dict(detail)) for detail in error.errors())) from None


def _problem(name: str, source: Source, detail: dict[str, Any]) -> ContentProblem:
    place: Place = tuple(detail["loc"])
    cause, cure = _CURES.get(detail["type"], ("“{key}”的值不对：{value}", "请对照同一文件里的其他各项改正"))
    key = next((part for part in reversed(place) if isinstance(part, str) and part != "[key]"), "")
    words = {"key": key, "value": detail.get("input")}
    return ContentProblem(name, source.line(place), cause.format(**words), cure)
