"""Fills a data folder with the invented lives, day after day, through the use cases and each night's work.

Knows no form's fields and no story; the time is an argument, and only passwords and keys are random.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final

from functions import nightly
from functions.bootstrap import Services
from functions.errors import QingdanError
from functions.forms.checking.validation import validate
from functions.local.demo.answers import REGISTRATION, SELF_CHECK, registration, self_check
from functions.local.demo.lives import OFFICER, REVIEWERS, Life, Matter, Turn, lives_of
from functions.local.demo.scans import scans
from functions.local.demo.units import MOST, Project, Unit, dice, projects_of, units_of
from functions.records.event import SALT_BYTES, canonical
from functions.records.filing import FILER, PaperFiling, prepare
from functions.records.pinned import PinnedForms
from functions.records.store import Append
from functions.records.transitions import Act, OpenRecord
from functions.staff.accounts import make_account
from functions.staff.audit_log import CONSOLE, Entry
from functions.staff.passwords import Passwords
from functions.staff.store import Role
from functions.supervision.deadlines import add_months, day_in_shanghai, due_date, timeliness_of_day

SEED: Final = 1987  # the year of the Archives Law
YEARS: Final = 3
MOST_HAVE_COME: Final = 9  # the month
ACCOUNTS: Final[dict[str, Role]] = {
    "viewer": "viewer",
    OFFICER: "officer",
    **dict.fromkeys(REVIEWERS, "reviewer"),
    "admin": "admin",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The events up to `now` (aware): the lives, and when each step is due: moment, life, its step."""

    now: datetime
    lives: tuple[Life, ...]
    agenda: tuple[tuple[datetime, int, int], ...]
    salt: str

    @classmethod
    def of(cls, now: datetime, seed: int = SEED) -> Plan:
        """Return the plan of three years that end now; deterministic for a seed and moment."""
        today = day_in_shanghai(now)
        lives = [life for life in lives_of(seed, list(matters_of(seed, today)), now) if life.at < now]
        agenda = sorted(
            (at, index, step)
            for index, life in enumerate(lives)
            for step, at in enumerate([life.at, *(turn.at for turn in life.turns)])
            if at < now
        )
        return cls(now, tuple(lives), tuple(agenda), f"{seed}/{today}")


def fill(services: Services, plan: Plan, advance: Callable[[int], None]) -> dict[str, str]:
    """Carry out the plan in empty data and return each account's password; `advance` gets the number of steps.

    QingdanError when an answer does not fit its form.
    """
    passwords = _make_accounts(services, plan.agenda[0][0] - timedelta(days=1))
    days, done = _Days(services, plan), 0
    for _, due in groupby(plan.agenda, key=lambda entry: day_in_shanghai(entry[0])):
        done += days.live([(index, step) for _, index, step in due])
        night = nightly.next_due(plan.agenda[done - 1][0])
        if night < plan.now:
            nightly.run(replace(services, clock=partial(_stopped, night)))
        advance(done)
    return passwords


class _Days:
    """The stored part of the lives."""

    def __init__(self, services: Services, plan: Plan) -> None:
        self.services, self.lives, self.entropy = services, plan.lives, _stream(plan.salt)
        self.numbers: dict[int, str] = {}
        self.definition_of = PinnedForms(services.records, services.catalogue)
        for digest, scan in scans().items():
            services.blobs.keep("attachments", digest, scan)

    def live(self, turns: list[tuple[int, int]]) -> int:
        """Take one day's steps, at most one per filing, in order; return the number of stored steps."""
        stored: list[Future[Any]] = []
        entries: list[Entry] = []
        for index, place in turns:
            life = self.lives[index]
            step = self._turn(index, life.turns[place - 1]) if place else self._opening(life, index)
            stored.append(self.services.records.append(step))
            entries += self._noted(index, life, place)
        stored += [self.services.trail.add(entry, self.entropy(SALT_BYTES)) for entry in _signing_in(entries)]
        for future in stored:
            future.result()
        return len(turns)

    def _opening(self, life: Life, index: int) -> Append:
        definition = self.services.catalogue.get(life.form)
        day = day_in_shanghai(life.at)
        for wrong in validate(definition, life.data, day):
            raise QingdanError(f"示例数据不合“{definition.title}”：{wrong.label} {wrong.message}")
        due = due_date(definition.filing_for(life.data), life.data)
        step = prepare(
            definition,
            life.data,
            at=life.at,
            due=due,
            timeliness=timeliness_of_day(life.received_on or day, due),
            contest=life.contest,
            idempotency_key=f"demo-{index}",
            request_digest=hashlib.sha256(canonical(life.data)).hexdigest(),
            keys=self.services.keys,
            entropy=self.entropy,
            paper=PaperFiling(life.received_on, OFFICER, ACCOUNTS[OFFICER]) if life.received_on else None,
        )
        self.numbers[index] = step.summary.number
        return step

    def _turn(self, index: int, turn: Turn) -> Append:
        open_record = OpenRecord.of(self.services.records.read(self.numbers[index]), self.definition_of)
        act = Act(turn.actor, turn.at, self.entropy, ACCOUNTS.get(turn.actor, ""))
        return turn.make(open_record, act, self.services.keys)

    def _noted(self, index: int, life: Life, place: int) -> Iterator[Entry]:
        turn = life.turns[place - 1] if place else None
        actor = turn.actor if turn else OFFICER if life.received_on else FILER
        if actor == FILER:
            return
        at, number = turn.at if turn else life.at, self.numbers[index]
        if turn:
            yield Entry("viewed", actor, at - timedelta(minutes=3), number)
        yield Entry("decided", actor, at, number, {"decision": turn.what if turn else "paper"})


def _signing_in(entries: Iterable[Entry]) -> list[Entry]:
    """Return the day's entries in order, with a sign-in before each account's first one."""
    found: dict[str, Entry] = {}
    ordered = sorted(entries, key=lambda entry: entry.at)
    for entry in ordered:
        if entry.actor not in found:
            found[entry.actor] = Entry("signed_in", entry.actor, entry.at - timedelta(minutes=8))
    return sorted([*found.values(), *ordered], key=lambda entry: entry.at)


def _make_accounts(services: Services, at: datetime) -> dict[str, str]:
    passwords, given = Passwords(services.entropy), {}
    for name, role in ACCOUNTS.items():
        given[name] = passwords.one_time().replace("-", "").lower()
        # Chosen, so that it need not be changed: whoever tries out the desk signs in with it as often as they like.
        make_account(services.staff, passwords, name=name, role=role, password=given[name], at=at)
        entry = Entry("account_added", CONSOLE, at, details={"account": name, "role": role})
        services.trail.add(entry, services.entropy(SALT_BYTES)).result()
    return given


def matters_of(seed: int, today: date) -> Iterator[Matter]:
    """Return what the units must file in the three years up to `today`, and the day on which each intends to file."""
    units = units_of(seed, MOST)
    # Until autumn hardly any report about last year has come in: then one more year is added.
    first = today.year - YEARS - (today.month < MOST_HAVE_COME)
    for year in range(first, today.year):
        for unit in units:
            chance = dice(seed, "reports", unit.uscc, year)
            if chance.random() > 0.07:  # the others never file
                yield _report(seed, unit, year, _day_of_report(chance, year + 1))
    for project in projects_of(seed, units, today):
        yield from _registrations(seed, project, today)


def _day_of_report(chance: random.Random, year: int) -> date:
    """Return a day, most often in September, at its end; some are late."""
    if chance.random() < 0.1:
        return date(year, 10, 1) + timedelta(days=chance.randrange(80))
    return date(year, 3, 1) + timedelta(days=int(chance.triangular(0, 212, 205)))


def _report(seed: int, unit: Unit, year: int, day: date) -> Matter:
    return Matter(SELF_CHECK, day, lambda filed: self_check(seed, unit, year, filed))


def _registrations(seed: int, project: Project, today: date) -> Iterator[Matter]:
    def filed(phase: str, year: int, day: date) -> Matter:
        return Matter(REGISTRATION, day, lambda on: registration(seed, project, phase, year, on))

    chance = dice(seed, "registrations", project.unit.uscc, project.name)
    yield filed("start", 0, project.start + timedelta(days=chance.randrange(30, 200)))
    for year in range(project.start.year, min(project.accepted_on, today).year + 1):
        day = date(year, 11, 5) + timedelta(days=chance.randrange(68))
        if project.start < day < project.accepted_on:
            yield filed("annual", year, day)
    if project.accepted_on < today:
        last = add_months(project.accepted_on, 3)
        yield filed("post_acceptance", 0, last - timedelta(days=chance.randrange(-12, 80)))


def _stopped(at: datetime) -> datetime:
    """Return a clock that always gives this moment."""
    return at


def _stream(seed: str) -> Callable[[int], bytes]:
    """Yield deterministic bytes, for salts and numbers of invented data."""
    taken = 0

    def more(count: int) -> bytes:
        nonlocal taken
        taken += 1
        return hashlib.shake_256(f"{seed}/{taken}".encode()).digest(count)

    return more
