"""Makes a correction, for every way of sending one: the day that counts, the due date, one step; knows no page."""

from __future__ import annotations

from datetime import date
from typing import Any

from functions.bootstrap import Services
from functions.errors import StepRefused
from functions.records.event import canonical
from functions.records.store import Append
from functions.records.transitions import FILER, Act, OpenRecord, correct
from functions.records.versions import versions_of
from functions.supervision.deadlines import counted_day, day_in_shanghai, due_date, timeliness_of_day
from functions.web.filing.history import since, told_to_unit
from functions.web.filing.stepper import Overtaken, Stepper
from functions.web.http.problems import HttpProblem


class Corrections:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, stepper: Stepper) -> None:
        self._services = services
        self._stepper = stepper

    def act(self, data: Any, *, version: int, contest: bool, key: str | None) -> Act:
        """Make the filer's act of replacing this version by this data."""
        request = f"correct {version} {contest} {canonical(data).decode()}"
        return self._stepper.act(FILER, key=key, request=request)

    def take(self, number: str, act: Act, data: Any, *, version: int, contest: bool) -> dict[str, Any]:
        """Store the correction, whose data is valid, and return the answer for its filer.

        Raises HttpProblem 412 with what happened when the version is another by now, StepRefused, GuardTaken,
        IdempotencyMismatch or StoreUnavailable; nothing is stored then, unless it is OutcomeUnknown.
        """

        def make(open_record: OpenRecord) -> Append:
            open_record.require_version(version)
            require_room(open_record, self._services.settings.versions)
            definition, state = open_record.definition, open_record.state
            due = due_date(definition.filing_for(data), data)
            until = date.fromisoformat(state.correction_due) if state.correction_due else None
            counted = counted_day(state.counted_day, day_in_shanghai(act.at), until)
            judged = timeliness_of_day(counted, due)
            keys = self._services.keys
            return correct(
                open_record, act, data, due=due, counted_on=counted, timeliness=judged, contest=contest, keys=keys
            )

        try:
            return self._stepper.take(number, act, make)
        except Overtaken as lost:
            raise outdated(lost.open_record, version) from None


def require_room(open_record: OpenRecord, most: int) -> None:
    """Return when one more version may be filed, else StepRefused. What the bureau asks for always may."""
    state = open_record.state
    if state.version >= most and state.status != "returned":
        raise StepRefused(
            f"这份填报已经有 {state.version} 版，不能再补正。"
            "请等本局审核；还有要改的，请打电话给本局，由本局退回后再补正"
        )


def outdated(open_record: OpenRecord, version: int) -> HttpProblem:
    """Return the message for a correction of an old version: what has happened since."""
    versions = versions_of(open_record.record.events)
    seen = versions[version - 1].event.sequence if 0 < version <= len(versions) else len(open_record.record.events)
    happened = since(told_to_unit(open_record), seen)
    words = f"您打开以后，{happened}" if happened else f"这份填报现在是第 {open_record.state.version} 版"
    more = {"version": open_record.state.version, "state": open_record.state.status}
    return HttpProblem(412, f"{words}。您的补正没有存入，请看过现在的内容再提交", more=more)
