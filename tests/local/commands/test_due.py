"""`qingdan due` in the shell: the boundary days of T1 and T5, the table, JSON, and what is named wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.bootstrap import Services
from tests.support.board import CHECK, PROJECT, file_at, list_units
from tests.support.command_line import run
from tests.support.filings import make_uscc, valid_self_check

UNIT = {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2026-01-01"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """No page is looked at here."""
    return tmp_path / "site"


@pytest.fixture
def data(services: Services) -> Path:
    """A folder whose roster has one unit and one project."""
    list_units(services, UNIT)
    road = {"unit_name": "示例公司", "uscc": make_uscc(2), "project_name": "示例路", "start_date": "2025-08-31"}
    list_units(services, road, roster="key-projects")
    return services.settings.data


def due(*arguments: str, data: Path) -> list[dict[str, Any]]:
    done = run("due", *arguments, "--json", "--data", str(data))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_t5_json_says_who_owes_what_until_when(data: Path) -> None:
    assert due(CHECK, "2025", "--on", "2026-10-01", data=data) == [
        {
            "unit_name": "示例县第一中学",
            "uscc": make_uscc(1),
            "project": "",
            "period": "2025",
            "due": "2026-09-30",
            "basis": "丙五2",
            "state": "overdue",
            "number": "",
        }
    ]


def test_t5_a_filing_of_the_last_day_is_on_time_and_without_one_it_is_not_overdue_yet(
    services: Services, data: Path
) -> None:
    assert due(CHECK, "2025", "--on", "2026-09-30", data=data)[0]["state"] == "upcoming"
    number = file_at(services, "2026-09-30 23:59:59", valid_self_check())
    (one,) = due(CHECK, "2025", "--on", "2026-10-01", data=data)
    assert (one["state"], one["number"]) == ("on_time", number)


@pytest.mark.proves("T1")
def test_t1_a_start_at_the_end_of_august_is_due_at_the_end_of_february(data: Path) -> None:
    (one,) = due(PROJECT, "start", "--on", "2026-02-28", data=data)
    assert (one["due"], one["state"], one["project"]) == ("2026-02-28", "upcoming", "示例路")
    assert due(PROJECT, "start", "--on", "2026-03-01", data=data)[0]["state"] == "overdue"


def test_the_table_names_state_day_and_unit(data: Path) -> None:
    done = run("due", CHECK, "2025", "--on", "2026-10-28", "--data", str(data))
    header, row = done.stdout.splitlines()
    assert header.startswith("状态")
    assert row.startswith("逾期未报  2026-09-30  ↑ 过 28 天  示例县第一中学")
    assert "截至 2026-10-28：共 1 份" in done.stderr


def test_a_form_that_there_is_not_is_named_with_those_that_there_are(data: Path) -> None:
    done = run("due", "nothing", "2025", "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"没有名为 nothing 的表。有的表：{CHECK}、{PROJECT}" in done.stderr


def test_a_period_of_which_nothing_is_owed_is_an_empty_list_and_says_what_to_check(data: Path) -> None:
    done = run("due", CHECK, "1999", "--json", "--data", str(data))
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert "没有应报的。请核对期别" in done.stderr


def test_a_day_that_there_is_not_is_misuse(data: Path) -> None:
    assert run("due", CHECK, "2025", "--on", "2026-02-30", "--data", str(data)).returncode == 2
