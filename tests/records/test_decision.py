"""Reading a decision: every mistake in it is reported at once, in words (look.md §5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from functions.records.decision import Decision, read_decision
from tests.support.forms import self_check

TODAY = date(2026, 9, 18)
RETURN = {"decision": "return", "opinion": "示例意见", "correction_due": "2026-09-25"}


def rules(given: dict[str, Any]) -> dict[str, str]:
    found = read_decision(given, today=TODAY, definition=self_check())
    assert isinstance(found, tuple), found
    return {problem.pointer: problem.rule for problem in found}


@pytest.mark.parametrize(
    ("given", "decision"),
    [
        ({"decision": "accept"}, Decision("accept")),
        ({"decision": "accept", "opinion": " 同意\u200e \ufeff"}, Decision("accept", "同意")),
        ({"decision": "accept", "opinion": "\u2800"}, Decision("accept")),
        (RETURN, Decision("return", "示例意见", date(2026, 9, 25))),
        (
            RETURN | {"fields": ["/unit/uscc", "/databases/databases/0/name"]},
            Decision("return", "示例意见", date(2026, 9, 25), ("/unit/uscc", "/databases/databases/0/name")),
        ),
        *(
            (RETURN | {"correction_due": typed}, Decision("return", "示例意见", date(2026, 9, 25)))
            for typed in ("2026年9月25日", "2026/9/25", "2026.9.25", "20260925", "２０２６－９－２５")
        ),
        ({"decision": "reopen", "reason": "示例理由"}, Decision("reopen", "示例理由")),
        ({"decision": "void", "reason": "示例理由"}, Decision("void", "示例理由")),
    ],
)
def test_a_right_decision_is_read(given: dict[str, Any], decision: Decision) -> None:
    assert read_decision(given, today=TODAY, definition=self_check()) == decision


@pytest.mark.parametrize("due", ["2026-09-19", "2027-09-19"])
def test_t8_the_date_lies_between_tomorrow_and_a_year_from_now(due: str) -> None:
    found = read_decision(RETURN | {"correction_due": due}, today=TODAY, definition=self_check())
    assert isinstance(found, Decision)


@pytest.mark.parametrize(
    ("due", "rule"),
    [
        ("2026-09-18", "minimum"),
        ("2027-09-20", "maximum"),
        ("", "required"),
        (None, "required"),
        ("2026-02-30", "format"),
        ("25.9.2026", "format"),
        ("0000-01-01", "format"),
        (7, "format"),
    ],
)
def test_t8_another_date_is_refused(due: Any, rule: str) -> None:
    assert rules(RETURN | {"correction_due": due}) == {"/correction_due": rule}


@pytest.mark.parametrize("decision", [None, "", "delete", 7, [], {}])
def test_nothing_is_decided_by_default(decision: Any) -> None:
    assert rules({"decision": decision}) == {"/decision": "required"}
    assert rules({}) == {"/decision": "required"}


def test_everything_wrong_is_named_at_once() -> None:
    given = {"decision": "return", "opinion": " ", "correction_due": "x", "fields": ["/nobody"], "reason": "?"}
    assert rules(given) == {
        "/reason": "unknown",
        "/opinion": "required",
        "/correction_due": "format",
        "/fields": "unknown",
    }


@pytest.mark.parametrize("kind", ["reopen", "void"])
def test_a_reason_is_asked_for(kind: str) -> None:
    assert rules({"decision": kind}) == {"/reason": "required"}
    assert rules({"decision": kind, "opinion": "示例"}) == {"/opinion": "unknown", "/reason": "required"}


def test_long_texts_and_other_types_are_refused() -> None:
    assert isinstance(read_decision(RETURN | {"opinion": "字" * 2000}, today=TODAY, definition=self_check()), Decision)
    assert rules(RETURN | {"opinion": "字" * 2001}) == {"/opinion": "maxLength"}
    assert rules(RETURN | {"opinion": ["示例"]}) == {"/opinion": "type"}
    assert rules(RETURN | {"fields": "/unit/uscc"}) == {"/fields": "type"}
    assert rules(RETURN | {"fields": ["/unit/uscc"] * 201}) == {"/fields": "maxItems"}
    assert rules({"decision": "accept", "correction_due": "2026-09-25"}) == {"/correction_due": "unknown"}
