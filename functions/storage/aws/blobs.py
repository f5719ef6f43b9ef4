"""Contents in S3, named by their SHA-256, which S3 checks too; does not interpret the contents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import quote

from functions.errors import NotFound
from functions.records.attachments.store import FROM_OUTSIDE, Area, Ticket, Upload
from functions.storage.aws.bucket import ENCRYPTED, Bucket, checksum_of
from functions.storage.blob_refusals import different, incomplete, is_digest, require_digest, require_id, require_part

INCOMING: Final = "incoming"
FINISHED: Final = "finished"


class S3Blobs:
    """A BlobStore in a bucket; contents go between S3 and a browser without passing through our functions."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("the digest is not the content's")
        self._bucket.put(_key(area, digest), content, again=area in FROM_OUTSIDE)

    def read(self, area: Area, digest: str) -> bytes:
        return self._bucket.read(_key(area, digest), digest)

    def stream(self, area: Area, digest: str) -> Iterator[bytes]:
        self.size(area, digest)
        return self._bucket.stream(_key(area, digest), digest)

    def size(self, area: Area, digest: str) -> int:
        return self._bucket.require(_key(area, digest))

    def move(self, digest: str, source: Area, target: Area) -> None:
        try:
            self._bucket.copy(_key(source, digest), _key(target, digest))
        except NotFound:
            self.size(target, digest)
        self.remove(source, digest)

    def remove(self, area: Area, digest: str, *, before: datetime | None = None) -> None:
        self._bucket.remove(_key(area, digest), before)

    def digests(self, area: Area, *, before: datetime) -> Iterator[str]:
        names = (key.removeprefix(f"{area}/") for key in self._bucket.keys(f"{area}/", before))
        return (name for name in names if is_digest(name))

    def link(self, area: Area, digest: str, *, filename: str, media_type: str, seconds: int) -> str | None:
        wanted = {
            "Bucket": self._bucket.name,
            "Key": _key(area, digest),
            "ResponseContentType": media_type,
            # Never displayed in the page's own origin, whatever the file is.
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        }
        return self._bucket.client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)

    def ticket(self, area: Area, digest: str, *, size: int, media_type: str, seconds: int) -> Ticket | None:
        fields = {
            "Content-Type": media_type,
            "success_action_status": "201",
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": checksum_of(require_digest(digest)),
            "x-amz-server-side-encryption": ENCRYPTED["ServerSideEncryption"],
        }
        post = self._bucket.client.generate_presigned_post(
            self._bucket.name,
            _key(area, digest),
            Fields=dict(fields),
            Conditions=[{name: value} for name, value in fields.items()] + [["content-length-range", size, size]],
            ExpiresIn=seconds,
        )
        return Ticket("POST", post["url"], post["fields"])

    def begin(self, id: str, *, size: int, digest: str) -> Upload:
        made = self._bucket.call("create_multipart_upload", Key=_incoming(id), ChecksumAlgorithm="SHA256", **ENCRYPTED)
        return Upload(id, size, require_digest(digest), made["UploadId"])

    def part_ticket(self, upload: Upload, part: int, *, digest: str, seconds: int) -> Ticket | None:
        headers = {"Content-Length": str(upload.size_of(part)), "x-amz-checksum-sha256": checksum_of(digest)}
        wanted = {
            "Bucket": self._bucket.name,
            "Key": _incoming(upload.id),
            "UploadId": upload.token,
            "PartNumber": part,
            "ContentLength": upload.size_of(part),
            "ChecksumSHA256": headers["x-amz-checksum-sha256"],
        }
        url = self._bucket.client.generate_presigned_url("upload_part", Params=wanted, ExpiresIn=seconds)
        return Ticket("PUT", url, headers)

    def put_part(self, upload: Upload, part: int, content: bytes) -> None:
        require_part(upload, part, content)
        checksum = checksum_of(hashlib.sha256(content).hexdigest())
        self._bucket.call(
            "upload_part",
            Key=_incoming(upload.id),
            UploadId=upload.token,
            PartNumber=part,
            Body=content,
            ChecksumSHA256=checksum,
        )

    def arrived(self, upload: Upload) -> frozenset[int]:
        try:
            return frozenset(self._parts(upload))
        except NotFound:
            return frozenset()

    def finish(self, upload: Upload) -> None:
        if not self._is_finished(upload):
            self._join(upload)
            self._bucket.put(_mark(upload), b"")
        self.abandon(upload)

    def abandon(self, upload: Upload) -> None:
        self._abort(_incoming(upload.id), upload.token)

    def sweep(self, *, before: datetime) -> int:
        found = list(self._bucket.uploads(f"{INCOMING}/", before))
        for key, token in found:
            self._abort(key, token)
        joined = list(self._bucket.keys(f"{INCOMING}/", before))
        for key in (*joined, *self._bucket.keys(f"{FINISHED}/", before)):
            self._bucket.remove(key)
        return len(found) + len(joined)

    def _is_finished(self, upload: Upload) -> bool:
        try:
            self._bucket.require(_mark(upload))
        except NotFound:
            return False
        return True

    def _join(self, upload: Upload) -> None:
        """Join the parts into one content, which gets its name only after its digest has been checked."""
        key = _incoming(upload.id)
        # An earlier attempt that came this far left no parts, but the object that was made of them.
        with suppress(NotFound):
            parts = self._parts(upload)
            if len(parts) < len(upload.parts):
                raise incomplete(upload, frozenset(parts))
            whole = [{**of, "PartNumber": part} for part, of in sorted(parts.items())]
            self._bucket.call(
                "complete_multipart_upload", Key=key, UploadId=upload.token, MultipartUpload={"Parts": whole}
            )
        try:
            if self._bucket.digest(key) != upload.digest:
                raise different()
            self._bucket.copy(key, _key("quarantine", upload.digest))
        except NotFound:
            # Another request may have finished it just now.
            if not self._is_finished(upload):
                raise incomplete(upload, frozenset()) from None

    def _parts(self, upload: Upload) -> dict[int, dict[str, str]]:
        """Return S3's description of each part that arrived whole, as joining needs it; NotFound when joined."""
        return {
            part["PartNumber"]: {"ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}
            for part in self._bucket.parts(_incoming(upload.id), upload.token)
            if part["PartNumber"] in upload.parts and part["Size"] == upload.size_of(part["PartNumber"])
        }

    def _abort(self, key: str, token: str) -> None:
        with suppress(NotFound):
            self._bucket.call("abort_multipart_upload", Key=key, UploadId=token)
        self._bucket.remove(key)


def _key(area: Area, digest: str) -> str:
    return f"{area}/{require_digest(digest)}"


def _incoming(id: str) -> str:
    return f"{INCOMING}/{require_id(id)}"


def _mark(upload: Upload) -> str:
    """Return the key of the object that marks this upload as finished."""
    return f"{FINISHED}/{require_id(upload.id)}.{require_digest(upload.digest)}"
