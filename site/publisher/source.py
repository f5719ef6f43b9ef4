"""Reads one YAML file into its model and says in Chinese what is wrong, with the line; knows no particular file."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

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


def read_data(path: Path, model: type[M], name: str) -> tuple[M, dict[Place, int]]:
    """The file as its model, and the line (from 1) of every place in it; `name` is how messages call the file.

    Raises ContentError with every mistake in the file.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise ContentError(ContentProblem(name, 1, "没有这个文件", "请从仓库恢复它")) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(
            ContentProblem(name, line, "YAML 的写法不对", "请检查缩进、冒号后的空格和成对的引号")
        ) from None
    lines = _lines(node, (), name) if node is not None else {}
    try:
        return model.model_validate(value), lines
    except ValidationError as error:
        raise ContentError(*(_problem(name, lines, dict(detail)) for detail in error.errors())) from None


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest place around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _lines(node: yaml.Node, place: Place, name: str) -> dict[Place, int]:
    found = {place: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if (*place, key.value) in found:
                raise ContentError(ContentProblem(name, line, f"“{key.value}”在同一处写了两次", "请删去一个"))
            found |= _lines(value, (*place, key.value), name)
            found[(*place, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found |= _lines(value, (*place, index), name)
    return found


def _problem(name: str, lines: dict[Place, int], detail: dict[str, Any]) -> ContentProblem:
    place: Place = tuple(detail["loc"])
    cause, cure = _CURES.get(detail["type"], ("“{key}”的值不对：{value}", "请对照同一文件里的其他各项改正"))
    key = next((part for part in reversed(place) if isinstance(part, str) and part != "[key]"), "")
    words = {"key": key, "value": detail.get("input")}
    return ContentProblem(name, line_of(lines, place), cause.format(**words), cure)
