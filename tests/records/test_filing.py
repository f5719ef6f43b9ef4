"""A filing becomes one step: numbered, digested, signed, with no personal data in what is signed (design.md §4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.records.event import event_is_whole, make_event
from functions.records.filing import answer, prepare, timestamp
from functions.records.keys import Keys
from functions.records.state import Erased, fold, summary_of
from functions.records.store import Append, Stored
from tests.records.conftest import NOW
from tests.support.filings import valid_registration, valid_self_check

Entropy = Callable[[int], bytes]


@pytest.fixture
def form(catalogue: Catalogue) -> Definition:
    return catalogue.get("annual-self-check")


def prepared(form: Definition, keys: Keys, entropy: Entropy, data: Any = None, **changes: Any) -> Append:
    given: dict[str, Any] = {
        "at": NOW,
        "due": date(2026, 9, 30),
        "timeliness": "on_time",
        "contest": False,
        "idempotency_key": "a key",
        "request_digest": "a" * 64,
        "keys": keys,
        "entropy": entropy,
    }
    return prepare(form, data or valid_self_check(), **(given | changes))


def test_the_event_holds_the_filing_and_matches_its_digests(form: Definition, keys: Keys, entropy: Entropy) -> None:
    (event,) = prepared(form, keys, entropy).events
    assert event_is_whole(event)
    assert (event.sequence, event.type, event.previous) == (1, "submitted", "")
    assert event.at == "2026-09-18T02:24:07.123456Z"
    assert event.number.startswith("SC-2026-")
    assert event.body is not None
    assert json.loads(event.body) == {
        "data": valid_self_check(),
        "form_digest": form.digest,
        "period": "2025",
        "due": "2026-09-30",
        "timeliness": "on_time",
        "contest": False,
        "code": {"kid": keys.hmac_kid, "epoch": 1},
        "channel": "online",
    }


def test_the_filer_is_told_number_code_and_receipt(form: Definition, keys: Keys, entropy: Entropy) -> None:
    step = prepared(form, keys, entropy)
    told = answer(Stored(step.answer, replayed=False), keys)
    assert set(told) == {
        "number",
        "access_code",
        "version",
        "form",
        "period",
        "submitted_at",
        "due",
        "timeliness",
        "digest",
        "receipt",
    }
    assert told["access_code"] == keys.access_code(step.summary.number, kid=keys.hmac_kid, epoch=1)
    assert told["digest"] == step.events[0].digest
    assert answer(Stored(step.answer, replayed=True), keys) == told


def test_the_access_code_is_stored_nowhere(form: Definition, keys: Keys, entropy: Entropy) -> None:
    step = prepared(form, keys, entropy)
    code = answer(Stored(step.answer, replayed=False), keys)["access_code"]
    kept = step.answer + (step.events[0].body or b"") + repr(step.summary).encode() + step.summary.words.encode()
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept


def test_the_receipt_signs_what_counts_and_no_personal_data(form: Definition, keys: Keys, entropy: Entropy) -> None:
    step = prepared(form, keys, entropy)
    signed = keys.verify(answer(Stored(step.answer, replayed=False), keys)["receipt"])
    assert signed == {
        "number": step.summary.number,
        "form": "annual-self-check",
        "unit_name": "示例县第一中学",
        "digest": step.events[0].digest,
        "submitted_at": "2026-09-18T02:24:07.123456Z",
        "due": "2026-09-30",
        "timeliness": "on_time",
        "period": "2025",
    }


def test_two_equal_filings_share_no_secret(form: Definition, keys: Keys, entropy: Entropy) -> None:
    one, other = (prepared(form, keys, entropy) for _ in range(2))
    assert one.summary.number != other.summary.number
    assert one.events[0].salt != other.events[0].salt
    assert one.summary.guard == other.summary.guard


def test_a_contested_filing_claims_no_guard_but_names_it(form: Definition, keys: Keys, entropy: Entropy) -> None:
    plain, contested = prepared(form, keys, entropy), prepared(form, keys, entropy, contest=True)
    assert plain.claim == plain.summary.guard
    assert contested.claim is None
    assert contested.summary.guard == plain.summary.guard
    assert fold(contested.events).contest


def test_guards_tell_units_periods_and_projects_apart(catalogue: Catalogue, keys: Keys, entropy: Entropy) -> None:
    check, registration = catalogue.get("annual-self-check"), catalogue.get("key-project-registration")
    filings = [
        (check, valid_self_check()),
        (check, valid_self_check(year=2024)),
        (check, valid_self_check(uscc="12000000000000009X")),
        (registration, valid_registration()),
        (registration, valid_registration("annual")),
        (registration, valid_registration("annual", year=2025)),
        (registration, valid_registration(project_name="另一个示例工程")),
    ]
    guards = [prepared(form, keys, entropy, data).summary.guard for form, data in filings]
    assert len(set(guards)) == len(guards)
    # A space or a full-width letter does not make another project.
    same = [valid_registration(project_name=name) for name in ("示例 A 工程", "示例Ａ工程")]
    assert len({prepared(registration, keys, entropy, data).summary.guard for data in same}) == 1


def test_without_a_key_no_answer_is_remembered(form: Definition, keys: Keys, entropy: Entropy) -> None:
    assert prepared(form, keys, entropy, idempotency_key=None).idempotency is None


def test_a_key_counts_for_one_form_only(catalogue: Catalogue, keys: Keys, entropy: Entropy) -> None:
    one = prepared(catalogue.get("annual-self-check"), keys, entropy)
    other = prepared(catalogue.get("key-project-registration"), keys, entropy, valid_registration())
    assert one.idempotency is not None
    assert other.idempotency is not None
    assert one.idempotency.key != other.idempotency.key


def test_the_year_of_a_number_is_the_one_in_shanghai(form: Definition, keys: Keys, entropy: Entropy) -> None:
    midnight = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert prepared(form, keys, entropy, at=midnight).summary.number.startswith("SC-2027-")
    just_before = midnight - timedelta(microseconds=1)
    assert prepared(form, keys, entropy, at=just_before).summary.number.startswith("SC-2026-")


def test_times_are_utc_with_microseconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert timestamp(datetime(2026, 9, 30, 23, 59, 59, tzinfo=shanghai)) == "2026-09-30T15:59:59.000000Z"
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime(2026, 9, 30))  # noqa: DTZ001 - a time without a zone is the point


def test_the_summary_follows_from_the_events(form: Definition, keys: Keys, entropy: Entropy) -> None:
    step = prepared(form, keys, entropy)
    assert summary_of(step.events[0], fold(step.events), form) == step.summary
    assert step.summary.unit_name == "示例县第一中学"
    for sought in (step.summary.number.casefold(), "示例县第一中学", "除湿机", "还没有异地备份"):
        assert sought in step.summary.words


def test_later_events_move_the_status_and_a_correction_makes_a_version(
    form: Definition, keys: Keys, entropy: Entropy
) -> None:
    events = list(prepared(form, keys, entropy).events)
    corrected = valid_self_check(unit_name="示例县第二中学")
    expected = [
        ("returned", {"opinion": "示例意见"}, "returned", 1),
        ("corrected", {"data": corrected}, "submitted", 2),
        ("noted", {}, "submitted", 2),
        ("code_reissued", {"code": {"kid": keys.hmac_kid, "epoch": 2}}, "submitted", 2),
        ("accepted", {}, "accepted", 2),
        ("reopened", {}, "submitted", 2),
        ("voided", {"reason": "示例理由"}, "voided", 2),
    ]
    for kind, body, status, version in expected:
        last = events[-1]
        common = {"number": last.number, "form": last.form, "sequence": last.sequence + 1, "actor": "示例甲"}
        events.append(
            make_event(**common, type=kind, at=timestamp(NOW), previous=last.digest, body=body, salt=entropy(32))  # type: ignore[arg-type]
        )
        state = fold(events)
        assert (state.status, state.version, state.sequence) == (status, version, len(events))
    assert fold(events).code.epoch == 2
    assert not fold(events).live
    summary = summary_of(events[0], fold(events), form)
    assert (summary.unit_name, summary.status, summary.submitted_at) == ("示例县第二中学", "voided", events[0].at)


def test_folding_an_erased_record_raises_erased(form: Definition, keys: Keys, entropy: Entropy) -> None:
    (event,) = prepared(form, keys, entropy).events
    with pytest.raises(Erased):
        fold([replace(event, salt=None, body=None)])
