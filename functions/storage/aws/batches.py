"""Reads and writes many items by one request, and repeats it until nothing is left over; does not interpret items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from functions.storage.aws.calls import Busy, Calls
from functions.storage.aws.items import Item, key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEYS_AT_ONCE: Final = 100
WRITES_AT_ONCE: Final = 25

T = TypeVar("T")


class Batches:
    """The two requests on one table."""

    def __init__(self, client: DynamoDBClient, table: str, calls: Calls) -> None:
        self._client, self._table, self._calls = client, table, calls

    def read(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Item]:
        """Return the items of up to 100 keys, strongly consistent, by their keys; missing ones are left out."""
        asked: Any = {self._table: {"Keys": [key(*place) for place in keys], "ConsistentRead": True}}
        found: dict[tuple[str, str], Item] = {}
        while asked:
            answer = self._calls(
                _progressing, operation=self._client.batch_get_item, asked=asked, left="UnprocessedKeys"
            )
            for item in answer["Responses"].get(self._table, ()):
                found[item["pk"]["S"], item["sk"]["S"]] = item
            asked = answer.get("UnprocessedKeys")
        return found

    def write(self, requests: Sequence[Item]) -> None:
        """Carry out up to 25 puts or deletes, in any order, not atomically."""
        asked: Any = {self._table: list(requests)}
        while asked:
            answer = self._calls(
                _progressing, operation=self._client.batch_write_item, asked=asked, left="UnprocessedItems"
            )
            asked = answer.get("UnprocessedItems")


def _progressing(*, operation: Any, asked: Any, left: str) -> Any:
    """Return the answer if any part was done; raise Busy when all of it is left over."""
    answer = operation(RequestItems=asked)
    if answer.get(left) == asked:
        raise Busy
    return answer


def lots(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Split a sequence into lists of at most `size`."""
    source = iter(things)
    while lot := list(islice(source, size)):
        yield lot
