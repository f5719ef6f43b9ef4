"""How the desk says a state or a moment: words, the shape beside them, Beijing time; knows no store and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from functions.records.store import Status, Summary, Timeliness

BEIJING: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in words and the shape that stands before it, never colour alone."""

    word: str
    shape: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in Beijing time: to the minute, to the second, and for machines."""

    minute: str
    second: str
    machine: str


CONTESTED: Final = Mark("重复待核", "twin")
WAITING: Final = "待我处理"
SECOND: Final = Mark("待第二人审核", "wait")
CORRECTED: Final = Mark("补正后待审核", "wait")
TIMELINESS: Final[Mapping[Timeliness, Mark]] = {"on_time": Mark("按期", "ok"), "late": Mark("延报", "late")}
# Whether a correction kept the date that was set for it.
CORRECTIONS: Final[Mapping[bool, Mark]] = {True: Mark("按期补正", "ok"), False: Mark("补正晚了", "late")}
STATUSES: Final[Mapping[Status, Mark]] = {
    "submitted": Mark("待审核", "wait"),
    "returned": Mark("已退回", "back"),
    "accepted": Mark("已接受", "ok"),
    "withdrawn": Mark("已撤回", "void"),
    "voided": Mark("作废", "void"),
}


def mark_of(summary: Summary) -> Mark:
    """The state of a filing: that another one contests it comes before all else."""
    if summary.contested:
        return CONTESTED
    if summary.status == "submitted" and summary.approved_by:
        return SECOND
    if summary.status == "submitted" and summary.version > 1:
        return CORRECTED
    return STATUSES[summary.status]


def moment_of(at: str) -> Moment:
    """The moment of a UTC time as events carry it."""
    local = datetime.fromisoformat(at).astimezone(BEIJING)
    return Moment(
        local.strftime("%Y-%m-%d %H:%M"), local.strftime("%Y-%m-%d %H:%M:%S"), local.isoformat(timespec="seconds")
    )


def grouped(digest: str) -> str:
    """A digest in groups of eight, so that two can be compared by eye."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
