"""The calendar of deadlines that fall on the same day every year (RFC 5545); knows no page.

Written by hand: the one library for it would bring three packages to every build for these few lines. A test reads
the result with that library.
"""

import uuid
from collections.abc import Iterator
from datetime import date

from functions.forms.definition import Definition, Filing
from publisher.content import Content

_OCTETS = 75
# At nine in the morning 30 and 7 days before: an alarm counts from midnight, when nobody wants one.
_ALARMS = ("-P29DT15H", "-P6DT15H")


def calendar(content: Content) -> bytes:
    """The calendar with CRLF and folded lines; empty when no deadline has a date.

    It begins on the day `since` of deadlines.yml, which is also its time stamp: the same content gives the same bytes.
    """
    bureau = content.settings.extra.bureau
    events = [line for form, filing in _dated(content) for line in _event(content, bureau, form, filing)]
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


def _event(content: Content, bureau: str, form: Definition, filing: Filing) -> Iterator[str]:
    since = content.deadlines.since
    day = date(since.year, filing.due.month, filing.due.day)
    if day < since:
        day = date(since.year + 1, day.month, day.day)
    title = _text(f"{form.title}：最后一天")
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(uuid.NAMESPACE_URL, f'qingdan:{bureau}:{form.id}:{filing.id}')}"
    yield f"DTSTAMP:{since:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield "RRULE:FREQ=YEARLY"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{title}"
    yield f"DESCRIPTION:{_text(f'{filing.words}。依据：{filing.basis}。谁要填：{form.rules.obliged_words}')}"
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
