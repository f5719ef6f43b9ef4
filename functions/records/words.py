"""The Chinese words for states, timeliness, steps and decisions; knows no page and no file.

Desk, tracking, exports and documents read these words here, so that each thing has one name.
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
    """A state in words, and the shape in front of it: colour alone must never carry the meaning."""

    word: str
    shape: str


CONTESTED: Final = Mark("重复待核", "twin")
WAITING: Final = "待我处理"
SECOND: Final = Mark("待第二人审核", "wait")
CORRECTED: Final = Mark("补正后待审核", "wait")
TIMELINESS: Final[Mapping[Timeliness, Mark]] = {"on_time": Mark("按期", "ok"), "late": Mark("延报", "late")}
# Whether a correction kept its deadline.
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
# Each decision, by the type of its step.
DECIDED: Final[Mapping[str, str]] = {
    "accepted": DECISIONS["accept"],
    "returned": DECISIONS["return"],
    "reopened": DECISIONS["reopen"],
    "voided": DECISIONS["void"],
}
# The words for the first of two officers' decisions.
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
    """Return the state of a filing; "contested" takes precedence over everything else."""
    if summary.contested:
        return CONTESTED
    if summary.status == "submitted" and summary.approved_by:
        return SECOND
    if summary.status == "submitted" and summary.version > 1:
        return CORRECTED
    return STATUSES[summary.status]
