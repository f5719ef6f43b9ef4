"""Whether the time of a refused sign-in tells a name that has an account from one that has none; no server."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from argon2 import PasswordHasher
from starlette.requests import Request

from benchmarks.report import Table
from functions.bootstrap import Services, open_services
from functions.desk.sessions import Sessions
from functions.desk.sign_in.steps import SignInSteps
from functions.settings import Settings
from functions.staff.encryption import Encryption
from functions.staff.passwords import Passwords
from functions.staff.second_factor import SecondFactors
from functions.staff.store import Account
from functions.web.http.problems import HttpProblem
from tests.support.clock import Clock

TRIES = 200
WARM_UP = 20
KNOWN, UNKNOWN = "示例甲", "没有这人"


def run(folder: Path, year: int) -> Table:
    """The medians of tries by turns differ by less than one try differs from the next (the interquartile range)."""
    clock = Clock(datetime(year, 9, 18, tzinfo=UTC))
    services = replace(open_services(Settings(data=folder, schemas=Path("schemas")), lock=True), clock=clock)
    try:
        taken = _tries(services, clock)
    finally:
        services.close()
    quarters = quantiles(taken[KNOWN] + taken[UNKNOWN], n=4)
    spread = quarters[2] - quarters[0]
    table = Table(f"a refused sign-in, {TRIES} tries by turns, in processor time, with a tenth of the hashing")
    for name, label in ((KNOWN, "wrong password, median"), (UNKNOWN, "unknown name, median")):
        table.add(label, median(taken[name]) * 1000, "ms")
    table.add("floor: the interquartile range of all tries", spread * 1000, "ms")
    apart = abs(median(taken[KNOWN]) - median(taken[UNKNOWN])) / spread
    table.add("the medians apart, times the floor", apart, "x", "below", 1)
    return table


def _tries(services: Services, clock: Clock) -> dict[str, list[float]]:
    """Seconds of each try by name. With less hashing, since that hides less of what stands around it."""
    passwords = Passwords(services.entropy, PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1))
    services.staff.add_account(Account(KNOWN, "officer", passwords.hash("对的口令 12345"), False, False, clock()))
    keys = services.keys
    factors = SecondFactors(services.staff, Encryption(keys.hmac, keys.hmac_kid, services.entropy), services.entropy)
    steps = SignInSteps(services, Sessions(services, passwords=passwords), factors)
    request = Request({"type": "http", "method": "POST", "headers": [], "client": ("192.0.2.1", 1)})
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for number in range(-WARM_UP, TRIES):
        clock.at += timedelta(minutes=15)
        name = (KNOWN, UNKNOWN)[number % 2]
        begun = time.process_time()
        with suppress(HttpProblem):
            steps.check(request, name=name, password="不是这个口令 12345")
        if number >= 0:
            taken[name].append(time.process_time() - begun)
    return taken
