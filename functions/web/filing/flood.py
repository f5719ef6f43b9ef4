"""Notices a flood of public filings, and asks new addresses for a proof of work while it lasts; knows no form."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from functions.bootstrap import Services
from functions.errors import StoreUnavailable
from functions.staff.store import OF_FLOOD, FirstAnswer
from functions.web.filing.challenge import LASTS, make_challenge, solved
from functions.web.filing.moments import BEIJING
from functions.web.http.loggers import FAILURES
from functions.web.http.problems import HttpProblem

# So many filings from new addresses within WINDOW are a flood: of a county's units, fewer file in the last hour.
FLOOD: Final = 100
# What an address may file without a proof within WINDOW: who has no script files one, and may have to try again.
WITHOUT_PROOF: Final = 3
# That of the sign-in counters, in whose table these counters are: a shorter one would forget the others early.
WINDOW: Final = timedelta(minutes=15)
# How long a proof is asked for after a flood was noticed. The flood can begin anew, then.
ON_FOR: Final = timedelta(hours=1)
# An address is new until so long after its first filing, and is forgotten after KNOWN_FOR.
NEW_FOR: Final = timedelta(hours=1)
KNOWN_FOR: Final = timedelta(hours=24)

ASKED: Final = (
    "现在网上提交的人异常多。您这个网络地址提交，要先由浏览器算一道题，几秒钟，算好会自动提交：请再按一次“确认提交”。"
    "浏览器不能运行脚本（JavaScript）的，请打开脚本或者换一个浏览器，也可以等 {} 分钟再按，或者打电话给本局。"
    "您填的内容都在，没有丢"
)
TOLD: Final = (
    "{}新的网络地址提交以前，要先由浏览器算一道题，要几秒钟。"
    f"不能运行脚本的，{WINDOW.seconds // 60} 分钟里只能交 {WITHOUT_PROOF} 件。"
    "打电话来说交不上的，请单位换一个浏览器，或者过一会儿再交，也可以交纸质件，由您录入。"
)
# Every key begins so: the public function has a right to no other mark of the store.
_PURPOSE: Final = b"qingdan address that files\x00"


class Flood:
    """Calls block: run them in a worker thread. An address is spelled as `client_address` spells it.

    A store that cannot tell asks nobody: the filing itself meets the same trouble, and then loses nothing typed.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings
        auto = "auto" if settings.rate_limit else "off"
        self._mode = auto if settings.proof_of_work == "auto" else settings.proof_of_work

    @property
    def always(self) -> bool:
        """Whether the operator has switched the proof on, whatever comes in."""
        return self._mode == "on"

    def until(self) -> datetime | None:
        """Return the end of the flood that was noticed; None when there is none."""
        noticed = self._services.staff.first_answer(OF_FLOOD, at=self._services.clock())
        return noticed.until if noticed else None

    def told_to_officers(self) -> str:
        """Return what the desk says while new addresses are asked for a proof; "" otherwise."""
        with suppress(StoreUnavailable):
            if self.always:
                return TOLD.format("按设置，")
            if self._mode == "auto" and (until := self.until()):
                return TOLD.format(
                    f"短时间里有许多新的网络地址提交填报，所以到 {until.astimezone(BEIJING):%m-%d %H:%M} 为止，"
                )
        return ""

    def asks(self, address: str) -> bool:
        """Whether this address is to prove its work now."""
        at = self._services.clock()
        with suppress(StoreUnavailable):
            if self._mode != "off" and (self.always or self.until()):
                return not _is_old(self._services.staff.first_answer(self._filer(address), at=at), at)
        return False

    def admit(self, address: str, proof: str, filing: str) -> None:
        """Let the address file, or raise HttpProblem 429, which names a task for programs.

        `filing` tells this filing from others: its sender may send the same proof with it again.
        """
        with suppress(StoreUnavailable):
            if self.asks(address) and not self._proves(proof, filing):
                self._admit_unproved(address)

    def _admit_unproved(self, address: str) -> None:
        at = self._services.clock()
        tries = self._services.staff.count_attempt(self._filer(address), at=at, window=WINDOW)
        if tries.count > WITHOUT_PROOF:
            wait = max(1, ceil((tries.since + WINDOW - at).total_seconds()))
            words, headers = ASKED.format(ceil(wait / 60)), {"Retry-After": str(wait)}
            raise HttpProblem(429, words, headers=headers, more={"challenge": self.challenge()})

    def challenge(self) -> dict[str, object]:
        """Return a new task."""
        return make_challenge(self._services.keys, self._services.entropy, self._services.clock())

    def count(self, address: str) -> None:
        """Count a filing that was stored, and notice a flood."""
        with suppress(StoreUnavailable):
            if self._mode != "off" and self._is_new(address):
                self._count_new()

    def _is_new(self, address: str) -> bool:
        """Whether the address is new, which is known from its first filing on."""
        at = self._services.clock()
        first = FirstAnswer(self._filer(address), "", at + KNOWN_FOR)
        return not _is_old(self._services.staff.claim_answer(first, at=at), at)

    def _count_new(self) -> None:
        at, staff = self._services.clock(), self._services.staff
        filings = staff.count_attempt(OF_FLOOD, at=at, window=WINDOW)
        noticed = FirstAnswer(OF_FLOOD, "", at + ON_FOR)
        if filings.count >= FLOOD and staff.claim_answer(noticed, at=at) is None:
            FAILURES.warning(
                {"flood": "proof of work on", "filings": filings.count, "until": noticed.until.isoformat()}
            )

    def _proves(self, proof: str, filing: str) -> bool:
        """Whether the proof solves a task of ours, and no other filing has used it."""
        at = self._services.clock()
        challenge = solved(self._services.keys, proof, at)
        if not challenge:
            return False
        used = FirstAnswer(f"{OF_FLOOD}proof#{challenge}", filing, at + LASTS)
        found = self._services.staff.claim_answer(used, at=at)
        return found is None or found.request == filing

    def _filer(self, address: str) -> str:
        """Return the key for an address, from which nobody without our key can tell the address."""
        keys = self._services.keys
        filer = hmac.digest(keys.hmac[keys.hmac_kid], _PURPOSE + address.encode(), hashlib.sha256)
        return f"{OF_FLOOD}filer#{filer.hex()}"


def _is_old(first: FirstAnswer | None, at: datetime) -> bool:
    return first is not None and first.until <= at + KNOWN_FOR - NEW_FOR
