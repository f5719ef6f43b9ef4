"""`qingdan remind` in the shell: the list of a day, nothing sent nor recorded by a dry run, no day to come sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.bootstrap import Services
from tests.support.board import list_units
from tests.support.command_line import run
from tests.support.filings import make_uscc
from tests.support.site.bare_site import write_bare_site

UNIT = {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2020-01-01", "contact_email": "a@unit.example"}
# The day before the last day for the self-check of 2023: over, whatever day the test runs on.
ON = ("--on", "2024-09-29")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_bare_site(tmp_path / "site")


@pytest.fixture
def data(services: Services) -> Path:
    list_units(services, UNIT)
    return services.settings.data


def test_a_dry_run_lists_who_is_reminded_and_records_nothing(data: Path, services: Services) -> None:
    done = run("remind", "--dry-run", *ON, "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert "示例县第一中学" in done.stdout
    assert "到期前 1 天" in done.stdout
    assert "电话" in done.stdout, "no mail server is set"
    assert "a@unit.example" not in done.stdout
    assert "没有发送，也没有记录" in done.stderr
    assert services.ledger.chains("reminder") == ()


def test_with_a_mail_server_the_way_is_mail(data: Path) -> None:
    mail = {"QINGDAN_MAIL_SERVER": "smtp://127.0.0.1:1", "QINGDAN_REMIND_FROM": "daj@county.example"}
    assert "邮件" in run("remind", "--dry-run", *ON, "--data", str(data), **mail).stdout


def test_without_a_server_all_come_to_the_list_once(data: Path, site: Path) -> None:
    first, second = (run("remind", *ON, "--data", str(data), "--site", str(site)) for _ in range(2))
    assert first.stdout == "2024-09-29 的提醒：列入电话名单 1 份\n"
    assert second.stdout == "2024-09-29 的提醒：没有要提醒的\n"


def test_a_day_to_come_is_only_looked_at(data: Path) -> None:
    ahead = ("--on", "2099-09-29", "--data", str(data))
    refused = run("remind", *ahead)
    assert refused.returncode == 1
    assert "2099-09-29 还没有到" in refused.stderr
    assert "示例县第一中学" in run("remind", "--dry-run", *ahead).stdout
