"""A stored content is complete, durable and named by its SHA-256, in whatever way it was sent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.records.attachments.store import FROM_OUTSIDE, PART_BYTES, BlobStore, UploadRefused
from tests.contract.conftest import Adapter
from tests.support.store.blobs import begin, digest_of, file_of, put

CONTENT = "附件 𠮷 \x00".encode() + bytes(range(256))
HOUR = timedelta(hours=1)


def test_a_content_is_read_back_to_the_byte_whole_and_in_pieces(blobs: BlobStore) -> None:
    large = file_of(3 * 1024 * 1024 + 1)
    for content in (CONTENT, b"", large):
        blobs.keep("attachments", digest_of(content), content)
        blobs.keep("attachments", digest_of(content), content)
        assert blobs.read("attachments", digest_of(content)) == content
        assert b"".join(blobs.stream("attachments", digest_of(content))) == content
        assert blobs.size("attachments", digest_of(content)) == len(content)


def test_a_content_is_kept_under_its_own_digest_only(blobs: BlobStore) -> None:
    with pytest.raises(ValueError, match="digest"):
        blobs.keep("attachments", digest_of(b"other"), CONTENT)
    with pytest.raises(NotFound):
        blobs.read("attachments", digest_of(b"other"))


@pytest.mark.parametrize("digest", ["f" * 64, "", "../keys/access-0001.key", "F" * 64, "0" * 63 + "\n", "编号"])
def test_a_missing_content_is_not_found(blobs: BlobStore, digest: str) -> None:
    for ask in (blobs.read, blobs.stream, blobs.size):
        with pytest.raises(NotFound):
            ask("attachments", digest)
    with pytest.raises(NotFound):
        blobs.move(digest, "quarantine", "attachments")


def test_areas_are_separate_and_a_content_moves_between_them(blobs: BlobStore) -> None:
    digest = digest_of(CONTENT + b"moves")
    blobs.keep("quarantine", digest, CONTENT + b"moves")
    with pytest.raises(NotFound):
        blobs.read("attachments", digest)
    blobs.move(digest, "quarantine", "attachments")
    blobs.move(digest, "quarantine", "attachments")
    assert blobs.read("attachments", digest) == CONTENT + b"moves"
    with pytest.raises(NotFound):
        blobs.read("quarantine", digest)


def test_a_removed_content_is_gone_and_can_be_stored_again(blobs: BlobStore) -> None:
    digest = digest_of(CONTENT + b"goes")
    for _ in range(2):
        blobs.keep("attachments", digest, CONTENT + b"goes")
        blobs.remove("attachments", digest)
        blobs.remove("attachments", digest)
        with pytest.raises(NotFound):
            blobs.read("attachments", digest)


def test_remove_spares_a_content_sent_after_the_given_time(blobs: BlobStore) -> None:
    digest, now = digest_of(CONTENT + b"stays"), datetime.now(UTC)
    for area in FROM_OUTSIDE:
        blobs.keep(area, digest, CONTENT + b"stays")
        blobs.remove(area, digest, before=now - HOUR)
        assert blobs.size(area, digest) == len(CONTENT) + 5
        blobs.remove(area, digest, before=now + HOUR)
        blobs.remove(area, digest, before=now + HOUR)
        with pytest.raises(NotFound):
            blobs.size(area, digest)


def test_listing_continues_while_listed_contents_are_removed(blobs: BlobStore) -> None:
    contents, later = [b"listed %d" % n for n in range(60)], datetime.now(UTC) + HOUR
    for content in contents:
        blobs.keep("infected", digest_of(content), content)
    for digest in blobs.digests("infected", before=later):
        blobs.remove("infected", digest)
    assert list(blobs.digests("infected", before=later)) == []


def test_listing_returns_contents_kept_before_the_given_time(blobs: BlobStore) -> None:
    contents = [b"%d" % n for n in range(5)]
    for content in contents:
        blobs.keep("quarantine", digest_of(content), content)
    now = datetime.now(UTC)
    assert {digest_of(content) for content in contents} <= set(blobs.digests("quarantine", before=now + HOUR))
    assert not {digest_of(content) for content in contents} & set(blobs.digests("quarantine", before=now - HOUR))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 12345])
def test_an_upload_joins_its_parts(blobs: BlobStore, size: int) -> None:
    content = file_of(size)
    upload = begin(blobs, content)
    assert blobs.arrived(upload) == frozenset()
    put(blobs, upload, content, *reversed(upload.parts))
    assert blobs.arrived(upload) == frozenset(upload.parts)
    blobs.finish(upload)
    blobs.finish(upload)
    with pytest.raises(NotFound):
        put(blobs, upload, content, 1)
    assert b"".join(blobs.stream("quarantine", upload.digest)) == content
    assert blobs.arrived(upload) == frozenset()


def test_an_interrupted_upload_resumes(reopen: Callable[[], Adapter]) -> None:
    content = file_of(2 * PART_BYTES + 1)
    opened = reopen()
    upload = begin(opened.blobs, content, "1" * 32)
    put(opened.blobs, upload, content, 1, 3)
    opened.close()
    again = reopen()
    assert again.blobs.arrived(upload) == {1, 3}
    with pytest.raises(UploadRefused, match="请接着上传") as refused:
        again.blobs.finish(upload)
    assert refused.value.missing == (2,)
    put(again.blobs, upload, content, 2, 3)
    again.blobs.finish(upload)
    assert again.blobs.size("quarantine", upload.digest) == len(content)
    again.close()


def test_a_part_of_another_size_is_refused(blobs: BlobStore) -> None:
    content = file_of(PART_BYTES + 7)
    upload = begin(blobs, content, "2" * 32)
    for part, sent in ((1, content[:-8]), (2, b""), (2, content[-8:]), (3, content[-7:]), (0, content[-7:])):
        with pytest.raises(UploadRefused, match="请"):
            blobs.put_part(upload, part, sent)
    assert blobs.arrived(upload) == frozenset()


def test_content_that_differs_from_its_announcement_is_never_stored(blobs: BlobStore) -> None:
    content = file_of(PART_BYTES + 9)
    upload = begin(blobs, content, "3" * 32)
    put(blobs, upload, content, 1)
    blobs.put_part(upload, 2, b"forged!!!")
    for _ in range(2):
        with pytest.raises(UploadRefused, match="请重新上传") as refused:
            blobs.finish(upload)
        assert refused.value.missing == ()
    with pytest.raises(NotFound):
        blobs.size("quarantine", upload.digest)
    blobs.abandon(upload)
    blobs.abandon(upload)
    with pytest.raises(UploadRefused, match="请接着上传"):
        blobs.finish(upload)


def test_the_same_file_sent_twice_at_once_is_one_content(blobs: BlobStore) -> None:
    content = file_of(77)
    first, second = begin(blobs, content, "4" * 32), begin(blobs, content, "5" * 32)
    for upload in (first, second):
        put(blobs, upload, content, 1)
    blobs.finish(first)
    blobs.finish(second)
    assert blobs.read("quarantine", digest_of(content)) == content


def test_an_uploader_must_send_every_part_of_a_content_already_stored(blobs: BlobStore) -> None:
    content = file_of(PART_BYTES + 3)
    first = begin(blobs, content, "7" * 32)
    put(blobs, first, content, 1, 2)
    blobs.finish(first)
    stranger = begin(blobs, content, "8" * 32)
    for sent in ((), (2,)):
        put(blobs, stranger, content, *sent)
        with pytest.raises(UploadRefused, match="请接着上传") as refused:
            blobs.finish(stranger)
        assert refused.value.missing == tuple(part for part in (1, 2) if part not in sent)
    blobs.move(first.digest, "quarantine", "attachments")
    with pytest.raises(UploadRefused, match="请接着上传"):
        blobs.finish(stranger)


def test_a_finished_upload_stays_finished_after_its_content_moved(reopen: Callable[[], Adapter]) -> None:
    content, opened = file_of(4321), reopen()
    upload = begin(opened.blobs, content, "9" * 32)
    put(opened.blobs, upload, content, 1)
    opened.blobs.finish(upload)
    opened.blobs.move(upload.digest, "quarantine", "attachments")
    opened.close()
    again = reopen()
    again.blobs.finish(upload)
    assert again.blobs.arrived(upload) == frozenset()
    with pytest.raises(NotFound):
        again.blobs.size("quarantine", upload.digest)
    again.blobs.sweep(before=datetime.now(UTC) + HOUR)
    with pytest.raises(UploadRefused, match="请接着上传"):
        again.blobs.finish(upload)
    again.close()


def test_finishing_one_upload_does_not_finish_another_content(blobs: BlobStore) -> None:
    content, other = file_of(55), file_of(56)
    upload = begin(blobs, content, "a" * 32)
    put(blobs, upload, content, 1)
    blobs.finish(upload)
    with pytest.raises(UploadRefused, match="请接着上传"):
        blobs.finish(replace(upload, digest=digest_of(other), size=len(other)))


def test_two_who_finish_the_same_upload_at_once_both_succeed(blobs: BlobStore) -> None:
    content = file_of(2 * PART_BYTES)
    upload = begin(blobs, content, "b" * 32)
    put(blobs, upload, content, 1, 2)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(blobs.finish, upload) for _ in range(4)]:
            done.result(60)
    assert blobs.read("quarantine", upload.digest) == content


def test_a_sweep_takes_old_uploads_and_no_others(blobs: BlobStore) -> None:
    content = file_of(100)
    upload = begin(blobs, content, "6" * 32)
    put(blobs, upload, content, 1)
    now = datetime.now(UTC)
    blobs.sweep(before=now - HOUR)
    assert blobs.arrived(upload) == {1}
    assert blobs.sweep(before=now + HOUR) >= 1
    assert blobs.arrived(upload) == frozenset()
    assert blobs.sweep(before=now + HOUR) == 0


@pytest.mark.parametrize("id", ["", "../../keys", "G" * 32, "0" * 31, "0" * 33])
def test_an_id_that_could_be_a_path_is_refused(blobs: BlobStore, id: str) -> None:
    with pytest.raises(ValueError, match="id"):
        blobs.begin(id, size=1, digest=digest_of(b"x"))
