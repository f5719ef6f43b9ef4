"""Prepared downloads in the bucket for exports, which deletes them after a day; does not interpret the files."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast
from urllib.parse import quote

from botocore.exceptions import ClientError

from functions.errors import NotFound
from functions.staff.prepared_downloads import PreparedDownload
from functions.storage.aws.calls import Calls, code_of

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

LINK_SECONDS: Final = 300
_ID = re.compile(r"[0-9a-f]{32}")
# Without permission to list the bucket, S3 does not reveal that a key is missing.
_MISSING: Final = frozenset(("NoSuchKey", "AccessDenied", "403", "404"))
_UNKNOWN: Final = "没有这份文件，或者已经过了一天，清除了。请重新下载"


class S3PreparedDownloads:
    """A PreparedDownloadStore. `client` is called when S3 is first needed; `start` begins a download by its id."""

    def __init__(
        self, client: Callable[[], S3Client], bucket: str, calls: Calls, start: Callable[[str], object]
    ) -> None:
        self._client, self._bucket, self._calls, self._start = client, bucket, calls, start

    def keep(self, prepared: PreparedDownload) -> None:
        times = {"started_at": prepared.started_at.isoformat(), "seen_at": prepared.seen_at.isoformat()}
        body = json.dumps({**asdict(prepared), **times}, ensure_ascii=False).encode()
        self._calls(
            self._client().put_object,
            Bucket=self._bucket,
            Key=_key(prepared.id, "state.json"),
            Body=body,
            ContentType="application/json",
        )

    def read(self, id: str) -> PreparedDownload:
        if not _ID.fullmatch(id) or (body := self._calls(self._fetch, key=_key(id, "state.json"))) is None:
            raise NotFound(_UNKNOWN)
        found = PreparedDownload(**json.loads(body))
        return replace(found, started_at=_moment(found.started_at), seen_at=_moment(found.seen_at))

    def claim(self, id: str, token: str) -> bool:
        place, mine = _key(id, "claim"), token.encode()
        try:
            self._calls(self._client().put_object, Bucket=self._bucket, Key=place, Body=mine, IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) != "PreconditionFailed":
                raise
            # It may be our own, written by an attempt whose answer was lost.
            return self._calls(self._fetch, key=place) == mine
        return True

    def fill(self, prepared: PreparedDownload, chunks: Iterator[bytes]) -> None:
        from s3transfer.manager import TransferManager

        kind = {"ContentType": prepared.media_type, "ContentDisposition": _disposition(prepared.filename)}
        with TransferManager(self._client()) as manager:
            content = cast(BinaryIO, _Reading(chunks))
            manager.upload(content, self._bucket, _key(prepared.id, "file"), extra_args=kind).result()

    def link(self, prepared: PreparedDownload) -> str:
        place = {"Bucket": self._bucket, "Key": _key(prepared.id, "file")}
        return self._client().generate_presigned_url("get_object", Params=place, ExpiresIn=LINK_SECONDS)

    def start(self, prepared: PreparedDownload) -> None:
        self._start(prepared.id)

    def _fetch(self, key: str) -> bytes | None:
        try:
            return self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code_of(error) in _MISSING:
                return None
            raise


class _Reading(io.RawIOBase):
    """Chunks as a file that can be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts = [self._left]
        held = len(self._left)
        while size < 0 or held < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            parts.append(chunk)
            held += len(chunk)
        whole = b"".join(parts)
        end = len(whole) if size < 0 else size
        self._left = whole[end:]
        return whole[:end]


def _key(id: str, name: str) -> str:
    return f"parcels/{id}/{name}"


def _moment(text: Any) -> datetime:
    return datetime.fromisoformat(text)


def _disposition(filename: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
