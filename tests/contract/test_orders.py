"""Letters have numbers without gaps by kind and year on both stores, and later steps change no number (K1, K8, T14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from functions.errors import NotFound, SequenceTaken, StepRefused
from functions.records.ledger import LedgerStore
from functions.supervision.orders.ledger import Orders
from functions.supervision.orders.reading import read_extensions, read_letter, read_letters, read_papers
from functions.supervision.orders.values import Asked, Noted, Subject
from tests.support.board import moment
from tests.support.letters import ACTOR, number_drafts, plain_draft, salt

pytestmark = pytest.mark.proves("K1", "K8", "T14")


def sequences(ledger: LedgerStore) -> list[tuple[str, int]]:
    return [(letter.kind, letter.sequence) for letter in read_letters(ledger)]


def test_each_kind_and_year_counts_from_one(ledger: LedgerStore) -> None:
    number_drafts(ledger, plain_draft(1), plain_draft(2))
    number_drafts(ledger, plain_draft(1), kind="circular")
    (last,) = number_drafts(ledger, plain_draft(3))
    (next_year,) = number_drafts(ledger, plain_draft(4, "2027-02-01"), at="2027-01-04")
    assert (last.sequence, last.number, last.id) == (3, "涉〔2026〕3号", "2026-correction-3")
    assert (next_year.sequence, next_year.year) == (1, 2027)
    assert read_letter(ledger, last.id).draft == plain_draft(3)


def test_a_failed_try_burns_no_number(ledger: LedgerStore) -> None:
    number_drafts(ledger, plain_draft(1))
    orders = Orders(ledger, salt)
    with pytest.raises(SequenceTaken):
        orders.issue("correction", 2026, [plain_draft(2)], str, head=0, actor=ACTOR, at=moment("2026-10-08"))
    assert number_drafts(ledger, plain_draft(2))[0].sequence == 2


def test_officers_who_number_at_once_leave_no_gap_and_no_double(ledger: LedgerStore) -> None:
    def work(unit: int) -> None:
        while True:
            try:
                number_drafts(ledger, plain_draft(unit))
            except SequenceTaken:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    letters = read_letters(ledger)
    assert [letter.sequence for letter in letters] == list(range(1, 13))
    assert [letter.number for letter in letters] == [f"涉〔2026〕{place}号" for place in range(1, 13)]
    assert len({letter.draft.unit_name for letter in letters}) == 12


def test_a_voided_letter_keeps_its_number(ledger: LedgerStore) -> None:
    first, second = number_drafts(ledger, plain_draft(1), plain_draft(2))
    Orders(ledger, salt).void(first, "单位名称写错", actor=ACTOR, at=moment("2026-10-09"))
    found = read_letter(ledger, first.id)
    assert found.voided is not None
    assert (found.number, found.voided.words, found.voided.day) == (first.number, "单位名称写错", date(2026, 10, 9))
    assert number_drafts(ledger, plain_draft(3))[0].sequence == 3
    with pytest.raises(StepRefused, match="已经作废"):
        Orders(ledger, salt).void(first, "再来", actor=ACTOR, at=moment("2026-10-09"))
    with pytest.raises(StepRefused, match="已经作废"):
        Orders(ledger, salt).serve(first, date(2026, 10, 9), "当面送达", "示例乙", actor=ACTOR, at=moment("2026-10-09"))
    assert read_papers(ledger, date(2026, 10, 8))[1][:2] == [first.order, second.order]
    assert read_papers(ledger, date(2026, 10, 9))[1][0] == second.order


def test_an_order_is_not_voided_while_a_letter_rests_on_it(ledger: LedgerStore) -> None:
    orders = Orders(ledger, salt)
    (order,) = number_drafts(ledger, plain_draft(1))
    (circular,) = number_drafts(ledger, plain_draft(1, rests_on=order.id), kind="circular", at="2026-10-21")
    with pytest.raises(StepRefused, match="先作废那一份"):
        orders.void(order, "写错", actor=ACTOR, at=moment("2026-10-22"))
    orders.void(circular, "写错", actor=ACTOR, at=moment("2026-10-22"))
    orders.void(order, "写错", actor=ACTOR, at=moment("2026-10-22"))
    assert all(letter.voided for letter in read_letters(ledger))


def test_service_and_the_written_answer_are_recorded(ledger: LedgerStore) -> None:
    orders = Orders(ledger, salt)
    (letter,) = number_drafts(ledger, plain_draft(1), kind="recommendation")
    orders.serve(letter, date(2026, 10, 9), "邮寄送达", "查无此人，退回", actor=ACTOR, at=moment("2026-10-12"))
    orders.serve(letter, date(2026, 10, 12), "当面送达", "示例乙", actor=ACTOR, at=moment("2026-10-12"))
    orders.answered(letter, date(2026, 11, 2), "已给予警告", actor=ACTOR, at=moment("2026-11-03"))
    found = read_letter(ledger, letter.id)
    assert [(one.day, one.how, one.who) for one in found.served][-1] == (date(2026, 10, 12), "当面送达", "示例乙")
    assert found.answer is not None
    assert (found.answer.day, found.answer.words) == (date(2026, 11, 2), "已给予警告")
    with pytest.raises(StepRefused, match="已经记过答复"):
        orders.answered(letter, date(2026, 11, 2), "再记", actor=ACTOR, at=moment("2026-11-03"))


def test_an_extension_counts_from_its_grant_until_it_is_revoked(ledger: LedgerStore) -> None:
    orders = Orders(ledger, salt)
    subject = Subject("annual-self-check", "yearly", "2025", "CODE1", "")
    asked = Asked(
        2026, 0, subject, "示例单位1", "2025 年度", date(2026, 9, 30), date(2026, 11, 15), "搬迁库房",
        date(2026, 9, 20), Noted("", ""),
    )  # fmt: skip
    id = orders.ask(asked, grant=False, actor="经办甲", at=moment("2026-09-20"))
    assert read_papers(ledger, date(2026, 9, 20))[0] == []
    (waiting,) = read_extensions(ledger)
    assert (waiting.id, waiting.status, waiting.noted.by) == (id, "asked", "经办甲")
    orders.settle(waiting, "granted", "", actor=ACTOR, at=moment("2026-09-22"))
    with pytest.raises(StepRefused, match="已经有人办了"):
        orders.settle(waiting, "declined", "晚了", actor=ACTOR, at=moment("2026-09-22"))
    (extension,) = read_papers(ledger, date(2026, 9, 22))[0]
    assert (extension.until, extension.granted, extension.approver) == (date(2026, 11, 15), date(2026, 9, 22), ACTOR)
    orders.settle(waiting, "revoked", "没有搬", actor=ACTOR, at=moment("2026-10-05"))
    assert len(read_papers(ledger, date(2026, 10, 4))[0]) == 1
    assert read_papers(ledger, date(2026, 10, 5))[0] == []


@pytest.mark.parametrize(
    "id", ["", "2026", "2026-correction", "2026-correction-1", "x-correction-1", "2026-../x-1", "9" * 40]
)
def test_an_unknown_letter_is_not_found(ledger: LedgerStore, id: str) -> None:
    with pytest.raises(NotFound, match="文书目录"):
        read_letter(ledger, id)
