"""Where a package's attachments come from, and what lies in the place of one that it cannot have."""

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
        """Whether this file can be had: "ready", or why not."""
        ...

    def stream(self, digest: str) -> Iterable[bytes]:
        """Its bytes; NotFound at once when it is not there by now.

        Raises at the end when they are no longer what the digest says: then the package ends in the middle.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredAttachments:
    """Attachments as a store of contents keeps them."""

    blobs: BlobStore

    def standing(self, digest: str) -> Standing:
        return standing_of(self.blobs, digest)

    def stream(self, digest: str) -> Iterable[bytes]:
        return self.blobs.stream("attachments", digest)


def notice(attachment: Attachment, reason: Reason, statement: str) -> bytes:
    """The text for people in the place of an attachment, with the signed statement for programs in its last line."""
    return f"""\
这里应当是附件“{attachment.name}”，{attachment.size} 字节，SHA-256 是
{attachment.digest}
{REASONS[reason]}，所以没有放进来。qingdan verify 会说明这个缺口。

The attachment above was left out: {REASONS_IN_ENGLISH[reason]}.
The last line is a statement (JWS, ES256) by the bureau that says so.

{statement}
""".encode()
