"""The correction form by plain HTML: as it was filed, as it was typed, then checked and filed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from functions.bootstrap import Services
from functions.errors import StepRefused
from functions.forms.address import Links
from functions.forms.difference import compare
from functions.forms.page.diff_table import render_differences
from functions.forms.problem import Problem
from functions.records.attachments.named import Attachment
from functions.records.transitions import Act, OpenRecord, require_allowed
from functions.track.corrections import Corrections, require_room
from functions.track.pages import crumbs_to, opinion_box
from functions.track.result_pages import corrected_page
from functions.web.filing.form_flow import Answer, FormFlow, ShowCheck, Store
from functions.web.filing.form_pages import Checked, Filled, Page, Place, below, check_page, form_page, local_day
from functions.web.filing.intake import TICK, taken_words
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.posted_form import PostedForm
from functions.web.filing.stepper import Stepper
from functions.web.filing.uploads import Uploads
from functions.web.filing.vouchers import named_before
from functions.web.http.multipart import Posted


class CorrectionForm:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, corrections: Corrections, stepper: Stepper, links: Links) -> None:
        self._services = services
        self._corrections = corrections
        self._stepper = stepper
        self._links = links
        self._flow = FormFlow(services)
        self._uploads = Uploads(services)

    def answer(self, open_record: OpenRecord, code: str, body: bytes, *, opened: bool, site: str) -> Answer:
        """Return the answer to one post of the form; `opened` marks the first one, which brings only the code.

        `site` is the site's whole address, for the QR code on the receipt.
        """
        posted = PostedForm.read(open_record.definition, body)
        to = self._to(open_record, code, posted.controls.get("version", ""), site)
        if not opened:
            return self._flow.answer(to, posted)
        require_allowed("corrected", open_record.state.status)
        require_room(open_record, self._services.settings.versions)
        return Answer(200, to.form(Filled(open_record.definition, open_record.state.data)))

    def with_files(self, open_record: OpenRecord, code: str, posted: Posted) -> Answer:
        """Return the form with the files that came with it; without them when it can no longer be corrected."""
        version = dict(reversed(posted.pairs)).get("version", "")
        place = below(self._to(open_record, code, version, "").place())
        try:
            require_allowed("corrected", open_record.state.status)
            status, filled = filled_with_files(self._uploads, open_record.definition, posted)
        except StepRefused as error:
            typed = PostedForm.of(open_record.definition, posted.pairs, posted.size)
            status, filled = 409, typed.filled(notice=str(error))
        return Answer(status, form_page(self._links, filled, place))

    def _to(self, open_record: OpenRecord, code: str, version: str, site: str) -> Correction:
        seen = int(version) if version.isdecimal() and len(version) < 10 else open_record.state.version
        return Correction(self._services, self._corrections, self._stepper, self._links, open_record, code, seen, site)


@dataclass(frozen=True, slots=True)
class Correction:
    """The destination of a correction: today counts, and its own files are known. `seen` is the version to replace."""

    services: Services
    corrections: Corrections
    stepper: Stepper
    links: Links
    open_record: OpenRecord
    code: str
    seen: int
    site: str
    problems: ClassVar[tuple[Problem, ...]] = ()

    @property
    def day(self) -> date:
        return local_day(self.services.clock())

    @property
    def known(self) -> Iterator[Attachment]:
        return named_before(self.open_record.record)

    @property
    def number(self) -> str:
        return self.open_record.record.summary.number

    def recall(self, step: Store) -> Mapping[str, Any] | None:
        return self.stepper.recall(self.number, self._act(step))

    def store(self, step: Store) -> Mapping[str, Any]:
        data = step.checked.data
        return self.corrections.take(self.number, self._act(step), data, version=self.seen, contest=step.contest)

    def _act(self, step: Store) -> Act:
        checked = step.checked
        return self.corrections.act(checked.data, version=self.seen, contest=step.contest, key=checked.key)

    def taken_words(self, checked: Checked) -> str:
        return taken_words(self.open_record.definition, checked.data, TICK)

    def form(self, filled: Filled) -> Page:
        return form_page(self.links, filled, self.place())

    def check(self, step: ShowCheck) -> Page:
        """Show the answers and their changes. A filer may file on top of newer events after reading about them."""
        found = compare(self.open_record.definition, self.open_record.state.data, step.checked.data)
        version = self.open_record.state.version
        table = render_differences(found, before=version, after=version + 1)
        place = replace(self, seen=step.version or self.seen).place()
        return check_page(step.checked, place, stop=step.stop, contest=step.offers_contest, changes=table)

    def receipt(self, step: Store, given: Mapping[str, Any]) -> Answer:
        return Answer(200, corrected_page(self.open_record, given, self.code, self.site))

    def place(self) -> Place:
        """Return the place that the pages post to; they carry the code and the seen version, never in an address."""
        return Place(
            "correct",
            crumbs_to(self.number),
            hidden={"code": self.code, "version": str(self.seen)},
            verb="补正",
            above=opinion_box(self.open_record),
            asked=frozenset(self.open_record.state.asked),
            kept=False,
            upload_limit=self.services.settings.upload_limit,
        )
