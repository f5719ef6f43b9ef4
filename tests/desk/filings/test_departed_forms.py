"""A form that has left the program: what was filed with it stays listed, chosen, exported, corrected and verified."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.sessions import COOKIE
from functions.forms.catalogue import Catalogue
from functions.local.server.server import create_app
from functions.local.verify.package_check import check_package
from functions.local.verify.verify import Means, verify_store
from functions.staff.sessions import SessionLimits, open_session
from tests.conftest import ROOT
from tests.desk.conftest import Filer, registration, self_check
from tests.support.command_line import run
from tests.support.forms import changed
from tests.support.web.tracking import bearer, put, send_back

GONE, IN_USE = "annual-self-check", "key-project-registration"


@pytest.fixture
def number(file: Filer) -> str:
    file(registration(1), form=IN_USE)
    return file(self_check(1))


@pytest.fixture
def after(services: Services, number: str) -> Services:
    """The program without the form of the first filing."""
    return replace(services, catalogue=Catalogue([services.catalogue.get(IN_USE)]))


@pytest.fixture
def desk(after: Services, staff: None) -> Iterator[TestClient]:
    at, account = after.clock(), after.staff.account("admin")
    token, _ = open_session(after.staff, account, at=at, entropy=after.entropy, limits=SessionLimits())
    client = TestClient(create_app(after), base_url="https://testserver", follow_redirects=False)
    client.cookies.set(COOKIE, token, domain="testserver.local")
    yield client
    client.close()


def test_a_departed_form_is_listed_by_title_and_offered_in_the_filter(desk: TestClient, number: str) -> None:
    page = desk.get("/desk/submissions").text
    assert GONE not in re.sub(r'value="[^"]*"', "", page)
    assert f'<option value="{GONE}">自查报告</option>' in page
    chosen = desk.get(f"/desk/?form={GONE}&period=2025").text
    assert re.findall(r'name="number" value="([^"]+)"', chosen) == [number]
    assert "2025 年度" in chosen
    assert 'value="csv:databases.databases">CSV：数据库<' in chosen


def test_the_desk_shows_a_departed_form_on_its_page_and_call_list(
    desk: TestClient, after: Services, number: str
) -> None:
    send_back(after, number)
    assert "2025 年度自查报告" in desk.get(f"/desk/submissions/{number}").text
    calls = desk.get("/desk/calls").text
    assert "自查报告" in calls
    assert "30 年" in calls


def test_a_departed_form_exports_in_every_format(
    desk: TestClient, after: Services, number: str, tmp_path: Path
) -> None:
    csv = desk.get(f"/api/desk/exports/{GONE}.csv?period=2025")
    assert (csv.status_code, csv.text.count("\r\n")) == (200, 2)
    assert "自查报告-2025 年度-" in unquote(csv.headers["content-disposition"])
    table = desk.get(f"/desk/export?format=csv:databases.databases&form={GONE}")
    assert "自查报告-数据库-" in unquote(table.headers["content-disposition"])
    assert table.text.count("\r\n") == 4
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/desk/export?format=xlsx").content))
    assert {"自查报告", "登记表"} <= set(book.sheetnames)
    lines = desk.get(f"/desk/export?format=jsonl&form={GONE}").text.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [number]
    documents = desk.get(f"/desk/export?format=pdf&form={GONE}").content
    assert zipfile.ZipFile(io.BytesIO(documents)).namelist() == [f"{number} 示例县第1中学.pdf"]
    package = tmp_path / "package.zip"
    package.write_bytes(desk.get(f"/desk/export?format=zip&form={GONE}").content)
    assert check_package(package, after.keys.public_keys, lambda count: None).findings == []
    assert verify_store(after, Means(after.keys.public_keys)).report.findings == []


def test_everything_as_a_csv_asks_for_what_can_be_chosen(desk: TestClient, number: str) -> None:
    asked = desk.get("/desk/export?format=csv", headers={"accept": "text/html"})
    assert asked.status_code == 409
    for words in ("下载自查报告（CSV）", "下载登记表（CSV）"):
        assert words in asked.text
    links = [unescape(link) for link in re.findall(r'href="(/desk/export[^"]*form=[^"]*)"', asked.text)]
    assert [desk.get(link).status_code for link in links] == [200, 200]


def test_the_audit_log_names_a_departed_form_by_title(desk: TestClient, number: str) -> None:
    desk.get(f"/desk/?form={GONE}&period=2025")
    desk.get("/desk/?form=no-such-form&period=2025")
    told = desk.get("/desk/trail").text
    assert "自查报告" in told
    assert GONE not in told
    assert "no-such-form" not in told


def test_the_command_line_exports_a_departed_form(after: Services, number: str, tmp_path: Path) -> None:
    schemas, out = tmp_path / "schemas", tmp_path / "out.csv"
    shutil.copytree(ROOT / "schemas", schemas)
    shutil.rmtree(schemas / GONE)
    data = str(after.settings.data)
    given = ("--format", "csv", "--out", str(out), "--data", data)
    assert "已导出 1 份" in run("export", GONE, *given, QINGDAN_SCHEMAS=str(schemas)).stdout
    assert number in out.read_text(encoding="utf-8-sig")
    refused = run("export", "no-such-form", *given, QINGDAN_SCHEMAS=str(schemas))
    assert refused.returncode == 1
    assert f"可以导出的表：{IN_USE}、{GONE}" in refused.stderr


def test_a_departed_form_can_be_tracked_and_corrected_but_not_filed(
    desk: TestClient, after: Services, number: str
) -> None:
    given = {"number": number, "access_code": after.keys.access_code(number, kid=after.keys.hmac_kid, epoch=1)}
    code = {"code": given["access_code"]}
    assert number in desk.post("/track", data={"number": number, **code}).text
    form = desk.post(f"/track/{number}/correct", data=code)
    assert (form.status_code, "示例县第1中学" in form.text) == (200, True)
    answer = put(desk, given, changed(self_check(1), {"/unit/contact_phone": "0000-7654321"}))
    assert answer.status_code == 200
    told = desk.get(f"/api/submissions/{number}", headers=bearer(given)).json()
    assert (told["version"], told["form"]) == (2, GONE)
    assert desk.post(f"/api/submissions/{GONE}", json=self_check(2)).status_code == 404


def test_a_form_that_nobody_ever_filed_is_unknown(desk: TestClient) -> None:
    assert desk.get("/api/desk/exports/no-such-form.csv").status_code == 404
    assert desk.get("/desk/?form=no-such-form").status_code == 200


@pytest.mark.one_machine
def test_a_lost_document_leaves_the_rest_of_the_list(desk: TestClient, after: Services, number: str) -> None:
    digest = after.records.read(number).summary.form_digest
    [document] = [path for path in (after.settings.data / "forms").rglob("*") if path.is_file() and digest in path.name]
    document.unlink()
    page = desk.get("/desk/submissions")
    assert page.status_code == 200
    assert len(re.findall(r'name="number" value="([^"]+)"', page.text)) == 2
    assert f'<option value="{GONE}">' not in page.text
