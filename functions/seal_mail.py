"""The seals since the last mail, sent to a superior bureau, so that nobody here can take them back; knows no night."""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from functions.bootstrap import Services
from functions.errors import SettingError
from functions.records.event import SALT_BYTES
from functions.records.seals.seal import Seal, write_month
from functions.records.state import SHANGHAI
from functions.staff.audit_log import CONSOLE, Entry, Sought, body_of

PATIENCE_SECONDS: Final = 30
SEALS_AT_ONCE: Final = 1000
_PORTS: Final = {"smtp": 25, "smtps": 465}
_TEXT: Final = """附件是{count}条封存记录，第 {first} 到第 {last} 次，最后一次封存于 {at}（北京时间）。
请保存这封邮件，不要存在发件单位的机器上。以后核对有没有人改动、删去或者退回过数据：

    qingdan verify 数据文件夹 --seals 附件或者存放附件、邮件（.eml）的文件夹

哪一天没有收到这样的邮件，请向发件单位询问。
"""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; `password` is "" where nobody signs in there."""

    encrypted: bool
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, address: str) -> MailServer:
        """From smtp://host:25 or smtps://user:password@host:465; SettingError names the variable and the fix."""
        try:
            parts = urlsplit(address)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise SettingError(_WRONG_SERVER) from None
        if not parts.hostname:
            raise SettingError(_WRONG_SERVER)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme == "smtps", parts.hostname, port, user, password)


# The address may hold a password: it is not repeated.
_WRONG_SERVER: Final = "QINGDAN_MAIL_SERVER 要写成 smtp://主机:25 或者 smtps://用户:密码@主机:465。请改好，或者不设"

Send = Callable[[MailServer, EmailMessage], None]


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand the mail in; OSError or SMTPException when that fails. A password is never sent in the clear."""
    context = ssl.create_default_context()
    if server.encrypted:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_SECONDS, context=context)
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_SECONDS)
    with opened as client:
        client.ehlo()
        if not server.encrypted and (server.user or client.has_extn("starttls")):
            client.starttls(context=context)
        if server.user:
            client.login(server.user, server.password)
        client.send_message(message)


def send_new(services: Services, send: Send = send) -> int:
    """Send the seals that no mail has carried yet and note it in the trail; how many, 0 where no mail is set up.

    The note is an event, which the next seal holds: so there is a mail every day, and its absence is seen.
    """
    settings = services.settings
    if not settings.mail_server:
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
