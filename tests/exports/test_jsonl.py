"""JSON Lines is lossless: what is read back is what was stored, and its digests verify."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.exports.jsonl import read_events, stream_jsonl
from functions.records.event import event_is_whole, make_event
from functions.records.store import Record
from tests.support.exports.samples import ANSWERS, form, record

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
answers = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=12,
)


def lines(*records: Record) -> list[bytes]:
    content = b"".join(stream_jsonl(records))
    assert content.count(b"\n") == len(records)
    return content.splitlines()


@given(answers)
def test_any_filing_is_read_back_unchanged(answer: object) -> None:
    filed = record({**ANSWERS, "anything": answer})
    (line,) = lines(filed)
    events = read_events(line)
    assert events == filed.events
    assert all(event_is_whole(event) for event in events)


def test_every_event_is_there_in_its_order() -> None:
    filed = record()
    first = filed.events[0]
    later = make_event(
        number=first.number,
        form=first.form,
        sequence=2,
        type="corrected",
        at="2026-10-02T00:00:00.000000Z",
        actor="filer",
        previous=first.digest,
        body={"data": ANSWERS},
        salt=bytes(32),
    )
    (line,) = lines(Record(filed.summary, (first, later)))
    assert read_events(line) == (first, later)


def test_an_erased_body_is_null_and_the_chain_still_verifies() -> None:
    filed = record()
    erased = tuple(replace(event, salt=None, body=None) for event in filed.events)
    (line,) = lines(Record(filed.summary, erased))
    assert json.loads(line)["events"][0]["body"] is None
    assert all(event_is_whole(event) for event in read_events(line))


def test_a_line_can_be_read_without_our_code() -> None:
    (line,) = lines(record())
    facts = json.loads(line)
    assert facts["number"] == "SF-2026-7F3K9Q"
    assert facts["events"][0]["body"]["data"] == ANSWERS


def test_several_forms_share_a_file() -> None:
    assert len(lines(record(), record(definition=form(form_id="other"), number="OT-2026-7F3K9Q"))) == 2
