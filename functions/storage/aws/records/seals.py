"""Seals in the records' table: the item that makes a seal valid is stored last; knows no signature."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from functions.errors import NotFound, SealTaken, StoreUnavailable
from functions.records.seals.merkle import Tile, split
from functions.records.seals.seal import Leaf, Place, Seal, in_order, seal_of
from functions.records.store import Unsealed
from functions.storage.aws.batches import WRITES_AT_ONCE, Batches, lots
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import Item, key
from functions.storage.aws.reading import Reader
from functions.storage.aws.records.filed import AwsFiled
from functions.storage.aws.unsealed_log import LOG, leaf_from, log_key
from functions.storage.refusals import NO_SEAL, NOT_SEALED, SEAL_TAKEN

SEALS: Final = "seals"
TOKEN_BYTES: Final = 16
BATCHES_AT_ONCE: Final = 64
_DIGEST = re.compile(r"[0-9a-f]{64}")


class AwsSeals:
    """A SealStore.

    Tiles and places carry the digest of their seal: those of a sealing that came too late belong to no seal, and no
    reader finds them. A seal is `swept` once its events have been removed from the log.
    """

    def __init__(self, reader: Reader, entropy: Callable[[int], bytes], notes: AwsFiled) -> None:
        self._reader, self._entropy, self._notes = reader, entropy, notes
        self._batches = Batches(reader.client, reader.table, reader.calls)

    def unsealed(self) -> Unsealed:
        last = self._last()
        # An interrupted sealing has left the events of its seal in the log.
        held = set() if last is None or "swept" in last else set(self._digests(last))
        leaves = [leaf for leaf in self._log() if leaf.digest not in held]
        return Unsealed(sorted(leaves, key=in_order), "")

    def keep_seal(self, seal: Seal, unsealed: Unsealed, tiles: Sequence[Tile]) -> None:
        last = self._last()
        if seal.index != (_seal(last).index + 1 if last is not None else 1):
            raise SealTaken(SEAL_TAKEN)
        if last is not None:
            self._sweep(last, [leaf for leaf in self._log() if leaf.digest in set(self._digests(last))])
        self._put(_tile_item(seal.digest, tile) for tile in tiles)
        self._put(
            key(f"sealed#{leaf.digest.hex()}", seal.digest)
            | {"seal": {"N": str(seal.index)}, "position": {"N": str(position)}}
            for position, leaf in enumerate(unsealed.leaves)
        )
        item = _seal_key(seal.index) | {"token": {"S": seal.token}}
        put = {"TableName": self._reader.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._call(
                "transact_write_items",
                TransactItems=[{"Put": put}],
                ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
            )
        except Refused:
            raise SealTaken(SEAL_TAKEN) from None
        self._sweep(item, unsealed.leaves)

    def last_seal(self) -> Seal | None:
        last = self._last()
        return _seal(last) if last is not None else None

    def seal(self, index: int) -> Seal:
        item = self._reader.item(SEALS, _seal_key(index)["sk"]["S"])
        if item is None:
            raise NotFound(NO_SEAL)
        return _seal(item)

    def seals(self, *, first: int, limit: int) -> tuple[Seal, ...]:
        condition = {":first": _seal_key(first)["sk"]}
        found = self._newest(" AND sk >= :first", condition, forward=True, limit=limit)
        return tuple(map(_seal, found))

    def place(self, digest: str) -> Place:
        for item in self._reader.partition(f"sealed#{digest}") if _DIGEST.fullmatch(digest) else ():
            index = int(item["seal"]["N"])
            seal = self._reader.item(SEALS, _seal_key(index)["sk"]["S"])
            if seal is not None and _seal(seal).digest == item["sk"]["S"]:
                return Place(index, int(item["position"]["N"]))
        raise NotFound(NOT_SEALED)

    def tile(self, seal: int, level: int, index: int) -> bytes:
        item = self._reader.item(*_tile_place(self.seal(seal).digest, level, index))
        if item is None:
            raise NotFound(NO_SEAL)
        hashes: bytes = item["hashes"]["B"]
        return hashes

    def _last(self) -> Item | None:
        return next(iter(self._newest("", {}, forward=False, limit=1)), None)

    def _newest(self, condition: str, values: Item, *, forward: bool, limit: int) -> list[Item]:
        """Return at most `limit` seals, by index."""
        answer = self._call(
            "query",
            TableName=self._reader.table,
            KeyConditionExpression="pk = :pk" + condition,
            ExpressionAttributeValues={":pk": {"S": SEALS}, **values},
            ConsistentRead=True,
            ScanIndexForward=forward,
            Limit=limit,
        )
        found: list[Item] = answer["Items"]
        return found

    def _log(self) -> list[Leaf]:
        """Yield the entries of the log, in no order."""

        def of(partition: str) -> list[Leaf]:
            return [_leaf(item) for item in self._reader.partition(partition)]

        return [leaf for leaves in self._reader.pool.map(of, LOG) for leaf in leaves]

    def _digests(self, item: Item) -> Iterator[bytes]:
        """Yield the digests in a seal, from the lowest tiles of its tree."""
        for held in self._reader.partition(f"tiles#{_seal(item).digest}", "00#"):
            yield from split(held["hashes"]["B"])

    def _sweep(self, item: Item, leaves: Iterable[Leaf]) -> None:
        """Remove the seal's events from the log, and record that this is done."""
        if "swept" not in item:
            self._notes.absorb(first=_seal(item).index == 1)
            self._write({"DeleteRequest": {"Key": log_key(leaf.number, leaf.sequence)}} for leaf in leaves)
            self._put([item | {"swept": {"BOOL": True}}])

    def _put(self, items: Iterable[Item]) -> None:
        self._write({"PutRequest": {"Item": item}} for item in items)

    def _write(self, requests: Iterable[Item]) -> None:
        """Carry out the requests, in any order; all are done when this returns."""
        for some in lots(lots(requests, WRITES_AT_ONCE), BATCHES_AT_ONCE):
            list(self._reader.pool.map(self._batches.write, some))

    def _call(self, operation: str, **arguments: Any) -> Any:
        return self._reader.calls(getattr(self._reader.client, operation), **arguments)


def _seal_key(index: int) -> Item:
    return key(SEALS, f"{max(index, 0):010d}")


def _seal(item: Item) -> Seal:
    return seal_of(item["token"]["S"])


def _tile_place(digest: str, level: int, index: int) -> tuple[str, str]:
    return f"tiles#{digest}", f"{level:02d}#{index:010d}"


def _tile_item(digest: str, tile: Tile) -> Item:
    return key(*_tile_place(digest, tile.level, tile.index)) | {"hashes": {"B": tile.hashes}}


def _leaf(item: Item) -> Leaf:
    try:
        return leaf_from(item)
    except ValueError:
        raise StoreUnavailable(f"{item['sk']['S']} 的指纹已损坏，没有封存。请运行 qingdan verify 查明") from None
