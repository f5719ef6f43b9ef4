"""Typesets the document of a filing once and caches it; knows when it must be typeset again, not where it is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from functions.errors import StoreUnavailable
from functions.exports.pdf.contents import Letterhead
from functions.exports.typesetting.document import Document
from functions.exports.typesetting.edition import edition
from functions.records.document_cache import DocumentName, DocumentStore, sealed, unsealed
from functions.records.keys import Keys
from functions.records.store import Summary

_MARK_DIGITS: Final = 32

Set = Callable[[Document], bytes]


class DocumentCache:
    """The cached documents of one bureau; thread-safe."""

    def __init__(self, papers: DocumentStore, keys: Keys, letterhead: Letterhead) -> None:
        self._papers, self._keys, self._letterhead = papers, keys, letterhead

    def lacks(self, summary: Summary) -> bool:
        """Whether the version that counts has no cached document, or an outdated one; cheap."""
        return self._papers.lacks(self._name(summary, summary.version))

    def document(self, summary: Summary, version: int, paper: Document, set_paper: Set) -> bytes:
        """Return the cached document, else typeset and cache it; an uncacheable document is typeset all the same."""
        name, key = self._name(summary, version), _key(paper)
        with suppress(StoreUnavailable):
            held = self._papers.kept(name)
            document = None if held is None else unsealed(self._keys, name, key, held)
            if document is not None:
                return document
        document = set_paper(paper)
        with suppress(StoreUnavailable):
            self._papers.keep(name, sealed(self._keys, name, key, document))
        return document

    def fill(self, summary: Summary, paper: Document, set_paper: Set) -> None:
        """Typeset and cache the document of the version that counts; StoreUnavailable when it cannot be cached."""
        name = self._name(summary, summary.version)
        self._papers.keep(name, sealed(self._keys, name, _key(paper), set_paper(paper)))

    def _name(self, summary: Summary, version: int) -> DocumentName:
        """The mark identifies the inputs that a list knows; the document's key identifies its contents."""
        under = [
            edition(),
            self._keys.hmac_kid,
            self._keys.signer.kid,
            self._letterhead.bureau,
            self._letterhead.site,
            summary.version,
            summary.status,
            summary.contested,
        ]
        return DocumentName(summary.number, version, _digest(under)[:_MARK_DIGITS])


def _key(paper: Document) -> str:
    """Return the digest of all contents, which is stable: RFC 6979 signatures are deterministic."""
    return _digest([paper.parts, paper.code, paper.made])


def _digest(of: Any) -> str:
    return hashlib.sha256(json.dumps(of, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
