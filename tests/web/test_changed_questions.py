"""A question that changes from any kind to any other: each filing is read by its own version of the form."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services, open_services
from functions.desk.sessions import COOKIE
from functions.forms.catalogue import Catalogue
from functions.local.server.server import create_app
from functions.local.verify.package_check import check_package
from functions.local.verify.verify import Means, verify_store
from functions.settings import Settings
from functions.staff.sessions import SessionLimits, open_session
from functions.staff.store import Account
from tests.support.clock import Clock
from tests.support.exports.pdf_text import bare, words
from tests.support.filings import make_uscc
from tests.support.forms import changed
from tests.support.questions import FILE, FILED, KINDS, UNIT, answers, file_both, file_with, form_id, version
from tests.support.stores import STORES
from tests.support.web.tracking import put

MARK = "〔旧版填法〕"
ROOT = Path(__file__).parents[2]
PAIRS = list(product(KINDS, KINDS))
# In words, what each kind holds in the older version, where it is one answer.
WORDS = {
    "choices": "甲类、乙类",
    "text": "约 40 GB",
    "number": "40",
    "decimal": "12.00",
    "date": "2024-08-31",
    "boolean": "是",
    "file": "证书.pdf",
}
NEWER: dict[str, Any] = {
    "choices": "乙类",
    "text": "约 90 GB",
    "number": 400,
    "decimal": 120.5,
    "date": ("date", "2025-08-31"),
    "boolean": "否",
    "file": "证书.pdf",
}
TYPED: dict[str, Any] = {"number": 40, "decimal": 12, "date": ("date", "2024-08-31")}
# What can be said in the other kind without loss; any other answer is marked.
CONVERTED: dict[tuple[str, str], Any] = {
    ("number", "decimal"): 40,
    ("decimal", "number"): 12,
    **{(kind, "text"): said for kind, said in WORDS.items() if kind != "file"},
}
IN_CSV = {("number", "decimal"): "40", ("decimal", "number"): "12"}
# What the officer's page shows of the older version, and of the newer one.
SHOWN = {
    "group": ("组内旧文", "组内新文"),
    "rows": ("旧二", "新一"),
    "choices": ("甲类<br>乙类", "<dd>乙类"),
    "text": ("约 40 GB", "约 90 GB"),
    "number": ("<dd>40<", "<dd>400<"),
    "decimal": ("<dd>12.00<", "<dd>120.50<"),
    "date": ("2024 年 8 月 31 日", "2025 年 8 月 31 日"),
    "boolean": ("<dd>是<", "没有勾选"),
    "file": ("证书.pdf", "证书.pdf"),
    "none": ("2024 年", "2025 年"),
}
PRINTED = {"choices": "甲类", "number": "某栏40", "decimal": "某栏12.00", "boolean": "某栏是"}
LAST_YEAR = {
    ("number", "number"): "上年 40，多 900%",
    ("number", "decimal"): "上年 40，多 201%",
    ("decimal", "number"): "上年 12.00，多 3233%",
    ("decimal", "decimal"): "上年 12.00，多 904%",
}


@dataclass(frozen=True, slots=True)
class World:
    """A store that holds a filing of each version of each form; only the newer versions are in use."""

    services: Services
    client: TestClient
    filed: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]]

    def get(self, path: str) -> Any:
        response = self.client.get(path)
        assert response.status_code == 200, (path, response.text[:500])
        return response


@pytest.fixture(scope="module")
def world(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("questions") / "data"
    settings = Settings(data=data, site=site, schemas=ROOT / "schemas", rate_limit=False, cloud=STORES.cloud(data))
    opened = open_services(settings, lock=True)
    in_use = Catalogue(version(*pair, newer=True) for pair in PAIRS)
    services = replace(opened, clock=Clock(datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)), catalogue=in_use)
    [file] = FILED["file"][0]
    services.blobs.keep("attachments", file["sha256"], FILE)
    filed = {pair: file_both(services, *pair) for pair in PAIRS}
    client = TestClient(create_app(services), base_url="https://testserver", follow_redirects=False)
    client.cookies.set(COOKIE, sign_in(services), domain="testserver.local")
    yield World(services, client, filed)
    client.close()
    services.close()


def sign_in(services: Services) -> str:
    """The token of a reviewer's session."""
    at = services.clock()
    account = Account("reviewer", "reviewer", "", False, False, at)
    services.staff.add_account(account)
    token, _ = open_session(services.staff, account, at=at, entropy=services.entropy, limits=SessionLimits())
    return token


def is_one_answer(kind: str) -> bool:
    return kind in WORDS


def column_of(kind: str, other: str) -> str:
    """The header under which the answer of the older version stands: its own question is gone where `other` is none."""
    return "某栏" if is_one_answer(other) else "某栏（旧版）"


def expected(old: str, new: str) -> Any:
    """The cell of a workbook that holds the answer to the older version."""
    if old == new or not is_one_answer(new):
        return TYPED.get(old, WORDS[old])
    return CONVERTED.get((old, new), MARK + WORDS[old])


def sheets(content: bytes) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = {}
    for sheet in book:
        head, *lines = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(head, map(_typed, line), strict=True)) for line in lines]
    return found


def _typed(cell: Any) -> Any:
    """A real date is told from a text that reads like one."""
    return ("date", f"{cell:%Y-%m-%d}") if isinstance(cell, datetime) else cell


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_workbook_holds_both_and_its_sums_are_right(world: World, old: str, new: str) -> None:
    found = sheets(world.get(f"/api/desk/exports/{form_id(old, new)}.xlsx?unit={UNIT}").content)
    before, after = found.pop(f"{old} 变 {new}")
    assert [before["年度或阶段"], after["年度或阶段"]] == ["2024 年度", "2025 年度"]
    if is_one_answer(old):
        assert before[column_of(old, new)] == expected(old, new)
    if is_one_answer(new):
        column = [line["某栏"] for line in (before, after)]
        assert column[1] == NEWER[new]
        if new in ("number", "decimal"):
            counted = {"number": 40, "decimal": 12}.get(old, 0)
            assert sum(cell for cell in column if isinstance(cell, int | float)) == NEWER[new] + counted
        if not is_one_answer(old):
            assert column[0] is None
    if "group" in (old, new):
        header = "组内项" if new == "group" else "组内项（旧版）"
        assert [before[header], after[header]] == [
            "组内旧文" if old == "group" else None,
            "组内新文" if new == "group" else None,
        ]
    old_only = "（旧版）" if new != "rows" else ""
    listed = [(line[f"内容{old_only}"], line[f"数量{old_only}"]) for sheet in found.values() for line in sheet]
    assert listed == [("旧一", 3), ("旧二", 4)] * (old == "rows") + [("新一", 5)] * (new == "rows")


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_csv_holds_both_filings(world: World, old: str, new: str) -> None:
    name = form_id(old, new)
    before, after = rows(world.get(f"/api/desk/exports/{name}.csv?unit={UNIT}").content)
    assert [before["备注"], after["备注"]] == ["2024 年", "2025 年"]
    if is_one_answer(old):
        same = old == new or not is_one_answer(new)
        cell = WORDS[old] if same else CONVERTED.get((old, new), MARK + WORDS[old])
        assert before[column_of(old, new)] == IN_CSV.get((old, new), cell)
    if "rows" in (old, new):
        header = "内容" if new == "rows" else "内容（旧版）"
        table = world.get(f"/api/desk/exports/{name}.csv?unit={UNIT}&table=work.x")
        listed = [line[header] for line in rows(table.content)]
        assert listed == ["旧一", "旧二"] * (old == "rows") + ["新一"] * (new == "rows")
        page = world.get(f"/desk/?form={name}").text
        assert 'value="csv:work.x">CSV：某栏<' in page


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_page_shows_what_was_filed_and_compares_what_can_be(world: World, old: str, new: str) -> None:
    first, second = world.filed[old, new]
    listed = world.get(f"/desk/?form={form_id(old, new)}").text
    assert {first["number"], second["number"]} <= set(re.findall(r'name="number" value="([^"]+)"', listed))
    pages = [world.get(f"/desk/submissions/{each['number']}").text for each in (first, second)]
    assert SHOWN[old][0] in pages[0]
    assert SHOWN[new][1] in pages[1]
    warned = LAST_YEAR.get((old, new))
    assert ("上年" in pages[1]) == (warned is not None)
    assert warned is None or warned in pages[1]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_correction_is_read_by_the_version_that_it_is_pinned_to(world: World, old: str, new: str) -> None:
    pinned, unit = version(old, new, newer=False), make_uscc(2)
    first = file_with(world.services, pinned, answers(old, 2024, 0, unit), world.services.clock())
    held = changed(answers(old, 2024, 1, unit), {"/work/volumes": 121})
    response = put(world.client, first, held)
    assert response.status_code == 200, response.text
    told = world.get(f"/api/desk/submissions/{first['number']}").json()
    assert told["form_digest"] == pinned.digest
    labels = {change["label"].partition(" ")[0] for change in told["versions"][1]["changes"]}
    assert labels == {"卷", *{"rows": ["行"], "none": [], "file": []}.get(old, ["某栏"])}
    code = {"code": first["access_code"]}
    unit_reads = world.client.post("/track", data={"number": first["number"], **code}).text
    assert SHOWN[old][0] in unit_reads
    assert old == "none" or SHOWN[old][1] in unit_reads
    filled = world.client.post(f"/track/{first['number']}/correct", data=code)
    assert (filled.status_code, "某栏" in filled.text) == (200, old != "none")
    assert "第 2 版改了" in world.get(f"/desk/submissions/{first['number']}").text


def test_json_lines_hold_the_answers_as_filed(world: World) -> None:
    lines = [json.loads(line) for line in world.get("/desk/export?format=jsonl").text.splitlines()]
    bodies = {line["number"]: line["events"][0]["body"]["data"] for line in lines}
    for (old, new), (first, second) in world.filed.items():
        assert bodies[first["number"]] == answers(old, 2024, 0)
        assert bodies[second["number"]] == answers(new, 2025, 1)


def test_one_workbook_holds_all_forms(world: World) -> None:
    found = sheets(world.get("/desk/export?format=xlsx").content)
    assert len([title for title in found if " 变 " in title]) >= len(PAIRS)


def test_documents_and_packages_hold_each_kind(world: World, tmp_path: Path) -> None:
    """One filing of each kind, pinned to a version that is no longer in use; the store is verified as a whole."""
    kinds = list(KINDS)
    chosen = {old: world.filed[old, new][0]["number"] for old, new in zip(kinds, [*kinds[1:], kinds[0]], strict=True)}
    query = "&".join(f"number={number}" for number in chosen.values())
    package = tmp_path / "package.zip"
    package.write_bytes(world.get(f"/desk/export?format=zip&{query}").content)
    keys = world.services.keys.public_keys
    assert check_package(package, keys, lambda count: None).findings == []
    with zipfile.ZipFile(io.BytesIO(world.get(f"/desk/export?format=pdf&{query}").content)) as documents:
        read = {name.partition(" ")[0]: words(documents.read(name)) for name in documents.namelist()}
    assert set(read) == set(chosen.values())
    for kind, number in chosen.items():
        assert bare(PRINTED.get(kind, SHOWN[kind][0])) in read[number]
    assert verify_store(world.services, Means(keys, [], lambda count: None)).report.findings == []
