"""Files without JavaScript: posted with the whole form, listed in it, filed with it, and given back to their filer."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin

from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.definition import Definition
from functions.forms.page.encode import encode
from functions.records.attachments.inspection import standing_of
from functions.records.store import Selection
from tests.support.clock import Clock
from tests.support.files import docx, pdf_of, png, sha256
from tests.support.filings import valid_self_check
from tests.support.markup import read_page
from tests.support.web.browser import Browser
from tests.support.web.pages import FORM, page_of, post
from tests.support.web.posted_files import CONTROL, HTML, names, upload
from tests.support.web.tracking import send_back


def test_a_form_with_files_is_filled_in_filed_and_given_back(
    client: TestClient, services: Services, definition: Definition
) -> None:
    scan, table = pdf_of(3 * 1024 * 1024), docx()
    typed = encode(definition, valid_self_check())
    page = page_of(upload(client, typed, [("盖章 扫描件.pdf", scan)]), 200)
    assert urljoin(f"http://x{FORM}/files", page.one("form", id="form").attributes["action"]) == f"http://x{FORM}"
    button = page.one("button", value=CONTROL)
    assert urljoin(f"http://x{FORM}/files", button.attributes["formaction"]) == f"http://x{FORM}/files"
    page = page_of(upload(client, page.posted(), [("e\u0301表.docx", table)]), 200)
    assert names(page) == ["盖章 扫描件.pdf", "\u00e9表.docx"]
    check = page_of(post(client, page.posted(), "review"), 200)
    assert "盖章 扫描件.pdf" in check.one("main", id="main").text
    assert services.records.count(Selection()) == 0
    filed = post(client, check.posted(), "file")
    assert filed.status_code == 201
    (summary,) = services.records.page(Selection(), limit=2).items
    assert services.records.named([sha256(scan), sha256(table)]) == {sha256(scan), sha256(table)}
    code = read_page(filed.text).one("p", class_="secret").text
    browser = Browser(client)
    shown = browser.look({"number": summary.number, "access_code": code})
    assert "盖章 扫描件.pdf" in shown.one("main", id="main").text
    download = client.post(
        f"/track/{summary.number}/attachments", data={"code": code, "sha256": sha256(scan)}, headers=HTML
    )
    assert download.content == scan
    assert download.headers["content-type"] == "application/pdf"
    assert download.headers["content-disposition"].startswith("attachment;")
    assert download.headers["x-content-type-options"] == "nosniff"
    assert "%E7%9B%96%E7%AB%A0%20%E6%89%AB%E6%8F%8F%E4%BB%B6.pdf" in download.headers["content-disposition"]


def test_a_file_is_removed_by_its_button(client: TestClient, definition: Definition) -> None:
    page = page_of(upload(client, [], [("甲.pdf", pdf_of(99)), ("乙.png", png())]), 200)
    page = page_of(post(client, page.posted(), "remove:files.scans:0"), 200)
    assert names(page) == ["乙.png"]


def test_an_empty_choice_or_a_repeated_file_changes_nothing(client: TestClient) -> None:
    page = page_of(upload(client, [], [("甲.pdf", pdf_of(99))]), 200)
    page = page_of(upload(client, page.posted(), []), 200)
    page = page_of(upload(client, page.posted(), [("甲.pdf", pdf_of(99))]), 200)
    assert names(page) == ["甲.pdf"]


def test_a_refused_file_is_named_at_its_field_and_typed_answers_stay(
    client: TestClient, definition: Definition, services: Services
) -> None:
    typed = encode(definition, valid_self_check(unit_name="示例县第九中学"))
    chosen = [("好.pdf", pdf_of(99)), ("旧.doc", b"\xd0\xcf\x11\xe0"), ("假.pdf", b"MZ"), ("空.pdf", b"")]
    page = page_of(upload(client, typed, chosen), 422)
    assert names(page) == ["好.pdf"]
    assert [name for name in ("旧.doc", "假.pdf", "空.pdf") if f"“{name}”没有收下" not in page.one("main").text] == []
    assert page.one("input", name="unit.unit_name").attributes["value"] == "示例县第九中学"
    assert standing_of(services.blobs, sha256(b"MZ")) == "gone"


def test_no_more_files_are_taken_than_the_form_asks_for(client: TestClient) -> None:
    page = page_of(upload(client, [], [(f"{n}.pdf", pdf_of(90 + n)) for n in range(11)]), 422)
    assert names(page) == [f"{n}.pdf" for n in range(10)]
    assert "最多 10 个文件" in page.one("main").text


def test_a_file_that_was_not_sent_keeps_the_form_from_being_filed(client: TestClient, definition: Definition) -> None:
    """The digest of another filer's file is refused, and one's own voucher expires after a day."""
    page = page_of(upload(client, encode(definition, valid_self_check()), [("甲.pdf", pdf_of(99))]), 200)
    without = [(name, value) for name, value in page.posted() if name != "voucher"]
    refused = page_of(post(client, without, "review"), 422)
    assert "还没有收到“甲.pdf”" in refused.one("main").text
    assert page_of(post(client, page.posted(), "review"), 200)


def test_an_expired_voucher_is_refused_unless_its_page_was_already_filed(
    client: TestClient, definition: Definition, clock: Clock
) -> None:
    page = page_of(upload(client, encode(definition, valid_self_check()), [("甲.pdf", pdf_of(99))]), 200)
    check = page_of(post(client, page.posted(), "review"), 200)
    first = post(client, check.posted(), "file")
    assert first.status_code == 201
    clock.at += timedelta(hours=25)
    again = post(client, check.posted(), "file")
    assert again.status_code == 201
    assert read_page(again.text).one("p", class_="secret").text == read_page(first.text).one("p", class_="secret").text
    late = page_of(post(client, page.posted(), "review"), 422)
    assert "“甲.pdf”上传以后过了 24 小时" in late.one("main").text


def test_a_correction_names_files_of_earlier_versions_without_a_voucher_and_new_ones_with_theirs(
    client: TestClient, services: Services, definition: Definition, clock: Clock
) -> None:
    page = page_of(upload(client, encode(definition, valid_self_check()), [("甲.pdf", pdf_of(99))]), 200)
    check = page_of(post(client, page.posted(), "review"), 200)
    code = read_page(post(client, check.posted(), "file").text).one("p", class_="secret").text
    (summary,) = services.records.page(Selection(), limit=2).items
    send_back(services, summary.number)
    clock.at += timedelta(days=2)
    browser = Browser(client)
    form = browser.press(browser.look({"number": summary.number, "access_code": code}), "/correct")
    assert names(form) == ["甲.pdf"]
    at = f"/track/{summary.number}/correct/files"
    form = page_of(upload(client, form.posted(), [("乙.png", png())], at), 200)
    assert names(form) == ["甲.pdf", "乙.png"]
    browser.url = f"http://127.0.0.1{at}"
    check = browser.send(form, "review")
    browser.send(check, "file")
    assert services.records.read(summary.number).summary.version == 2
    shown = browser.look({"number": summary.number, "access_code": code}).one("main").text
    assert "乙.png" in shown
    wrong = upload(client, [("code", "0000-0000-0000-0000")], [], at)
    assert wrong.status_code == 404


def test_other_ways_of_posting_files_are_refused(client: TestClient, definition: Definition) -> None:
    assert client.post(f"{FORM}/files", data={"a": "b"}, headers=HTML).status_code == 415
    broken = {**HTML, "Content-Type": "multipart/form-data; boundary=x"}
    assert client.post(f"{FORM}/files", content=b"--y\r\n", headers=broken).status_code == 400
    assert (
        client.post(f"{FORM}/files", content=b"", headers={**HTML, "Content-Type": "multipart/form-data"}).status_code
        == 400
    )
    other = {**HTML, "Content-Type": "multipart/form-data; boundary=x; charset=undefined"}
    typed = b'--x\r\nContent-Disposition: form-data; name="unit.unit_name"\r\n\r\na\r\n--x--\r\n'
    assert client.post(f"{FORM}/files", content=typed, headers=other).status_code == 415
    assert upload(client, [], [], "/forms/none/files").status_code == 404
    not_utf8 = b'--x\r\nContent-Disposition: form-data; name="unit.unit_name"\r\n\r\n\xff\xfe\r\n--x--\r\n'
    assert client.post(f"{FORM}/files", content=not_utf8, headers=broken).status_code == 400
    assert client.get(f"{FORM}/files", follow_redirects=False).headers["location"] == "/forms/annual-self-check/"


def test_long_answers_are_413_though_files_may_be_large(client: TestClient, services: Services) -> None:
    long = "字" * services.settings.body_limit
    assert upload(client, [("unit.unit_name", long)], []).status_code == 413
