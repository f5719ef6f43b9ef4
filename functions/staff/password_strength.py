"""Whether a password is easy to guess: common ones, and public facts about its owner; knows no account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

# The first guesses here: the product, the trade and the complaints number.
KNOWN_TO_ALL: Final = (
    "qingdan", "清单", "12345", "dangan", "danganju", "档案", "档案局", "责任清单", "mima", "woaini", "zhongguo",
)  # fmt: skip
# zxcvbn's scale: 3 is "safely unguessable" where each guess costs a slow hash.
LEAST_SCORE: Final = 3
# zxcvbn refuses longer input, and no password of that length is weak only at its end.
MOST_LOOKED_AT: Final = 72
LEAST_OF_OWN: Final = 8
HELP: Final = "请另取一个，例如几个不相干的词连起来"
_WARNINGS: Final[Mapping[str, str]] = {
    "This is a top-10 password.": "是最常用的密码之一",
    "This is a top-100 password.": "是最常用的密码之一",
    "This is a very common password.": "里有很常用的密码",
    "This is similar to a commonly used password.": "和很常用的密码差不多",
    "A word by itself is easy to guess.": "只是一个词",
    "Names and surnames by themselves are easy to guess.": "只是人名",
    "Common names and surnames are easy to guess.": "只是常见的人名",
    "Straight rows of keys are easy to guess.": "是键盘上连着的一排键",
    "Short keyboard patterns are easy to guess.": "是键盘上连着的键",
    'Repeats like "aaa" are easy to guess.': "是重复的字符",
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': "是同一段重复几遍",
    'Sequences like "abc" or "6543" are easy to guess.': "是连续的字母或数字",
    "Recent years are easy to guess.": "主要是年份",
    "Dates are often easy to guess.": "主要是日期",
}


def weakness(password: str, *, context: Iterable[str]) -> str | None:
    """Why the password is easy to guess and what helps, in Chinese; None when it is not.

    `context` is what is known about its owner and the bureau: an account's name, the names of bureau and service.
    """
    words = _words([*KNOWN_TO_ALL, *context])
    typed = unicodedata.normalize("NFKC", password).casefold()
    if (found := _known_in(typed, words)) and len(_without(typed, words)) < LEAST_OF_OWN:
        return f"新密码除了“{found}”这样谁都知道的词，剩下的不到 {LEAST_OF_OWN} 个字符，容易猜到。{HELP}"
    result = _measure(typed[:MOST_LOOKED_AT], words)
    if result["score"] >= LEAST_SCORE:
        return None
    return f"新密码{_WARNINGS.get(result['feedback']['warning'], '太有规律')}，容易猜到。{HELP}"


def _measure(password: str, words: Sequence[str]) -> Any:
    # Imported late: its lists are large, and passwords are seldom set.
    from zxcvbn import zxcvbn

    return zxcvbn(password, user_inputs=list(words))


def _words(context: Iterable[str]) -> list[str]:
    """Return the words and their parts, longest first, so that a part is not removed before its whole word."""
    whole = [unicodedata.normalize("NFKC", each).casefold() for each in context]
    parts = [part for each in whole for part in re.split(r"[\W_]+", each)]
    return sorted({each for each in whole + parts if len(each) > 1}, key=lambda each: (-len(each), each))


def _known_in(typed: str, words: Sequence[str]) -> str:
    return next((word for word in words if word in typed), "")


def _without(typed: str, words: Sequence[str]) -> str:
    """Return the password without those words and the separators between words."""
    for word in words:
        typed = typed.replace(word, " ")
    return re.sub(r"[\W_]+", "", typed)
