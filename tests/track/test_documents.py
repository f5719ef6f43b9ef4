"""Number and access code give filing, receipt and last opinion as PDF; without them there is nothing."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode, urljoin

import pypdf
import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from tests.support.filings import valid_self_check
from tests.support.markup import read_page
from tests.support.web.pages import BROWSER, FORM, page_of, post, reviewed
from tests.support.web.tracking import SELF_CHECK, at, bearer, send_back


@pytest.fixture
def filed(client: TestClient) -> dict[str, Any]:
    given: dict[str, Any] = client.post(SELF_CHECK, json=valid_self_check()).json()
    return given


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def take(client: TestClient, given: dict[str, Any], **controls: str) -> Any:
    fields = {"code": given["access_code"], **controls}
    return client.post(f"/track/{given['number']}/document", content=urlencode(fields), headers=BROWSER)


def test_a_program_gets_the_filing_as_pdf(client: TestClient, filed: dict[str, Any]) -> None:
    answer = client.get(at(filed, "/document.pdf"), headers=bearer(filed))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="{filed["number"]}.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert "示例县第一中学" in text_of(answer.content)
    assert filed["digest"][:8] in text_of(answer.content)
    assert client.get(at(filed, "/document.pdf?version=2"), headers=bearer(filed)).status_code == 404


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", ""])
def test_a_wrong_or_missing_code_gets_no_document(client: TestClient, filed: dict[str, Any], code: str) -> None:
    headers = {"Authorization": f"Bearer {code}"} if code else {}
    assert client.get(at(filed, "/document.pdf"), headers=headers).status_code == (404 if code else 401)
    assert take(client, {**filed, "access_code": code}).status_code == 404


def test_a_receipt_gives_itself_and_the_filing_as_pdf(client: TestClient, services: Services) -> None:
    check = reviewed(client, services.catalogue.get("annual-self-check"), valid_self_check())
    receipt = page_of(post(client, check.posted(), "file"), 201)
    forms = [each for each in receipt.find("form") if each.attributes["action"].endswith("/document")]
    assert [form.text for form in forms] == ["下载回执（PDF）", "下载填报表（PDF）"]
    codes, papers = (receipt.find("input", name=name) for name in ("code", "paper"))
    for form, code, paper, words in zip(forms, codes, papers, ("回执", "保管情况"), strict=True):
        fields = urlencode({"code": code.attributes["value"], "paper": paper.attributes["value"]})
        answer = client.post(urljoin(FORM, form.attributes["action"]), content=fields, headers=BROWSER)
        assert words in text_of(answer.content)


def test_each_offered_document_can_be_downloaded(client: TestClient, services: Services, filed: dict[str, Any]) -> None:
    def offered() -> dict[str, str]:
        fields = urlencode({"number": filed["number"], "code": filed["access_code"]})
        page = read_page(client.post("/track", content=fields, headers=BROWSER).text)
        papers = [each.attributes["value"] for each in page.find("input", name="paper")]
        forms = [each for each in page.find("form") if each.attributes["action"].endswith("/document")]
        return dict(zip(papers, (form.text for form in forms), strict=True))

    assert offered() == {"filing": "填报表（PDF）", "receipt": "回执（PDF）"}
    assert take(client, filed, paper="opinion").status_code == 404
    send_back(services, filed["number"])
    assert offered() == {"filing": "填报表（PDF）", "receipt": "回执（PDF）", "opinion": "意见（PDF）"}
    for paper, words in (("filing", "数据库"), ("receipt", "填报回执"), ("opinion", "30 年档案数量漏填。")):
        answer = take(client, filed, paper=paper)
        assert answer.status_code == 200
        assert words in text_of(answer.content)
    assert take(client, filed, paper="anything").status_code == 400


def test_a_page_reached_by_posting_has_no_address_of_its_own(client: TestClient, filed: dict[str, Any]) -> None:
    answer = client.get(f"/track/{filed['number']}/document", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/track/")
