"""Admits a filer by number and access code, and prevents guessing; the answer never says which of the two was wrong."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Final

from starlette.requests import Request

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.forms.characters import plain_code
from functions.records.access import codes_match
from functions.records.state import Erased
from functions.records.transitions import OpenRecord
from functions.staff.store import Attempts
from functions.staff.throttle import address_key
from functions.web.filing.stepper import Stepper
from functions.web.http.problems import HttpProblem
from functions.web.http.scope import client_address

MOST_TRIES: Final = 30
WINDOW: Final = timedelta(minutes=15)
WRONG_PAIR: Final = "编号和查询码对不上。请照回执逐位核对；查询码丢了，请打电话给本局换新的"


class TooManyTries(HttpProblem):
    """This address has tried too many pairs; no more are checked for a while."""

    def __init__(self, seconds: int) -> None:
        words = f"试得太多了。请过 {ceil(seconds / 60)} 分钟再试；查询码丢了，请打电话给本局换新的"
        super().__init__(429, words, headers={"Retry-After": str(seconds)})


class Access:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, stepper: Stepper) -> None:
        self._services = services
        self._stepper = stepper

    def admit(self, request: Request, number: str, code: str) -> OpenRecord:
        """Return the filing of the pair; HttpProblem 404 for every wrong pair, TooManyTries after many.

        A try is counted before it is checked, so that concurrent tries cannot share one count. A correct pair gives
        back its own try, but forgives no wrong one: otherwise the owner of a filing could guess for ever.
        """
        counted = self._count(request)
        open_record = self._open(number)
        if open_record is None or not self._fits(open_record, code):
            raise HttpProblem(404, WRONG_PAIR)
        if counted:
            self._services.staff.return_attempt(counted)
        return open_record

    def _count(self, request: Request) -> Attempts | None:
        if not self._services.settings.rate_limit:
            return None
        address = client_address(request.scope, self._services.settings.trusted_hops)
        counter, at = f"track:{address_key(address)}", self._services.clock()
        attempts = self._services.staff.count_attempt(counter, at=at, window=WINDOW)
        if attempts.count > MOST_TRIES:
            raise TooManyTries(max(1, ceil((attempts.since + WINDOW - at).total_seconds())))
        return attempts

    def _open(self, number: str) -> OpenRecord | None:
        try:
            return self._stepper.open(normal_number(number))
        except (NotFound, Erased):
            return None

    def _fits(self, open_record: OpenRecord, code: str) -> bool:
        issue = open_record.state.code
        number = open_record.record.summary.number
        return codes_match(code, self._services.keys.access_code(number, kid=issue.kid, epoch=issue.epoch))


def normal_number(typed: str) -> str:
    """Normalise a typed number: full-width forms, blanks, dashes and case do not matter."""
    return plain_code(typed)
