"""The operator's settings for reminders, read from a mapping and validated at once; sends nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from functions.errors import SettingError

DAYS: Final = (30, 7, 1, -1)
FIRST, LAST = 60, -30
MOST_STEPS: Final = 8
LEAST_SECRET: Final = 16
MAILBOX: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
NAMES: Final = ("REMIND_DAYS", "REMIND_FROM", "SMS_WEBHOOK", "SMS_SECRET")


@dataclass(frozen=True, slots=True)
class RemindSettings:
    """When units are reminded, and how.

    `days` are the days before the last day, negative ones after it; none turns reminders off. `sender` is the address
    that mail to units comes from, `sms_webhook` where messages for mobile telephones are posted, signed with
    `sms_secret`; each "" for none.
    """

    days: tuple[int, ...] = DAYS
    sender: str = ""
    sms_webhook: str = ""
    sms_secret: str = ""

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> RemindSettings:
        """SettingError names the variable and the fix, and repeats no secret."""
        days, sender, webhook, secret = (variables.get(f"QINGDAN_{name}", "").strip() for name in NAMES)
        if sender and not MAILBOX.fullmatch(sender):
            raise SettingError("QINGDAN_REMIND_FROM 要填一个邮箱地址，例如 daj@example.gov.cn。请改好，或者不设")
        if sender and not variables.get("QINGDAN_MAIL_SERVER", "").strip():
            raise SettingError("用邮件提醒，还缺 QINGDAN_MAIL_SERVER。请设好，或者不设 QINGDAN_REMIND_FROM")
        if webhook and not _is_safe(webhook):
            raise SettingError(
                "QINGDAN_SMS_WEBHOOK 要写成 https://主机/路径；本机的可以用 http://127.0.0.1。请改好，或者不设"
            )
        if bool(webhook) != bool(secret) or (secret and len(secret) < LEAST_SECRET):
            raise SettingError(
                f"QINGDAN_SMS_WEBHOOK 和 QINGDAN_SMS_SECRET 要一起设，后者至少 {LEAST_SECRET} 个字符。请改好，或者不设"
            )
        return cls(_days(days), sender, webhook, secret)


def _days(text: str) -> tuple[int, ...]:
    if text in ("", "off"):
        return () if text else DAYS
    try:
        days = tuple(sorted({int(part) for part in text.split(",")}, reverse=True))
    except ValueError:
        days = ()
    if not days or len(days) > MOST_STEPS or days[0] > FIRST or days[-1] < LAST:
        raise SettingError(
            f"QINGDAN_REMIND_DAYS 要填 {LAST} 到 {FIRST} 之间的整数，用逗号隔开，最多 {MOST_STEPS} 个，例如 30,7,1,-1；"
            "不提醒的填 off。请改好，或者不设"
        )
    return days


def _is_safe(address: str) -> bool:
    """Whether what is posted there is read by nobody on the way: by https, or on this machine alone."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))


def _is_loopback(host: str) -> bool:
    # Imported when needed: most functions start without a gateway.
    from ipaddress import ip_address

    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
