"""A program's filing names only files that it has sent; a correction also those that the filing named before."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Any, Literal

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.records.attachments.named import named_in
from functions.records.attachments.sweep import forget
from functions.records.store import Selection
from tests.support.clock import Clock
from tests.support.files import followed, pdf_of, png, sha256
from tests.support.web.named_files import named
from tests.support.web.tracking import SELF_CHECK, at, bearer, put, send_back
from tests.support.web.uploads import send

SCAN = pdf_of(300)


def vouchers(*sent: dict[str, Any]) -> dict[str, str]:
    return {"Attachment-Vouchers": ", ".join(one["voucher"] for one in sent)}


@pytest.fixture
def scan(client: TestClient) -> dict[str, Any]:
    """A file that was sent."""
    told: dict[str, Any] = send(client, SCAN, "盖章 扫描件.pdf").json()
    return told


def test_a_filing_names_a_file_that_was_sent(client: TestClient, scan: dict[str, Any], services: Services) -> None:
    other = send(client, png(), "照片.png").json()
    filed = client.post(SELF_CHECK, json=named(scan, other), headers=vouchers(scan, other))
    assert filed.status_code == 201
    assert services.records.named([scan["sha256"], other["sha256"]]) == {scan["sha256"], other["sha256"]}
    for one, content in ((scan, SCAN), (other, png())):
        place = at(filed.json(), f"/attachments/{one['sha256']}")
        download = followed(client.get(place, headers=bearer(filed.json()), follow_redirects=False))
        assert (download.status_code, download.content) == (200, content)


@pytest.mark.parametrize("spoil", [lambda v: "", lambda v: v[:-1], lambda v: v.upper(), lambda v: v.replace(".", ",")])
def test_a_file_without_its_voucher_is_refused_with_its_name_and_nothing_is_stored(
    client: TestClient, scan: dict[str, Any], services: Services, spoil: Any
) -> None:
    refused = client.post(SELF_CHECK, json=named(scan), headers={"Attachment-Vouchers": spoil(scan["voucher"])})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["label"], error["rule"]) == ("/files/scans", "盖章扫描件", "attachment")
    assert error["message"] == "还没有收到“盖章 扫描件.pdf”。请重新选择文件上传，再提交"
    assert services.records.count(Selection()) == 0


def test_a_file_that_was_erased_after_it_was_sent_is_to_be_sent_again(
    client: TestClient, scan: dict[str, Any], services: Services
) -> None:
    """Another filing's content was erased by law just now, and this filer has sent the same bytes."""
    if services.settings.cloud:
        pytest.skip("there the function that files are submitted to may not look")
    forget(services.records.named, services.blobs, [scan["sha256"]])
    refused = client.post(SELF_CHECK, json=named(scan), headers=vouchers(scan))
    (error,) = refused.json()["errors"]
    assert error["message"] == "“盖章 扫描件.pdf”已经不在系统里。请重新选择文件上传，再提交"
    again = send(client, SCAN, "盖章 扫描件.pdf").json()
    filed = client.post(SELF_CHECK, json=named(again), headers=vouchers(again))
    assert filed.status_code == 201
    forget(lambda digests: frozenset(), services.blobs, [scan["sha256"]])
    corrected = put(client, filed.json(), named(again))
    assert corrected.status_code == 200, "what an earlier version names needs no voucher, wherever it is"


@pytest.mark.parametrize("change", [{"size": 299}, {"sha256": sha256(b"other")}])
def test_a_voucher_is_for_one_content(client: TestClient, scan: dict[str, Any], change: dict[str, Any]) -> None:
    assert client.post(SELF_CHECK, json=named(scan | change), headers=vouchers(scan)).status_code == 422


def test_a_fractional_size_is_refused(client: TestClient, scan: dict[str, Any]) -> None:
    refused = client.post(SELF_CHECK, json=named(scan | {"size": 300.0}))
    assert refused.status_code == 422
    assert "盖章 扫描件.pdf" in refused.text


@pytest.mark.parametrize("name", ["a.exe", "盖章.html", "x\u202efdp.exe", "a/b.pdf", "..\\b.pdf", "pdf"])
def test_a_name_that_misleads_is_refused(client: TestClient, scan: dict[str, Any], name: str) -> None:
    refused = client.post(SELF_CHECK, json=named(scan | {"name": name}), headers=vouchers(scan))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/files/scans")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_record_keeps_the_normal_form_of_a_name_as_sent(
    client: TestClient, services: Services, form: Literal["NFC", "NFD"]
) -> None:
    """The record keeps a program's filing byte for byte; only displayed and unpacked names are normalised."""
    name = unicodedata.normalize(form, "Café が.pdf")
    sent = send(client, SCAN, name).json()
    filed = client.post(SELF_CHECK, json=named(sent | {"name": name}), headers=vouchers(sent))
    assert filed.status_code == 201, filed.text
    (event,) = services.records.read(filed.json()["number"]).events
    assert [each.name for each in named_in(event.body)] == [name]
    download = followed(
        client.get(
            at(filed.json(), f"/attachments/{sent['sha256']}"), headers=bearer(filed.json()), follow_redirects=False
        )
    )
    assert (download.status_code, download.content) == (200, SCAN)


def test_other_mistakes_are_told_at_the_same_time(client: TestClient, scan: dict[str, Any]) -> None:
    data = named(scan)
    del data["unit"]["unit_name"]
    pointers = {error["pointer"] for error in client.post(SELF_CHECK, json=data).json()["errors"]}
    assert pointers == {"/unit/unit_name", "/files/scans"}


def test_a_repeat_is_answered_after_its_voucher_is_out_of_date_and_a_new_filing_is_not(
    client: TestClient, scan: dict[str, Any], clock: Clock
) -> None:
    headers = {**vouchers(scan), "Idempotency-Key": "one"}
    first = client.post(SELF_CHECK, json=named(scan), headers=headers)
    clock.at += timedelta(hours=24, seconds=1)
    again = client.post(SELF_CHECK, json=named(scan), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    late = client.post(SELF_CHECK, json=named(scan), headers={**headers, "Idempotency-Key": "two"})
    assert late.status_code == 422
    assert "“盖章 扫描件.pdf”上传以后过了 24 小时" in late.json()["errors"][0]["message"]


def test_a_correction_names_old_files_freely_and_new_ones_by_their_vouchers(
    client: TestClient, scan: dict[str, Any], services: Services, clock: Clock
) -> None:
    given = client.post(SELF_CHECK, json=named(scan), headers=vouchers(scan)).json()
    send_back(services, given["number"])
    clock.at += timedelta(days=2)
    new = send(client, png(), "照片.png").json()
    refused = put(client, given, named(scan, new))
    assert refused.status_code == 422
    assert "“照片.png”" in refused.json()["errors"][0]["message"]
    assert "扫描件.pdf" not in refused.text
    assert put(client, given, named(new), Attachment_Vouchers=new["voucher"]).status_code == 200
    back = put(client, given, named(scan, new), version=2)
    assert back.status_code == 200, "an earlier version named it"
    assert len(client.get(at(given), headers=bearer(given)).json()["versions"]) == 3


def test_a_file_requires_access_to_a_filing_that_names_it(client: TestClient, scan: dict[str, Any]) -> None:
    given = client.post(SELF_CHECK, json=named(scan), headers=vouchers(scan)).json()
    where = at(given, f"/attachments/{scan['sha256']}")
    assert client.get(where).status_code == 401
    assert client.get(where, headers={"Authorization": "Bearer 0000-0000-0000-0000"}).status_code == 404
    unnamed = send(client, png(), "照片.png").json()
    assert client.get(at(given, f"/attachments/{unnamed['sha256']}"), headers=bearer(given)).status_code == 404
    assert client.get(at(given, "/attachments/x"), headers=bearer(given)).status_code == 404
