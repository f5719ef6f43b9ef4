"""What states, timeliness, steps and decisions are called wherever people read of them; knows no page and no file.

Desk, filer's pages, exports and documents read these words here, so that one thing has one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from functions.records.decision import Kind
    from functions.records.event import EventType
    from functions.records.store import Status, Summary, Timeliness


@dataclass(frozen=True, slots=True)
class Mark:
    """A state in words and the shape that stands before it, never colour alone."""

    word: str
    shape: str


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
DECISIONS: Final[Mapping[Kind, str]] = {
    "accept": "接受",
    "return": "退回补正",
    "reopen": "重新打开",
    "void": "作废",
}
# Each decision by the step that it becomes.
DECIDED: Final[Mapping[str, str]] = {
    "accepted": DECISIONS["accept"],
    "returned": DECISIONS["return"],
    "reopened": DECISIONS["reopen"],
    "voided": DECISIONS["void"],
}
# What the first of two officers decided.
AGREED: Final = "同意接受"
STEPS: Final[Mapping[EventType, str]] = {
    "submitted": "提交",
    "returned": "退回",
    "corrected": "补正",
    "withdrawn": "撤回",
    "accepted": "接受",
    "reopened": "重新打开",
    "voided": "作废",
    "noted": "备注",
    "code_reissued": "换发查询码",
    "erased": "依法删除内容",
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
