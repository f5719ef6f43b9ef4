"""Promises of a night: each reminder recorded, sent once, never to who has filed; what fails comes to the call list."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from functions.bootstrap import Services
from functions.errors import NotFound, QingdanError
from functions.records.decision import Decision
from functions.records.transitions import Act, OpenRecord, decide
from functions.reminding.night import Night
from functions.supervision.reminders.history import Entry
from functions.supervision.reminders.ledger import Chain, history_of, reminders_of
from tests.reminding.conftest import SENDER, list_some
from tests.support.board import CHECK, file_at, list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check
from tests.support.web.mail_server import Mailbox

ON = date(2026, 9, 29)


def run(services: Services, on: date = ON) -> dict[str, int]:
    return dict(Night(services, on).send().counts)


def entries(services: Services) -> list[Entry]:
    return list(history_of(services.ledger).entries.values())


def outcomes(services: Services) -> list[str]:
    return [entry.outcome for entry in entries(services)]


def chain(services: Services) -> Chain:
    return Chain(services.ledger, 2026, services.clock, services.entropy)


def test_a_mail_says_what_until_when_by_which_paragraph_and_where(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 1)
    assert run(mailing) == {"sent": 1}
    (mail,) = mailbox.mails
    assert (mail["From"], mail["To"], mail["Auto-Submitted"]) == (SENDER, "u1@unit.example", "auto-generated")
    text = f"{mail['Subject']} {mail.get_content()}"
    for word in ("示例单位1", "《档案工作情况自查报告》2025", "2026-09-30", "还有 1 天", "责任清单 丙",
                 "https://daj.example/forms/annual-self-check/"):  # fmt: skip
        assert word in text
    assert "示例甲" not in text
    assert "3891234" not in text


def test_a_unit_is_reminded_of_each_of_its_projects_by_name(mailing: Services, mailbox: Mailbox) -> None:
    road = {"unit_name": "示例公司", "uscc": make_uscc(1), "start_date": "2026-03-30", "contact_email": "a@b.example"}
    list_units(mailing, *({**road, "project_name": f"示例路{part}"} for part in "甲乙"), roster="key-projects")
    assert run(mailing) == {"sent": 2}
    assert sorted("示例路甲" in str(mail["Subject"]) for mail in mailbox.mails) == [False, True]
    assert mailbox.to() == {"a@b.example": 2}


def test_the_record_comes_before_the_mail_and_holds_no_contact(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 1)
    seen: list[list[str]] = []
    mailbox.on_mail = lambda count: seen.append(outcomes(mailing))
    run(mailing)
    assert seen == [["unknown"]]
    assert outcomes(mailing) == ["sent"]
    stored = b" ".join(event.body or b"" for event in mailing.ledger.read("@reminder/2026")).decode()
    assert '"source":"roster:professional-archives"' in stored
    assert "u1@" not in stored
    assert "示例甲" not in stored


def test_a_second_run_of_the_day_sends_nothing(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 45)
    assert run(mailing) == {"sent": 45}
    assert run(mailing) == {}
    assert set(mailbox.to().values()) == {1}


def test_two_nights_at_once_send_each_mail_once(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 60)
    nights = [Night(mailing, ON) for _ in range(3)]
    plans = [len(night.plan()) for night in nights]
    assert plans == [60] * 3, "all three have the same list before any of them sends"
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda night: night.send().counts["sent"], nights))
    assert sum(done) == 60
    assert mailbox.to() == {f"u{number}@unit.example": 1 for number in range(1, 61)}


def test_who_files_after_the_list_was_made_gets_no_mail(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 3)

    def file_for_the_last(count: int) -> None:
        if count == 1:
            file_at(mailing, "2026-09-29", valid_self_check(uscc=make_uscc(3), unit_name="示例单位3"))

    mailbox.on_mail = file_for_the_last
    assert run(mailing) == {"sent": 2, "filed": 1}
    assert "u3@unit.example" not in mailbox.to()
    assert sorted(outcomes(mailing)) == ["filed", "sent", "sent"]


def test_a_refused_address_comes_to_the_call_list_at_once(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 2)
    mailbox.refused["u1@unit.example"] = "550 no such user"
    assert run(mailing) == {"refused": 1, "sent": 1}
    assert [(entry.outcome, entry.to_call) for entry in entries(mailing)] == [("refused", True), ("sent", False)]
    assert run(mailing) == {}, "a refused one is not tried again: somebody calls"


def test_one_that_was_put_off_is_called_and_tried_again_the_next_night(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 1)
    mailbox.refused["u1@unit.example"] = "451 come again later"
    assert run(mailing) == {"failed": 1}
    assert entries(mailing)[0].to_call
    mailbox.refused.clear()
    assert run(mailing) == {"sent": 1}
    assert outcomes(mailing) == ["sent"]


def test_a_server_that_is_down_fails_all_and_is_waited_for_once(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 25)
    dead = replace(mailing, settings=replace(mailing.settings, mail_server="smtp://127.0.0.1:1"))
    assert run(dead) == {"failed": 25}
    assert run(mailing) == {"sent": 25}
    assert set(mailbox.to().values()) == {1}


def test_without_a_mail_server_everybody_comes_to_the_call_list(services: Services, clock: Clock) -> None:
    clock.at = moment("2026-09-29")
    list_some(services, 3)
    assert run(services) == {"call": 3}
    assert run(services) == {}
    assert outcomes(services) == ["call"] * 3


def test_without_a_contact_on_the_roster_the_last_accepted_filing_has_one(
    mailing: Services, mailbox: Mailbox, clock: Clock
) -> None:
    list_units(mailing, {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2026-01-01"})
    earlier = valid_self_check(year=2024)
    earlier["unit"]["contact_email"] = "head@school.example"
    number = file_at(mailing, "2025-09-18", earlier)
    assert [one.reminder.channel for one in Night(mailing, ON).plan()] == ["call"], "it is not accepted yet"
    opened = OpenRecord.of(mailing.records.read(number), lambda digest: mailing.catalogue.get(CHECK))
    step = decide(opened, Act("reviewer", moment("2025-09-20"), mailing.entropy), Decision("accept"))
    mailing.records.append(step).result()
    assert [(one.reminder.channel, one.reminder.source) for one in Night(mailing, ON).plan()] == [
        ("email", f"filing:{number}")
    ]
    run(mailing)
    assert mailbox.to() == {"head@school.example": 1}


def test_an_officer_notes_a_call_and_a_mail_that_came_back(mailing: Services, mailbox: Mailbox) -> None:
    list_some(mailing, 1)
    run(mailing)
    (id,) = history_of(mailing.ledger).entries
    chain(mailing).bounced(id, "officer")
    chain(mailing).bounced(id, "officer")
    assert [entry.to_call for entry in entries(mailing)] == [True]
    chain(mailing).called(id, "下午就报", "officer")
    (entry,) = reminders_of(mailing.ledger).values()
    assert (entry.outcome, [(note.by, note.said) for note in entry.calls]) == ("called", [("officer", "下午就报")])
    assert len(mailing.ledger.read("@reminder/2026")) == 4


def test_only_what_was_sent_can_come_back(services: Services, clock: Clock) -> None:
    clock.at = moment("2026-09-29")
    list_some(services, 1)
    run(services)
    (id,) = history_of(services.ledger).entries
    with pytest.raises(QingdanError, match="没有发出去过"):
        chain(services).bounced(id, "officer")
    with pytest.raises(NotFound):
        chain(services).called("nothing", "", "officer")


def test_each_step_is_one_mail_and_none_comes_after_the_unit_has_filed(
    mailing: Services, mailbox: Mailbox, clock: Clock
) -> None:
    list_some(mailing, 1)
    for day in ("2026-08-31", "2026-09-23", "2026-09-29"):
        clock.at = moment(day)
        assert run(mailing, date.fromisoformat(day)) == {"sent": 1}
    file_at(mailing, "2026-09-30", valid_self_check(uscc=make_uscc(1), unit_name="示例单位1"))
    clock.at = moment("2026-10-01")
    assert run(mailing, date(2026, 10, 1)) == {}
    assert len(mailbox.mails) == 3
    assert [entry.reminder.step for entry in entries(mailing)] == [30, 7, 1]
