"""The form of a correction by plain HTML: as it was filed, as it was typed, to be checked, filed anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from functions.bootstrap import Services
from functions.errors import GuardTaken, StepRefused, StoreUnavailable
from functions.forms.difference import compare
from functions.forms.page.diff_table import render_differences
from functions.records.transitions import OpenRecord, require_allowed
from functions.track.corrections import Corrections
from functions.track.pages import crumbs_to, opinion_box
from functions.track.result_pages import corrected_page
from functions.web.filing.form_pages import Checked, Filled, Page, Place, below, check_page, form_page, local_day
from functions.web.filing.intake import judge, taken_words
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.posted_form import PostedForm
from functions.web.filing.stepper import Stepper
from functions.web.filing.uploads import Uploads
from functions.web.filing.vouchers import named_before, unproven
from functions.web.http.conditional import require_key
from functions.web.http.multipart import Posted
from functions.web.http.problems import HttpProblem, problem_of

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """A page and how it is sent."""

    status: int
    page: Page
    headers: dict[str, str] = field(default_factory=dict)


class CorrectionForm:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, corrections: Corrections, stepper: Stepper, base: str) -> None:
        self._services = services
        self._corrections = corrections
        self._stepper = stepper
        self._base = base
        self._uploads = Uploads(services)

    def answer(self, open_record: OpenRecord, code: str, body: bytes, *, opened: bool, site: str) -> Answer:
        """What one post of the form is answered; `opened` is the first, which brings nothing but the code.

        `site` is the site's whole address, for the code to scan on the receipt.
        """
        posted_form = PostedForm.read(open_record.definition, body)
        place = self._place(open_record, code, posted_form.controls.get("version", ""))
        if opened:
            require_allowed("corrected", open_record.state.status)
            filled = Filled(open_record.definition, open_record.state.data)
            return Answer(200, form_page(self._base, filled, place))
        again = posted_form.rearranged()
        if again:
            return Answer(200, form_page(self._base, again, place))
        return self._judge(open_record, posted_form, place, site)

    def with_files(self, open_record: OpenRecord, code: str, posted: Posted) -> Answer:
        """The form again, with the files that came with it."""
        require_allowed("corrected", open_record.state.status)
        status, filled = filled_with_files(self._uploads, open_record.definition, posted)
        version = dict(reversed(posted.pairs)).get("version", "")
        return Answer(status, form_page(self._base, filled, below(self._place(open_record, code, version))))

    def _judge(self, open_record: OpenRecord, posted_form: PostedForm, place: Place, site: str) -> Answer:
        today = local_day(self._services.clock())
        found = (*posted_form.decoded.problems, *judge(open_record.definition, posted_form.data, today))
        known = named_before(open_record.record)
        unsent = unproven(self._services, open_record.definition, posted_form.data, posted_form.vouchers, known)
        if found or (unsent and not self._filed(open_record, posted_form, place)):
            return Answer(422, form_page(self._base, posted_form.filled((*found, *unsent)), place))
        checked = posted_form.checked(today, self._services.entropy(KEY_BYTES).hex())
        if not posted_form.files:
            return Answer(200, self._check(open_record, checked, place))
        return self._store(open_record, posted_form, checked, place, site)

    def _filed(self, open_record: OpenRecord, posted_form: PostedForm, place: Place) -> bool:
        """Whether this very page has been filed: a voucher that is out of date by now was none then."""
        key = require_key(posted_form.controls.get("key"))
        if not posted_form.files:
            return False
        contest = posted_form.controls.get("contest") == "true"
        act = self._corrections.act(posted_form.data, version=_version(place), contest=contest, key=key)
        return self._stepper.recall(open_record.record.summary.number, act) is not None

    def _store(
        self, open_record: OpenRecord, posted_form: PostedForm, checked: Checked, place: Place, site: str
    ) -> Answer:
        """The receipt; or the answers again with what stands in the way, so that nothing typed is lost."""
        contest, version = posted_form.controls.get("contest") == "true", _version(place)
        act = self._corrections.act(checked.data, version=version, contest=contest, key=checked.key)
        number = open_record.record.summary.number
        try:
            given = self._corrections.take(number, act, checked.data, version=version, contest=contest)
        except GuardTaken:
            words = taken_words(open_record.definition, checked.data, "请勾选“仍要提交”")
            return Answer(409, self._check(open_record, checked, place, stop=words, contest=True))
        except (HttpProblem, StepRefused, StoreUnavailable) as error:
            problem = problem_of(error)
            if problem.status == 412:
                # Whoever has read what happened may file on top of it, knowingly.
                place = replace(place, hidden={**place.hidden, "version": str(problem.more["version"])})
            return Answer(
                problem.status, self._check(open_record, checked, place, stop=problem.detail), problem.headers
            )
        return Answer(200, corrected_page(open_record, given, place.hidden["code"], site))

    def _place(self, open_record: OpenRecord, code: str, version: str) -> Place:
        """Where a filing is corrected: the pages carry the code and the version that was seen, never in an address."""
        seen = version if version.isdecimal() and len(version) < 10 else str(open_record.state.version)
        return Place(
            "correct",
            crumbs_to(open_record.record.summary.number),
            hidden={"code": code, "version": seen},
            verb="补正",
            above=opinion_box(open_record),
            asked=frozenset(open_record.state.asked),
            kept=False,
            upload_limit=self._services.settings.upload_limit,
        )

    def _check(
        self, open_record: OpenRecord, checked: Checked, place: Place, *, stop: str = "", contest: bool = False
    ) -> Page:
        found = compare(open_record.definition, open_record.state.data, checked.data)
        version = open_record.state.version
        table = render_differences(found, before=version, after=version + 1)
        return check_page(checked, place, stop=stop, contest=contest, changes=table)


def _version(place: Place) -> int:
    return int(place.hidden["version"])
