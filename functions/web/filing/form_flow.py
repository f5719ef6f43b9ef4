"""The flow of a form from the posted answers to the receipt, for every destination; knows no route, store or frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Protocol

from functions.bootstrap import Services
from functions.errors import GuardTaken, IdempotencyMismatch, OutcomeUnknown, QingdanError, StoreUnavailable
from functions.forms.problem import Problem
from functions.records.attachments.named import Attachment
from functions.web.filing.form_pages import Checked, Filled, Page
from functions.web.filing.intake import judge
from functions.web.filing.posted_form import SUPERSEDED, PostedForm
from functions.web.filing.vouchers import unproven
from functions.web.http.problems import HttpProblem, problem_of

KEY_BYTES: Final = 16
FILED_OTHERWISE: Final = (
    "这一页已经提交过，那时的内容和现在的不一样，所以这一次没有存下来。请核对下面的内容；还要提交的，再按一次“确认提交”"
)
NOT_STORED: Final = "存储现在用不了，填好的内容这一次没有存下来。请不要关掉这一页，过一会儿再按一次“确认提交”"
NOT_KNOWN: Final = (
    "没有等到存储的答复，不知道存下来没有。请不要关掉这一页，过一会儿再按一次“确认提交”："
    "已经存下来的不会再存一份，给您的是同一份回执"
)
# Every refusal of a step. Each leads back to a page that keeps what was typed.
REFUSALS: Final = (QingdanError, HttpProblem)


@dataclass(frozen=True, slots=True)
class ShowForm:
    """Show the form again."""

    status: int
    filled: Filled


@dataclass(frozen=True, slots=True)
class ShowCheck:
    """Show the answers, to be checked.

    `stop` says why they were not stored just now; `offers_contest` offers to store them all the same. `version` is the
    version that a correction must replace now, when the filer has seen an older one.
    """

    status: int
    checked: Checked
    stop: str = ""
    offers_contest: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """Store the answers; with `contest`, even though another filing holds their place."""

    checked: Checked
    contest: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A page and its HTTP status."""

    status: int
    page: Page
    headers: Mapping[str, str] = field(default_factory=dict)


def advance(
    posted: PostedForm,
    today: date,
    problems: Sequence[Problem],
    unsent: Sequence[Problem],
    *,
    replayed: bool,
    new_key: str,
) -> ShowForm | ShowCheck | Store:
    """Decide what follows on a post.

    `problems` are those of the answers, `unsent` those of files without a voucher; neither counts for a form that is
    not `finished`. `replayed` says that this very page was stored before, when its vouchers were valid. `today` is the
    day that counts, `new_key` the key for a page that has none yet.
    """
    if posted.superseded:
        return ShowForm(409, posted.filled(notice=SUPERSEDED))
    again = posted.rearranged()
    if again:
        return ShowForm(200, again)
    if problems or (unsent and not replayed):
        return ShowForm(422, posted.filled((*problems, *unsent)))
    checked = posted.checked(today, new_key)
    return Store(checked, posted.contested) if posted.files else ShowCheck(200, checked)


def after(error: Exception, checked: Checked, *, new_key: str, taken: str) -> ShowCheck:
    """Decide what follows on a refusal: the answers again, with the reason.

    `taken` is the message when another filing holds the place. `new_key` is for a page whose key was used for other
    answers: with the old key it could never be stored.
    """
    if isinstance(error, GuardTaken):
        return ShowCheck(409, checked, taken, offers_contest=True)
    if isinstance(error, IdempotencyMismatch):
        return ShowCheck(409, replace(checked, key=new_key), FILED_OTHERWISE)
    problem = problem_of(error)
    version = problem.more.get("version")
    return ShowCheck(problem.status, checked, _stop(error, problem), headers=problem.headers, version=version)


def _stop(error: Exception, problem: HttpProblem) -> str:
    """Return why the answers were not stored, and whether that is certain."""
    if problem.status < 500 or isinstance(error, HttpProblem):
        return problem.detail
    known = isinstance(error, StoreUnavailable) and not isinstance(error, OutcomeUnknown)
    return NOT_STORED if known else NOT_KNOWN


class Destination(Protocol):
    """Where one form goes: the day that counts, the known files, and the look of its pages.

    `day` is the day in Asia/Shanghai by which the answers are judged, `problems` are those found outside the answers,
    `known` are the files that need no voucher.
    """

    @property
    def day(self) -> date: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def known(self) -> Iterable[Attachment]: ...

    def recall(self, store: Store) -> Mapping[str, Any] | None:
        """Return the earlier answer to this very step, or None; IdempotencyMismatch, StoreUnavailable."""

    def taken_words(self, checked: Checked) -> str:
        """Return the message when another filing holds the place."""
        ...

    def form(self, filled: Filled) -> Page:
        """Return the page with the form."""
        ...

    def check(self, step: ShowCheck) -> Page:
        """Return the page with the answers to check."""
        ...

    def receipt(self, store: Store, given: Mapping[str, Any]) -> Answer:
        """Return the page with the receipt; `given` is the answer to storing."""
        ...


class BlockingDestination(Destination, Protocol):
    """A destination that stores while its caller waits."""

    def store(self, store: Store) -> Mapping[str, Any]:
        """Store the answers, once however often they come; raises one of REFUSALS when that fails or is uncertain."""
        ...


class FormFlow:
    """Takes a posted form to its next page. Calls block: run them in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, to: BlockingDestination, posted: PostedForm) -> Answer:
        """Return the page that follows on a post; stores the answers when the post asks for that."""
        step = self.begin(to, posted)
        if isinstance(step, Answer):
            return step
        try:
            given = to.store(step)
        except REFUSALS as error:
            return self.refuse(to, step, error)
        return to.receipt(step, given)

    def begin(self, to: Destination, posted: PostedForm) -> Answer | Store:
        """Return the page that follows on a post, or a Store for the caller to carry out."""
        problems: tuple[Problem, ...] = ()
        unsent: tuple[Problem, ...] = ()
        if posted.finished:
            problems = (*to.problems, *posted.decoded.problems, *judge(posted.definition, posted.data, to.day))
            unsent = unproven(self._services, posted.definition, posted.data, posted.vouchers, to.known)
        replayed, new_key = False, self._new_key()
        if unsent and not problems and posted.files:
            store = Store(posted.checked(to.day, new_key), posted.contested)
            try:
                replayed = to.recall(store) is not None
            except REFUSALS as error:
                return self.refuse(to, store, error)
        step = advance(posted, to.day, problems, unsent, replayed=replayed, new_key=new_key)
        if isinstance(step, Store):
            return step
        if isinstance(step, ShowForm):
            return Answer(step.status, to.form(step.filled))
        return self._check(to, step)

    def refuse(self, to: Destination, store: Store, error: Exception) -> Answer:
        """Return the page that follows when the answers could not be stored."""
        taken = ""
        try:
            taken = to.taken_words(store.checked) if isinstance(error, GuardTaken) else ""
        except REFUSALS as later:
            error = later
        return self._check(to, after(error, store.checked, new_key=self._new_key(), taken=taken))

    def _check(self, to: Destination, step: ShowCheck) -> Answer:
        return Answer(step.status, to.check(step), step.headers)

    def _new_key(self) -> str:
        return self._services.entropy(KEY_BYTES).hex()
