"""Promises of the calendar of deadlines, read by an independent library: the right days, every year, the same bytes."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from functions.forms.authoring.reader import read_catalogue
from functions.supervision.deadlines import due_date
from publisher.content.content import load_content
from publisher.data.calendar import calendar
from tests.publisher.conftest import ROOT


@pytest.fixture(scope="module")
def events() -> list[Any]:
    found = icalendar.Calendar.from_ical(calendar(load_content(ROOT)))
    assert found.errors == []
    return list(found.walk("VEVENT"))


@pytest.mark.proves("T2", "T5")
def test_deadlines_with_a_date_recur_every_year(events: list[Any]) -> None:
    """T2: 31 December; T5: 30 September. T1 and T3 count from a day that only the filer knows."""
    assert sorted((event.decoded("dtstart"), str(event["summary"])) for event in events) == [
        (date(2026, 9, 30), "档案工作情况自查报告：最后一天"),
        (date(2026, 12, 31), "重点建设项目档案管理登记表：最后一天"),
    ]
    assert [event["rrule"]["FREQ"] for event in events] == [["YEARLY"]] * 2


def test_events_are_whole_days_and_leave_the_time_free(events: list[Any]) -> None:
    for event in events:
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event["transp"] == "TRANSPARENT"


def test_alarms_ring_30_and_7_days_before_in_the_morning(events: list[Any]) -> None:
    for event in events:
        alarms = [alarm.decoded("trigger") for alarm in event.walk("VALARM")]
        assert alarms == [timedelta(hours=9) - timedelta(days=days) for days in (30, 7)]


def test_events_say_who_when_and_why(events: list[Any]) -> None:
    words = " ".join(str(event["description"]) for event in events)
    assert "丙五2" in words
    assert "甲四1" in words
    assert "专业档案形成单位" in words


def test_lines_are_folded_between_characters() -> None:
    text = calendar(load_content(ROOT))
    lines = text.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode("utf-8") for line in lines)


def test_the_same_content_gives_the_same_bytes_and_names(project: Path) -> None:
    """A subscriber's calendar replaces an event that keeps its name."""
    first = calendar(load_content(ROOT))
    assert calendar(load_content(project)) == first
    rules = project / "schemas" / "annual-self-check" / "rules.yml"
    text = rules.read_text(encoding="utf-8").replace("day: 30}", "day: 20}").replace("9 月 30 日", "9 月 20 日")
    rules.write_text(text, encoding="utf-8")
    second = calendar(load_content(project))
    assert second != first
    assert _names(second) == _names(first)


def test_special_characters_are_escaped(project: Path) -> None:
    rules = project / "schemas" / "annual-self-check" / "rules.yml"
    text = rules.read_text(encoding="utf-8")
    odd = r"甲,乙;丙\丁"
    rules.write_text(text.replace("专业档案形成单位和列入档案登记备份名册的单位", odd), encoding="utf-8")
    found = icalendar.Calendar.from_ical(calendar(load_content(project)))
    assert any(odd in str(event["description"]) for event in found.walk("VEVENT"))


def test_a_last_day_off_moves_in_the_calendar_as_it_does_in_what_is_judged(project: Path) -> None:
    """T5 with the switch of T1 (Civil Code 203): 30 September 2028 is a Saturday before the holidays of October."""
    rules = project / "schemas" / "annual-self-check" / "rules.yml"
    switched = rules.read_text(encoding="utf-8").replace("day: 30}", "day: 30, next_workday: true}")
    rules.write_text(switched, encoding="utf-8")
    holidays = project / "content" / "data" / "holidays.yml"
    holidays.write_text(
        """years:
  - year: 2028
    complete: true
    notices: [{number: null, date: null, note: 示例}]
    holidays: [{name: 国庆节, first: 2028-10-01, last: 2028-10-03}]
  - year: 2034
    complete: true
    notices: [{number: null, date: null, note: 示例}]
    holidays: [{name: 国庆节, first: 2034-10-01, last: 2034-10-07, work: [2034-09-30]}]
""",
        encoding="utf-8",
    )
    found = icalendar.Calendar.from_ical(calendar(load_content(project)))
    assert found.errors == []
    events: list[Any] = [event for event in found.walk("VEVENT") if "自查报告" in str(event["summary"])]
    yearly, *moved = events
    assert yearly.decoded("dtstart") == date(2026, 9, 30)
    assert yearly["rrule"]["FREQ"] == ["YEARLY"]
    assert {str(event["uid"]) for event in events} == {str(yearly["uid"])}
    assert all("rrule" not in event for event in moved)
    assert {event.decoded("recurrence-id"): event.decoded("dtstart") for event in moved} == {
        date(2028, 9, 30): date(2028, 10, 4),
        date(2029, 9, 30): date(2029, 10, 1),
        date(2035, 9, 30): date(2035, 10, 1),
    }
    known, unknown = (str(event["description"]) for event in moved[:2])
    assert "9 月 30 日放假，顺延到 10 月 4 日" in known
    assert "放假安排还没有公布" not in known
    assert "顺延到 10 月 1 日。2029 年放假安排还没有公布，只按周末算" in unknown
    form = read_catalogue(project / "schemas").get("annual-self-check")
    (filing,) = form.rules.filings
    for year in range(2026, 2036):
        due = due_date(filing, {"unit": {"report_year": year - 1}})
        days = {event.decoded("recurrence-id").year: event.decoded("dtstart") for event in moved}
        assert due == days.get(year, date(year, 9, 30))


def test_without_a_fixed_date_there_is_no_calendar(project: Path) -> None:
    for form in ("annual-self-check", "key-project-registration"):
        rules = project / "schemas" / form / "rules.yml"
        rules.write_text(
            rules.read_text(encoding="utf-8").replace("audience: public", "audience: staff"), encoding="utf-8"
        )
    assert calendar(load_content(project)) == b""


def _names(text: bytes) -> set[str]:
    events: list[Any] = list(icalendar.Calendar.from_ical(text).walk("VEVENT"))
    return {str(event["uid"]) for event in events}
