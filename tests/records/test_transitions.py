"""Transitions of a filing: every state and every step, allowed or refused (design.md §4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from functions.errors import SequenceTaken, StepRefused
from functions.records.decision import Decision
from functions.records.event import event_is_whole
from functions.records.filing import answer
from functions.records.keys import Keys
from functions.records.state import fold, summary_of
from functions.records.store import Stored
from functions.records.transitions import decide
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.forms import registration
from tests.support.records import History, Move, four_eyed

STATES: dict[str, Move] = {
    "submitted": lambda h: h,
    "returned": lambda h: h.send_back(),
    "accepted": lambda h: h.accept(),
    "withdrawn": lambda h: h.withdraw(),
    "voided": lambda h: h.void(),
}
MOVES: dict[str, Move] = {
    "return": lambda h: h.send_back(),
    "correct": lambda h: h.correct(),
    "withdraw": lambda h: h.withdraw(),
    "accept": lambda h: h.accept(),
    "reopen": lambda h: h.reopen(),
    "void": lambda h: h.void(),
    "note": lambda h: h.note(),
    "reissue": lambda h: h.reissue(),
}
# What each state becomes by each step; what is not here is refused.
AFTER = {
    ("submitted", "return"): "returned",
    ("submitted", "correct"): "submitted",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "accept"): "accepted",
    ("submitted", "void"): "voided",
    ("returned", "return"): "returned",
    ("returned", "correct"): "submitted",
    ("returned", "withdraw"): "withdrawn",
    ("returned", "void"): "voided",
    ("accepted", "reopen"): "submitted",
    ("accepted", "void"): "voided",
    ("voided", "reopen"): "submitted",
    **{(state, step): state for state in STATES for step in ("note", "reissue")},
}


@pytest.fixture
def filed(keys: Keys) -> History:
    return History(keys).file()


@pytest.mark.parametrize("step", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_every_step_from_every_state(filed: History, state: str, step: str) -> None:
    history = STATES[state](filed)
    before = len(history.steps)
    expected = AFTER.get((state, step))
    if expected is None:
        with pytest.raises(StepRefused) as refusal:
            MOVES[step](history)
        assert str(refusal.value).startswith("这份填报")
        assert len(history.steps) == before
        return
    MOVES[step](history)
    assert history.state.status == history.record.summary.status == expected
    assert history.state.sequence == len(history.record.events)


def test_every_event_is_chained_intact_and_names_its_actor(filed: History) -> None:
    history = filed.send_back().correct().note().accept("yi").reopen().reissue().void()
    events = history.record.events
    assert all(event_is_whole(event) for event in events)
    assert [event.previous for event in events[1:]] == [event.digest for event in events[:-1]]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.actor for event in events] == ["filer", "jia", "filer", "jia", "yi", "jia", "jia", "jia"]
    assert json.loads(events[1].body or b"")["role"] == "reviewer"
    assert "role" not in json.loads(events[2].body or b"")


def test_a_return_says_what_until_when_and_in_which_fields(filed: History) -> None:
    state = filed.send_back(date(2026, 9, 25)).state
    assert (state.opinion, state.correction_due, state.asked) == ("示例意见", "2026-09-25", ("/unit/contact_phone",))
    assert filed.record.summary.correction_due == "2026-09-25"
    corrected = filed.correct()
    assert (corrected.state.opinion, corrected.state.correction_due, corrected.state.asked) == ("", "", ())
    assert corrected.record.summary.correction_due == ""


def test_the_date_of_a_return_can_be_moved(filed: History) -> None:
    history = filed.send_back(date(2026, 9, 25)).send_back(date(2026, 10, 9))
    assert history.state.correction_due == "2026-10-09"


def test_a_correction_is_a_new_version_and_the_old_one_stays(filed: History) -> None:
    filed.send_back().correct()
    assert (filed.state.version, filed.record.summary.unit_name) == (2, "示例县第九中学")
    assert json.loads(filed.record.events[0].body or b"")["data"] == valid_self_check()


@pytest.mark.parametrize(
    ("corrected_on", "asked", "timeliness"),
    [
        (datetime(2026, 10, 9, 15, 59, tzinfo=UTC), date(2026, 10, 9), "on_time"),
        (datetime(2026, 10, 9, 16, 0, tzinfo=UTC), date(2026, 10, 9), "late"),
        (datetime(2026, 9, 28, 2, 0, tzinfo=UTC), date(2026, 9, 25), "on_time"),
        (datetime(2026, 11, 9, 2, 0, tzinfo=UTC), None, "on_time"),
    ],
    ids=["last minute of the date", "one minute after", "after the date, before the deadline", "not asked to"],
)
def test_t5_a_correction_in_time_keeps_the_first_timeliness(
    filed: History, corrected_on: datetime, asked: date | None, timeliness: str
) -> None:
    if asked:
        filed.send_back(asked)
    filed.at = corrected_on
    filed.correct()
    summary = filed.record.summary
    assert (summary.timeliness, summary.due) == (timeliness, "2026-09-30")
    assert summary.submitted_at == filed.record.events[0].at, "the first time stays beside the second"
    assert filed.state.corrected_at == filed.record.events[-1].at
    assert filed.state.corrected_until == (asked.isoformat() if asked else ""), "what it had to keep is still known"


def test_a_filing_late_by_a_late_correction_stays_late(filed: History) -> None:
    filed.send_back(date(2026, 9, 25))
    filed.at = datetime(2026, 10, 9, tzinfo=UTC)
    filed.correct().send_back(date(2026, 10, 20))
    filed.at = datetime(2026, 10, 12, tzinfo=UTC)
    assert filed.correct().record.summary.timeliness == "late"


def test_a_correction_moves_the_due_date_where_the_answers_do(keys: Keys) -> None:
    history = History(keys, registration()).file(valid_registration(start_date="2026-04-01"))
    assert history.record.summary.due == "2026-10-01"
    history.correct(valid_registration(start_date="2026-03-01"))
    assert (history.record.summary.due, history.record.summary.timeliness) == ("2026-09-01", "late")


def test_a_paper_filing_is_judged_by_the_day_it_came_in(keys: Keys) -> None:
    history = History(keys, at=datetime(2026, 10, 8, tzinfo=UTC)).file(received_on=date(2026, 9, 30))
    (event,) = history.record.events
    body = json.loads(event.body or b"")
    assert (body["channel"], body["received_on"], event.actor) == ("paper", "2026-09-30", "jia")
    summary = history.record.summary
    assert (summary.timeliness, summary.received_on) == ("on_time", "2026-09-30")
    assert summary.submitted_at.startswith("2026-10-08")
    history.send_back(date(2026, 10, 15)).correct()
    assert history.record.summary.timeliness == "on_time"


def test_four_eyes_need_two_officers(keys: Keys) -> None:
    history = History(keys, four_eyed()).file().accept("jia")
    assert (history.state.status, history.state.approved_by) == ("submitted", "jia")
    assert history.record.summary.approved_by == "jia"
    with pytest.raises(StepRefused, match="另一位"):
        history.accept("jia")
    history.accept("yi")
    assert (history.state.status, history.state.approved_by) == ("accepted", "")


@pytest.mark.parametrize("move", ["return", "correct", "void"])
def test_the_first_of_four_eyes_counts_for_what_it_saw_only(keys: Keys, move: str) -> None:
    history = History(keys, four_eyed()).file().accept("jia")
    MOVES[move](history)
    assert history.state.approved_by == ""


def test_a_reopened_filing_needs_both_officers_again(keys: Keys) -> None:
    history = History(keys, four_eyed()).file().accept("jia").accept("yi").reopen().accept("jia")
    assert (history.state.status, history.state.approved_by) == ("submitted", "jia")


def test_a_contested_filing_is_not_accepted_until_it_is_alone(keys: Keys) -> None:
    history = History(keys).file(contest=True)
    history.contested = True
    with pytest.raises(StepRefused, match="重复待核"):
        history.accept()
    assert history.send_back().correct().steps[-1].claim is None
    history.contested = False
    step = history.accept().steps[-1]
    assert step.claim == step.summary.guard
    assert not history.state.contest


def test_the_place_is_claimed_by_every_step_of_what_holds_it(filed: History) -> None:
    filed.send_back().correct().note().accept().reopen().reissue()
    assert {step.claim for step in filed.steps} == {filed.record.summary.guard}


def test_a_correction_of_the_code_moves_the_place(filed: History) -> None:
    before = filed.record.summary.guard
    step = filed.correct(valid_self_check(uscc=make_uscc(77))).steps[-1]
    assert step.claim == step.summary.guard != before
    contested = filed.correct(valid_self_check(uscc=make_uscc(78)), contest=True).steps[-1]
    assert contested.claim is None
    assert filed.state.contest


def test_a_reissued_code_replaces_the_old_one(filed: History, keys: Keys) -> None:
    number = filed.record.summary.number
    old = keys.access_code(number, kid=filed.state.code.kid, epoch=filed.state.code.epoch)
    step = filed.reissue().steps[-1]
    told = answer(Stored(step.answer, replayed=False), keys)
    code = filed.state.code
    assert told["access_code"] == keys.access_code(number, kid=code.kid, epoch=code.epoch) != old
    assert told["access_code"].encode() not in step.answer + (step.events[0].body or b"")


def test_a_correction_gets_a_receipt_with_both_times(filed: History, keys: Keys) -> None:
    filed.at = datetime(2026, 9, 23, 7, 6, 41, tzinfo=UTC)
    told = answer(Stored(filed.correct().steps[-1].answer, replayed=False), keys)
    signed = keys.verify(told["receipt"])
    assert signed["submitted_at"].startswith("2026-09-18")
    assert signed["corrected_at"].startswith("2026-09-23")
    assert (signed["version"], signed["digest"]) == ("2", filed.record.events[-1].digest)
    assert "access_code" not in told
    assert "示例乙" not in json.dumps(signed, ensure_ascii=False)


def test_a_stale_sequence_or_version_is_refused(filed: History) -> None:
    filed.note().correct()
    filed.open_record.require_sequence(3)
    filed.open_record.require_version(2)
    for require, value in ((filed.open_record.require_sequence, 2), (filed.open_record.require_version, 1)):
        with pytest.raises(SequenceTaken):
            require(value)


def test_the_summary_follows_from_the_events_after_every_step(filed: History) -> None:
    moves: list[Callable[[], History]] = [filed.send_back, filed.correct, filed.accept, filed.reopen, filed.void]
    for move in moves:
        move()
        assert summary_of(filed.record.events[0], fold(filed.record.events), filed.definition) == filed.record.summary


def test_times_never_fall_along_a_record(filed: History) -> None:
    filed.at -= timedelta(days=1)
    events = filed.note().record.events
    assert events[1].at == events[0].at


def test_an_opinion_may_go_with_an_acceptance(filed: History) -> None:
    filed.take(decide(filed.open_record, filed.by("jia"), Decision("accept", "请保留原件")))
    assert filed.state.opinion == "请保留原件"
