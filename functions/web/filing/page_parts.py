"""HTML parts that several pages of a filing share: a fact of a slip, a state, a moment, a button that posts."""

from __future__ import annotations

from datetime import date

from functions.forms.page.element import BREAK, Markup, el, hidden_input, join
from functions.records.words import Mark
from functions.web.filing.form_pages import local_time, long_date


def fact(term: str, words: str, width: str = "") -> Markup:
    """Return one fact of a slip."""
    return el("div", el("dt", term), el("dd", words), class_=width or None)


def shape(mark: Mark) -> Markup:
    """Return a state in words with its shape."""
    return el("span", mark.word, class_=f"st st--{mark.shape}")


def time_of(at: str) -> Markup:
    """Return a moment in Beijing time, to the second, in two lines."""
    local = local_time(at)
    words = join(long_date(local.date()), BREAK, f"{local:%H:%M:%S}")
    return el("time", words, datetime=local.isoformat(timespec="seconds"))


def minute_of(at: str) -> Markup:
    """Return a moment in Beijing time, to the minute, in one line."""
    local = local_time(at)
    return el("time", f"{long_date(local.date())} {local:%H:%M}", datetime=local.isoformat(timespec="seconds"))


def paper_day(received: str) -> Markup:
    """Return the day on which a paper filing came in."""
    day = long_date(date.fromisoformat(received))
    return join(el("time", day, datetime=received), BREAK, el("small", "纸质件"))


def post_form(action: str, words: str, look: str, **hidden: str) -> Markup:
    """Return a button that posts hidden fields: an access code must not stand in an address."""
    carried = (hidden_input(name, value) for name, value in hidden.items())
    return el("form", *carried, el("button", words, class_=look), action=action, method="post")
