"""The document cache in S3, under the filing's number; does not interpret the documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from functions.errors import NotFound, StoreUnavailable
from functions.records.document_cache import DocumentName, require_number
from functions.storage.aws.bucket import ENCRYPTED, Bucket, checksum_of

PAPERS: Final = "papers"
# Marks a forgotten filing for good, so that a document that is being typeset meanwhile is not stored.
FORGOTTEN: Final = "forgotten"
MARK: Final = "mark"
_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)


class S3Documents:
    """A DocumentStore in a versioned bucket; only forgetting needs permission to list it.

    An object is named by number and version and carries its mark: the next document replaces it.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def lacks(self, name: DocumentName) -> bool:
        with _translated():
            return not self._is_kept(name) and not self._is_forgotten(name.number)

    def kept(self, name: DocumentName) -> bytes | None:
        with _translated():
            if not self._is_kept(name):
                return None
            content: bytes = self._bucket.call("get_object", Key=_key_of(name))["Body"].read()
            return content

    def keep(self, name: DocumentName, content: bytes) -> None:
        with _translated():
            made = self._bucket.call(
                "put_object",
                Key=_key_of(name),
                Body=content,
                Metadata={MARK: name.mark},
                ChecksumSHA256=checksum_of(hashlib.sha256(content).hexdigest()),
                **ENCRYPTED,
            )
            if self._is_forgotten(name.number):
                self._bucket.call("delete_object", Key=_key_of(name), VersionId=made["VersionId"])

    def forget(self, number: str) -> None:
        mark = _key(require_number(number), FORGOTTEN)
        with _translated():
            self._bucket.put(mark, b"")
            for key in list(self._bucket.keys(_key(number, ""), _ALWAYS)):
                if key != mark:
                    self._bucket.remove(key)

    def _is_kept(self, name: DocumentName) -> bool:
        return bool(self._head(_key_of(name)).get("Metadata", {}).get(MARK) == name.mark)

    def _is_forgotten(self, number: str) -> bool:
        return bool(self._head(_key(number, FORGOTTEN)))

    def _head(self, key: str) -> Any:
        """Return S3's metadata of a key; nothing when it is missing."""
        try:
            return self._bucket.call("head_object", Key=key)
        except NotFound:
            return {}


def _key_of(name: DocumentName) -> str:
    return _key(name.number, str(name.version))


def _key(number: str, file: str) -> str:
    return f"{PAPERS}/{number}/{file}"


@contextmanager
def _translated() -> Iterator[None]:
    """Translate S3's errors into words for people: nobody may wait in vain for a document that can be typeset again."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StoreUnavailable("生成的文件存不进存储桶，或者读不出来。请检查函数的权限") from error
