"""A real mail server on loopback (aiosmtpd), which keeps what it takes and refuses whom it is told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """`refused` maps a recipient to the answer; `on_mail` runs after each mail, before it is acknowledged."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self.on_mail: Callable[[int], None] = lambda count: None
        self.address = ""

    def to(self) -> Counter[str]:
        """How many mails each recipient got."""
        return Counter(str(mail["To"]) for mail in self.mails)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content: Any = envelope.content
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.on_mail(len(self.mails))
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a server on a free port until the end of the block; aiosmtpd's own controller takes no free port."""
    box = Mailbox()
    loop, listening = asyncio.new_event_loop(), socket.create_server(("127.0.0.1", 0))
    box.address = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
    serving = loop.create_server(lambda: SMTP(box, hostname="mail.example", loop=loop), sock=listening)
    server = loop.run_until_complete(serving)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
