"""Reads what obligations see of filings: a snapshot in S3, and what came since in the unsealed log; judges nothing.

Each filing's entry in the log carries its line. Before a seal removes entries, their lines go into the next snapshot.
So reading takes the same few requests, however many filings there are.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from functions.errors import NotFound, StoreUnavailable
from functions.records.attachments.store import BlobStore
from functions.records.filed import Filed, FiledSince, line_of, read_lines, without_answers
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import Item, key
from functions.storage.aws.reading import Reader
from functions.storage.aws.table import shard_of
from functions.storage.aws.unsealed_log import LOG

SNAPSHOT: Final = "filed"
MOST_TRIES: Final = 10
_NONE: Final = "none"
_SEALS: Final = "seals"
_NOT_NOTED: Final = "还没有为到期看板整理过以前的填报。请管理员运行一次 qingdan rebuild"
_MOVED_ON: Final = "数据正被许多人同时改动，这一步没有做完。请稍后再试"


class AwsFiled:
    """Reads the notes, and keeps the snapshot: one item names it, and changes only from the one that was read."""

    def __init__(self, reader: Reader, blobs: BlobStore) -> None:
        self._reader, self._blobs = reader, blobs

    def since(self, after: str) -> FiledSince:
        """Return what was noted since; the mark is the digest of the snapshot."""
        for _ in range(MOST_TRIES):
            # The log first: what is removed from it meanwhile is in the snapshot that is named afterwards.
            logged = [line for some in self._reader.pool.map(self._logged, LOG) for line in some]
            digest = self.named()
            if digest == after:
                return FiledSince(after, False, read_lines(logged))
            if digest == _NONE and self._reader.is_there(_SEALS):
                raise StoreUnavailable(_NOT_NOTED)
            with suppress(NotFound):  # the next snapshot has just taken its place
                return FiledSince(digest, True, read_lines([*self._lines(digest), *logged]))
        raise StoreUnavailable(_MOVED_ON)

    def absorb(self, *, first: bool) -> None:
        """Take the lines of the log into the snapshot, for its entries will be removed; `first`: there was no seal.

        Without a snapshot, and after a seal, the older lines are not known: then there is none until a rebuild.
        """
        for _ in range(MOST_TRIES):
            before = self.named()
            if before == _NONE and not first:
                return None
            logged = [line for some in self._reader.pool.map(self._logged, LOG) for line in some]
            if before != _NONE and not logged:
                return None
            with suppress(Refused, NotFound):
                return self.replace(read_lines([*self._lines(before), *logged]), before)
        raise StoreUnavailable(_MOVED_ON)

    def replace(self, found: Iterable[Filed], before: str) -> None:
        """Make a snapshot of these; Refused when the named one is no longer `before`."""
        lines = {(one.number, one.sequence): line_of(one) for one in found}
        content = zlib.compress(b"\n".join(lines[place] for place in sorted(lines)))
        digest = hashlib.sha256(content).hexdigest()
        self._blobs.keep("filed", digest, content)
        put: dict[str, Any] = {"TableName": self._reader.table, "Item": key(SNAPSHOT, SNAPSHOT)}
        put["Item"] |= {"digest": {"S": digest}}
        if before == _NONE:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "#digest = :before"
            put["ExpressionAttributeNames"] = {"#digest": "digest"}
            put["ExpressionAttributeValues"] = {":before": {"S": before}}
        self._reader.calls(self._reader.client.put_item, **put)
        if before not in (_NONE, digest):
            self._blobs.remove("filed", before)

    def forget(self, number: str, sequence: int) -> None:
        """Take out what came from the answers of the version that the event `sequence` brought."""
        for _ in range(MOST_TRIES):
            logged = list(self._reader.partition(LOG[shard_of(number)], f"{number}#"))
            before = self.named()
            with suppress(Refused, NotFound):
                kept = read_lines(self._lines(before))
                noted = [(item, one) for item in logged if "line" in item for one in read_lines([item["line"]["B"]])]
                own = [one for one in (*kept, *(one for _, one in noted)) if one.number == number]
                versions = {one.version for one in own if one.sequence == sequence}
                hit = [one for one in own if one.version in versions and one != without_answers(one)]
                self._blank((item, one) for item, one in noted if one in hit)
                if any(one in hit for one in kept if one.number == number):
                    self.replace([without_answers(one) if one in hit else one for one in kept], before)
                return
        raise StoreUnavailable(_MOVED_ON)

    def named(self) -> str:
        """Return the digest of the snapshot."""
        item = self._reader.item(SNAPSHOT, SNAPSHOT)
        return item["digest"]["S"] if item else _NONE

    def _blank(self, noted: Iterable[tuple[Item, Filed]]) -> None:
        for item, one in noted:
            new = item | {"line": {"B": line_of(without_answers(one))}}
            put: dict[str, Any] = {"TableName": self._reader.table, "Item": new}
            self._reader.calls(self._reader.client.put_item, ConditionExpression="attribute_exists(pk)", **put)

    def _lines(self, digest: str) -> list[bytes]:
        return zlib.decompress(self._blobs.read("filed", digest)).split(b"\n") if digest != _NONE else []

    def _logged(self, partition: str) -> list[bytes]:
        return [item["line"]["B"] for item in self._reader.partition(partition) if "line" in item]
