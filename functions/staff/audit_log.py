"""The audit log: who read, downloaded, decided or signed in, as one chain of events; knows no store, no HTTP.

It holds account names and filings' numbers, no other personal data, and never a search term.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast

from functions.records.event import Event, EventType, make_event
from functions.records.filing import timestamp
from functions.records.words import DECISIONS
from functions.supervision.obligations.words import ACT, IN, NOT_DUE, WORDS

NUMBER: Final = "TRAIL"
FORM: Final = "trail"
# No account can have this name: a name has no brackets.
CONSOLE: Final = "(console)"
NOBODY: Final = ""

Action = Literal[
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "password_changed",
    "second_factor_changed",
    "account_added",
    "account_reset",
    "account_unlocked",
    "account_disabled",
    "account_enabled",
    "role_changed",
    "listed",
    "viewed",
    "exported",
    "decided",
    "erased",
    "keys_rotated",
    "roster_imported",
    "roster_changed",
    "reminded",
    "letters_issued",
    "letter_changed",
    "extension_changed",
    "seals_sent",
    "trail_viewed",
    "trail_exported",
]

ACTIONS: Final[Mapping[str, str]] = {
    "signed_in": "登录",
    "sign_in_failed": "登录失败",
    "signed_out": "退出",
    "password_changed": "改密码",
    "second_factor_changed": "改两步登录",
    "account_added": "增加账号",
    "account_reset": "重置账号",
    "account_unlocked": "解除登录限制",
    "account_disabled": "停用账号",
    "account_enabled": "启用账号",
    "role_changed": "改角色",
    "listed": "看列表",
    "viewed": "看填报",
    "exported": "下载",
    "decided": "办理",
    "erased": "依法删除内容",
    "keys_rotated": "换密钥",
    "roster_imported": "导入名册",
    "roster_changed": "改名册",
    "reminded": "催报",
    "letters_issued": "开文书",
    "letter_changed": "办文书",
    "extension_changed": "办延期",
    "seals_sent": "寄出封存",
    "trail_viewed": "看操作记录",
    "trail_exported": "下载操作记录",
}

# The words for a detail; any other is shown under its own name.
_DETAIL_WORDS: Final[Mapping[str, str]] = {
    "form": "表 {}",
    "roster": "名册 {}",
    "letter": "文书 {}",
    "letters": "文书 {} 份",
    "extension": "延期 {}",
    "rows": "{} 行",
    "period": "期 {}",
    "timeliness": "只看{}的",
    "status": "只看{}的",
    "state": "只看{}",
    "on": "截至 {}",
    "narrowed": "另按单位或文字筛选",
    "format": "格式 {}",
    "table": "子表 {}",
    "document": "文件 {}",
    "sha256": "指纹 {}",
    "filings": "{} 件",
    "numbers": "勾选 {}",
    "decision": "决定 {}",
    "account": "账号 {}",
    "role": "角色 {}",
    "version": "第 {} 版",
    "reason": "理由 {}",
    "kid": "密钥 {}",
    "seal": "到第 {} 次封存",
    "step": "{}",
    "where": "{}",
    "change": "{}",
    "contacts": "{} 个联系人",
    "outcome": "{}",
}

_VALUE_WORDS: Final[Mapping[str, str]] = {
    "code": "验证码不对",
    "everywhere": "所有地方",
    "elsewhere": "别处",
    "on": "开了两步登录",
    "off": "关了两步登录",
    "filing": "填报表",
    "receipt": "回执",
    "opinion": "意见",
    "attachment": "附件",
    "score_sheet": "空白评分表",
    "recovery": "换了恢复码",
    **{str(kind): word for kind, word in DECISIONS.items()},
    "note": "写备注",
    "reissue": "换发查询码",
    "paper": "录入纸质件",
    "due_board": "到期看板",
    "due_unit": "单位页",
    "reminders": "催报名单",
    "called": "已联系",
    "bounced": "退信",
    "letters": "文书目录",
    "letter": "文书",
    "correction": "责令改正",
    "circular": "通报批评",
    "recommendation": "建议处分",
    "served": "记送达",
    "answered": "记答复",
    "asked": "申请延期",
    "granted": "准予延期",
    "declined": "不准延期",
    "revoked": "撤销延期",
    "act": ACT,
    "not_due": NOT_DUE,
    "in": IN,
    **{str(state): word.mark.word for state, word in WORDS.items()},
}

Details = Mapping[str, "str | int | bool | list[str]"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An action before it joins the chain.

    `actor` is an account's name, CONSOLE for the command line, NOBODY when unknown. `at` is aware. `about` is the
    filing's number, "" when it is about none or about many. `details` are for later readers, people and programs.
    """

    action: Action
    actor: str
    at: datetime
    about: str = ""
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sought:
    """A filter of entries: every field that is set must match. `since` is included, `until` is not; both aware."""

    actor: str | None = None
    action: Action | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditLogStore(Protocol):
    """Stores the audit log. Reading blocks; every method may raise StoreUnavailable."""

    def add(self, entry: Entry, salt: bytes) -> Future[Event]:
        """Chain the entry to the last one (`link`) and store it durably, then resolve the future.

        Concurrent entries each get their own place in the one chain. `salt` is 32 bytes from a secure source.
        """
        ...

    def page(self, sought: Sought, *, limit: int, before: int | None = None) -> tuple[Event, ...]:
        """Return at most `limit` matching entries, newest first: the last ones, or those before this sequence."""
        ...

    def stream(self, sought: Sought) -> Iterator[Event]:
        """Yield every matching entry, oldest first, in constant memory, as of one moment."""
        ...


def link(entry: Entry, last: Event | None, salt: bytes) -> Event:
    """Return the entry as the event that follows `last`, which is None for the first one."""
    return make_event(
        number=NUMBER,
        form=FORM,
        sequence=last.sequence + 1 if last else 1,
        # The structure of a filing's event, with types of its own.
        type=cast(EventType, entry.action),
        # Times never fall along the chain, even after a clock was set back.
        at=max(timestamp(entry.at), last.at) if last else timestamp(entry.at),
        actor=entry.actor,
        previous=last.digest if last else "",
        body={"about": entry.about, "details": dict(entry.details)},
        salt=salt,
    )


def body_of(event: Event) -> dict[str, Any]:
    """Return the entry's contents besides who and when: `about` and `details`."""
    found: dict[str, Any] = json.loads(event.body or b'{"about":"","details":{}}')
    return found


def detail_words(details: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the details in one line: "格式 XLSX；3 件；勾选 SC-…"; `titles` maps other ids to titles."""
    return "；".join(
        _DETAIL_WORDS.get(name, name + " {}").format(_value(value, titles)) for name, value in details.items()
    )


def _value(value: Any, titles: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return titles.get(value) or _VALUE_WORDS.get(value, value) if isinstance(value, str) else str(value)
