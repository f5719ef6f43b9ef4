"""Reads what people and programs send about letters; knows no page and no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, cast

from functions.desk.orders.issuing import Asked
from functions.forms.characters import trimmed
from functions.forms.formats import day_of
from functions.forms.letters import LetterKind, Letters
from functions.forms.normalise import plain_date, plain_line
from functions.supervision.orders.judging import why_not_until
from functions.supervision.orders.values import ID_LENGTH
from functions.web.http.problems import HttpProblem

LONGEST: Final = 100
LONGEST_TEXT: Final = 500
MOST_ROWS: Final = 50
Wrong = list[tuple[str, str]]


def read_kind(text: str, letters: Letters) -> LetterKind:
    """The kind of letter that was asked for; HttpProblem 400 for none that there is."""
    if text not in letters.kinds:
        known = "、".join(f"{kind}（{wording.short}）" for kind, wording in letters.kinds.items())
        raise HttpProblem(400, f"没有认出是哪一种文书。可以开的：{known or '无'}")
    return cast(LetterKind, text)


def read_rows(given: Sequence[str]) -> list[str]:
    """The keys of ticked rows; HttpProblem 400 for what is no key, or too many of them."""
    keys = list(dict.fromkeys(given))
    if len(keys) > MOST_ROWS:
        raise HttpProblem(400, f"一次最多勾选 {MOST_ROWS} 行。请分几次办")
    if any(len(key) != ID_LENGTH or not key.isalnum() for key in keys):
        raise HttpProblem(400, "没有认出勾选的是哪一行。请回到看板再勾选一次")
    return keys


def read_asked(kind: LetterKind, letters: Letters, typed: Mapping[str, str], today: date) -> tuple[Asked, Wrong]:
    """Return what was entered for all letters of a press, and what is wrong with it by the names of the controls."""
    wording = letters.kinds[kind]
    asked = Asked(
        kind,
        read_date(typed.get("until", "")) if wording.until else None,
        "" if wording.to else line(typed.get("to", "")),
        line(typed.get("signed_by", "")),
    )
    wrong: Wrong = []
    if wording.until and (why := why_not_until(asked.until, today, wording.until)):
        wrong.append(("until", why))
    if not wording.to and (why := why_not_words(asked.to, "主送机关", LONGEST)):
        wrong.append(("to", why))
    if why := why_not_words(asked.signed_by, "签发人", LONGEST):
        wrong.append(("signed_by", why))
    return asked, wrong


def read_date(text: str) -> date | None:
    """The day that was typed; None for nothing, and for what is no day."""
    return day_of(plain_date(text))


def line(text: str) -> str:
    """Typed words as one line."""
    return trimmed(plain_line(text))


def why_not_words(text: str, what: str, longest: int = LONGEST_TEXT) -> str:
    """Why these words will not do; "" when they will."""
    if not text:
        return f"请填{what}"
    return f"{what}最多 {longest} 个字。请写短一些" if len(text) > longest else ""
