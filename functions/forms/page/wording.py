"""The words around every form: marks, counts, progress; pages and the page's script share them."""

from __future__ import annotations

from functions.forms.address import numeral

OPTIONAL = "（选填）"
DEPENDS = "（按所选填写）"
DATE_HINT = "如 2026-03-01。"
WRONG = "错误："
ASKED = "本局要求改这一栏。"

# The page's script fills the braces in the same way, so that both show equal text.
WORDS = {
    "optional": OPTIONAL,
    "wrong": WRONG,
    "first": "加一个{item}",
    "again": "再加一个{item}",
    "full": "最多 {count} 个{item}",
    "all_open": "{all}部分都还没有填好",
    "some_done": "{all}部分中{done}部分填好",
    "all_done": "{all}部分都填好了",
    "to_mend": "，还有 {count} 处要改",
    "mend": "{count} 处要改",
    "filled": "已填",
    "missing": "还差 {count} 项",
    "empty": "未填",
    "skippable": "可不填",
}


def count_of_parts(number: int) -> str:
    """Return a number before 部分: 两 instead of 二."""
    return "两" if number == 2 else numeral(number)
