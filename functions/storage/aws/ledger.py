"""Event chains in the records' table: one append is one transaction; does not interpret events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from functions.errors import SequenceTaken
from functions.records.attachments.store import BlobStore
from functions.records.event import Event
from functions.records.ledger import Step, kind_of, link_steps
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import Item, event_from, event_item, event_key, key
from functions.storage.aws.reading import Reader
from functions.storage.aws.unsealed_log import log_item
from functions.storage.refusals import CHAIN_MOVED

CHAINS: Final = "ledgers"
TOKEN_BYTES: Final = 16


class AwsLedger:
    """A LedgerStore. One partition lists the names of all chains, written with the first event of each."""

    def __init__(self, reader: Reader, blobs: BlobStore, entropy: Callable[[int], bytes]) -> None:
        self._reader, self._blobs, self._entropy = reader, blobs, entropy

    def append(self, chain: str, steps: Sequence[Step], *, expect: int) -> tuple[Event, ...]:
        last = self._event(chain, expect) if expect else None
        if expect and last is None:
            raise SequenceTaken(CHAIN_MOVED)
        events = link_steps(chain, steps, last)
        puts = [self._put(event_item(event, self._blobs.keep) | key(_partition(chain), event_key(event.sequence)))
                for event in events]  # fmt: skip
        logs = [{"Put": {"TableName": self._reader.table, "Item": log_item(event)}} for event in events]
        names = [] if expect else [self._put(key(CHAINS, f"{kind_of(chain)}#{chain}"))]
        try:
            self._reader.calls(
                self._reader.client.transact_write_items,
                TransactItems=[*puts, *logs, *names],
                ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
            )
        except Refused:
            raise SequenceTaken(CHAIN_MOVED) from None
        return events

    def read(self, chain: str, *, after: int = 0) -> tuple[Event, ...]:
        items = self._reader.partition(_partition(chain), since=event_key(after + 1))
        return tuple(event_from(item, self._blobs.read) for item in items)

    def chains(self, kind: str) -> tuple[str, ...]:
        items = self._reader.partition(CHAINS, f"{kind}#" if kind else "")
        return tuple(sorted(item["sk"]["S"].partition("#")[2] for item in items))

    def _put(self, item: Item) -> dict[str, Any]:
        put = {"TableName": self._reader.table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        return {"Put": put}

    def _event(self, chain: str, sequence: int) -> Event | None:
        item = self._reader.item(_partition(chain), event_key(sequence))
        return event_from(item, self._blobs.read) if item is not None else None


def _partition(chain: str) -> str:
    return f"ledger#{chain}"
