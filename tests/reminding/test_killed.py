"""A run that is killed in the middle, twenty times, sends no mail twice and forgets no unit."""

from __future__ import annotations

import os
import signal
import subprocess
from queue import Queue

import pytest

from functions.bootstrap import Services
from functions.records.ledger import Step, chain_name
from functions.supervision.reminders.ledger import reminders_of
from tests.conftest import ROOT
from tests.reminding.conftest import SENDER
from tests.support.board import PROFESSIONAL, moment
from tests.support.filings import make_uscc
from tests.support.serving import COMMAND, environment
from tests.support.web.mail_server import Mailbox

ROUNDS = 20
UNITS = 520
# A day that is long over, whatever day the test runs on: the self-check of 2023 was due on the next.
ON = "2024-09-29"


@pytest.fixture
def many(services: Services) -> Services:
    """Units on a roster, as one import brings them."""
    rows = [
        {"unit_name": f"示例单位{number}", "uscc": make_uscc(number), "since": "2020-01-01",
         "contact_email": f"u{number}@unit.example"}
        for number in range(1, UNITS + 1)
    ]  # fmt: skip
    step = Step("imported", "主管", moment("2024-01-05"), {"added": rows}, services.entropy(32))
    services.ledger.append(chain_name("roster", PROFESSIONAL), [step], expect=0)
    return services


def start(services: Services, mailbox: Mailbox) -> subprocess.Popen[bytes]:
    settings = services.settings
    command = ["remind", "--on", ON, "--data", str(settings.data), "--site", str(settings.site)]
    variables = {"QINGDAN_MAIL_SERVER": mailbox.address, "QINGDAN_REMIND_FROM": SENDER}
    return subprocess.Popen([*COMMAND, *command], cwd=ROOT, env=environment(variables, arguments=command))


def run_until(aim: int, services: Services, mailbox: Mailbox) -> int:
    """Run, and kill it while it hands in the mail that is the `aim`th of all; give its exit code."""
    children: Queue[subprocess.Popen[bytes]] = Queue()

    def kill(count: int) -> None:
        if count == aim:
            os.kill(children.get().pid, signal.SIGKILL)

    mailbox.on_mail = kill
    child = start(services, mailbox)
    children.put(child)
    return child.wait(60)


def test_twenty_kills_while_reminding_send_no_second_mail(many: Services, mailbox: Mailbox) -> None:
    for stop in range(ROUNDS):
        assert run_until(len(mailbox.mails) + 1 + stop, many, mailbox) == -signal.SIGKILL
    assert run_until(0, many, mailbox) == 0
    assert set(mailbox.to().values()) == {1}
    entries = reminders_of(many.ledger).values()
    reached = {f"u{number}@unit.example" for number in range(1, UNITS + 1)} & set(mailbox.to())
    unknown = [entry for entry in entries if entry.outcome == "unknown"]
    assert len(entries) == UNITS
    assert len(unknown) >= ROUNDS
    assert all(entry.to_call for entry in unknown)
    assert len(reached) >= UNITS - len(unknown), "who got no mail is on the list to call"
