"""Every bad roster file gets a clear answer that names its place, on every way in, and changes nothing (F2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.bootstrap import Services
from functions.imports.roster_rows import read_rows
from functions.imports.sheet import SheetRefused, read_sheet
from functions.web.filing.form_pages import local_day
from tests.desk.conftest import ComeIn
from tests.desk.rosters.conftest import LIST, several, take, upload
from tests.desk.rosters.conftest import roster as roster_of
from tests.support.bad_rosters import BAD, Bad, good_of_1904
from tests.support.command_line import run
from tests.support.markup import read_page

# Where the ways differ: a refusal of the whole file, one of a line, one of a cell.
ON_THE_COMMAND_LINE = ("empty", "xls", "zip bomb", "200,000 rows", "two header rows", "formula", "differ")


def said_of(bad: Bad, services: Services) -> str:
    """What reading alone says, of the place where the file is bad."""
    form = services.catalogue.roster("backup-registration")
    try:
        read = read_rows(form, read_sheet(bad.make()), local_day(services.clock()))
    except SheetRefused as refused:
        assert bad.line == 0
        return str(refused)
    assert read.rows == ()
    return next(fault.words for fault in read.faults if (fault.line, fault.letter) == (bad.line, bad.letter))


def test_there_are_at_least_forty() -> None:
    assert len(BAD) >= 40


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_place_and_cure_and_changes_nothing(
    name: str, come_in: ComeIn, services: Services
) -> None:
    bad, admin = BAD[name], come_in("admin")
    take(admin, services, several([1, 2]))
    before = roster_of(services)
    said = said_of(bad, services)
    assert bad.words in said
    assert "请" in said or "没有这个选项" in said, "the cure"
    page = upload(admin, services, bad.make(), "名册.xlsx")
    assert page.status_code == 422
    text = read_page(page.text).one("main").text
    assert bad.words.partition("。")[0] in text
    assert "确认导入" not in page.text
    if bad.line:
        assert f"第 {bad.line} 行" + (f" {bad.letter} 栏" if bad.letter else "") in page.text
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"content-type": kind, "if-match": f'"{before.head}"'}
    answer = admin.put(f"/api{LIST}", content=bad.make(), headers=headers)
    assert answer.status_code == 422
    told = answer.json()
    if bad.line:
        (fault,) = [one for one in told["faults"] if (one["line"], one["letter"]) == (bad.line, bad.letter)]
        assert bad.words in fault["message"]
    else:
        assert bad.words in told["detail"]
    assert roster_of(services) == before


def test_a_workbook_of_1904_is_read_as_its_owner_sees_it(come_in: ComeIn, services: Services) -> None:
    take(come_in("admin"), services, good_of_1904())
    assert [row.values["since"] for row in roster_of(services).rows.values()] == ["2026-03-01"]


@pytest.mark.one_machine
@pytest.mark.parametrize("name", ON_THE_COMMAND_LINE)
def test_the_command_line_says_it_too(name: str, tmp_path: Path) -> None:
    file, data = tmp_path / "名册.xlsx", tmp_path / "data"
    file.write_bytes(BAD[name].make())
    done = run("roster", "import", "backup-registration", str(file), "--yes", "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert BAD[name].words in done.stderr
    assert "Traceback" not in done.stderr
    assert run("roster", "show", "backup-registration", "--json", "--data", str(data)).stdout == "[]\n"
