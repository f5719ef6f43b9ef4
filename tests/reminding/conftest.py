"""Services on fresh data with units on a roster, a mail server, and a gateway for messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.remind_settings import RemindSettings
from tests.support.board import list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc
from tests.support.site.bare_site import write_bare_site
from tests.support.web.mail_server import Mailbox, mail_server

SENDER = "daj@county.example"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Only what reminders read of it."""
    return write_bare_site(tmp_path / "site")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def mailing(services: Services, clock: Clock, mailbox: Mailbox) -> Services:
    """The day before the last day of the self-check; mail to units is set up."""
    clock.at = moment("2026-09-29")
    reminders = RemindSettings(sender=SENDER)
    return replace(services, settings=replace(services.settings, mail_server=mailbox.address, reminders=reminders))


def list_some(services: Services, count: int, **more: str) -> None:
    """Put units 1 to `count` on a roster, each with a mail address: u1@unit.example."""
    rows = [
        {"unit_name": f"示例单位{number}", "uscc": make_uscc(number), "since": "2026-01-01",
         "contact_name": "示例甲", "contact_phone": "0310-3891234", "contact_email": f"u{number}@unit.example", **more}
        for number in range(1, count + 1)
    ]  # fmt: skip
    list_units(services, *rows)
