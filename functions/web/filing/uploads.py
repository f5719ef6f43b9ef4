"""The upload of one file, for every way of sending one: announced, sent in parts, inspected, given a voucher."""

from __future__ import annotations

import hashlib
import re
from typing import Any, BinaryIO, Final

from functions.bootstrap import Services
from functions.forms.attachment_field import LONGEST_NAME, MOST_BYTES, size_words
from functions.forms.problem import Problem
from functions.records.attachments.file_types import FileRefused, kind_of, plain_name, wrong_extension
from functions.records.attachments.inspection import Settled, settle
from functions.records.attachments.named import Attachment, vouch
from functions.records.attachments.store import PART_BYTES, Upload
from functions.records.attachments.upload_pass import Announced, make_pass
from functions.web.http.problems import HttpProblem

ID_BYTES: Final = 16
REFUSED: Final = "文件没有收下"
MB: Final = 1024 * 1024
SIZES: Final = f"一个文件最大 {size_words(MOST_BYTES)}"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EMPTY: Final = "这个文件是空的。请核对选的是不是它，重新选择"
_TOO_LARGE: Final = f"这个文件太大，{SIZES}。请压缩图片或者分成几个文件再上传"


class Uploads:
    """Every call blocks: run it in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def announce(self, name: str, size: int, digest: str) -> tuple[Announced, str]:
        """Start an upload after checking its announcement; return the pass to send it with."""
        upload = self._services.blobs.begin(self._services.entropy(ID_BYTES).hex(), size=size, digest=digest)
        announced = Announced(plain_name(name), upload)
        return announced, make_pass(self._services.keys, announced, self._services.clock())

    def complete(self, announced: Announced) -> tuple[Settled, str]:
        """Inspect the arrived file; return its kind and the voucher for naming it. Repeating this does no harm.

        UploadRefused when parts are missing or the whole does not match, FileRefused when it is not accepted.
        """
        services, upload = self._services, announced.upload
        services.blobs.finish(upload)
        settled = settle(services.blobs, services.scanner, upload.digest, announced.name)
        return settled, vouch(services.keys, upload.digest, upload.size, services.clock())

    def take(self, name: str, file: BinaryIO) -> tuple[Attachment, str]:
        """Store a file that came in one piece and is seekable; FileRefused when it is not accepted."""
        name, size = plain_name(name), file.seek(0, 2)
        if words := wrong_name(name) or wrong_size(size):
            raise FileRefused(words)
        kind_of(file)
        announced, _ = self.announce(name, size, _digest_of(file))
        self._send(announced.upload, file)
        _, voucher = self.complete(announced)
        return Attachment(announced.upload.digest, name, size), voucher

    def _send(self, upload: Upload, file: BinaryIO) -> None:
        file.seek(0)
        for part in upload.parts:
            self._services.blobs.put_part(upload, part, file.read(PART_BYTES))


def wrong_name(name: str) -> str:
    """Return the message about the file's name, "" when it is right."""
    if not name or len(name) > LONGEST_NAME:
        return f"文件名要有 1 到 {LONGEST_NAME} 个字。请改短再上传"
    return wrong_extension(name)


def wrong_size(size: int) -> str:
    """Return the message about the file's size, "" when it is right."""
    if size < 1:
        return _EMPTY
    return "" if size <= MOST_BYTES else _TOO_LARGE


def announcement(content: Any) -> tuple[str, int, str]:
    """Read a program's announcement: name, size and digest; HttpProblem 400 or 422 when it can never be accepted."""
    if not isinstance(content, dict) or content.keys() != {"name", "size", "sha256"}:
        raise HttpProblem(400, "请发送含 name、size 和 sha256 的 JSON 对象")
    name, size, digest = content["name"], content["size"], content["sha256"]
    if not isinstance(name, str) or type(size) is not int or not isinstance(digest, str):
        raise HttpProblem(400, "name 和 sha256 要写成文字，size 要写成整数")
    said = (
        ("name", "文件名", wrong_name(plain_name(name))),
        ("size", "文件大小", wrong_size(size)),
        ("sha256", "文件的 SHA-256", "" if _DIGEST.fullmatch(digest) else "请填文件的 SHA-256：64 位小写十六进制数字"),
    )
    found = [Problem(f"/{key}", label, words, "attachment") for key, label, words in said if words]
    if found:
        raise HttpProblem(422, found[0].message, title=REFUSED, errors=found)
    return name, size, digest


def _digest_of(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(MB):
        digest.update(chunk)
    return digest.hexdigest()
