"""A versioned bucket beyond the contract: sending again adds a version, and a sweep deletes all versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.errors import NotFound
from functions.records.attachments.store import BlobStore, Upload
from functions.storage.aws.blobs import S3Blobs
from functions.storage.aws.bucket import Bucket
from functions.storage.aws.records.store import AwsStore
from tests.support.cloud import BUCKET, Cloud
from tests.support.store.blobs import begin, digest_of, put

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def blobs(healthy: AwsStore, ministack: Cloud) -> BlobStore:
    """Return those of a bucket that keeps versions, as every bucket of ours does."""
    assert ministack.s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    return healthy.blobs


def versions(cloud: Cloud, key: str) -> list[str]:
    page: Any = cloud.s3.list_object_versions(Bucket=BUCKET, Prefix=key)
    return [each["VersionId"] for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))]


def send(blobs: BlobStore, content: bytes, id: str) -> str:
    upload = begin(blobs, content, id)
    put(blobs, upload, content, 1)
    blobs.finish(upload)
    return upload.digest


def test_sending_content_again_makes_a_newer_version(blobs: BlobStore, ministack: Cloud) -> None:
    digest = send(blobs, b"sent twice", "c1" * 16)
    (first,) = versions(ministack, f"quarantine/{digest}")
    send(blobs, b"sent twice", "c2" * 16)
    assert len(set(versions(ministack, f"quarantine/{digest}")) - {first}) == 1
    blobs.move(digest, "quarantine", "attachments")
    assert versions(ministack, f"quarantine/{digest}") == []
    blobs.keep("attachments", digest, b"sent twice")
    assert len(versions(ministack, f"attachments/{digest}")) == 2


def test_remove_deletes_every_version(blobs: BlobStore, ministack: Cloud) -> None:
    digest = digest_of(b"goes for good")
    for _ in range(3):
        blobs.keep("attachments", digest, b"goes for good")
    ministack.s3.delete_object(Bucket=BUCKET, Key=f"attachments/{digest}")
    blobs.remove("attachments", digest)
    assert versions(ministack, f"attachments/{digest}") == []


def test_content_sent_again_during_removal_stays(blobs: BlobStore, ministack: Cloud) -> None:
    digest = digest_of(b"just in time")
    blobs.keep("attachments", digest, b"just in time")

    def again(**_: Any) -> None:
        events.unregister("before-call.s3.DeleteObject", again)
        blobs.keep("attachments", digest, b"just in time")

    events = ministack.s3.meta.events
    events.register("before-call.s3.DeleteObject", again)
    blobs.remove("attachments", digest, before=LATER)
    assert blobs.read("attachments", digest) == b"just in time"


def test_a_sweep_leaves_nothing_of_an_upload(blobs: BlobStore, ministack: Cloud) -> None:
    digest = send(blobs, b"finished", "c3" * 16)
    cut = begin(blobs, b"cut", "c4" * 16)
    put(blobs, cut, b"cut", 1)
    assert blobs.sweep(before=LATER) >= 1
    assert versions(ministack, "incoming/") == versions(ministack, "finished/") == []
    assert blobs.read("quarantine", digest) == b"finished"


class Unlisted:
    """Stands for S3 before a role that may not list: a question for what is not there has no other answer."""

    def head_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")


def test_a_missing_content_is_not_found_without_the_list_permission(healthy: AwsStore) -> None:
    bucket = healthy.blobs._bucket  # type: ignore[attr-defined]
    blobs = S3Blobs(Bucket(lambda: cast(Any, Unlisted()), BUCKET, bucket._calls))
    upload = Upload("c3" * 16, 1, "0" * 64, "token")
    for ask in (
        lambda: blobs.size("attachments", "0" * 64),
        lambda: blobs.stream("attachments", "0" * 64),
        lambda: blobs.move("0" * 64, "quarantine", "attachments"),
        lambda: blobs._bucket.digest(f"incoming/{upload.id}"),
    ):
        with pytest.raises(NotFound):
            ask()
