"""The form of a correction by plain HTML: as it was filed, as it was typed, to be checked, filed anew."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from functions.bootstrap import Services
from functions.errors import GuardTaken, StepRefused, StoreUnavailable
from functions.forms.difference import compare
from functions.forms.page.diff_table import render_differences
from functions.records.transitions import Dossier, require_allowed
from functions.track.corrections import Corrections
from functions.track.pages import crumbs_to, opinion_box
from functions.track.result_pages import corrected_page
from functions.web.filing.form_pages import Checked, Filled, Page, Place, below, check_page, form_page, local_day
from functions.web.filing.intake import judge, taken_words
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.posted_form import Filling
from functions.web.filing.stepper import Stepper
from functions.web.filing.uploads import Attaching
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
        self._attaching = Attaching(services)

    def answer(self, dossier: Dossier, code: str, body: bytes, *, opened: bool, site: str) -> Answer:
        """What one post of the form is answered; `opened` is the first, which brings nothing but the code.

        `site` is the site's whole address, for the code to scan on the receipt.
        """
        filling = Filling.read(dossier.definition, body)
        place = self._place(dossier, code, filling.controls.get("version", ""))
        if opened:
            require_allowed("corrected", dossier.state.status)
            filled = Filled(dossier.definition, dossier.state.data)
            return Answer(200, form_page(self._base, filled, place))
        again = filling.rearranged()
        if again:
            return Answer(200, form_page(self._base, again, place))
        return self._judge(dossier, filling, place, site)

    def with_files(self, dossier: Dossier, code: str, posted: Posted) -> Answer:
        """The form again, with the files that came with it."""
        require_allowed("corrected", dossier.state.status)
        status, filled = filled_with_files(self._attaching, dossier.definition, posted)
        version = dict(reversed(posted.pairs)).get("version", "")
        return Answer(status, form_page(self._base, filled, below(self._place(dossier, code, version))))

    def _judge(self, dossier: Dossier, filling: Filling, place: Place, site: str) -> Answer:
        today = local_day(self._services.clock())
        found = (*filling.decoded.problems, *judge(dossier.definition, filling.data, today))
        known = named_before(dossier.record)
        unsent = unproven(self._services, dossier.definition, filling.data, filling.vouchers, known)
        if found or (unsent and not self._filed(dossier, filling, place)):
            return Answer(422, form_page(self._base, filling.filled((*found, *unsent)), place))
        checked = filling.checked(today, self._services.entropy(KEY_BYTES).hex())
        if not filling.files:
            return Answer(200, self._check(dossier, checked, place))
        return self._store(dossier, filling, checked, place, site)

    def _filed(self, dossier: Dossier, filling: Filling, place: Place) -> bool:
        """Whether this very page has been filed: a voucher that is out of date by now was none then."""
        key = require_key(filling.controls.get("key"))
        if not filling.files:
            return False
        contest = filling.controls.get("contest") == "true"
        act = self._corrections.act(filling.data, version=_version(place), contest=contest, key=key)
        return self._stepper.recall(dossier.record.summary.number, act) is not None

    def _store(self, dossier: Dossier, filling: Filling, checked: Checked, place: Place, site: str) -> Answer:
        """The receipt; or the answers again with what stands in the way, so that nothing typed is lost."""
        contest, version = filling.controls.get("contest") == "true", _version(place)
        act = self._corrections.act(checked.data, version=version, contest=contest, key=checked.key)
        number = dossier.record.summary.number
        try:
            given = self._corrections.take(number, act, checked.data, version=version, contest=contest)
        except GuardTaken:
            words = taken_words(dossier.definition, checked.data, "请勾选“仍要提交”")
            return Answer(409, self._check(dossier, checked, place, stop=words, contest=True))
        except (HttpProblem, StepRefused, StoreUnavailable) as error:
            problem = problem_of(error)
            if problem.status == 412:
                # Whoever has read what happened may file on top of it, knowingly.
                place = replace(place, hidden={**place.hidden, "version": str(problem.more["version"])})
            return Answer(problem.status, self._check(dossier, checked, place, stop=problem.detail), problem.headers)
        return Answer(200, corrected_page(dossier, given, place.hidden["code"], site))

    def _place(self, dossier: Dossier, code: str, version: str) -> Place:
        """Where a filing is corrected: the pages carry the code and the version that was seen, never in an address."""
        seen = version if version.isdecimal() and len(version) < 10 else str(dossier.state.version)
        return Place(
            "correct",
            crumbs_to(dossier.record.summary.number),
            hidden={"code": code, "version": seen},
            verb="补正",
            above=opinion_box(dossier),
            asked=frozenset(dossier.state.asked),
            kept=False,
            upload_limit=self._services.settings.upload_limit,
        )

    def _check(
        self, dossier: Dossier, checked: Checked, place: Place, *, stop: str = "", contest: bool = False
    ) -> Page:
        found = compare(dossier.definition, dossier.state.data, checked.data)
        version = dossier.state.version
        table = render_differences(found, before=version, after=version + 1)
        return check_page(checked, place, stop=stop, contest=contest, changes=table)


def _version(place: Place) -> int:
    return int(place.hidden["version"])
