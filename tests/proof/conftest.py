"""A data folder with every kind of event, made once, copied for each test that damages it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions import nightly
from functions.bootstrap import Services, open_services
from functions.records.attachments.store import Area
from functions.records.decision import Decision
from functions.records.filing import answer, prepare
from functions.records.proof.audit import Report
from functions.records.store import Append
from functions.records.transitions import Act, OpenRecord, correct, decide, note, withdraw
from functions.settings import Settings
from functions.staff.audit_log import Entry
from functions.storage.keys import read_access_kids, read_public_keys
from functions.storage.sqlite.audit import Auditor
from functions.supervision.deadlines import due_date, timeliness
from tests.conftest import ROOT
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_registration, valid_self_check

FIRST = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
DATABASE = "qingdan.sqlite3"


@dataclass(frozen=True)
class Sample:
    """The folder, the numbers of its filings in their order, and the receipt of each."""

    folder: Path
    numbers: tuple[str, ...]
    receipts: tuple[str, ...]

    def execute(self, statement: str, *bound: object) -> None:
        """Change the database behind everybody's back."""
        with closing(sqlite3.connect(self.folder / DATABASE, isolation_level=None)) as connection:
            connection.execute(statement, bound)

    def read(self, statement: str, *bound: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / DATABASE)) as connection:
            return connection.execute(statement, bound).fetchall()


class Life:
    """What happens in the folder, told through the use cases."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self.services, self.clock = services, clock
        self.receipts: dict[str, str] = {}

    def scans(self, **named: Area) -> dict[str, Any]:
        """Answers that name these files, each of which lies in its area."""
        return {"files": {"scans": [self.scan(name, area) for name, area in named.items()]}}

    def scan(self, name: str, area: Area) -> dict[str, Any]:
        content = content_of(name)
        digest = hashlib.sha256(content).hexdigest()
        self.services.blobs.keep(area, digest, content)
        return {"name": f"{name}.pdf", "size": len(content), "sha256": digest}

    def file(
        self, n: int, *, contest: bool = False, form: str = "annual-self-check", files: Mapping[str, Any] | None = None
    ) -> str:
        services = self.services
        definition = services.catalogue.get(form)
        data = valid_self_check(uscc=make_uscc(n)) if form == "annual-self-check" else valid_registration()
        data |= files or {}
        at, due = self.clock(), due_date(definition.filing_for(data), data)
        step = prepare(
            definition,
            data,
            at=at,
            due=due,
            timeliness=timeliness(at, due),
            contest=contest,
            idempotency_key=f"key-{n}-{contest}-{form}",
            request_digest="0" * 64,
            keys=services.keys,
            entropy=services.entropy,
        )
        told = answer(services.records.append(step).result(30), services.keys)
        self.receipts[told["number"]] = told["receipt"]
        return str(told["number"])

    def take(self, number: str, make: Callable[[OpenRecord, Act], Append], actor: str = "示例甲") -> None:
        self.clock.at += timedelta(minutes=7)
        services = self.services
        record = services.records.read(number)
        open_record = OpenRecord.of(record, lambda digest: services.catalogue.get(record.summary.form))
        services.records.append(make(open_record, Act(actor, self.clock(), services.entropy))).result(30)

    def see(self, number: str) -> None:
        entry = Entry("viewed", "示例乙", self.clock(), number)
        self.services.trail.add(entry, self.services.entropy(32)).result(30)

    def night(self) -> None:
        nightly.run(self.services)
        self.clock.at += timedelta(days=1)

    def correct(self, number: str) -> None:
        data = valid_self_check(uscc=make_uscc(2), unit_name="示例县第二中学")
        data |= self.scans(共用="attachments", 新的="quarantine")
        self.take(
            number,
            lambda open_record, act: correct(
                open_record,
                replace(act, actor="filer", idempotency_key="correction", request_digest="1" * 64),
                data,
                due=date(2026, 9, 30),
                counted_on=date(2026, 9, 18),
                timeliness="on_time",
                contest=False,
                keys=self.services.keys,
            ),
        )


def content_of(name: str) -> bytes:
    """The invented content of the file of this name."""
    return b"%PDF-1.7 " + name.encode() * 50


def place_of(folder: Path, name: str) -> Path:
    """Where it lies in the data folder."""
    (path,) = folder.rglob(hashlib.sha256(content_of(name)).hexdigest())
    return path


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Filed, returned, corrected, withdrawn, contested, noted, accepted, seen; sealed three times, but for a rest.

    With files: one that three versions of two filings name, one of a version that was replaced, one that waits for the
    scanner, one that was found bad, one that nobody names.
    """
    folder = tmp_path_factory.mktemp("proof") / "data"
    clock = Clock(FIRST)
    settings = Settings(data=folder, schemas=ROOT / "schemas", rate_limit=False)
    services = replace(open_services(settings, lock=True), clock=clock)
    life = Life(services, clock)
    numbers = [
        life.file(1, files=life.scans(共用="attachments")),
        life.file(2, files=life.scans(旧的="attachments", 共用="attachments")),
        life.file(3),
        life.file(4, files=life.scans(有毒的="infected")),
    ]
    life.scan("没人提到的", "attachments")
    life.see(numbers[0])
    life.night()
    life.take(numbers[1], lambda d, a: decide(d, a, Decision("return", "示例意见", date(2026, 9, 25))))
    life.correct(numbers[1])
    numbers += [life.file(3, contest=True), life.file(9, form="key-project-registration")]
    life.take(numbers[2], lambda d, a: note(d, a, "示例备注"))
    life.see(numbers[1])
    life.night()
    life.take(numbers[1], lambda d, a: decide(d, a, Decision("accept")))
    life.take(numbers[3], lambda d, a: withdraw(d, a, "填错了"), "filer")
    life.night()
    numbers.append(life.file(7))
    life.take(numbers[0], lambda d, a: note(d, a, "还没有封存的备注"))
    life.see(numbers[0])
    services.close()
    return Sample(folder, tuple(numbers), tuple(life.receipts[number] for number in numbers))


@pytest.fixture
def sample(original: Sample, tmp_path: Path) -> Sample:
    """A copy to spoil."""
    shutil.copytree(original.folder, tmp_path / "data")
    return replace(original, folder=tmp_path / "data")


def audit(folder: Path, published: tuple[str, ...] = ()) -> Report:
    """The report on the folder, checked by its own keys."""
    return Auditor(folder, read_public_keys(folder), read_access_kids(folder), published).run(lambda count: None)
