"""The string formats of our forms: calendar dates, unified social credit codes, telephone numbers, mail addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

USCC_LENGTH: Final = 18
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_USCC_VALUES = {char: value for value, char in enumerate(USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(USCC_LENGTH - 1))
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
PHONE = re.compile(r"(?:[+]?86[- ]?)?(?:1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}(?:-[0-9]{1,6})?|[48]00[- ]?[0-9]{7})")
# A browser's pattern for an address, with a dot in its host: a bureau's mail goes to other hosts.
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:[.][A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_LEAP_YEAR = 2000


def uscc_check_character(body: str) -> str:
    """Return the 18th character for these 17 (GB 32100-2015): (31 - sum of value times 3^place mod 31) mod 31."""
    total = sum(_USCC_VALUES[char] * weight for char, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc(text: str) -> bool:
    """Whether the text is a unified social credit code with a correct check character, in capitals."""
    if len(text) != USCC_LENGTH or not all(char in _USCC_VALUES for char in text):
        return False
    return text[-1] == uscc_check_character(text[:-1])


def is_phone(text: str) -> bool:
    """Whether the text is a mobile number, a landline with its area code (and extension), or a 400 or 800 number."""
    return PHONE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether the text is a mail address in ASCII; does not check its host."""
    return EMAIL.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether the text is a date written YYYY-MM-DD (RFC 3339 full-date; Python's own parser takes more)."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]) or _LEAP_YEAR, int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def day_of(text: str) -> date | None:
    """Parse a date written YYYY-MM-DD; None for anything else, the year 0 included."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def whole_number(value: Any) -> int | None:
    """Return the integer that JSON Schema sees in a value: 2025 and 2025.0 are equal; None when it sees none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


# A named file is never text: its format stands beside `type: object`, and describes the object.
OBJECT_FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {"attachment": lambda _: False}
CUSTOM_FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "uscc": is_uscc,
    "cn-phone": is_phone,
    "email": is_email,
}
