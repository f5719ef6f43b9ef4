"""The seals since the last mail, sent to a superior bureau, so that nobody here can take them back; knows no night."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Final

from functions.bootstrap import Services
from functions.mail import MailServer, send
from functions.records.event import SALT_BYTES
from functions.records.seals.seal import Seal, write_month
from functions.records.state import SHANGHAI
from functions.staff.audit_log import CONSOLE, Entry, Sought, body_of

SEALS_AT_ONCE: Final = 1000
_TEXT: Final = """附件是{count}条封存记录，第 {first} 到第 {last} 次，最后一次封存于 {at}（北京时间）。
请保存这封邮件，不要存在发件单位的机器上。以后核对有没有人改动、删去或者退回过数据：

    qingdan verify 数据文件夹 --seals 附件或者存放附件、邮件（.eml）的文件夹

哪一天没有收到这样的邮件，请向发件单位询问。
"""


Send = Callable[[MailServer, EmailMessage], None]


def send_new(services: Services, send: Send = send) -> int:
    """Send the seals that no mail has carried yet and note it in the trail; how many, 0 where no mail is set up.

    The note is an event, which the next seal holds: so there is a mail every day, and its absence is seen.
    """
    settings = services.settings
    if not settings.mail_to:
        return 0
    seals = services.seals.seals(first=last_sent(services) + 1, limit=SEALS_AT_ONCE)
    if not seals:
        return 0
    message = mail_of(seals, services)
    send(MailServer.of(settings.mail_server), message)
    entry = Entry("seals_sent", CONSOLE, services.clock(), details={"seal": seals[-1].index})
    services.trail.add(entry, services.entropy(SALT_BYTES)).result()
    return len(seals)


def last_sent(services: Services) -> int:
    """The index of the last seal that a mail has carried; 0 before the first."""
    for event in services.trail.page(Sought(action="seals_sent"), limit=1):
        return int(body_of(event)["details"]["seal"])
    return 0


def mail_of(seals: Sequence[Seal], services: Services) -> EmailMessage:
    """The mail that carries these seals, of which there is at least one, as a file that `qingdan verify` reads."""
    settings, at = services.settings, datetime.fromisoformat(seals[-1].at).astimezone(SHANGHAI)
    message = EmailMessage()
    message["Subject"] = f"封存记录 {at:%Y-%m-%d}（第 {seals[0].index} 到第 {seals[-1].index} 次）"
    message["From"], message["To"] = settings.mail_from, settings.mail_to
    message["Date"] = services.clock()
    message["Message-ID"] = f"<seals-{seals[-1].index}-{seals[-1].digest[:16]}@{settings.mail_from.rpartition('@')[2]}>"
    numbers = {"first": seals[0].index, "last": seals[-1].index, "count": f" {len(seals)} "}
    message.set_content(_TEXT.format(**numbers, at=f"{at:%Y-%m-%d %H:%M}"))
    written = write_month(seals, f"{at:%Y-%m}", services.keys.jwks())
    name = f"seals-{at:%Y-%m-%d}-{seals[-1].index}.json"
    content = json.dumps(written, ensure_ascii=False, indent=1).encode()
    message.add_attachment(content, maintype="application", subtype="json", filename=name)
    return message
