"""The words of a deadline must agree with its rule; the check names the difference."""

from __future__ import annotations

from typing import Any

import pytest

from functions.forms.authoring.source import Source
from functions.forms.authoring.words_lint import check_words, number_of, terms_in
from tests.support.forms import SCHEMAS, shipped


def _said(words: str, due: dict[str, Any]) -> list[str]:
    raw = {"when": {"words": "按规定"}, "filings": [{"words": words, "due": {"at": "/a", **due}}]}
    return [cause for _, cause, _ in check_words(raw)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("20", 20),
        ("六", 6),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("三十一", 31),
        ("一百二十", 120),
    ],
)
def test_numbers_are_read_in_digits_and_in_chinese(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("开工后六个月内", {"rule": "months_after", "months": 6}),
        ("开工后 6 个月以内", {"rule": "months_after", "months": 6}),
        ("半年内", {"rule": "months_after", "months": 6}),
        ("两年内", {"rule": "months_after", "months": 24}),
        ("变更之日起 20 个工作日内", {"rule": "workdays_after", "workdays": 20}),
        ("二十个工作日之内", {"rule": "workdays_after", "workdays": 20}),
        ("收到后三十日内", {"rule": "days_after", "days": 30}),
        ("收到后 15 天内", {"rule": "days_after", "days": 15}),
        ("每年 9 月 30 日前", {"rule": "day_of_year", "month": 9, "day": 30}),
        ("每年九月三十日以前", {"rule": "day_of_year", "month": 9, "day": 30}),
        ("每年 12 月底前", {"rule": "day_of_year"}),
        ("年底前", {"rule": "day_of_year", "month": 12, "day": 31}),
        ("2 月底前", {"rule": "day_of_year", "month": 2, "day": 28}),
        ("次年 1 月底前", {"rule": "day_of_year", "month": 1, "day": 31, "years": 1}),
        ("每年 9 月 30 日前，报上一年度", {"rule": "day_of_year", "month": 9, "day": 30, "years": 1}),
        ("每年 12 月 31 日前，报下一年度计划", {"rule": "day_of_year", "month": 12, "day": 31, "years": -1}),
        ("及时", {"rule": "days_after", "days": 3}),
    ],
)
def test_words_that_agree_pass(words: str, due: dict[str, Any]) -> None:
    """T1, T2, T3, T5, T6, T10 as they are written; 及时 (T8) has no day count to compare."""
    assert _said(words, due) == []


@pytest.mark.parametrize(
    ("words", "due", "said"),
    [
        ("六个月内", {"rule": "months_after", "months": 5}, "“六个月内”，due 算的是 5 个月"),
        ("六个月内", {"rule": "months_after", "months": 7}, "“六个月内”，due 算的是 7 个月"),
        ("20 个工作日内", {"rule": "days_after", "days": 20}, "“20个工作日内”，due 算的是 20 日"),
        ("20 个工作日内", {"rule": "workdays_after", "workdays": 21}, "due 算的是 21 个工作日"),
        ("三十日内", {"rule": "workdays_after", "workdays": 30}, "due 算的是 30 个工作日"),
        ("每年 9 月 30 日前", {"rule": "day_of_year", "month": 9, "day": 29}, "due 算的是 9 月 29 日"),
        ("每年 9 月 30 日前", {"rule": "day_of_year", "month": 10, "day": 30}, "due 算的是 10 月 30 日"),
        ("11 月底前", {"rule": "day_of_year"}, "“11月底前”，due 算的是 12 月 31 日"),
        ("次年 1 月 31 日前", {"rule": "day_of_year", "month": 1, "day": 31}, "“次年”，due 里 years 是 0"),
        ("9 月 30 日前，报上一年度", {"rule": "day_of_year", "month": 9, "day": 30, "years": -1}, "years 是 -1"),
    ],
)
def test_words_that_differ_are_named(words: str, due: dict[str, Any], said: str) -> None:
    (cause,) = _said(words, due)
    assert said in cause


def test_a_day_of_the_month_is_not_read_as_a_count_of_days() -> None:
    assert [term.rule for term in terms_in("每年 9 月 30 日内")] == []
    assert [term.rule for term in terms_in("每年 9 月 30 日前")] == ["day_of_year"]


def test_the_sentence_for_the_whole_form_names_only_deadlines_that_it_has() -> None:
    raw = dict(Source.yaml(SCHEMAS / "key-project-registration" / "rules.yml").value)
    assert list(check_words(raw)) == []
    raw["when"] = {"words": "开工后六个月内、每年 11 月底前"}
    ((where, cause, _),) = check_words(raw)
    assert where == ("when", "words")
    assert "“11月底前”，filings 里没有一项这样算" in cause


def test_the_deadlines_of_the_list_are_all_understood() -> None:
    """T1, T2, T3, T5: the words of each filing of the shipped forms hold a deadline that the check can read."""
    for form in shipped():
        for filing in form.rules.filings:
            assert list(terms_in(filing.words)), filing.words
