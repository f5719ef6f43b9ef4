"""Finds units by name, code, project or the first letters of their pinyin; knows no obligation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from functions.forms.filing_rules import folded


def is_found(words: Sequence[str], *texts: str) -> bool:
    """Return whether each word stands in one of the texts, or is a run of the first letters of their pinyin."""
    return all(any(_holds(text, word) for text in texts) for word in map(_plain, words))


def _holds(text: str, word: str) -> bool:
    return word in _plain(text) or (word.isascii() and word.isalpha() and word in initials(text))


@lru_cache(maxsize=32768)
def _plain(text: str) -> str:
    return folded(text).casefold()


@lru_cache(maxsize=32768)
def initials(text: str) -> str:
    """Return the first letter of each character's pinyin, as people type them: 示例县档案馆 is slxdag."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).casefold()
