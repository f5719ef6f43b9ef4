"""The one table: its keys, its indexes, and the spread of data over partitions; knows no request."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import Any, Final

# One partition writes 1,000 units a second. A filing is one unit in each index, so 1,000 filings a second, all for one
# form and period, come to 63 a shard: sixteen times below the limit, with room for shards that meet in one partition
# (ADR 10).
SHARDS: Final = 16

TTL_ATTRIBUTE: Final = "expires"

NEWEST: Final = "newest"
NEWEST_OF_FORM: Final = "newest-of-form"
NEWEST_OF_PERIOD: Final = "newest-of-period"
WAITING: Final = "waiting"

# Index name: the attribute that is its partition key. All are sorted by `at`. In the last index, only filings that wait
# for an officer have a key, so that the queue is read without the decided ones.
INDEXES: Final = MappingProxyType(
    {
        NEWEST: "newest",
        NEWEST_OF_FORM: "newest_of_form",
        NEWEST_OF_PERIOD: "newest_of_period",
        WAITING: "waiting",
    }
)

# The indexes hold, beside the keys, only the attributes that a list filters by, so that an entry is one unit.
PROJECTED: Final = ("approved_by", "form", "form_digest", "period", "status", "timeliness", "unit_sought", "uscc")


def definition(name: str) -> dict[str, Any]:
    """Return the arguments of CreateTable; CloudFormation's AWS::DynamoDB::Table uses these names too.

    On AWS the stack adds deletion protection, point-in-time recovery, encryption and time to live on TTL_ATTRIBUTE.
    """
    attributes = ("pk", "sk", "at", *INDEXES.values())
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in attributes],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": _keys(attribute, "at"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(PROJECTED)},
            }
            for index, attribute in INDEXES.items()
        ],
    }


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def shard_of(text: str) -> int:
    """Return the shard of a number or a guard: constant for ever, evenly spread."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % SHARDS


def index_key(shard: int, *of: str) -> str:
    """Return the partition key in an index: shard, then form and period as far as the index has them.

    A form's id holds no "#", so that no two pairs of form and period share a key.
    """
    return "#".join((f"{shard:02d}", *of))
