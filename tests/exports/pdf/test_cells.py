"""No glyph leaves its cell and none is lost, whatever a field holds: read from the boxes of the finished PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import cycle, islice
from typing import Any

import pytest

from functions.exports.pdf import Press
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.outline import Section
from functions.records.decision import Decision
from functions.records.keys import Keys
from functions.records.transitions import decide
from tests.support.exports.pdf_boxes import characters, sheets, strays
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import registration, self_check
from tests.support.records import History

TEXTS = ("text", "long_text", "email", "phone", "uscc")
# What a line breaks nowhere in, by the rules of Unicode: a text of it is one word.
RUNS = {
    "em dashes": "—",
    "exclamation marks": "!",
    "full-width exclamation marks": "！",
    "full stops": "。",
    "ellipses": "……",
    "opening brackets": "（",
    "quotes": "“”",
    "three-em dashes": "⸻",
    "digits": "1234567890",
    "Latin capitals": "WM",
    "Latin letters": "abcdefghijklm",
    "an address": "https://www.example.com/a-b/?c=d&e=",
    "no-break spaces": "字\u00a0",
    "spaces before marks": "字 ！ ! ",
    "combining marks": "e\u0301",
    "code points": "😀กع",
}
FORMS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[], Definition]]] = {
    "self check": (valid_self_check, self_check),
    "registration": (lambda: valid_registration("post_acceptance"), registration),
}


def longest(run: str, length: int) -> str:
    return "".join(islice(cycle(run), length)).strip()


def filled(items: tuple[Any, ...], held: Any, run: str) -> Any:
    """The answers with every text at its longest, made of the run."""
    answers = dict(held or {})
    for item in items:
        if isinstance(item, Field) and item.kind in TEXTS:
            answers[item.key] = longest(run, item.max_length or 0)
        elif isinstance(item, Rows):
            answers[item.key] = [filled(item.items, row, run) for row in answers.get(item.key) or [{}]]
        elif isinstance(item, Group | Section):
            answers[item.key] = filled(item.items, answers.get(item.key), run)
    return answers


def texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for value in data.values() for text in texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in texts(value)]
    return [data] if isinstance(data, str) else []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_the_longest_text_of_every_field_fits_its_cell(keys: Keys, press: Press, form: str, run: str) -> None:
    base, of = FORMS[form]
    definition = of()
    data = {
        **base(),
        **{section.key: filled(section.items, base().get(section.key), run) for section in definition.sections},
    }
    history = History(keys, definition).file(data)
    filing = press.filing(history.record, definition)
    pages = sheets(filing)
    assert strays(pages) == []
    written = characters(pages)
    given = "".join(text for text in texts(data) if text == longest(run, len(text)))
    for sign in set(run) - set(" \u00a0"):
        code = f"U+{ord(sign):04X}"
        assert written.count(code if f"〔{code}〕" in written else sign) >= given.count(sign) > 0


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_a_whole_opinion_and_a_receipt_stay_on_the_page(keys: Keys, press: Press, run: str) -> None:
    history = History(keys).file(valid_self_check(unit_name=longest(run, 100)))
    assert strays(sheets(press.receipt(history.record, self_check()))) == []
    decision = Decision("return", "前言" + longest(run, 300), date(2026, 9, 25), ("/unit/contact_phone",))
    history.take(decide(history.open_record, history.by("jia"), decision))
    record = history.record
    pages = sheets(press.opinion(record, self_check(), record.events[-1].sequence))
    assert strays(pages) == []
    assert len(characters(pages)) > 300


def test_a_word_that_fits_the_next_line_is_not_broken(keys: Keys, press: Press) -> None:
    words = "档案" * 8 + "internationalisation" + "档案" * 8 + "https://example.com/"
    data = valid_self_check()
    data["checks"]["check_1"]["note"] = words * 4
    lines = "".join(page.text for page in sheets(press.filing(History(keys).file(data).record, self_check())))
    assert lines.count("internationalisation") == lines.count("https://example.com/") == 4
