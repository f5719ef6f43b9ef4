"""Reads and checks an officer's decision on a filing; knows no record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, cast, get_args

from functions.forms.characters import trimmed
from functions.forms.definition import Definition
from functions.forms.formats import is_date
from functions.forms.normalise import odd_in_date, plain_date
from functions.forms.problem import Problem

Kind = Literal["accept", "return", "reopen", "void"]

LONGEST: Final = 2000
MOST_DAYS: Final = 366
MOST_ASKED: Final = 200
LABELS: Final[Mapping[str, str]] = {
    "decision": "决定",
    "opinion": "意见",
    "correction_due": "补正期限",
    "fields": "要改的栏",
    "reason": "原因",
    "text": "备注",
    "checked": "怎样核对的身份",
}
ASK_VOID: Final = "请写为什么作废。填报单位看得到"
_NEEDED: Final[Mapping[Kind, tuple[str, str]]] = {
    "return": ("opinion", "请写意见：哪一栏不对，怎么改"),
    "reopen": ("reason", "请写为什么重新打开。填报单位看得到"),
    "void": ("reason", ASK_VOID),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A checked decision. `words` are the opinion, or the reason of a reopening or a voiding.

    `correction_due` is the last day, in Asia/Shanghai, to correct a returned filing; `asked` are JSON pointers of
    fields.
    """

    kind: Kind
    words: str = ""
    correction_due: date | None = None
    asked: tuple[str, ...] = ()


def read_decision(given: Mapping[str, Any], *, today: date, definition: Definition) -> Decision | tuple[Problem, ...]:
    """Return the decision, or every problem with it. `today` is the day in Asia/Shanghai.

    Keys: `decision` (accept, return, reopen or void), `opinion` and, for a return, `correction_due` and `fields`; to
    reopen or to void, `reason` replaces `opinion`. Any other key is a problem too.
    """
    if given.get("decision") not in get_args(Kind):
        return (problem("decision", "请选接受，或者退回补正", "required"),)
    kind = cast(Kind, given["decision"])
    if isinstance(given.get("correction_due"), str):
        given = {**given, "correction_due": plain_date(given["correction_due"])}
    words, found = _said(kind, given)
    if kind == "return":
        found += _judge_due(given.get("correction_due"), today)
        found += _judge_asked(given.get("fields", []), definition)
    if found:
        return tuple(found)
    due = date.fromisoformat(given["correction_due"]) if kind == "return" else None
    return Decision(kind, words, due, tuple(given.get("fields", ())) if due else ())


def read_common(given: Mapping[str, Any]) -> Decision | tuple[Problem, ...]:
    """Read a decision on several filings: accept or void. A return needs its own opinion for each filing."""
    kind = given.get("decision")
    if kind != "accept" and kind != "void":
        return (
            problem("decision", "几件一起办的，只能接受（accept）或者作废（void）。退回的意见请一件一件写", "required"),
        )
    words, found = _said(kind, given)
    return tuple(found) or Decision(kind, words)


def _said(kind: Kind, given: Mapping[str, Any]) -> tuple[str, list[Problem]]:
    """Return the words of a decision, and every problem with them or with a key that does not belong to it."""
    key, ask = _NEEDED.get(kind, ("opinion", ""))
    known = {"decision", key} | ({"correction_due", "fields"} if kind == "return" else set())
    found = [
        problem(name, f"这个决定没有“{LABELS.get(name, name)}”这一项。请删去", "unknown")
        for name in given.keys() - known
    ]
    found += judge_words(key, given.get(key), ask)
    return ("" if found else trimmed(given.get(key) or "")), found


def judge_words(key: str, words: Any, ask: str) -> list[Problem]:
    """Check the text under this key. `ask` is the message when it is missing, "" when it may be missing."""
    if words is not None and not isinstance(words, str):
        return [problem(key, f"“{LABELS[key]}”要写文字", "type")]
    if not trimmed(words or ""):
        return [problem(key, ask, "required")] if ask else []
    if len(words or "") > LONGEST:
        return [
            problem(key, f"“{LABELS[key]}”最多 {LONGEST} 字，现在是 {len(words or '')} 字。请写短一些", "maxLength")
        ]
    return []


def problem(key: str, message: str, rule: str) -> Problem:
    """Make a problem about the value under this key."""
    return Problem(f"/{key}", LABELS.get(key, key), message, rule)


def _judge_due(given: Any, today: date) -> list[Problem]:
    if given is None or given == "":
        return [problem("correction_due", "请填补正期限，最早是明天", "required")]
    if not isinstance(given, str) or not is_date(given) or given.startswith("0000"):
        odd = odd_in_date(given) if isinstance(given, str) else ""
        return [problem("correction_due", f"补正期限{odd or '要写成 2026-09-25 这样的日期'}", "format")]
    days = (date.fromisoformat(given) - today).days
    if days < 1:
        return [problem("correction_due", "补正期限最早是明天。请改晚一些", "minimum")]
    if days > MOST_DAYS:
        return [problem("correction_due", f"补正期限离今天有 {days} 天，最多一年。请核对年份", "maximum")]
    return []


def _judge_asked(given: Any, definition: Definition) -> list[Problem]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(each, str) for each in given):
        return [problem("fields", "“要改的栏”要写成一列指针，如 /unit/uscc", "type")]
    if len(given) > MOST_ASKED:
        return [problem("fields", f"一次最多指出 {MOST_ASKED} 栏。更多的请写在意见里", "maxItems")]
    strangers = [each for each in given if not each.startswith("/") or definition.field_at(each) is None]
    return [problem("fields", f"这张表没有“{each[:60]}”这一栏。请核对", "unknown") for each in strangers]
