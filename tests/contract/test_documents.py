"""A form document that was kept stays, to the byte, under its digest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.errors import NotFound
from functions.records.store import RecordStore
from tests.support.store.steps import digest_of

DOCUMENT = '{"title":"档案工作情况自查报告 𠮷"}'.encode()


def test_a_document_survives_reopening_the_store(reopen: Callable[[], RecordStore]) -> None:
    store = reopen()
    store.keep_document(digest_of(DOCUMENT), DOCUMENT)
    store.keep_document(digest_of(DOCUMENT), DOCUMENT)
    store.close()
    again = reopen()
    assert again.document(digest_of(DOCUMENT)) == DOCUMENT
    again.close()


@pytest.mark.parametrize("digest", ["0" * 64, "", "../qingdan.sqlite3", "0" * 63 + "\n", "编号"])
def test_an_unknown_document_is_not_found(store: RecordStore, digest: str) -> None:
    with pytest.raises(NotFound):
        store.document(digest)


def test_a_document_is_kept_under_its_own_digest_only(store: RecordStore) -> None:
    with pytest.raises(ValueError, match="digest"):
        store.keep_document("0" * 64, DOCUMENT)
    with pytest.raises(NotFound):
        store.document("0" * 64)
