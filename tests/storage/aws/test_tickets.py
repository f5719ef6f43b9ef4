"""Signed addresses let a browser send one content to the bucket or fetch one, and nothing more."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Mapping
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest

from functions.errors import NotFound, StoreUnavailable
from functions.records.attachments.store import BlobStore, Ticket, Upload
from functions.storage.aws.blobs import S3Blobs
from functions.storage.aws.bucket import Bucket
from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.records.store import AwsStore
from functions.storage.aws.session import Clients
from tests.conftest import ROOT
from tests.support.cloud import BUCKET, Cloud
from tests.support.store.blobs import begin, digest_of
from tests.support.store.faults import FaultyEngine, refusal

PDF = "application/pdf"


@pytest.fixture
def blobs(healthy: AwsStore) -> BlobStore:
    return healthy.blobs


def status_of(request: Request) -> int:
    try:
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def post(ticket: Ticket, content: bytes, changes: Mapping[str, str] | None = None) -> int:
    """Send the form as a browser does, perhaps with fields changed by somebody."""
    mark = uuid.uuid4().hex
    fields = {**ticket.fields, **(changes or {})}
    said = f"--{mark}\r\nContent-Disposition: form-data; name="
    head = "".join(f'{said}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    body = f'{head}{said}"file"; filename="x"\r\n\r\n'.encode() + content + f"\r\n--{mark}--\r\n".encode()
    return status_of(Request(ticket.url, body, {"Content-Type": f"multipart/form-data; boundary={mark}"}))


def ticket_for(blobs: BlobStore, content: bytes) -> Ticket:
    ticket = blobs.ticket("quarantine", digest_of(content), size=len(content), media_type=PDF, seconds=60)
    assert ticket is not None
    assert ticket.method == "POST"
    return ticket


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-northwest-1"])
def test_addresses_are_signed_for_the_host_that_the_guide_lets_pages_send_to(ministack: Cloud, region: str) -> None:
    """Pages may send nothing to a host that they were not built for (`extra.upload_host`)."""
    guide = (ROOT / "docs" / "deploy-aws.md").read_text(encoding="utf-8")
    (host,) = re.findall(r"https://(qingdan-prod-data-000000000000\.s3\.REGION\.amazonaws\.com)`", guide)
    wanted = host.replace("REGION", region) + (".cn" if region.startswith("cn-") else "")
    bucket = Bucket(Clients(region, None).s3, host.partition(".")[0], Calls(Patience(lambda: 0.5), "t"))
    blobs, digest = S3Blobs(bucket), digest_of(b"example")
    part = blobs.part_ticket(Upload("c1" * 16, 7, digest, "token"), 1, digest=digest, seconds=60)
    form = blobs.ticket("quarantine", digest, size=7, media_type=PDF, seconds=60)
    assert part is not None
    assert form is not None
    assert {urlsplit(part.url).netloc, urlsplit(form.url).netloc} == {wanted}


def test_an_upload_form_accepts_its_content(blobs: BlobStore) -> None:
    content = b"%PDF-1.7 example"
    assert post(ticket_for(blobs, content), content) == 201
    assert blobs.read("quarantine", digest_of(content)) == content


def test_an_upload_form_refuses_another_size_type_place_or_content(blobs: BlobStore) -> None:
    content = b"%PDF-1.7 another example"
    ticket = ticket_for(blobs, content)
    assert post(ticket, content + b"x") >= 400
    assert post(ticket, content[:-1]) >= 400
    assert post(ticket, content, {"Content-Type": "text/html"}) >= 400
    assert post(ticket, content, {"key": "forms/" + digest_of(content)}) >= 400
    other = base64.b64encode(hashlib.sha256(content[::-1]).digest()).decode()
    assert post(ticket, content[::-1], {"x-amz-checksum-sha256": other}) >= 400
    with pytest.raises(NotFound):
        blobs.size("quarantine", digest_of(content))


def test_a_part_is_put_straight_into_the_bucket(blobs: BlobStore) -> None:
    content = b"part of a file"
    upload = begin(blobs, content, "a" * 32)
    ticket = blobs.part_ticket(upload, 1, digest=digest_of(content), seconds=60)
    assert ticket is not None
    signed = parse_qs(urlsplit(ticket.url).query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-length", "x-amz-checksum-sha256"} <= set(signed)
    assert status_of(Request(ticket.url, content[::-1], dict(ticket.fields), method="PUT")) >= 400
    assert blobs.arrived(upload) == frozenset()
    assert status_of(Request(ticket.url, content, dict(ticket.fields), method="PUT")) == 200
    assert blobs.arrived(upload) == {1}
    blobs.finish(upload)
    assert blobs.read("quarantine", upload.digest) == content


def test_a_link_is_always_served_as_a_download(blobs: BlobStore) -> None:
    content = b"<script>alert(1)</script>"
    blobs.keep("attachments", digest_of(content), content)
    link = blobs.link("attachments", digest_of(content), filename="示例 扫描件.pdf", media_type=PDF, seconds=60)
    assert link is not None
    with urlopen(link, timeout=10) as answer:
        assert answer.read() == content
        assert answer.headers["Content-Type"] == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E7%A4%BA")
    assert 0 < int(parse_qs(urlsplit(link).query)["X-Amz-Expires"][0]) <= 60


def test_contents_are_encrypted_checksummed_and_written_once(blobs: BlobStore, ministack: Cloud) -> None:
    content = b"written once"
    for _ in range(2):
        blobs.keep("forms", digest_of(content), content)
    key = f"forms/{digest_of(content)}"
    found = ministack.s3.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert found["ServerSideEncryption"] == "AES256"
    assert base64.b64decode(found["ChecksumSHA256"]).hex() == digest_of(content)
    assert len(ministack.s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]) == 1


def test_a_removed_content_leaves_no_earlier_version(blobs: BlobStore, ministack: Cloud) -> None:
    content = b"to be forgotten"
    key = f"attachments/{digest_of(content)}"
    blobs.keep("attachments", digest_of(content), content)
    ministack.s3.delete_object(Bucket=BUCKET, Key=key)
    blobs.keep("attachments", digest_of(content), content)
    blobs.remove("attachments", digest_of(content))
    left = ministack.s3.list_object_versions(Bucket=BUCKET, Prefix=key)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")


def test_a_damaged_content_is_refused(blobs: BlobStore, ministack: Cloud) -> None:
    content = b"as it was"
    key = f"attachments/{digest_of(content)}"
    ministack.s3.put_object(Bucket=BUCKET, Key=key, Body=b"as it is")
    with pytest.raises(StoreUnavailable, match="已损坏"):
        blobs.read("attachments", digest_of(content))
    with pytest.raises(StoreUnavailable, match="已损坏"):
        list(blobs.stream("attachments", digest_of(content)))


def test_contents_survive_lost_answers_and_errors(
    engine: FaultyEngine, healthy: AwsStore, patience: object, ministack: Cloud
) -> None:
    store = Cloud(engine.url, engine.url).open(healthy.table)
    content = b"through trouble" * 1000
    engine.first(2, "lost", "PUT")
    store.blobs.keep("bodies", digest_of(content), content)
    engine.first(2, refusal("SlowDown", 503), "GET")
    assert store.blobs.read("bodies", digest_of(content)) == content
    versions = ministack.s3.list_object_versions(Bucket=BUCKET, Prefix=f"bodies/{digest_of(content)}")["Versions"]
    assert len(versions) == 1
    store.close()
