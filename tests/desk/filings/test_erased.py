"""Erased content is gone from every page and file of the desk, and the rest of the filing stays readable."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from functions.bootstrap import Services
from functions.records.erasing import erase
from functions.records.transitions import Act, OpenRecord, correct
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check

FORGOTTEN = "要忘掉的一句话"


@pytest.fixture
def number(services: Services, file: Filer, clock: Clock) -> str:
    """A filing of two versions, the first of which holds the text to erase."""
    data = self_check(1)
    data["holdings"]["storage_status"] = FORGOTTEN
    number = file(data)
    record = services.records.read(number)
    open_record = OpenRecord.of(record, lambda digest: services.catalogue.get("annual-self-check"))
    step = correct(
        open_record,
        Act("filer", clock(), services.entropy),
        valid_self_check(uscc=make_uscc(1), unit_name="示例县第一中学"),
        due=date(2026, 9, 30),
        counted_on=date(2026, 9, 18),
        timeliness="on_time",
        contest=False,
        keys=services.keys,
    )
    services.records.append(step).result(30)
    return number


def forget(services: Services, number: str, version: int) -> None:
    record, at = services.records.read(number), services.clock()
    made = erase(record, version=version, reason="示例决定", actor="(console)", at=at, entropy=services.entropy)
    services.records.erase(made.step, made.sequence)


def test_an_erased_older_version_is_gone_and_the_filing_stays_readable(
    services: Services, come_in: ComeIn, number: str
) -> None:
    client: Any = come_in("reviewer")
    assert FORGOTTEN in client.get(f"/desk/submissions/{number}?view=1").text
    forget(services, number, 1)
    for view in ("", "?view=1", "?view=2", "?view=changes", "?view=log"):
        answer = client.get(f"/desk/submissions/{number}{view}")
        assert answer.status_code == 200, view
        assert FORGOTTEN not in answer.text
        assert "示例县第一中学" in answer.text
    assert "依法删除内容" in client.get(f"/desk/submissions/{number}?view=log").text
    told = client.get(f"/api/desk/submissions/{number}")
    assert (told.status_code, FORGOTTEN in told.text) == (200, False)


def test_an_erased_filing_explains_that_its_content_was_deleted(
    services: Services, come_in: ComeIn, number: str
) -> None:
    forget(services, number, 1)
    forget(services, number, 2)
    client: Any = come_in("reviewer")
    answer = client.get(f"/desk/submissions/{number}")
    assert answer.status_code == 409
    assert "已经依法删除，只留下了指纹" in answer.text
    assert number in client.get("/desk/submissions").text


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx"])
def test_exports_leave_out_erased_content(services: Services, come_in: ComeIn, number: str, format: str) -> None:
    forget(services, number, 1)
    forget(services, number, 2)
    client: Any = come_in("reviewer")
    answer = client.get(f"/api/desk/exports/annual-self-check.{format}")
    assert answer.status_code == 200
    assert FORGOTTEN.encode() not in answer.content
    if format != "xlsx":
        assert number in answer.content.decode("utf-8-sig")
