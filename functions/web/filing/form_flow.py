"""The way of a form from what was posted to its receipt, wherever it goes; knows no route, no store and no frame."""

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
# Whatever refuses a step of ours. Every one of them leads back to a page that holds what was typed.
REFUSALS: Final = (QingdanError, HttpProblem)


@dataclass(frozen=True, slots=True)
class ShowForm:
    """The form is to be shown again."""

    status: int
    filled: Filled


@dataclass(frozen=True, slots=True)
class ShowCheck:
    """The answers are to be shown, to be checked.

    `stop` says what kept them from being stored just now, `offers_contest` that they may be stored all the same.
    `version` is the one that a correction must replace now, when it has seen an older one.
    """

    status: int
    checked: Checked
    stop: str = ""
    offers_contest: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """The answers are to be stored; `contest`, although another filing holds their place."""

    checked: Checked
    contest: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A page and how it is sent."""

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
    """What follows on a post.

    `problems` are those of the answers, `unsent` those of files that nobody vouches for; of a form that is not
    `finished` neither counts. `replayed`: this very page was stored before, when its vouchers were in date. `today` is
    the day that counts, `new_key` the key of a page that has none yet.
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
    """What follows on a refusal: the answers again, with what stands in their way.

    `taken` are the words for a place that another filing holds. `new_key` is the key of a page whose own was used for
    other answers: under the old one it could never be stored.
    """
    if isinstance(error, GuardTaken):
        return ShowCheck(409, checked, taken, offers_contest=True)
    if isinstance(error, IdempotencyMismatch):
        return ShowCheck(409, replace(checked, key=new_key), FILED_OTHERWISE)
    problem = problem_of(error)
    version = problem.more.get("version")
    return ShowCheck(problem.status, checked, _stop(error, problem), headers=problem.headers, version=version)


def _stop(error: Exception, problem: HttpProblem) -> str:
    """Why the answers were not stored, and whether that is known."""
    if problem.status < 500 or isinstance(error, HttpProblem):
        return problem.detail
    known = isinstance(error, StoreUnavailable) and not isinstance(error, OutcomeUnknown)
    return NOT_STORED if known else NOT_KNOWN


class Destination(Protocol):
    """Where one form goes: which day counts, what is known of it, and how its pages look.

    `day` is the day in Asia/Shanghai as of which the answers are judged, `problems` what is wrong beside them, `known`
    the files that need no voucher.
    """

    @property
    def day(self) -> date: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def known(self) -> Iterable[Attachment]: ...

    def recall(self, store: Store) -> Mapping[str, Any] | None:
        """What this very step was answered before, or None; IdempotencyMismatch, StoreUnavailable."""

    def taken_words(self, checked: Checked) -> str:
        """What is said when another filing holds the place."""
        ...

    def form(self, filled: Filled) -> Page:
        """The form."""
        ...

    def check(self, step: ShowCheck) -> Page:
        """The answers to check."""
        ...

    def receipt(self, store: Store, given: Mapping[str, Any]) -> Answer:
        """The receipt; `given` is what storing was answered."""
        ...


class BlockingDestination(Destination, Protocol):
    """A destination that stores while its caller waits."""

    def store(self, store: Store) -> Mapping[str, Any]:
        """Store the answers once however often they come; one of REFUSALS when they are not, or nobody knows."""
        ...


class FormFlow:
    """Takes a posted form to its next page. Calls block: run them in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, to: BlockingDestination, posted: PostedForm) -> Answer:
        """The page that follows on a post; the answers are stored when it asks for that."""
        step = self.begin(to, posted)
        if isinstance(step, Answer):
            return step
        try:
            given = to.store(step)
        except REFUSALS as error:
            return self.refuse(to, step, error)
        return to.receipt(step, given)

    def begin(self, to: Destination, posted: PostedForm) -> Answer | Store:
        """The page that follows on a post, or that its answers are to be stored."""
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
        """The page that follows when the answers could not be stored."""
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
