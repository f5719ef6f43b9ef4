"""Files of a filing at the desk: entered with a paper filing, shown with their state, downloads noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.page.encode import encode
from functions.records.store import Selection
from functions.web.filing.uploads import Uploads
from tests.desk.admin.test_audit_log import everything
from tests.desk.conftest import ComeIn, Filer
from tests.desk.filings.test_paper_entry import API, PATH
from tests.support.files import followed, pdf_of, png, sha256
from tests.support.filings import valid_self_check
from tests.support.markup import read_page
from tests.support.web.named_files import named
from tests.support.web.posted_files import names, upload

SCAN = pdf_of(300)
Sent = Callable[[bytes, str], dict[str, Any]]


@pytest.fixture
def sent(services: Services, tmp_path: Any) -> Sent:
    """A file that has come in, as its announcement names it, with its voucher."""

    def send(content: bytes, name: str) -> dict[str, Any]:
        path = tmp_path / "sent"
        path.write_bytes(content)
        with path.open("rb") as file:
            attachment, voucher = Uploads(services).take(name, file)
        return {"name": attachment.name, "size": attachment.size, "sha256": attachment.digest, "voucher": voucher}

    return send


def at(number: str, content: bytes, root: str = "/desk") -> str:
    return f"{root}/submissions/{number}/attachments/{sha256(content)}"


@pytest.mark.parametrize("root", ["/desk", "/api/desk"])
def test_a_file_download_is_noted_in_the_audit_log(
    come_in: ComeIn, services: Services, file: Filer, sent: Sent, root: str
) -> None:
    number = file(named(sent(SCAN, "盖章 扫描件.pdf")))
    client = come_in("viewer")
    answer = followed(client.get(at(number, SCAN, root)))
    assert (answer.status_code, answer.content) == (200, SCAN)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/pdf"
    (actor, action, noted) = everything(services)[-1]
    assert (actor, action) == ("viewer", "exported")
    assert noted == {"document": "attachment", "sha256": sha256(SCAN)}


def test_only_a_file_that_this_filing_names_is_given(
    come_in: ComeIn, services: Services, file: Filer, sent: Sent
) -> None:
    sent(png(), "照片.png")
    number = file(named(sent(SCAN, "扫描件.pdf")))
    before = len(everything(services))
    assert come_in("admin").get(at(number, png())).status_code == 404
    assert len(everything(services)) == before


@pytest.mark.parametrize(("area", "words"), [("quarantine", "还没有查过病毒"), ("infected", "查出病毒")])
def test_a_withheld_file_shows_the_reason_and_is_not_served(
    come_in: ComeIn, services: Services, file: Filer, sent: Sent, area: Any, words: str
) -> None:
    number = file(named(sent(SCAN, "扫描件.pdf")))
    client = come_in("admin")
    assert f'href="{at(number, SCAN)}"' in client.get(f"/desk/submissions/{number}").text
    services.blobs.move(sha256(SCAN), "attachments", area)
    page = client.get(f"/desk/submissions/{number}").text
    assert words in page
    assert at(number, SCAN) not in page
    refused = client.get(at(number, SCAN), headers={"Accept": "text/html"})
    assert refused.status_code == 409
    assert words in refused.text
    services.blobs.remove(area, sha256(SCAN))
    assert "文件已经不在" in client.get(f"/desk/submissions/{number}").text
    assert client.get(at(number, SCAN)).status_code == 404


def test_a_file_that_has_two_names_is_listed_under_both(come_in: ComeIn, file: Filer, sent: Sent) -> None:
    number = file(named(sent(SCAN, "盖章页.pdf"), sent(SCAN, "签字页.pdf")))
    page = read_page(come_in("viewer").get(f"/desk/submissions/{number}").text)
    links = [each.text for each in page.find("a") if each.attributes.get("href") == at(number, SCAN)]
    assert links == ["盖章页.pdf", "签字页.pdf"]


def test_a_paper_filing_is_entered_with_its_scan(come_in: ComeIn, services: Services) -> None:
    client = come_in("officer")
    held = [pair for pair in read_page(client.get(PATH).text).posted() if pair[0] in ("csrf", "form_digest")]
    answers = encode(services.catalogue.get("annual-self-check"), valid_self_check())
    pairs = [*held, *answers, ("received_on", "2026-09-17")]
    answer = upload(client, pairs, [("扫描件.pdf", SCAN)], f"{PATH}/files")
    assert answer.status_code == 200, answer.text
    page = read_page(answer.text)
    assert names(page) == ["扫描件.pdf"]
    assert page.one("input", name="received_on").attributes["value"] == "2026-09-17"
    assert page.one("form", id="form").attributes["action"] == "../annual-self-check"
    check = read_page(client.post(PATH, data=_form(page.posted(), "review")).text)
    assert client.post(PATH, data=_form(check.posted(), "file")).status_code == 201
    (summary,) = services.records.page(Selection(), limit=2).items
    assert followed(client.get(at(summary.number, SCAN))).content == SCAN


def _form(pairs: list[tuple[str, str]], action: str) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {"action": [action]}
    for name, value in pairs:
        held.setdefault(name, []).append(value)
    return held


def test_only_officers_may_upload_files_of_a_paper_filing(come_in: ComeIn, client: TestClient) -> None:
    assert upload(client, [], [("扫描件.pdf", SCAN)], f"{PATH}/files").status_code == 303
    assert upload(come_in("viewer"), [], [("扫描件.pdf", SCAN)], f"{PATH}/files").status_code == 403
    assert upload(come_in("officer"), [("csrf", "x")], [("扫描件.pdf", SCAN)], f"{PATH}/files").status_code == 403


def test_a_paper_filing_by_a_program_needs_a_voucher_for_each_file(come_in: ComeIn, sent: Sent) -> None:
    client, scan = come_in("officer"), sent(SCAN, "扫描件.pdf")
    body = {"received_on": "2026-09-17", "data": named(scan)}
    refused = client.post(API, json=body)
    assert refused.status_code == 422
    assert "还没有收到“扫描件.pdf”" in refused.json()["errors"][0]["message"]
    assert client.post(API, json=body, headers={"Attachment-Vouchers": scan["voucher"]}).status_code == 201
