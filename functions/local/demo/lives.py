"""The invented history of each filing: stories in every state, planned ahead of time; stores nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from functions.local.demo.answers import FAULTS, Fault
from functions.local.demo.units import dice
from functions.records.decision import Decision
from functions.records.filing import FILER
from functions.records.keys import Keys
from functions.records.state import SHANGHAI
from functions.records.store import Append
from functions.records.transitions import Act, OpenRecord, correct, decide, note, reissue_code, withdraw
from functions.supervision.deadlines import counted_day, day_in_shanghai, due_date, timeliness_of_day

Make = Callable[[OpenRecord, Act, Keys], Append]
Told = Callable[[date], dict[str, Any]]
OFFICER: Final = "officer"
REVIEWERS: Final = ("reviewer", "reviewer2")
_FRESH: Final = timedelta(days=60)
_SETTLED: Final = timedelta(days=90)
_ON_PAPER: Final = 0.06


@dataclass(frozen=True, slots=True)
class Turn:
    """A later step. `what` is how the trail calls it, "" for a step of the unit; `actor` an account, or "filer"."""

    at: datetime
    actor: str
    what: str
    make: Make


@dataclass(slots=True)
class Life:
    """A filing and what comes after it. `at` is aware; `received_on` is set where it came on paper."""

    form: str
    at: datetime
    data: dict[str, Any]
    contest: bool = False
    received_on: date | None = None
    turns: list[Turn] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        """When it last changed."""
        return self.turns[-1].at if self.turns else self.at

    def then(self, chance: random.Random, days: tuple[int, int], actor: str, what: str, make: Make) -> None:
        """Add a step, between so many and so many days after the last one."""
        self.turns.append(Turn(at_work(chance, self.last, days), actor, what, make))


@dataclass(frozen=True, slots=True)
class Matter:
    """A duty to file: the form, the day, and the answers for a given day of filing."""

    form: str
    day: date
    told: Told


def lives_of(seed: int, matters: list[Matter], now: datetime) -> Iterator[Life]:
    """The lives of these matters up to `now` (aware); stories are dealt out so that a hundred filings have them all."""
    deck = [story for story, share in _STORIES.items() for _ in range(share)]
    for index, matter in enumerate(matters):
        if index % len(deck) == 0:
            dice(seed, "deck", index).shuffle(deck)
        yield from _Teller(dice(seed, "life", index), matter, now).tell(deck[index % len(deck)])


def at_work(chance: random.Random, since: datetime, days: tuple[int, int]) -> datetime:
    """A moment in working hours so many days later, on the next day that is not of a weekend."""
    day = since.astimezone(SHANGHAI).date() + timedelta(days=chance.randint(*days))
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    moment = datetime.combine(day, time(8, 30), SHANGHAI) + timedelta(seconds=chance.randrange(9 * 3600))
    return moment.astimezone(UTC)


class _Teller:
    def __init__(self, chance: random.Random, matter: Matter, now: datetime) -> None:
        self.chance, self.matter, self.now = chance, matter, now
        noon = datetime.combine(matter.day, time(12), SHANGHAI)
        at = at_work(chance, noon, (0, 0))
        self.right = matter.told(day_in_shanghai(at))
        self.fault: Fault = chance.choice(FAULTS[matter.form])
        paper = chance.random() < _ON_PAPER
        received = day_in_shanghai(at) - timedelta(days=chance.randint(0, 3)) if paper else None
        self.life = Life(matter.form, at, self.right, received_on=received)
        self.more: list[Life] = []

    def tell(self, story: Callable[[_Teller], None]) -> list[Life]:
        unread = self.now - self.life.at < _FRESH and self.chance.random() < 0.6
        if not (unread and story in _SOON_ACCEPTED):
            story(self)
        return [self.life, *self.more]

    @property
    def old(self) -> bool:
        """Whether it came in so long ago that a real office would have decided it."""
        return self.now - self.life.at > _SETTLED

    def plain(self) -> None:
        self._accept(self.life)

    def noted(self) -> None:
        words = self.chance.choice(
            ("已电话核对，数字没有问题。", "原件在三号柜，已看过。", "去年的整改还没有回音，下次检查时看。")
        )
        self.life.then(self.chance, (1, 6), OFFICER, "note", lambda d, act, keys: note(d, act, words))
        self._accept(self.life)

    def returned(self) -> None:
        self._return()
        self._correct((2, 13))
        self._accept(self.life)

    def own(self) -> None:
        self.life.data = self.fault.in_(self.right)
        self._correct((1, 3))
        self._accept(self.life)

    def waiting(self) -> None:
        self._return()
        if self.old and self.chance.random() < 0.7:
            self._correct((25, 60))
            self._accept(self.life)

    def withdrawn(self) -> None:
        self.life.then(
            self.chance, (1, 5), FILER, "", lambda d, act, keys: withdraw(d, act, "数字还没有核对完，核对后重报")
        )
        if self.chance.random() < 0.5:
            again = Life(self.matter.form, at_work(self.chance, self.life.last, (2, 9)), self.right)
            self._accept(again)
            self.more.append(again)

    def voided(self) -> None:
        self._void(self.life, "报错了单位，已电话告知，由本单位重新填报。")

    def reopened(self) -> None:
        self._accept(self.life)
        reason = Decision("reopen", "接受以后单位来电，数据库一栏漏填，重新打开请单位补正。")
        self.life.then(self.chance, (2, 20), REVIEWERS[0], "reopen", lambda d, act, keys: decide(d, act, reason))
        if self.old:
            self._accept(self.life)

    def reissued(self) -> None:
        def make(open_record: OpenRecord, act: Act, keys: Keys) -> Append:
            return reissue_code(open_record, act, kid=keys.hmac_kid, checked="回拨单位总机，由办公室转接本人核对")

        self.life.then(self.chance, (1, 4), OFFICER, "reissue", make)
        self._accept(self.life)

    def contested(self) -> None:
        second = Life(self.matter.form, at_work(self.chance, self.life.at, (3, 12)), self.fault.in_(self.right), True)
        self.more.append(second)
        words = "同一件事报了两份，已请单位说明以哪一份为准。"
        second.then(self.chance, (1, 4), OFFICER, "note", lambda d, act, keys: note(d, act, words))
        if not self.old:
            return
        loser, winner = (self.life, second) if self.chance.random() < 0.5 else (second, self.life)
        loser.turns.append(_voiding(at_work(self.chance, second.last, (2, 8)), "重复填报，经单位确认以另一份为准。"))
        at = at_work(self.chance, loser.last, (1, 5))
        winner.turns.append(Turn(at, REVIEWERS[1], "accept", lambda d, act, keys: decide(d, act, Decision("accept"))))

    def _return(self) -> None:
        self.life.data, fault = self.fault.in_(self.right), self.fault
        at = at_work(self.chance, self.life.at, (1, 15))
        decision = Decision("return", fault.opinion, day_in_shanghai(at) + timedelta(days=15), fault.asked)
        actor = self.chance.choice((OFFICER, *REVIEWERS))
        self.life.turns.append(Turn(at, actor, "return", lambda d, act, keys: decide(d, act, decision)))

    def _correct(self, days: tuple[int, int]) -> None:
        right = self.right
        self.life.then(self.chance, days, FILER, "", lambda d, act, keys: correction(d, act, keys, right))

    def _accept(self, life: Life) -> None:
        words = self.chance.choice(("", "", "", "情况属实，同意。", "材料齐全。"))
        actor = self.chance.choice(REVIEWERS)
        life.then(self.chance, (1, 20), actor, "accept", lambda d, act, keys: decide(d, act, Decision("accept", words)))

    def _void(self, life: Life, words: str) -> None:
        life.turns.append(_voiding(at_work(self.chance, life.last, (2, 8)), words))


def _voiding(at: datetime, words: str) -> Turn:
    return Turn(at, REVIEWERS[0], "void", lambda d, act, keys: decide(d, act, Decision("void", words)))


def correction(open_record: OpenRecord, act: Act, keys: Keys, data: dict[str, Any]) -> Append:
    """The unit's correction by these answers, with what follows from them and from the day."""
    state, due = open_record.state, due_date(open_record.definition.filing_for(data), data)
    until = date.fromisoformat(state.correction_due) if state.correction_due else None
    counted = counted_day(state.counted_day, day_in_shanghai(act.at), until)
    judged = timeliness_of_day(counted, due)
    return correct(open_record, act, data, due=due, counted_on=counted, timeliness=judged, contest=False, keys=keys)


# Of a hundred filings, how many have which story.
_STORIES: Final[dict[Callable[[_Teller], None], int]] = {
    _Teller.plain: 58,
    _Teller.noted: 6,
    _Teller.returned: 14,
    _Teller.own: 4,
    _Teller.waiting: 7,
    _Teller.withdrawn: 3,
    _Teller.voided: 1,
    _Teller.reopened: 2,
    _Teller.reissued: 2,
    _Teller.contested: 3,
}
_SOON_ACCEPTED: Final = (_Teller.plain, _Teller.noted, _Teller.own, _Teller.reissued)
