"""The port of the cache for typeset documents, and the proof that a cached document is unchanged.

The cache holds derived documents, never filed data: whatever is lost is typeset again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final, Protocol

from functions.records.keys import Keys

_PURPOSE: Final = b"qingdan document kept\x00"
_TAG_BYTES: Final = 32
_NUMBER = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class DocumentName:
    """Names a document: the version of a filing, and the `mark` (hexadecimal) of everything it was made from.

    A new mark for the same version makes the older document obsolete. ValueError for a malformed number, because the
    number becomes part of a path.
    """

    number: str
    version: int
    mark: str

    def __post_init__(self) -> None:
        require_number(self.number)

    @property
    def file(self) -> str:
        """Return the document's file name within its filing."""
        return f"{self.version}.{self.mark}"


class DocumentStore(Protocol):
    """Caches documents, at most one per version. Every method may raise StoreUnavailable."""

    def lacks(self, name: DocumentName) -> bool:
        """Whether the cache accepts this document and does not have it."""
        ...

    def kept(self, name: DocumentName) -> bytes | None:
        """Return the content cached under this name; None when there is none."""
        ...

    def keep(self, name: DocumentName, content: bytes) -> None:
        """Cache the content and drop any other of this version; caches nothing for a forgotten filing."""
        ...

    def forget(self, number: str) -> None:
        """Delete every document of the filing for good and accept no more, even from a typesetter at work right now."""
        ...


def require_number(number: str) -> str:
    """Return the number; ValueError when it is malformed."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("not a filing's number")
    return number


def sealed(keys: Keys, name: DocumentName, key: str, document: bytes) -> bytes:
    """Return the document as it is cached, authenticated; `key` stands for everything that it says."""
    return _tag(keys, name, key, document) + document


def unsealed(keys: Keys, name: DocumentName, key: str, content: bytes) -> bytes | None:
    """Return the document from cached content; None unless we typeset it, under this name and for this key."""
    tag, document = content[:_TAG_BYTES], content[_TAG_BYTES:]
    return document if hmac.compare_digest(tag, _tag(keys, name, key, document)) else None


def _tag(keys: Keys, name: DocumentName, key: str, document: bytes) -> bytes:
    digest = hashlib.sha256(document).hexdigest()
    said = f"{name.number} {name.file} {key} {digest}".encode()
    return hmac.digest(keys.hmac[keys.hmac_kid], _PURPOSE + said, hashlib.sha256)
