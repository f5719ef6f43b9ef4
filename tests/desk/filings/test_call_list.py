"""The telephone list: which unit to tell about a returned filing, until when, and what was said (T8)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import unquote

from openpyxl import load_workbook

from tests.desk.conftest import ComeIn, Filer, self_check
from tests.desk.review.test_pages import RETURN, Officer
from tests.support.clock import Clock
from tests.support.forms import changed
from tests.support.markup import read_page


def test_filers_without_an_address_come_first_then_the_nearest_due_date(
    come_in: ComeIn, file: Filer, clock: Clock
) -> None:
    client = come_in("officer")
    assert "现在没有退回等补正的填报" in client.get("/desk/calls").text
    late, soon, mailed, _ = (
        file(self_check(1)),
        file(self_check(2)),
        file(changed(self_check(3), {"/unit/contact_email": "shili@example.com"})),
        file(self_check(4)),
    )
    for number, due in ((late, "2026-10-09"), (soon, "2026-09-20"), (mailed, "2026-09-19")):
        Officer(client, number).post("decision", [*RETURN.items(), ("correction_due", due), ("field", "/unit/uscc")])
    page = read_page(client.get("/desk/calls").text)
    first, second = (each.text for each in page.find("tbody"))
    assert first.index(soon) < first.index(late)
    assert mailed in second
    assert {"tel:00001234567", "mailto:shili@example.com"} <= {each.attributes.get("href") for each in page.find("a")}
    assert "要改的栏：统一社会信用代码" in first
    assert "已过期" not in first
    clock.at += timedelta(days=3)
    client = come_in("officer")
    assert "已过期" in read_page(client.get("/desk/calls").text).find("tbody")[0].text
    Officer(client, soon).post("decision", [*RETURN.items(), ("correction_due", "2026-10-01")])
    assert "已过期" not in read_page(client.get("/desk/calls").text).find("tbody")[0].text


def test_the_list_is_a_file_for_the_telephone(come_in: ComeIn, file: Filer) -> None:
    client = come_in("officer")
    number = file(self_check(1))
    Officer(client, number).post("decision", RETURN | {"opinion": "=1+1"})
    answer = client.get("/desk/calls.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    [header, row] = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = dict(zip(header, row, strict=True))
    assert (told["编号"], told["联系电话"], told["补正期限"]) == (number, "0000-1234567", "2026-09-25")
    assert told["意见"] == "'=1+1", "no spreadsheet takes an opinion for a formula"


def test_the_list_is_a_workbook_first_in_which_numbers_stay_as_they_are(come_in: ComeIn, file: Filer) -> None:
    client = come_in("officer")
    number = file(changed(self_check(1), {"/unit/contact_phone": "00001234567"}))
    Officer(client, number).post("decision", RETURN)
    answer = client.get("/desk/calls.xlsx")
    assert unquote(answer.headers["content-disposition"]).endswith(".xlsx")
    [sheet] = load_workbook(io.BytesIO(answer.content))
    header, row = sheet.iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["编号"], told["联系电话"]) == (number, "00001234567")
    assert f"{told['补正期限']:%Y-%m-%d}" == "2026-09-25", "a real date"
    page = client.get("/desk/calls").text
    assert 0 < page.index("calls.xlsx") < page.index("calls.csv") < page.index("会丢掉长数字的末几位和开头的 0")
