"""The server reminds at night, in a process of its own, and sends nothing twice after a restart."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from functions.bootstrap import Services
from functions.local.server import nightly_tasks
from functions.local.server.reminding import Failed, remind_apart
from functions.remind_settings import RemindSettings
from functions.supervision.reminders.ledger import history_of
from tests.reminding.conftest import SENDER, list_some
from tests.support.board import moment
from tests.support.web.mail_server import Mailbox

# A day that is long over, whatever day the test runs on: the other process has the machine's clock.
ON = date(2024, 9, 29)


@pytest.fixture
def listed(services: Services, mailbox: Mailbox) -> Services:
    list_some(services, 3, since="2020-01-01")
    settings = replace(services.settings, mail_server=mailbox.address, reminders=RemindSettings(sender=SENDER))
    return replace(services, settings=settings)


def test_a_night_reminds_and_a_restart_sends_nothing_again(listed: Services, mailbox: Mailbox) -> None:
    for _ in range(2):
        nightly_tasks._remind(listed, moment("2024-09-29 00:30:00"), threading.Event())
    assert set(mailbox.to().values()) == {1}
    assert len(mailbox.mails) == 3


def test_a_server_that_stops_sends_no_more(listed: Services, mailbox: Mailbox) -> None:
    stopped = threading.Event()
    stopped.set()
    assert remind_apart(listed.settings, ON, stopped) == {"reminders": {}}
    assert mailbox.mails == []


def test_a_failure_is_told_without_its_text(listed: Services) -> None:
    nowhere = replace(listed.settings, site=listed.settings.data / "nothing")
    with pytest.raises(Failed, match=r"^SettingError$"):
        remind_apart(nowhere, ON, threading.Event())
    assert not history_of(listed.ledger).entries


def test_a_bureau_that_wants_no_reminders_gets_none(listed: Services, mailbox: Mailbox) -> None:
    off = replace(listed, settings=replace(listed.settings, reminders=RemindSettings(days=(), sender=SENDER)))
    nightly_tasks._remind(off, moment("2024-09-29"), threading.Event())
    assert mailbox.mails == []
