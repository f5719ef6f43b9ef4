"""One bucket, by keys and digests; knows no area and no upload."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.errors import NotFound, StoreUnavailable
from functions.storage.aws.calls import Calls, code_of
from functions.storage.blob_refusals import GONE

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CHUNK: Final = 1 << 20
ENCRYPTED: Final = {"ServerSideEncryption": "AES256"}
# Without permission to list the bucket, S3 answers a HEAD for a missing object, which has no body, with 403.
_MISSING: Final = frozenset(("NoSuchKey", "NoSuchUpload", "NotFound", "404", "403"))


class Bucket:
    """Calls `client` for an S3 client only when it is first needed: most requests never need one."""

    def __init__(self, client: Callable[[], S3Client], name: str, calls: Calls) -> None:
        self._make, self.name, self._calls = client, name, calls

    @property
    def client(self) -> S3Client:
        return self._make()

    def call(self, operation: str, **arguments: Any) -> Any:
        """Return the answer of an operation on this bucket; NotFound when its key is missing."""
        return self._asking(getattr(self.client, operation), **arguments)

    def _asking(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return self._calls(operation, Bucket=self.name, **arguments)
        except ClientError as error:
            if code_of(error) in _MISSING:
                raise NotFound(GONE) from None
            raise

    def put(self, key: str, content: bytes, *, again: bool = False) -> None:
        """Store the content, checked by S3; leaves an existing object unchanged unless `again` is set."""
        checksum = checksum_of(hashlib.sha256(content).hexdigest())
        condition = {} if again else {"IfNoneMatch": "*"}
        try:
            self.call("put_object", Key=key, Body=content, ChecksumSHA256=checksum, **condition, **ENCRYPTED)
        except ClientError as error:
            if code_of(error) != "PreconditionFailed":
                raise

    def read(self, key: str, digest: str) -> bytes:
        """Return the content, or raise NotFound; StoreUnavailable when it has another digest."""
        content: bytes = self._asking(self._whole, Key=key)
        if hashlib.sha256(content).hexdigest() != digest:
            raise damaged(key)
        return content

    def stream(self, key: str, digest: str) -> Iterator[bytes]:
        """Yield the content in pieces; StoreUnavailable at its end when it has another digest."""
        found = hashlib.sha256()
        for chunk in self._chunks(key):
            found.update(chunk)
            yield chunk
        if found.hexdigest() != digest:
            raise damaged(key)

    def require(self, key: str) -> int:
        """Return the object's size in bytes, or raise NotFound."""
        size: int = self.call("head_object", Key=key)["ContentLength"]
        return size

    def digest(self, key: str) -> str:
        """Return the object's SHA-256 by reading all of it, or raise NotFound: S3 has none for uploads in parts."""
        self.require(key)
        found = hashlib.sha256()
        for chunk in self._chunks(key):
            found.update(chunk)
        return found.hexdigest()

    def copy(self, source: str, target: str) -> None:
        """Copy within the bucket; NotFound when the source is missing."""
        self.require(source)
        of = {"Bucket": self.name, "Key": source}
        self.call("copy_object", Key=target, CopySource=of, ChecksumAlgorithm="SHA256", **ENCRYPTED)

    def remove(self, key: str, before: datetime | None = None) -> None:
        """Remove every version of a key: one that was only marked as deleted could still be read.

        With `before`, removes none if any is younger. A concurrent put makes another version, which stays.
        """
        found: list[Any] = []
        for page in self._pages("list_object_versions", Prefix=key):
            found += (
                each for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())) if each["Key"] == key
            )
        if before is not None and any(each["LastModified"] >= before for each in found):
            return
        for each in found:
            self.call("delete_object", Key=key, VersionId=each["VersionId"])

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """Yield the keys under a prefix that were written before that moment."""
        for page in self._pages("list_objects_v2", Prefix=prefix):
            yield from (found["Key"] for found in page.get("Contents", ()) if found["LastModified"] < before)

    def uploads(self, prefix: str, before: datetime) -> Iterator[tuple[str, str]]:
        """Yield key and id of unfinished uploads in parts that began before that moment."""
        for page in self._pages("list_multipart_uploads", Prefix=prefix):
            yield from (
                (each["Key"], each["UploadId"]) for each in page.get("Uploads", ()) if each["Initiated"] < before
            )

    def parts(self, key: str, upload: str) -> Iterator[dict[str, Any]]:
        """Return the parts of an upload that have arrived; NotFound when there is no such upload."""
        for page in self._pages("list_parts", Key=key, UploadId=upload):
            yield from page.get("Parts", ())

    def _chunks(self, key: str) -> Iterator[bytes]:
        try:
            yield from self.call("get_object", Key=key)["Body"].iter_chunks(CHUNK)
        except BotoCoreError as error:
            raise StoreUnavailable("文件读到一半断了。请稍后再试") from error

    def _whole(self, **of: Any) -> bytes:
        return self.client.get_object(**of)["Body"].read()

    def _pages(self, operation: str, **arguments: Any) -> Iterator[Any]:
        """Yield every page of an operation that lists."""
        more = arguments
        while True:
            page = self.call(operation, **more)
            yield page
            if not page.get("IsTruncated"):
                return
            more = arguments | {_ASKED[name]: page[name] for name in _ASKED if name in page and name.startswith("Next")}


# The fields of a page that point to the next one, and the arguments that ask for it.
_ASKED: Final = {
    "NextContinuationToken": "ContinuationToken",
    "NextKeyMarker": "KeyMarker",
    "NextVersionIdMarker": "VersionIdMarker",
    "NextUploadIdMarker": "UploadIdMarker",
    "NextPartNumberMarker": "PartNumberMarker",
}


def damaged(key: str) -> StoreUnavailable:
    """Return the error for a content that no longer matches its name."""
    return StoreUnavailable(f"存储桶里的 {key} 已损坏，内容和名字对不上。请恢复它的旧版本")


def checksum_of(digest: str) -> str:
    """Return a SHA-256 in S3's encoding."""
    return base64.b64encode(bytes.fromhex(digest)).decode()
