"""Contents in S3, named by their SHA-256, which S3 checks too; knows nothing of what stands in them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from functions.errors import NotFound, StoreUnavailable
from functions.records.blobs import Area
from functions.storage.aws.calls import Calls, code_of

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_DIGEST = re.compile(r"[0-9a-f]{64}")


class S3Blobs:
    """A BlobStore. `client` is asked for S3's when it is first needed: most requests never do."""

    def __init__(self, client: Callable[[], S3Client], bucket: str, calls: Calls) -> None:
        self._client, self._bucket, self._calls = client, bucket, calls

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        raw = hashlib.sha256(content).digest()
        if raw.hex() != digest:
            raise ValueError("the digest is not the content's")
        try:
            self._calls(
                self._client().put_object,
                Bucket=self._bucket,
                Key=f"{area}/{digest}",
                Body=content,
                ChecksumSHA256=base64.b64encode(raw).decode(),
                IfNoneMatch="*",
            )
        except ClientError as error:
            # What is there already has this digest, so it is the same.
            if code_of(error) != "PreconditionFailed":
                raise

    def read(self, area: Area, digest: str) -> bytes:
        if not _DIGEST.fullmatch(digest):
            raise NotFound("没有这份内容")
        try:
            content = self._calls(self._fetch, key=f"{area}/{digest}")
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise NotFound("没有这份内容") from None
            raise
        if hashlib.sha256(content).hexdigest() != digest:
            raise StoreUnavailable(f"存储桶里的 {area}/{digest} 已损坏，内容和名字对不上。请恢复它的旧版本")
        return content

    def _fetch(self, key: str) -> bytes:
        return self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read()
