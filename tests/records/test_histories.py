"""Any sequence of steps ends in a legal state, and the projection agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.errors import StepRefused
from functions.forms.definition import Definition
from functions.records.event import event_is_whole
from functions.records.keys import Keys
from functions.records.state import fold, summary_of
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import self_check
from tests.support.records import History, four_eyed

STEPS: dict[str, Callable[[History, str], Any]] = {
    "return": lambda h, who: h.send_back((h.at + timedelta(days=5)).date(), who),
    "correct": lambda h, who: h.correct(valid_self_check(uscc=make_uscc(len(h.steps)))),
    "withdraw": lambda h, who: h.withdraw(),
    "accept": lambda h, who: h.accept(who),
    "reopen": lambda h, who: h.reopen(),
    "void": lambda h, who: h.void(),
    "note": lambda h, who: h.note(),
    "reissue": lambda h, who: h.reissue(),
}
moves = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(["jia", "yi"]), st.integers(0, 20)), max_size=25
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves, contest=st.booleans(), form=st.sampled_from([self_check(), four_eyed()]))
def test_any_order_of_steps_ends_in_a_legal_state(
    keys: Keys, moves: list[tuple[str, str, int]], contest: bool, form: Definition
) -> None:
    history = History(keys, form).file(contest=contest)
    for name, who, days in moves:
        history.at += timedelta(days=days)
        before = history.record
        try:
            STEPS[name](history, who)
        except StepRefused:
            assert history.record == before, "a refusal leaves no trace"
    events, state, summary = history.record.events, history.state, history.record.summary

    assert summary == summary_of(events[0], fold(events), form), "the projection has no truth of its own"
    assert all(event_is_whole(event) for event in events)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert state.version == sum(event.type in ("submitted", "corrected") for event in events)
    assert state.code.epoch == 1 + sum(event.type == "code_reissued" for event in events)
    assert bool(state.correction_due) == (state.status == "returned")
    assert not state.approved_by or (state.status == "submitted" and form.rules.four_eyes)
    assert (state.timeliness == "late") == (state.counted_day.isoformat() > state.due)
    assert state.first_day <= state.counted_day <= state.version_day
    assert history.steps[-1].claim in ((None,) if state.contest else (summary.guard,))
    if state.status == "accepted":
        assert not state.contest, "what was accepted holds its place"
        since = max(index for index, event in enumerate(events) if event.type in ("submitted", "corrected"))
        agreed = {event.actor for event in events[since:] if event.type == "accepted"}
        assert len(agreed) >= (2 if form.rules.four_eyes else 1)
