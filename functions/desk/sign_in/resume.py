"""The page after a sign-in that shows what waits to be posted, and where; it does nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.desk.frame import Pages
from functions.desk.sessions import Visitor
from functions.desk.sign_in.resumption import Kept
from functions.staff.permissions import ROLE_TITLES
from functions.staff.sessions import is_of

LABELS: Final[Mapping[str, str]] = {
    "number": "编号",
    "decision": "决定",
    "opinion": "意见",
    "correction_due": "补正期限",
    "reason": "原因",
    "reason_reopen": "为什么重新打开",
    "reason_void": "为什么作废",
    "text": "备注",
    "checked": "怎样核对的身份",
    "received_on": "收到纸质件的日期",
    "unit.unit_name": "单位名称",
    "name": "账号",
    "role": "角色",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "decision": {"accept": "接受", "return": "退回补正", "reopen": "重新打开", "void": "作废"},
    "role": {str(role): title for role, title in ROLE_TITLES.items()},
}
_STEPS: Final = (
    (re.compile(r"/desk/submissions/([^/]+)/decision"), "对填报 {} 作决定"),
    (re.compile(r"/desk/submissions/([^/]+)/note"), "给填报 {} 写备注"),
    (re.compile(r"/desk/submissions/([^/]+)/code"), "给填报 {} 换发查询码"),
    (re.compile(r"/desk/(accept)"), "接受所选的填报"),
    (re.compile(r"/desk/(void)"), "作废所选的填报"),
    (re.compile(r"/desk/records/([^/]+)(?:/files)?"), "录入纸质件"),
    (re.compile(r"/desk/(staff)"), "增加账号"),
    (re.compile(r"/desk/staff/([^/]+)"), "改账号"),
)
_STEP = re.compile(r"/(decision|note|code|files)(?=\?|$)")


def resume_page(pages: Pages, request: Request, visitor: Visitor, kept: Kept | None, *, status: int = 200) -> Response:
    """What was kept and a button that posts it; or that nothing was, or not for this account.

    Nobody is shown what another account typed.
    """
    foreign = kept is not None and bool(kept.mark) and not is_of(kept.mark, visitor.account.name)
    shown = None if foreign else kept
    return pages.page(
        request,
        "resume.html",
        visitor,
        status=status,
        kept=shown,
        foreign=foreign,
        step=_step(shown.address) if shown else "",
        told=_told(shown) if shown else [],
        back=_STEP.sub("", shown.address) if shown else "/desk/",
    )


def _step(address: str) -> str:
    path = address.partition("?")[0]
    for pattern, words in _STEPS:
        if found := pattern.fullmatch(path):
            return words.format(found.group(1))
    return "提交刚才的一页"


def _told(kept: Kept) -> list[tuple[str, str]]:
    """What the page can name of it; the rest is there, too."""
    return [
        (LABELS[name], WORDS.get(name, {}).get(value, value)) for name, value in kept.pairs if name in LABELS and value
    ]
