"""The intake of a filing, for every way of sending one: find the problems, make the record, store it, answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from functions.bootstrap import Services
from functions.errors import SequenceTaken, StoreUnavailable
from functions.forms.checking.validation import DISAGREEMENT, validate
from functions.forms.definition import Definition
from functions.forms.problem import Problem
from functions.records.filing import PaperFiling, answer, prepare, remember
from functions.records.store import Append, Stored
from functions.supervision.deadlines import due_date, timeliness, timeliness_of_day
from functions.web.http.loggers import FAILURES

NUMBER_TRIES = 5
NUMBERS_MET = "编号连续重复，这次没有存下来。请再提交一次"
LARGE_BODY = 32 * 1024
TICK = "请勾选“仍要提交”"


@dataclass(frozen=True, slots=True)
class Filing:
    """One valid filing before it is stored.

    `key` is the client's idempotency key; only a request with this `body` gets the stored answer again. `contest`
    stores the filing outside the guard.
    """

    definition: Definition
    data: Mapping[str, Any]
    key: str | None
    body: bytes
    contest: bool

    def digest(self) -> str:
        """Return the SHA-256 of the whole request: form, whether it is contested, body."""
        return hashlib.sha256(f"{self.definition.id} {self.contest} ".encode() + self.body).hexdigest()


async def find_problems(definition: Definition, data: Any, today: date, *, size: int) -> tuple[Problem, ...]:
    """Find every problem of the data; judges a large one in a thread, so that other requests are served meanwhile."""
    if size > LARGE_BODY:
        return await asyncio.to_thread(judge, definition, data, today)
    return judge(definition, data, today)


def judge(definition: Definition, data: Any, today: date) -> tuple[Problem, ...]:
    """Blocking version of `find_problems`. Logs the form when the two validators disagree, never the filing."""
    found = validate(definition, data, today)
    if any(problem.rule == DISAGREEMENT for problem in found):
        FAILURES.error({"disagreement": definition.id, "form_digest": definition.digest})
    return found


def recall(services: Services, request: Filing) -> dict[str, Any] | None:
    """Return the earlier answer to this very request, or None; IdempotencyMismatch as in `file`. Blocks.

    Used when a filing is refused today: it may have been valid when it first came.
    """
    if request.key is None:
        return None
    stored = services.records.recall(remember(request.definition, request.key, request.digest()))
    return answer(stored, services.keys) if stored else None


async def file(services: Services, request: Filing) -> dict[str, Any]:
    """Store the filing durably and return its answer; repeating key and request returns that answer again.

    Raises GuardTaken, IdempotencyMismatch or StoreUnavailable; nothing is stored then, except perhaps after
    OutcomeUnknown.
    """
    at = services.clock()
    for _ in range(NUMBER_TRIES):
        try:
            stored = await _settled(services.records.append(_step(services, request, at)))
        except SequenceTaken:
            continue
        return answer(stored, services.keys)
    raise StoreUnavailable(NUMBERS_MET)


def file_paper(services: Services, request: Filing, paper: PaperFiling) -> dict[str, Any]:
    """Blocking version of `file`, for a paper filing; its timeliness is judged by the day on which it came in."""
    at = services.clock()
    for _ in range(NUMBER_TRIES):
        try:
            stored = services.records.append(_step(services, request, at, paper)).result()
        except SequenceTaken:
            continue
        return answer(stored, services.keys)
    raise StoreUnavailable(NUMBERS_MET)


def _step(services: Services, request: Filing, at: datetime, paper: PaperFiling | None = None) -> Append:
    definition, data = request.definition, request.data
    due = due_date(definition.filing_for(data), data)
    return prepare(
        definition,
        data,
        at=at,
        due=due,
        timeliness=timeliness_of_day(paper.received_on, due) if paper else timeliness(at, due),
        contest=request.contest,
        idempotency_key=request.key,
        request_digest=request.digest(),
        keys=services.keys,
        entropy=services.entropy,
        paper=paper,
    )


async def _settled(future: Future[Stored]) -> Stored:
    """Equivalent to `asyncio.wrap_future` at half its cost, which every filing pays."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not waiter.done():
            waiter.set_result(None)

    future.add_done_callback(lambda _: loop.call_soon_threadsafe(wake))
    try:
        await waiter
    except asyncio.CancelledError:
        future.cancel()
        raise
    return future.result()


def taken_words(definition: Definition, data: Mapping[str, Any], how: str) -> str:
    """Return the message when another live filing holds the place: nothing about that filing, and the two ways on."""
    rules = definition.rules
    period = definition.period_title(definition.filing_for(data).period_of(data))
    subject = "本项目" if len(rules.unique) > 1 else "本单位"
    gap = " " if period[:1].isdigit() else ""
    return (
        f"{subject}{gap}{period}的{rules.short}已经有一份。要改它，请用它的编号和查询码补正；"
        f"不是您单位报的，{how}，由本局核实"
    )
