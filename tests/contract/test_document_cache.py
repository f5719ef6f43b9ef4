"""Cached documents: one for each version, the same bytes each time, none of an erased filing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from functions.records.document_cache import DocumentName, DocumentStore
from functions.records.store import RecordStore
from tests.contract.conftest import Adapter
from tests.support.store.erasing import erasure
from tests.support.store.steps import first_step

CONTENT = b"%PDF-1.7 \x00\xff"
OLD, NEW = "a" * 32, "b" * 32


@pytest.fixture
def number(request: pytest.FixtureRequest) -> str:
    """A filing of this test's own: all tests share the bucket, and a forgotten filing stays forgotten there."""
    return f"SC-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]}"


def test_a_kept_document_is_read_byte_for_byte_after_reopening(
    reopen: Callable[[], Adapter], papers: DocumentStore, number: str
) -> None:
    name = DocumentName(number, 1, OLD)
    assert papers.kept(name) is None
    assert papers.lacks(name)
    papers.keep(name, CONTENT)
    other = reopen()
    assert other.papers.kept(name) == CONTENT
    assert not other.papers.lacks(name)
    other.close()


def test_each_version_has_its_own_document(papers: DocumentStore, number: str) -> None:
    first, second, tenth = (DocumentName(number, version, OLD) for version in (1, 2, 10))
    papers.keep(first, CONTENT)
    assert papers.kept(second) is None
    papers.keep(second, b"second")
    papers.keep(tenth, b"tenth")
    papers.keep(DocumentName(number, 1, NEW), b"anew")
    assert papers.kept(first) is None
    assert (papers.kept(second), papers.kept(tenth)) == (b"second", b"tenth")


def test_only_the_last_document_of_a_version_is_kept(papers: DocumentStore, number: str) -> None:
    old = DocumentName(number, 1, OLD)
    new = DocumentName(number, 1, NEW)
    papers.keep(old, CONTENT)
    papers.keep(new, b"new")
    assert (papers.kept(old), papers.kept(new)) == (None, b"new")
    assert papers.lacks(old)
    papers.keep(new, b"newer")
    assert papers.kept(new) == b"newer"


def test_a_forgotten_document_cannot_be_kept_again(papers: DocumentStore, number: str) -> None:
    name, other = DocumentName(number, 1, OLD), DocumentName(number + "0", 1, OLD)
    papers.keep(name, CONTENT)
    papers.keep(other, CONTENT)
    papers.forget(name.number)
    assert papers.kept(name) is None
    papers.keep(name, CONTENT)
    assert papers.kept(name) is None
    assert not papers.lacks(name)
    assert papers.kept(other) == CONTENT
    papers.forget(name.number)


def test_an_erasure_forgets_the_documents(store: RecordStore, papers: DocumentStore) -> None:
    step = first_step(734_512, text="要忘掉的话")
    store.append(step).result(30)
    name = DocumentName(step.summary.number, 1, OLD)
    papers.keep(name, CONTENT)
    assert papers.kept(name) == CONTENT
    store.erase(erasure(store.read(name.number), 1), 1)
    assert papers.kept(name) is None


@pytest.mark.parametrize("wrong", ["", "..", "SC/1", "../SC-1", "SC-1\n"])
def test_a_malformed_number_is_refused(wrong: str, papers: DocumentStore) -> None:
    with pytest.raises(ValueError, match="not a filing's number"):
        DocumentName(wrong, 1, OLD)
    with pytest.raises(ValueError, match="not a filing's number"):
        papers.forget(wrong)
