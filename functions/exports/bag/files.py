"""The source of a package's attachments, and the notice that replaces a missing one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from functions.records.attachments.inspection import Standing, standing_of
from functions.records.attachments.named import Attachment
from functions.records.attachments.store import BlobStore
from functions.records.proof.left_out import REASONS, REASONS_IN_ENGLISH, Reason


class Attachments(Protocol):
    """The files that filings name."""

    def standing(self, digest: str) -> Standing:
        """Return whether this file is available: "ready", or why not."""
        ...

    def stream(self, digest: str) -> Iterable[bytes]:
        """Yield the file's bytes; NotFound at once when it is gone by now.

        Raises at the end when they no longer match the digest: then the package breaks off in the middle.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredAttachments:
    """Attachments in a store of contents."""

    blobs: BlobStore

    def standing(self, digest: str) -> Standing:
        return standing_of(self.blobs, digest)

    def stream(self, digest: str) -> Iterable[bytes]:
        return self.blobs.stream("attachments", digest)


def notice(attachment: Attachment, reason: Reason, statement: str) -> bytes:
    """Return the text that replaces an attachment, with the signed statement for programs in its last line."""
    return f"""\
这里应当是附件“{attachment.name}”，{attachment.size} 字节，SHA-256 是
{attachment.digest}
{REASONS[reason]}，所以没有放进来。qingdan verify 会说明这个缺口。

The attachment above was left out: {REASONS_IN_ENGLISH[reason]}.
The last line is a statement (JWS, ES256) by the bureau that says so.

{statement}
""".encode()
