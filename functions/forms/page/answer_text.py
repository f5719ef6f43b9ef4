"""One answer in plain words, for pages and documents; knows no HTML and no place on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from functions.forms.attachment_field import is_file, size_words
from functions.forms.outline import Field
from functions.forms.page.encode import text_of

UNANSWERED: Final = "未填"
UNTICKED: Final = "没有勾选"


def answer_words(field: Field, value: Any) -> str:
    """Return the answer with its unit, or the words for no answer; LF separates several lines."""
    if value is None or value == []:
        return UNTICKED if field.kind == "boolean" else UNANSWERED
    words = answer_text(field, value)
    return f"{words} {field.unit}" if field.unit else words


def answer_text(field: Field, value: Any) -> str:
    """Word an answer: labels of choices, 是 for a tick, dates in words; a value of the wrong kind as it is."""
    return _TEXTS.get(field.kind, _plain)(field, value)


def file_names(value: Any) -> list[tuple[str, str]]:
    """Return the name of each file in an answer, and its size in brackets."""
    named = [file for file in value if is_file(file)] if isinstance(value, list) else []
    return [(file["name"], f"（{size_words(file['size'])}）") for file in named]


def _plain(field: Field, value: Any) -> str:
    return text_of(value)


def _count(field: Field, value: Any) -> str:
    """Format a count in groups of three; a year is not a count."""
    return f"{value:,}" if isinstance(value, int) and field.unit not in ("", "年") else text_of(value)


def _choice(field: Field, value: Any) -> str:
    return dict(field.choices).get(value, text_of(value))


def _choices(field: Field, value: Any) -> str:
    return "\n".join(_choice(field, each) for each in (value if isinstance(value, list) else [value]))


def _tick(field: Field, value: Any) -> str:
    return "是" if value is True else UNTICKED


def _date(field: Field, value: Any) -> str:
    parts = text_of(value).split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return text_of(value)
    year, month, day = parts
    return f"{year} 年 {int(month)} 月 {int(day)} 日"


def _files(field: Field, value: Any) -> str:
    return "\n".join(name + size for name, size in file_names(value))


_TEXTS: dict[str, Callable[[Field, Any], str]] = {
    "integer": _count,
    "choice": _choice,
    "choices": _choices,
    "boolean": _tick,
    "date": _date,
    "attachments": _files,
}
