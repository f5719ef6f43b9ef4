"""The calendar of deadlines that fall on the same day every year (RFC 5545); knows no page.

Written by hand: the only library for it would add three packages to every build for these few lines. A test reads the
result with that library.
"""

import uuid
from collections.abc import Iterator
from datetime import date

from functions.forms.definition import Definition, Filing
from functions.supervision.deadlines import last_day, unannounced_years
from functions.supervision.workdays import unannounced_text
from publisher.content.content import Content

_OCTETS = 75
# For so many years, a deadline that moves to a working day is shown on its actual last day.
_YEARS = 10
# At nine in the morning 30 and 7 days before: an alarm counts from midnight, which is too early.
_ALARMS = ("-P29DT15H", "-P6DT15H")


def calendar(content: Content) -> bytes:
    """The calendar with CRLF and folded lines; empty when no deadline has a date.

    It begins on the day `since` of deadlines.yml, which is also its time stamp: the same content gives the same bytes.
    Where a rule moves a last day off to the next working day, so does the calendar, as a change of that year's event.
    """
    bureau = content.settings.extra.bureau
    events = [line for form, filing in _dated(content) for line in _events(content, bureau, form, filing)]
    if not events:
        return b""
    name = _text(f"{bureau}填报期限")
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Qingdan//Deadlines//ZH", "CALSCALE:GREGORIAN"]
    lines = [*head, "METHOD:PUBLISH", f"NAME:{name}", f"X-WR-CALNAME:{name}", *events, "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


def _dated(content: Content) -> Iterator[tuple[Definition, Filing]]:
    for form in content.catalogue:
        for filing in form.rules.filings:
            if form.rules.audience == "public" and filing.due.rule == "day_of_year":
                yield form, filing


def _events(content: Content, bureau: str, form: Definition, filing: Filing) -> Iterator[str]:
    since, due = content.deadlines.since, filing.due
    first = since.year if date(since.year, due.month, due.day) >= since else since.year + 1
    same = [
        f"UID:{uuid.uuid5(uuid.NAMESPACE_URL, f'qingdan:{bureau}:{form.id}:{filing.id}')}",
        f"DTSTAMP:{since:%Y%m%d}T000000Z",
    ]
    words = f"{filing.words}。依据：{filing.basis}。谁要填：{form.rules.obliged_words}"
    yearly = [_starts(date(first, due.month, due.day)), "RRULE:FREQ=YEARLY"]
    yield from _event([*same, *yearly], form, words)
    for year in range(first, first + _YEARS):
        day = date(year, due.month, due.day)
        moved = last_day(due, year - due.years)
        if moved != day:
            why = f"{words}。{day.month} 月 {day.day} 日放假，顺延到 {moved.month} 月 {moved.day} 日"
            if unknown := unannounced_years(due, year - due.years):
                why = f"{why}。{unannounced_text(unknown)}"
            yield from _event([*same, f"RECURRENCE-ID;VALUE=DATE:{day:%Y%m%d}", _starts(moved)], form, why)


def _starts(day: date) -> str:
    return f"DTSTART;VALUE=DATE:{day:%Y%m%d}"


def _event(which: list[str], form: Definition, words: str) -> Iterator[str]:
    title = _text(f"{form.title}：最后一天")
    yield from ("BEGIN:VEVENT", *which, "TRANSP:TRANSPARENT", f"SUMMARY:{title}", f"DESCRIPTION:{_text(words)}")
    for trigger in _ALARMS:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", f"DESCRIPTION:{title}", "END:VALARM")
    yield "END:VEVENT"


def _text(words: str) -> str:
    """A TEXT value: backslash, comma, semicolon and line end escaped."""
    for old, new in (("\\", "\\\\"), (",", "\\,"), (";", "\\;"), ("\n", "\\n")):
        words = words.replace(old, new)
    return words


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, cut between characters; a piece after the first begins with a space."""
    pieces = [b""]
    for char in line:
        octets = char.encode()
        if len(pieces[-1]) + len(octets) > _OCTETS:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"
