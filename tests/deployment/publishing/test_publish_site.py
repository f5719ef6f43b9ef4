"""The site in a bucket answers at the same addresses, with the same headers, as on the one-machine server."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from functions.local.publish_site import items_of, publish
from functions.local.server.static_site import StaticSite
from tests.conftest import ROOT
from tests.support.cloud import Cloud

BUCKET = "qingdan-site"


@pytest.fixture
def bucket(ministack: Cloud) -> str:
    client = ministack.s3
    if BUCKET not in {each["Name"] for each in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=BUCKET)
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    return BUCKET


def test_every_address_of_the_site_is_there_as_the_server_would_answer(
    ministack: Cloud, bucket: str, site: Path
) -> None:
    publish(site, ministack.s3, bucket, datetime.now(UTC))
    files = StaticSite.load(site).files
    assert "/duties/" in files
    for address, file in files.items():
        found = ministack.s3.get_object(Bucket=bucket, Key=address[1:] or "index.html")
        headers = {name.decode(): value.decode() for name, value in file.plain.headers}
        assert found["Body"].read() == file.plain.body, address
        assert found["ContentType"] == headers["content-type"], address
        assert found["CacheControl"] == headers["cache-control"], address


def test_an_address_without_its_slash_leads_to_the_page(ministack: Cloud, bucket: str, site: Path) -> None:
    publish(site, ministack.s3, bucket, datetime.now(UTC))
    leading = ministack.s3.get_object(Bucket=bucket, Key="forms/annual-self-check")
    assert leading["ContentType"].startswith("text/html")
    assert b'content="0; url=annual-self-check/"' in leading["Body"].read()


def test_the_frame_for_the_functions_is_not_published(site: Path) -> None:
    assert not [item.key for item in items_of(site) if item.key.startswith("_service")]


def test_assets_are_uploaded_before_pages(site: Path) -> None:
    items = items_of(site)
    pages = [place for place, item in enumerate(items) if item.content_type.startswith("text/html")]
    fixed = [place for place, item in enumerate(items) if "immutable" in item.cache_control]
    assert max(fixed) < min(pages)


def test_removed_pages_are_deleted_but_old_assets_stay(ministack: Cloud, bucket: str, site: Path) -> None:
    old = ("withdrawn/index.html", "assets/old.0123456789.css")
    for key in old:
        ministack.s3.put_object(Bucket=bucket, Key=key, Body=b"old")
    now = datetime.now(UTC)
    assert publish(site, ministack.s3, bucket, now).removed == 1
    with pytest.raises(ClientError):
        ministack.s3.head_object(Bucket=bucket, Key=old[0])
    ministack.s3.head_object(Bucket=bucket, Key=old[1])
    assert publish(site, ministack.s3, bucket, now + timedelta(days=31)).removed == 1


def test_the_command_says_what_it_did_and_what_is_wrong(twin: str, bucket: str, site: Path) -> None:
    command = [sys.executable, "-m", "functions.local.publish_site", "--region", "us-east-1", "--endpoint", twin]
    said = subprocess.run(
        [*command, "--site", str(site), bucket], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "已发布：写入" in said.stdout
    wrong = subprocess.run(
        [*command, "--site", str(site), "no-such-bucket"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (wrong.returncode, "请核对存储桶 no-such-bucket" in wrong.stderr) == (1, True)
