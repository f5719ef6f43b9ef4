"""A program replaces a roster by its newest head: all of the file or nothing, every bad row named (F2)."""

from __future__ import annotations

from typing import Any

import pytest

from functions.bootstrap import Services
from functions.imports.roster_file import template
from tests.desk.conftest import ComeIn
from tests.desk.rosters.conftest import csv_of, names, roster, several, unit

ADDRESS = "/api/desk/rosters/backup-registration"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def put(client: Any, content: bytes, head: str | None = "0", kind: str = "text/csv", query: str = "") -> Any:
    headers = {"content-type": kind} | ({"if-match": f'"{head}"'} if head is not None else {})
    return client.put(ADDRESS + query, content=content, headers=headers)


def test_a_roster_is_put_and_read(come_in: ComeIn) -> None:
    admin = come_in("admin")
    answer = put(admin, several([1, 2]))
    assert answer.status_code == 200
    assert (answer.json()["added"], answer.headers["etag"]) == (2, '"1"')
    told = come_in("viewer").get(ADDRESS)
    assert told.headers["etag"] == '"1"'
    assert [row["unit_name"] for row in told.json()["rows"]] == ["示例县第1中学", "示例县第2中学"]
    assert come_in("viewer").get(ADDRESS, params={"on": "2020-01-01"}).json()["rows"] == []


def test_the_same_again_changes_nothing(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    put(admin, several([1]))
    answer = put(admin, several([1]), "1")
    assert (answer.json()["unchanged"], answer.json()["head"], roster(services).head) == (1, 1, 1)


def test_a_workbook_is_taken_too(come_in: ComeIn, services: Services) -> None:
    put(come_in("admin"), several([1, 2]))
    book = template(services.catalogue.roster("backup-registration"), roster(services))
    assert put(come_in("admin"), book, "1", XLSX).json()["unchanged"] == 2


@pytest.mark.parametrize("head", [None, "1"])
def test_without_the_newest_head_nothing_is_taken(come_in: ComeIn, services: Services, head: str | None) -> None:
    assert put(come_in("admin"), several([1]), head).status_code == 412
    assert names(services) == []


def test_every_bad_row_is_named_and_nothing_is_taken(come_in: ComeIn, services: Services) -> None:
    answer = put(come_in("admin"), csv_of(unit(1), *(f"示例单位{number},12," for number in range(150))))
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert (len(answer.json()["faults"]), answer.json()["error_count"]) == (150, 150)
    assert (errors[0]["pointer"], errors[0]["label"][:9]) == ("/3/B", "第 3 行 B 栏")
    assert names(services) == []
    assert "xls" in put(come_in("admin"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").json()["detail"]


def test_rows_end_only_for_a_reason_and_many_only_by_their_number(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    put(admin, several(range(20)))
    less = several(range(3, 20))
    assert "ending" in put(admin, less, "1").json()["detail"]
    assert "ends=3" in put(admin, less, "1", query="?ending=unfit").json()["detail"]
    assert put(admin, less, "1", query="?ending=kept").json()["unchanged"] == 20
    assert len(names(services)) == 20
    assert put(admin, less, "1", query="?ending=unfit&ends=3").json()["ended"] == 3
    assert len(names(services)) == 17
