"""The nightly task is due at 00:30 in Asia/Shanghai, runs once, catches up after a start, ends with the server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from functions import nightly
from functions.bootstrap import Services
from functions.errors import StoreUnavailable
from functions.local.server.nightly_tasks import FIRST_SECONDS, STEP_SECONDS, watch
from functions.records.attachments.store import Area, BlobStore
from functions.records.store import SealStore, Unsealed
from functions.settings import Settings
from tests.conftest import ROOT
from tests.proof.sealing.conftest import Fill
from tests.support.clock import Clock
from tests.support.serving import environment
from tests.support.store.steps import first_step
from tests.support.stores import STORES


def test_a_night_seals_what_is_new_and_then_nothing(services: Services, fill: Fill) -> None:
    assert nightly.run(services) == nightly.Done(None, 0)
    fill(1, 2)
    assert nightly.run(services) == nightly.Done(1, 2)
    assert nightly.run(services) == nightly.Done(None, 0)
    fill(3)
    assert nightly.run(services) == nightly.Done(2, 1)


@pytest.mark.parametrize(
    ("now", "last", "next"),
    [
        ("2026-09-17T16:29:59.999999", "2026-09-16T16:30:00", "2026-09-17T16:30:00"),
        ("2026-09-17T16:30:00", "2026-09-17T16:30:00", "2026-09-18T16:30:00"),
        ("2026-09-18T02:24:07", "2026-09-17T16:30:00", "2026-09-18T16:30:00"),
    ],
)
def test_a_night_is_due_at_half_past_midnight_in_shanghai(now: str, last: str, next: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert nightly.last_due(at) == datetime.fromisoformat(last).replace(tzinfo=UTC)
    assert nightly.next_due(at) == datetime.fromisoformat(next).replace(tzinfo=UTC)


class Nights:
    """Replaces sleep: moves the clock, stores what a test wants stored, and stops after a number of rounds."""

    def __init__(self, services: Services, clock: Clock, looks: int) -> None:
        self.services, self.clock, self.looks = services, clock, looks
        self.slept: list[float] = []
        self.looked: list[datetime] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.at += timedelta(seconds=seconds)
        self.looked.append(self.clock.at)
        if len(self.slept) > self.looks:
            raise asyncio.CancelledError

    def run(self) -> None:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(watch(self.services, self))


def test_a_missed_night_runs_soon_after_the_start(services: Services, clock: Clock, fill: Fill) -> None:
    fill(1)
    nights = Nights(services, clock, 1)
    nights.run()
    assert nights.slept[0] == FIRST_SECONDS
    assert [seal.size for seal in services.seals.seals(first=1, limit=9)] == [1]


def test_each_night_is_done_once_and_the_steps_end_on_the_hour(services: Services, clock: Clock, fill: Fill) -> None:
    fill(1)
    Nights(services, clock, 1).run()
    fill(2)
    nights = Nights(services, clock, 200)
    nights.run()
    seals = services.seals.seals(first=1, limit=9)
    assert [seal.size for seal in seals] == [1, 1]
    assert datetime(2026, 9, 18, 16, 30, tzinfo=UTC) in nights.looked
    assert max(nights.slept[1:]) == STEP_SECONDS


def test_new_events_are_sealed_within_an_hour_and_one_step(services: Services, clock: Clock, fill: Fill) -> None:
    fill(1)
    Nights(services, clock, 1).run()
    fill(2)
    Nights(services, clock, 13).run()
    first, second = (datetime.fromisoformat(seal.at) for seal in services.seals.seals(first=1, limit=9))
    assert nightly.BETWEEN_SEALS <= second - first <= nightly.BETWEEN_SEALS + timedelta(seconds=STEP_SECONDS)
    Nights(services, clock, 50).run()
    assert len(services.seals.seals(first=1, limit=9)) == 2, "nothing new, no seal"


@pytest.mark.parametrize(("age", "due"), [(timedelta(hours=1), True), (timedelta(minutes=59, seconds=59), False)])
def test_a_seal_is_due_once_the_last_is_an_hour_old(
    services: Services, clock: Clock, fill: Fill, age: timedelta, due: bool
) -> None:
    assert nightly.is_seal_due(services, clock())
    fill(1)
    nightly.seal_now(services)
    assert nightly.is_seal_due(services, clock() + age) == due


def test_a_restart_on_the_same_day_does_not_seal_again(services: Services, clock: Clock, fill: Fill) -> None:
    fill(1)
    Nights(services, clock, 1).run()
    fill(2)
    Nights(services, clock, 5).run()
    assert [seal.size for seal in services.seals.seals(first=1, limit=9)] == [1]


class FailingTwice:
    """A store of seals whose disk fails twice; all else is the real one's."""

    def __init__(self, seals: SealStore) -> None:
        self.seals, self.failures = seals, 2

    def unsealed(self) -> Unsealed:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("disk")
        return self.seals.unsealed()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.seals, name)


def test_a_failed_night_is_logged_and_retried(
    services: Services, clock: Clock, fill: Fill, caplog: pytest.LogCaptureFixture
) -> None:
    fill(1)
    failing = replace(services, seals=cast(SealStore, FailingTwice(services.seals)))
    Nights(failing, clock, 3).run()
    assert services.seals.last_seal() is not None
    assert [record.msg for record in caplog.records].count({"nightly": "failed"}) == 2


class Unlisted:
    """A store of files whose disk fails twice when it is to be listed; all else is the real one's."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs, self.failures = blobs, 2

    def digests(self, area: Area, *, before: datetime) -> Iterator[str]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("disk")
        return self.blobs.digests(area, before=before)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.blobs, name)


@pytest.fixture
def orphan(services: Services, settings: Settings, clock: Clock) -> Path:
    """A file that nothing names, sent two days ago."""
    digest = hashlib.sha256(b"orphan").hexdigest()
    services.blobs.keep("attachments", digest, b"orphan")
    path = settings.data / "attachments" / digest
    sent = (clock.at - timedelta(days=2)).timestamp()
    os.utime(path, (sent, sent))
    return path


@pytest.mark.one_machine
def test_a_night_sweeps_files_and_logs_the_count(
    services: Services, clock: Clock, orphan: Path, fill: Fill, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fill(1)
    Nights(services, clock, 1).run()
    assert not orphan.exists()
    done = {"seal": 1, "sealed": 1, "swept": 1, "abandoned": 0, "waiting": 0, "mailed": 0}
    assert done in [record.msg for record in caplog.records]


@pytest.mark.one_machine
def test_a_failed_sweep_does_not_undo_the_seal(services: Services, clock: Clock, orphan: Path, fill: Fill) -> None:
    fill(1)
    failing = replace(services, blobs=cast(BlobStore, Unlisted(services.blobs)))
    Nights(failing, clock, 1).run()
    assert services.seals.last_seal() is not None
    assert orphan.exists()


@pytest.mark.one_machine
def test_a_sweep_that_fails_is_tried_again_in_the_same_night(
    services: Services, clock: Clock, orphan: Path, fill: Fill, caplog: pytest.LogCaptureFixture
) -> None:
    fill(1)
    Nights(replace(services, blobs=cast(BlobStore, Unlisted(services.blobs))), clock, 3).run()
    assert not orphan.exists()
    assert [seal.size for seal in services.seals.seals(first=1, limit=9)] == [1]
    assert [record.msg for record in caplog.records].count({"nightly": "failed"}) == 2


def test_a_scheduled_event_seals_in_a_fresh_process(services: Services, settings: Settings) -> None:
    services.records.append(first_step(1)).result(30)
    variables = {"QINGDAN_DATA": str(settings.data), "QINGDAN_SCHEMAS": str(settings.schemas)}
    variables |= STORES.variables(settings.data)
    event = {"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}
    program = "import json, sys, functions.nightly as n; print(json.dumps(n.handler(json.load(sys.stdin), None)))"
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment(variables), input=json.dumps(event), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout) == {"seal": 1, "sealed": 1, "swept": 0, "abandoned": 0, "waiting": 0, "mailed": 0}
    assert services.seals.last_seal() is not None
