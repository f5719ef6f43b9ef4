"""The demo folder holds every state, verifies, and its accounts open the desk."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import pytest

from functions.forms.formats import is_uscc
from functions.local.demo.fill import ACCOUNTS
from functions.local.verify.verify import Means, verify_path
from functions.records.attachments.file_types import HEAD, kind_of_head
from functions.records.state import fold
from functions.records.store import Record, Selection, Summary
from functions.staff.accounts import check_password
from functions.staff.passwords import Passwords
from functions.staff.permissions import may
from functions.storage.keys import read_public_keys
from tests.local.demo.conftest import NOW, Filled

pytestmark = pytest.mark.one_machine

PERMISSION = {
    "accepted": "accept",
    "returned": "return",
    "reopened": "reopen",
    "voided": "void",
    "noted": "note",
    "code_reissued": "reissue",
    "submitted": "enter_paper",
}


@pytest.fixture(scope="module")
def records(filled: Filled) -> list[Record]:
    forms = [form.id for form in filled.services.catalogue]
    return [record for form in forms for record in filled.services.records.stream(Selection(form=form))]


@pytest.fixture(scope="module")
def summaries(records: list[Record]) -> list[Summary]:
    return [record.summary for record in records]


def test_three_hundred_units_filed_in_three_years(summaries: list[Summary]) -> None:
    reports = [each for each in summaries if each.form == "annual-self-check"]
    years = Counter(each.period for each in reports)
    assert set(years) == {"2023", "2024", "2025"}
    assert all(270 <= count <= 310 for count in years.values()), years
    units = {each.uscc: each.unit_name for each in summaries}
    assert len(units) == 300
    assert len(set(units.values())) == 300
    assert all(map(is_uscc, units))
    assert all(name.startswith("示例县") for name in units.values())


def test_projects_filed_in_every_phase(summaries: list[Summary]) -> None:
    periods = {each.period for each in summaries if each.form == "key-project-registration"}
    assert {"start", "post_acceptance", "2024", "2025"} <= periods


@pytest.mark.parametrize("form", ["annual-self-check", "key-project-registration"])
def test_each_form_has_filings_in_every_state(summaries: list[Summary], form: str) -> None:
    states = Counter(each.status for each in summaries if each.form == form)
    assert set(states) == {"submitted", "returned", "accepted", "withdrawn", "voided"}
    assert states["accepted"] > sum(states.values()) / 2


def test_every_kind_of_filing_and_event_occurs(records: list[Record], summaries: list[Summary]) -> None:
    last = [each for each in summaries if each.period == "2025" and each.form == "annual-self-check"]
    today = NOW.date().isoformat()
    assert any(each.contested and each.status == "submitted" for each in last)
    assert {each.correction_due < today for each in last if each.status == "returned"} == {True, False}
    assert {each.timeliness for each in last} == {"on_time", "late"}
    assert any(each.received_on for each in last)
    assert any(each.warnings for each in summaries)
    kinds = Counter(event.type for record in records for event in record.events)
    assert set(kinds) == {*PERMISSION, "corrected", "withdrawn"}


def test_scans_of_some_units_are_valid_images(filled: Filled, records: list[Record]) -> None:
    bodies = [fold(record.events).data for record in records]
    scans = [scan for data in bodies for scan in data.get("files", {}).get("scans", [])]
    assert 150 < len(scans) < 400
    assert len({scan["sha256"] for scan in scans}) > 5
    for scan in scans:
        content = filled.services.blobs.read("attachments", scan["sha256"])
        assert len(content) == scan["size"]
        assert kind_of_head(content[:HEAD]) == "png"


def test_contested_filings_of_earlier_years_are_resolved(summaries: list[Summary]) -> None:
    old = [each for each in summaries if each.form == "annual-self-check" and each.period == "2023"]
    assert not any(each.contested for each in old)
    by_unit = groupby(sorted(old, key=lambda each: each.uscc), key=lambda each: each.uscc)
    pairs = [sorted(each.status for each in filings) for _, filings in by_unit]
    assert ["accepted", "voided"] in pairs


def test_every_actor_has_the_permission_for_their_step(records: list[Record]) -> None:
    for record in records:
        for event in record.events:
            if event.actor != "filer":
                assert may(ACCOUNTS[event.actor], PERMISSION[event.type])  # type: ignore[arg-type]


def test_times_pass_in_order_and_end_before_now(records: list[Record]) -> None:
    for record in records:
        times = [event.at for event in record.events]
        assert times == sorted(set(times))
        assert times[-1] < NOW.isoformat()


def test_every_telephone_is_invented(records: list[Record]) -> None:
    phones = [fold(record.events).data["unit"]["contact_phone"] for record in records]
    assert all(phone.startswith("0000-") for phone in phones)
    assert len(set(phones)) > 250


def test_the_demo_data_verifies(filled: Filled, records: list[Record]) -> None:
    """Chains, receipts, audit log and seals hold, as `qingdan verify` judges them."""
    outcome = verify_path(filled.folder, Means(read_public_keys(filled.folder)))
    assert outcome.report.findings == []
    assert outcome.report.checked["records"] == len(records) == len(filled.plan.lives)
    # A receipt is kept with the answer that gave it, for 30 days; a contested filing keeps its own for good.
    assert 0 < outcome.report.checked["receipts"] < len(records)
    assert outcome.report.checked["events"] == len(filled.plan.agenda)


def test_no_draft_folder_is_left(filled: Filled) -> None:
    assert not filled.folder.with_name(f".{filled.folder.name}.part").exists()
    assert filled.folder.stat().st_mode & 0o777 == 0o700


def test_each_night_up_to_the_last_is_sealed(filled: Filled) -> None:
    last = filled.services.seals.last_seal()
    assert last is not None
    assert last.index > 300
    assert "2026-11-2" in last.at
    left = filled.services.seals.unsealed().leaves
    assert len(left) < 60


def test_each_account_signs_in_with_the_password_that_was_printed(filled: Filled) -> None:
    staff, passwords = filled.services.staff, Passwords(filled.services.entropy)
    assert set(ACCOUNTS.values()) == {"viewer", "officer", "reviewer", "admin"}
    assert len(set(filled.passwords.values())) == len(ACCOUNTS)
    for name, role in ACCOUNTS.items():
        account = check_password(staff, passwords, name=name, password=filled.passwords[name])
        assert account is not None
        assert (account.role, account.must_change_password) == (role, False)
