"""Normalises telephone numbers of mainland China, from the many ways in which people and telephones write them."""

from __future__ import annotations

import re

_LONGEST = 60
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"([48]00)([0-9]{7})")
_AREA = r"(?:0[12][0-9]|0[03-9][0-9]{2})"
_LANDLINE = re.compile(rf"({_AREA})([0-9]{{7,8}})")
_TYPED_AREA = re.compile(r"(0[0-9]{2,3})-([0-9]{7,8})")
_EXTENSION = re.compile(r"(.*?)[ ,;(]*(?:转|分机号?|ext(?:ension)?[.]?|x|#)[ :]*([0-9]{1,6})[)]?", re.IGNORECASE)
_LAST_GROUP = re.compile(r"(.*[0-9)])-([0-9]{1,6})")
_COUNTRY = re.compile(r"[(]?(?:[+]|00)?86[)]?")
_CALLED = re.compile(r"[0-9() .-]*")


def plain_telephone(text: str) -> str:
    """Return the normal form: 13800138000, 0310-3891234, 0310-3891234-801, 400-1234567; else the text itself.

    `text` is in half width, without blanks around it. A number may have its country, brackets, blanks, dots and hyphens
    anywhere, and an extension after 转, 分机, ext or a hyphen.
    """
    if len(text) > _LONGEST:
        return text
    number, extension = _parted(text)
    country = _COUNTRY.match(number)
    rest = number[country.end() :].lstrip(" -.") if country else number
    for national in (rest, "0" + rest) if country else (number,):
        found = _national(national, extension)
        if found:
            return found
    return text


def _parted(text: str) -> tuple[str, str]:
    """Return the number, and the extension after a word for it."""
    marked = _EXTENSION.fullmatch(text)
    return (marked[1], marked[2]) if marked else (text, "")


def _national(number: str, extension: str) -> str:
    """Return the normal form of a number without its country code; "" when it is not valid."""
    if not _CALLED.fullmatch(number):
        return ""
    grouped = _LAST_GROUP.fullmatch(number)
    if not extension and grouped:
        found = _landline(grouped[1])
        if found:
            return f"{found}-{grouped[2]}"
    digits = _digits(number)
    service = _SERVICE.fullmatch(digits)
    if not extension and (service or _MOBILE.fullmatch(digits)):
        return f"{service[1]}-{service[2]}" if service else digits
    found = _landline(number)
    return f"{found}-{extension}" if found and extension else found


def _landline(number: str) -> str:
    """Return area code and number with a hyphen between; a separate area code is taken as it stands."""
    apart = re.match(r"[(]?([0-9]+)[) .-]+", number)
    split = _TYPED_AREA.fullmatch(f"{apart[1]}-{_digits(number[apart.end() :])}") if apart else None
    found = split or _LANDLINE.fullmatch(_digits(number))
    return f"{found[1]}-{found[2]}" if found else ""


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)
