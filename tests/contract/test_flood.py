"""A flood of filings is noticed by all processes at once, on each engine; a solved task is good for one filing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.bootstrap import Services
from functions.settings import ProofOfWork
from functions.web.filing.flood import FLOOD, KNOWN_FOR, NEW_FOR, ON_FOR, WINDOW, WITHOUT_PROOF, Flood
from functions.web.http.problems import HttpProblem
from tests.contract.conftest import Adapter
from tests.support.clock import Clock
from tests.support.proof_of_work import prove

OFFICE, STRANGER = "192.0.2.1", "192.0.2.2"
JUST = timedelta(microseconds=1)
Process = Callable[..., Flood]


@pytest.fixture
def process(services: Services, opened: Adapter, clock: Clock) -> Process:
    """Makes what one process counts with, all on the same store."""

    def begin(mode: ProofOfWork = "auto", *, rate_limit: bool = True) -> Flood:
        settings = replace(services.settings, proof_of_work=mode, rate_limit=rate_limit)
        return Flood(replace(services, settings=settings, staff=opened.staff, clock=clock, entropy=few))

    drawn = iter(range(10**6))

    def few(count: int) -> bytes:
        """Entropy that differs each time, and whose secret number is found soon."""
        return next(drawn).to_bytes(count, "big")

    return begin


def file_from(flood: Flood, addresses: int) -> None:
    for place in range(addresses):
        flood.count(f"198.51.100.{place}")


def refusals(flood: Flood, address: str, tries: int) -> list[int]:
    """The statuses with which an address without a proof is refused, 0 where it is let in."""
    return [_refused(flood, address, "", f"filing {place}") for place in range(tries)]


def _refused(flood: Flood, address: str, proof: str, filing: str) -> int:
    try:
        flood.admit(address, proof, filing)
    except HttpProblem as problem:
        return problem.status
    return 0


def test_a_hundred_filings_of_new_addresses_are_a_flood_and_one_fewer_are_not(process: Process) -> None:
    one, other = process(), process()
    file_from(one, FLOOD - 1)
    assert not other.asks(STRANGER)
    assert other.told_to_officers() == ""
    file_from(other, 1)
    assert one.asks(STRANGER)
    assert "到 09-18 11:24 为止" in one.told_to_officers()


def test_filings_far_apart_are_no_flood(process: Process, clock: Clock) -> None:
    flood = process()
    file_from(flood, FLOOD - 1)
    clock.at += WINDOW
    file_from(flood, FLOOD - 1)
    assert not flood.asks(STRANGER)


def test_a_flood_ends_by_itself_and_can_begin_anew(process: Process, clock: Clock) -> None:
    flood = process()
    file_from(flood, FLOOD)
    clock.at += ON_FOR - JUST
    assert flood.asks(STRANGER)
    clock.at += JUST
    assert not flood.asks(STRANGER)
    for place in range(FLOOD):
        flood.count(f"203.0.113.{place}")
    assert flood.asks(STRANGER)


def test_an_address_that_has_filed_before_is_not_asked_and_does_not_count(process: Process, clock: Clock) -> None:
    flood = process()
    flood.count(OFFICE)
    clock.at += NEW_FOR
    file_from(flood, FLOOD - 1)
    for _ in range(FLOOD):
        flood.count(OFFICE)
    assert not flood.asks(STRANGER), "those of a known address are no flood"
    file_from(flood, 1)
    assert flood.asks(STRANGER)
    assert not flood.asks(OFFICE)
    clock.at += KNOWN_FOR
    file_from(flood, FLOOD)
    assert flood.asks(OFFICE), "it is not kept for good"


def test_an_address_is_new_for_an_hour_after_its_first_filing(process: Process, clock: Clock) -> None:
    flood = process("on")
    flood.count(OFFICE)
    clock.at += NEW_FOR - JUST
    assert flood.asks(OFFICE)
    clock.at += JUST
    assert not flood.asks(OFFICE)


def test_without_a_proof_the_small_limit_stays(process: Process, clock: Clock) -> None:
    flood = process("on")
    assert refusals(flood, STRANGER, WITHOUT_PROOF + 2) == [0] * WITHOUT_PROOF + [429, 429]
    assert refusals(flood, OFFICE, 1) == [0], "others have their own"
    clock.at += WINDOW
    assert refusals(flood, STRANGER, 1) == [0]


def test_a_proof_lets_one_filing_in_however_often_that_comes(process: Process) -> None:
    one, other = process("on"), process("on")
    refusals(one, STRANGER, WITHOUT_PROOF)
    for place in range(4):
        proof = prove(one.challenge())
        assert _refused(one, STRANGER, proof, f"filing {place}") == 0
        assert _refused(other, STRANGER, proof, f"filing {place}") == 0
        assert _refused(other, STRANGER, proof, "another filing") == 429


def test_a_refusal_names_a_task_and_says_what_to_do(process: Process) -> None:
    flood = process("on")
    refusals(flood, STRANGER, WITHOUT_PROOF)
    with pytest.raises(HttpProblem, match=r"请再按一次“确认提交”.*等 15 分钟再按.*没有丢") as refused:
        flood.admit(STRANGER, "", "filing")
    assert refused.value.headers == {"Retry-After": str(WINDOW.seconds)}
    assert _refused(flood, STRANGER, prove(refused.value.more["challenge"]), "filing") == 0


@pytest.mark.parametrize(("mode", "rate_limit"), [("off", True), ("auto", False)])
def test_nothing_is_asked_where_the_operator_does_not_want_it(
    process: Process, mode: ProofOfWork, rate_limit: bool
) -> None:
    flood = process(mode, rate_limit=rate_limit)
    file_from(flood, FLOOD)
    file_from(process(), FLOOD)
    assert not flood.asks(STRANGER)
    assert flood.told_to_officers() == ""


def test_the_operator_can_have_it_always(process: Process) -> None:
    flood = process("on", rate_limit=False)
    assert flood.asks(STRANGER)
    assert flood.told_to_officers().startswith("按设置，新的网络地址")


def test_the_log_tells_the_operator_once_and_names_no_address(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    file_from(process(), FLOOD + 2)
    (line,) = [record for record in caplog.records if record.name == "qingdan.failures"]
    assert line.msg == {"flood": "proof of work on", "filings": FLOOD, "until": "2026-09-18T03:24:07+00:00"}
