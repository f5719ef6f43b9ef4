"""The demo plan is valid on any day, repeatable, and refuses a folder with content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.errors import QingdanError
from functions.forms.catalogue import Catalogue
from functions.forms.checking.validation import validate
from functions.local.demo.answers import FAULTS
from functions.local.demo.command import demo
from functions.local.demo.fill import Plan, fill, matters_of
from functions.records.state import fold
from functions.records.store import Selection
from functions.supervision.deadlines import day_in_shanghai
from tests.local.demo.conftest import NOW, open_folder

pytestmark = pytest.mark.one_machine

DAYS = [
    NOW,
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 9, 0, tzinfo=UTC),
    datetime(2029, 9, 30, 15, 59, 59, tzinfo=UTC),
    datetime(2030, 12, 31, 16, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("now", DAYS)
def test_every_answer_keeps_the_rules_of_its_form(catalogue: Catalogue, now: datetime) -> None:
    """With each fault that an officer may return it for, and without."""
    for matter in matters_of(1, day_in_shanghai(now)):
        right = matter.told(matter.day)
        for data in (right, *(fault.in_(right) for fault in FAULTS[matter.form])):
            assert validate(catalogue.get(matter.form), data, matter.day) == ()


@pytest.mark.parametrize("now", DAYS)
def test_every_form_has_open_and_decided_filings_whenever_it_is_made(now: datetime) -> None:
    plan = Plan.of(now)
    assert 900 < len(plan.lives) < 1400
    opened = [life for life in plan.lives if not life.turns]
    assert opened
    assert all(life.at < now for life in plan.lives)
    assert all(at < now for at, _, _ in plan.agenda)


@pytest.mark.parametrize("now", DAYS)
def test_no_filing_takes_two_steps_in_a_day(now: datetime) -> None:
    for life in Plan.of(now).lives:
        days = [day_in_shanghai(at) for at in (life.at, *(turn.at for turn in life.turns))]
        assert days == sorted(set(days))


def shortened(plan: Plan, count: int) -> Plan:
    agenda = tuple(entry for entry in plan.agenda if entry[1] < count)
    return replace(plan, lives=plan.lives[:count], agenda=agenda)


def contents(folder: Path, plan: Plan) -> list[Any]:
    services = open_folder(folder)
    try:
        told: list[int] = []
        fill(services, plan, told.append)
        assert told == sorted(set(told))
        assert told[-1] == len(plan.agenda)
        found = []
        for record in services.records.stream(Selection(form="annual-self-check")):
            steps = [(event.type, event.at, event.actor, event.salt) for event in record.events]
            found.append((record.summary.number, steps, fold(record.events).data))
        return found
    finally:
        services.close()


def test_the_same_seed_and_day_give_the_same_content(tmp_path: Path) -> None:
    plans = [shortened(Plan.of(NOW, seed), 12) for seed in (7, 7, 8)]
    one, same, other = (contents(tmp_path / str(index), plan) for index, plan in enumerate(plans))
    assert len(one) == 12
    assert one == same
    assert one != other


@pytest.mark.parametrize("name", ["qingdan.sqlite3", ".hidden"])
def test_a_folder_with_content_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / name).write_text("mine")
    with pytest.raises(QingdanError, match="里已经有东西"):
        demo(folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["demo", name]
    assert (folder / name).read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(QingdanError, match="里已经有东西"):
        demo(tmp_path / "demo")


def test_no_demo_data_is_written_to_the_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = {"STORE": "aws", "TABLE": "example-table", "BUCKET": "example-bucket", "PARAMETERS": "/example"}
    for name, value in {**cloud, "REGION": "cn-northwest-1"}.items():
        monkeypatch.setenv(f"QINGDAN_{name}", value)
    with pytest.raises(QingdanError, match="QINGDAN_STORE"):
        demo(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()
