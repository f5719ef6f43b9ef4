"""A roster is imported at the desk after a preview: nothing changes before, all or nothing after (F2)."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest

from functions.bootstrap import Services
from functions.staff.audit_log import Sought, body_of
from functions.supervision.rosters.ledger import Rosters
from tests.desk.conftest import ComeIn, csrf_of
from tests.desk.rosters.conftest import LIST, confirm, csv_of, hidden, names, roster, several, take, unit, upload
from tests.support.clock import Clock
from tests.support.filings import make_uscc


def test_a_preview_changes_nothing_and_the_button_says_how_many(come_in: ComeIn, services: Services) -> None:
    answer = upload(come_in("admin"), services, several(range(1, 4)))
    assert answer.status_code == 200
    for words in ("现在什么都还没有改", "确认导入 3 行", "新增 3 个单位", "0 个单位 → <strong>3 个</strong>"):
        assert words in answer.text
    assert names(services) == []


def test_what_was_looked_at_is_what_is_imported(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    preview = upload(admin, services, several(range(1, 4)))
    answer = confirm(admin, preview.text, source="示例县名册〔2026〕1号")
    assert answer.headers["location"] == f"{LIST}?done=imported"
    assert len(names(services)) == 3
    (event,) = Rosters(services.ledger, services.entropy).events(services.catalogue.roster("backup-registration"))
    assert b"\xe7\xa4\xba\xe4\xbe\x8b\xe5\x8e\xbf\xe5\x90\x8d\xe5\x86\x8c" in (event.body or b"")
    entries = services.trail.page(Sought(action="roster_imported"), limit=5)
    assert [(entry.actor, body_of(entry)["details"]) for entry in entries] == [
        ("admin", {"roster": "backup-registration", "rows": 3})
    ]


def test_old_and_new_stand_with_the_line_of_the_file(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, csv_of(unit(1, phone="0310-5550101"), unit(2)))
    page = upload(admin, services, csv_of(unit(2, name="示例县二中"), unit(1, phone="０310-5550102"))).text
    assert 'data-l="行">2<' in page
    assert 'data-l="行">3<' in page
    for words in ("<del>示例县第2中学</del>", "<ins>示例县二中</ins>", "按改名处理", "<del>0310-5550101</del>"):
        assert words in page
    assert "1 格<br>" in page  # the digit in full width


def test_what_is_too_much_for_a_page_is_in_the_workbook_of_all_changes(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, csv_of(*(unit(number) for number in range(101)), unit(102)))
    renamed = csv_of(*(unit(number, name=f"示例单位{number}") for number in range(101)), unit(103))
    page = upload(admin, services, renamed).text
    assert "先列 100 个格子，共 101 个" in page
    address = page.partition("/changes/")[2].partition('"')[0]
    book = openpyxl.load_workbook(io.BytesIO(admin.get(f"{LIST}/changes/{address}").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows].count("改动") == 101
    assert rows[2] == ("改动", "2", "示例单位0", "单位名称", "示例县第0中学", "示例单位0")
    assert (rows[1][2], rows[-1][2]) == ("示例县第103中学", "示例县第102中学")


def test_the_same_file_again_has_nothing_to_import_and_no_button(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several([1, 2]))
    page = upload(admin, services, several([1, 2])).text
    assert "和名册一样，没有要导入的" in page
    assert "确认导入" not in page


def test_each_unit_that_ends_wants_a_reason_and_one_may_be_kept(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several(range(1, 41)))
    preview = upload(admin, services, several(range(4, 41))).text
    assert "结束 3 个单位" in preview
    refused = confirm(admin, preview, **{"why-0": "dissolved", "why-1": "kept", "source": "来文"})
    assert refused.status_code == 422
    assert "有 1 处要改" in refused.text
    assert 'href="#why-2"' in refused.text
    assert 'value="来文"' in refused.text
    assert len(names(services)) == 40
    done = confirm(admin, refused.text, **{"why-0": "dissolved", "why-1": "kept", "why-2": "merged"})
    assert done.status_code == 303
    ended = {row.values["unit_name"]: row.reason for row in roster(services).rows.values() if row.ended}
    assert ended == {"示例县第1中学": "撤销", "示例县第3中学": "并入别的单位"}


@pytest.mark.parametrize(("left_out", "asked"), [(2, False), (3, True)])
def test_more_than_a_tenth_ends_only_when_their_number_is_typed(
    come_in: ComeIn, services: Services, left_out: int, asked: bool
) -> None:
    admin = come_in("admin")
    take(admin, services, several(range(20)))
    preview = upload(admin, services, several(range(left_out, 20))).text
    assert ('name="ends"' in preview) is asked
    answer = confirm(admin, preview, **{"why-all": "unfit"})
    assert answer.status_code == (422 if asked else 303)
    if asked:
        assert "要结束的超过名册的十分之一" in answer.text
        assert confirm(admin, answer.text, **{"why-all": "unfit", "ends": "2"}).status_code == 422
        assert confirm(admin, answer.text, **{"why-all": "unfit", "ends": "３"}).status_code == 303
    assert len(names(services)) == 20 - left_out


def test_all_that_were_left_out_by_mistake_are_kept(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several(range(5)))
    answer = confirm(admin, upload(admin, services, several([0])).text, **{"why-all": "kept"})
    assert answer.headers["location"] == f"{LIST}?done=same"
    assert (len(names(services)), roster(services).head) == (5, 1)


def test_what_was_set_by_hand_and_would_be_undone_is_said(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, csv_of(unit(1, phone="0310-5550101")))
    key, form = (make_uscc(1),), services.catalogue.roster("backup-registration")
    new = {"contact_phone": "0310-5550109"}
    rosters = Rosters(services.ledger, services.entropy)
    rosters.change(form, key, new, "来电更正", head=1, actor="admin", at=services.clock())
    page = upload(admin, services, csv_of(unit(1, phone="0310-5550101"))).text
    assert "“联系电话”是在经办台改的，导入以后用文件里的" in page


def test_a_roster_that_changed_meanwhile_is_looked_at_again(come_in: ComeIn, services: Services, clock: Clock) -> None:
    admin = come_in("admin")
    first = upload(admin, services, several([1, 2])).text
    take(admin, services, several([1, 2, 3]))
    clock.at += timedelta(minutes=1)
    answer = confirm(admin, first)
    assert answer.status_code == 409
    assert "被admin改过，请重新看一遍" in answer.text
    assert "结束 1 个单位" in answer.text
    assert len(names(services)) == 3
    assert hidden(answer.text)["head"] == "1"


def test_one_bad_row_and_nothing_is_imported(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    take(admin, services, several([1]))
    answer = upload(admin, services, csv_of(unit(1), "示例县气象站,12130426000000A7,", unit(3)))
    assert answer.status_code == 422
    for words in (
        "有 1 处要改，一行也没有导入",
        "第 3 行 B 栏",
        "<code>12130426000000A7</code>",
        "还是原来的 1 个单位",
    ):
        assert words in answer.text
    assert "确认导入" not in answer.text
    assert names(services) == ["示例县第1中学"]


def test_past_a_hundred_faults_their_number_is_said(come_in: ComeIn, services: Services) -> None:
    page = upload(come_in("admin"), services, csv_of(*(f"示例单位{number},12," for number in range(1240)))).text
    assert "有 1,240 处要改" in page
    assert "先列 100 处，共 1,240 处" in page
    assert page.count('<tr role="row" id="e') == 100


def test_the_marked_copy_has_the_file_and_notes_at_its_bad_cells(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    page = upload(admin, services, csv_of(unit(1), "示例县气象站,12130426000000A7,")).text
    address = page.partition("/marked/")[2].partition('"')[0]
    answer = admin.get(f"{LIST}/marked/{address}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]][:2] == ["示例县气象站", "12130426000000A7"]
    assert sheet["B3"].comment is not None
    assert sheet["B2"].comment is None
    again = upload(admin, services, answer.content, "标出错处.xlsx")
    assert "有 1 处要改，一行也没有导入" in again.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "旧格式的 .xls 文件，或者是加了密码"),
        (b"PK\x03\x04broken", "不是完好的 .xlsx"),
        (b"", "没有选文件"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_it_is(
    come_in: ComeIn, services: Services, content: bytes, words: str
) -> None:
    name = "名册.xls" if content else ""
    answer = upload(come_in("admin"), services, content, name)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'type="file"' in answer.text


def test_a_file_that_is_not_kept_any_more_is_asked_for_again(come_in: ComeIn, services: Services) -> None:
    admin = come_in("admin")
    data = {"csrf": csrf_of(admin, services), "sha256": "0" * 64, "head": "0", "name": "名册.csv"}
    answer = admin.post(f"{LIST}/import", data=data)
    assert answer.status_code == 422
    assert "文件只留一天，已经不在了" in answer.text
    assert admin.post(f"{LIST}/import", data={**data, "sha256": "../x"}).status_code == 422
