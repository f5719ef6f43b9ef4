"""The decision which page follows a posted form or a refusal, without store or HTTP."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest

from functions.errors import (
    GuardTaken,
    IdempotencyMismatch,
    NotFound,
    OutcomeUnknown,
    QingdanError,
    StepRefused,
    StoreUnavailable,
)
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.forms.page.encode import encode
from functions.forms.problem import Problem
from functions.web.filing.form_flow import FILED_OTHERWISE, ShowCheck, ShowForm, Store, advance, after
from functions.web.filing.form_pages import Checked
from functions.web.filing.posted_form import SUPERSEDED, PostedForm
from functions.web.http.problems import HttpProblem
from tests.support.filings import valid_self_check

TODAY = date(2026, 9, 18)
KEY, NEW = "k" * 32, "n" * 32
WRONG = (Problem("/unit/uscc", "统一社会信用代码", "示例", "format"),)
UNSENT = (Problem("/files/scans", "附件", "示例", "attachment"),)


@pytest.fixture
def definition(catalogue: Catalogue) -> Definition:
    return catalogue.get("annual-self-check")


def posted(definition: Definition, action: str, **more: str) -> PostedForm:
    pairs = [*encode(definition, valid_self_check()), ("action", action), *more.items()]
    return PostedForm.read(definition, urlencode(pairs).encode())


def step(
    form: PostedForm, problems: tuple[Problem, ...] = (), unsent: tuple[Problem, ...] = (), *, replayed: bool = False
) -> ShowForm | ShowCheck | Store:
    return advance(form, TODAY, problems, unsent, replayed=replayed, new_key=NEW)


@pytest.fixture
def checked(definition: Definition) -> Checked:
    return posted(definition, "file", key=KEY).checked(TODAY, NEW)


@pytest.mark.parametrize("action", ["review", "file", "add:databases.databases", "edit:unit.uscc"])
def test_another_form_version_is_handled_first(definition: Definition, action: str) -> None:
    form = posted(definition, action, key=KEY, form_digest="0" * 64)
    assert not form.finished
    found = step(form, WRONG, UNSENT, replayed=True)
    assert isinstance(found, ShowForm)
    assert (found.status, found.filled.notice, found.filled.problems) == (409, SUPERSEDED, ())


@pytest.mark.parametrize("action", ["add:databases.databases", "remove:databases.databases:0", "edit:unit.uscc"])
def test_an_unfinished_form_is_not_validated(definition: Definition, action: str) -> None:
    form = posted(definition, action, form_digest=definition.digest)
    assert not form.finished
    found = step(form, WRONG, UNSENT)
    assert isinstance(found, ShowForm)
    assert (found.status, found.filled.problems) == (200, ())


@pytest.mark.parametrize(
    ("problems", "unsent", "replayed", "shown"),
    [
        (WRONG, (), False, WRONG),
        (WRONG, (), True, WRONG),
        ((), UNSENT, False, UNSENT),
        (WRONG, UNSENT, False, WRONG + UNSENT),
        (WRONG, UNSENT, True, WRONG + UNSENT),
    ],
)
def test_problems_lead_back_to_the_form(
    definition: Definition,
    problems: tuple[Problem, ...],
    unsent: tuple[Problem, ...],
    replayed: bool,
    shown: tuple[Problem, ...],
) -> None:
    found = step(posted(definition, "file", key=KEY), problems, unsent, replayed=replayed)
    assert isinstance(found, ShowForm)
    assert (found.status, found.filled.problems) == (422, shown)


@pytest.mark.parametrize(
    ("action", "key", "shown"), [("review", "", NEW), ("review", KEY, KEY), ("file", "", NEW), ("upload:x", KEY, KEY)]
)
def test_unchecked_answers_are_shown_for_checking(definition: Definition, action: str, key: str, shown: str) -> None:
    form = posted(definition, action, key=key)
    assert form.finished
    found = step(form)
    assert isinstance(found, ShowCheck)
    assert (found.status, found.checked.key, found.stop, found.offers_contest) == (200, shown, "", False)


@pytest.mark.parametrize(("contest", "stored"), [("", False), ("false", False), ("true", True)])
@pytest.mark.parametrize("unsent", [(), UNSENT])
def test_checked_answers_are_stored(
    definition: Definition, contest: str, stored: bool, unsent: tuple[Problem, ...]
) -> None:
    """A voucher that is out of date by now was none when the very same page was stored before."""
    found = step(posted(definition, "file", key=KEY, contest=contest), (), unsent, replayed=bool(unsent))
    assert isinstance(found, Store)
    assert (found.contest, found.checked.key, found.checked.data) == (stored, KEY, valid_self_check())


def refused(error: Exception, checked: Checked) -> ShowCheck:
    return after(error, checked, new_key=NEW, taken="示例：已经有一份")


def test_a_taken_place_may_be_contested_under_the_same_key(checked: Checked) -> None:
    assert refused(GuardTaken("x"), checked) == ShowCheck(409, checked, "示例：已经有一份", offers_contest=True)


def test_a_key_that_was_used_for_other_answers_is_replaced(checked: Checked) -> None:
    found = refused(IdempotencyMismatch("x"), checked)
    assert (found.status, found.stop, found.offers_contest) == (409, FILED_OTHERWISE, False)
    assert (found.checked.key, found.checked.typed) == (NEW, checked.typed)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (StepRefused("已经接受"), 409, "已经接受"),
        (NotFound("没有这份填报"), 404, "没有这份填报"),
        (HttpProblem(412, "内容变了", more={"version": 3}), 412, "内容变了"),
        (StoreUnavailable("x"), 503, "这一次没有存下来"),
        (OutcomeUnknown("x"), 503, "不知道存下来没有"),
        (QingdanError("secret"), 500, "不知道存下来没有"),
    ],
)
def test_any_other_refusal_keeps_the_answers_and_their_key(
    checked: Checked, error: Exception, status: int, words: str
) -> None:
    found = refused(error, checked)
    assert (found.status, found.checked, found.offers_contest) == (status, checked, False)
    assert words in found.stop
    assert "secret" not in found.stop
    assert found.version == (3 if status == 412 else None)
    assert found.headers.get("Retry-After") == ("30" if status == 503 else None)
