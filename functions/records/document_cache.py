"""The port behind which documents that were set once are kept, and the proof that one is still what was set.

What is kept is made, never filed: whatever is lost of it is made anew.
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
    """Which document: of which version of a filing, and the `mark` (hexadecimal) of what it was made under.

    Another mark for the same version means that the older document has had its day. ValueError for a number that is
    none: it becomes part of a path.
    """

    number: str
    version: int
    mark: str

    def __post_init__(self) -> None:
        require_number(self.number)

    @property
    def file(self) -> str:
        """What the document is called among those of its filing."""
        return f"{self.version}.{self.mark}"


class DocumentStore(Protocol):
    """Where documents are kept, one for each version at most. Every method may raise StoreUnavailable."""

    def lacks(self, name: DocumentName) -> bool:
        """Whether this document would be kept and is not there."""
        ...

    def kept(self, name: DocumentName) -> bytes | None:
        """What was kept under this name; None when nothing is."""
        ...

    def keep(self, name: DocumentName, content: bytes) -> None:
        """Keep the content, instead of any other of the same version; of a forgotten filing nothing is kept."""
        ...

    def forget(self, number: str) -> None:
        """Forget every document of the filing for good, and keep none from now on, whoever is setting one meanwhile."""
        ...


def require_number(number: str) -> str:
    """The number, or ValueError."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("not a filing's number")
    return number


def sealed(keys: Keys, name: DocumentName, key: str, document: bytes) -> bytes:
    """The document as it is kept; `key` stands for everything that it says."""
    return _tag(keys, name, key, document) + document


def unsealed(keys: Keys, name: DocumentName, key: str, content: bytes) -> bytes | None:
    """The document in what was kept; None unless we have set it, under this name, to say just this."""
    tag, document = content[:_TAG_BYTES], content[_TAG_BYTES:]
    return document if hmac.compare_digest(tag, _tag(keys, name, key, document)) else None


def _tag(keys: Keys, name: DocumentName, key: str, document: bytes) -> bytes:
    digest = hashlib.sha256(document).hexdigest()
    said = f"{name.number} {name.file} {key} {digest}".encode()
    return hmac.digest(keys.hmac[keys.hmac_kid], _PURPOSE + said, hashlib.sha256)
