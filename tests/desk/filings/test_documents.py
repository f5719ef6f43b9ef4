"""Documents and packages at the desk: single, as a selection, from a page's buttons; each noted in the audit log."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import bagit
import pypdf
import pytest

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.records.erasing import erase
from functions.staff.audit_log import Sought, body_of
from functions.web.filing.documents import has_sheet, read_sheet
from tests.desk.conftest import Filer, SignIn, registration, self_check
from tests.support.web.tracking import send_back

SELF_CHECK = "annual-self-check"


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def address(number: str, name: str = "document.pdf") -> str:
    return f"/api/desk/submissions/{number}/{name}"


def test_a_filing_and_its_receipt_are_downloads(signed_in: SignIn, file: Filer) -> None:
    number, client = file(self_check(7)), signed_in()
    for name, kept in (("document.pdf", f"{number}.pdf"), ("receipt.pdf", f"{number}-receipt.pdf")):
        answer = client.get(address(number, name))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{kept}"'
        assert "示例县第7中学" in text_of(answer.content)
        assert "涉县档案局" in text_of(answer.content), "the bureau of mkdocs.yml"


def test_the_page_of_a_filing_offers_them(signed_in: SignIn, file: Filer) -> None:
    number, client = file(self_check(7)), signed_in()
    page = client.get(f"/desk/submissions/{number}").text
    for name in ("document.pdf", "receipt.pdf"):
        assert f'href="{address(number, name)}"' in page


def test_an_opinion_is_offered_once_there_is_one(services: Services, signed_in: SignIn, file: Filer) -> None:
    number, client = file(self_check(7)), signed_in()
    assert "opinions/" not in client.get(f"/desk/submissions/{number}").text
    send_back(services, number)
    assert f'href="{address(number, "opinions/2.pdf")}"' in client.get(f"/desk/submissions/{number}").text
    text = text_of(client.get(address(number, "opinions/2.pdf")).content)
    for words in ("退回补正意见", "30 年档案数量漏填。", "要改的栏", "联系电话", "2026 年 9 月 25 日"):
        assert words in text


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("document.pdf?version=1", 200),
        ("document.pdf?version=2", 404),
        ("document.pdf?version=0", 404),
        ("document.pdf?version=eins", 400),
        ("receipt.pdf?version=-1", 400),
        ("opinions/1.pdf", 404),
        ("opinions/x.pdf", 404),
        ("opinions/99999999999.pdf", 404),
    ],
)
def test_a_missing_document_is_a_problem(signed_in: SignIn, file: Filer, name: str, status: int) -> None:
    answer = signed_in().get(address(file(), name))
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_number_is_404(signed_in: SignIn) -> None:
    assert signed_in().get(address("SC-2026-AAAAAAAA")).status_code == 404


def test_an_erased_filing_has_no_document_and_the_answer_says_why(
    services: Services, signed_in: SignIn, file: Filer
) -> None:
    number = file()
    record = services.records.read(number)
    made = erase(
        record, version=1, reason="示例决定 1 号", actor="(console)", at=services.clock(), entropy=services.entropy
    )
    services.records.erase(made.step, made.sequence)
    answer = signed_in().get(address(number))
    assert answer.status_code == 404
    assert "依法删除" in answer.json()["detail"]


def test_a_selection_is_a_zip_of_documents(signed_in: SignIn, file: Filer) -> None:
    numbers = [file(self_check(1)), file(self_check(2)), file(registration(3), form="key-project-registration")]
    client = signed_in()
    answer = client.get("/desk/export?format=pdf")
    assert answer.headers["content-type"] == "application/zip"
    assert unquote(answer.headers["content-disposition"]).endswith("-pdf.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert sorted(name.split(" ")[0].removesuffix(".pdf") for name in packed.namelist()) == sorted(numbers)
    ticked = client.get(f"/desk/export?format=pdf&number={numbers[1]}")
    with zipfile.ZipFile(io.BytesIO(ticked.content)) as packed:
        assert packed.namelist() == [f"{numbers[1]} 示例县第2中学.pdf"]


def test_a_selection_is_a_package_that_the_validator_accepts(signed_in: SignIn, file: Filer, tmp_path: Path) -> None:
    file(self_check(1), form=SELF_CHECK)
    file(registration(3), form="key-project-registration")
    answer = signed_in().get(f"/api/desk/exports/{SELF_CHECK}.zip?period=2025")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert folder.name.startswith(f"qingdan-{SELF_CHECK}-")
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    assert bag.info["内容"] == "2025 年度《档案工作情况自查报告》，1 件，附表单、回执和办理经过"
    assert [path.name[:2] for path in (folder / "data" / "filings").iterdir()] == ["SC"]


def test_the_list_offers_both(signed_in: SignIn, file: Filer) -> None:
    file()
    page = signed_in().get("/desk/submissions").text
    assert 'name="format" value="pdf"' in page
    assert 'name="format" value="zip"' in page


def test_a_document_download_is_noted(services: Services, signed_in: SignIn, file: Filer) -> None:
    number, client = file(), signed_in()
    client.get(address(number, "receipt.pdf"))
    client.get("/desk/export?format=zip")
    noted = [body_of(entry) for entry in services.trail.page(Sought(action="exported"), limit=10)]
    package, receipt = noted
    assert receipt == {"about": number, "details": {"format": "pdf", "document": "receipt"}}
    assert package["details"] == {"format": "zip", "filings": 1}


@pytest.mark.parametrize(("kind", "said"), [("self", "建设单位自评"), ("panel", "验收组评分")])
def test_the_blank_score_sheet_is_offered_and_its_download_is_noted(
    services: Services, signed_in: SignIn, kind: str, said: str
) -> None:
    client, path = signed_in(), f"/api/desk/score-sheet.pdf?kind={kind}"
    assert f'href="{path}"' in client.get("/desk/submissions").text
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="score-sheet-{kind}.pdf"'
    assert said in text_of(answer.content)
    assert "涉县档案局" in text_of(answer.content), "the bureau of mkdocs.yml"
    (noted,) = services.trail.page(Sought(action="exported"), limit=10)
    assert body_of(noted) == {"about": "", "details": {"format": "pdf", "document": "score_sheet"}}


def test_another_kind_of_score_sheet_is_refused(signed_in: SignIn) -> None:
    answer = signed_in().get("/api/desk/score-sheet.pdf?kind=third")
    assert answer.status_code == 400
    assert "kind" in answer.json()["detail"]


@pytest.fixture
def no_sheet(services: Services, tmp_path: Path) -> Services:
    """Services for a bureau that has no score sheet."""
    return replace(services, settings=replace(services.settings, schemas=tmp_path))


def test_a_bureau_without_a_score_sheet_is_offered_none(no_sheet: Services) -> None:
    assert not has_sheet(no_sheet.settings)
    with pytest.raises(NotFound, match=r"score-sheet\.json"):
        read_sheet(no_sheet.settings)
