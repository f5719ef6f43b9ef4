"""What one filing writes in the cloud, and what a whole country's last day comes to: counted and simulated.

Items are those that the product stores, read back from a stand-in; a day's arrivals are drawn. Limits and prices are
AWS's and stand in docs/scale.md.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any, Final

from benchmarks.cloud.cold import filing
from benchmarks.report import Table, quantile
from benchmarks.server import SITE
from functions import submit
from functions.local.aws_local import CREDENTIALS, local_cloud
from functions.storage.aws.locations import Cloud
from functions.storage.aws.opening import open_parameters
from functions.storage.aws.provision import make_bucket, make_table
from functions.storage.aws.session import Clients
from functions.storage.aws.table import INDEXES, SHARDS

FILINGS: Final = 200
DAY: Final = 5_000_000
# The share of the day's filings in each hour of Beijing time: offices from 8 to 18, a noon break, and those who wait
# for midnight. Invented, and on the safe side: one in six comes in the last hour of office.
HOURS: Final = (2, 1, 1, 1, 1, 2, 6, 20, 70, 90, 85, 60, 25, 45, 80, 95, 120, 165, 45, 20, 16, 15, 16, 19)
# Within an hour, how much more than its mean the busiest minute has: everybody's clock strikes at once.
BUSIEST_MINUTE: Final = 2.5
FIRST_PARTITIONS: Final = 4
UNITS_OF_A_PARTITION: Final = 1000


def run(folder: Path, year: int) -> Table:
    """The units of one filing; the busiest second of the day; the busiest partition in it."""
    table = Table(f"one filing in DynamoDB, and {DAY:,} of them on one day (simulated)")
    units = _add_units(table, _filed(year))
    _add_day(table, units)
    return table


def _filed(year: int) -> list[dict[str, Any]]:
    """Every item that stands in a fresh table after so many filings by the packed application's own way."""
    with local_cloud() as url:
        os.environ.update(CREDENTIALS)
        settings = {
            "QINGDAN_STORE": "aws",
            "QINGDAN_TABLE": "scale",
            "QINGDAN_BUCKET": "scale-data",
            "QINGDAN_PARAMETERS": "/qingdan/scale",
            "QINGDAN_REGION": "us-east-1",
            "QINGDAN_ENDPOINT_URL": url,
            "QINGDAN_SITE": str(SITE),
            "QINGDAN_ACCESS_LOG": "off",
        }
        clients = Clients("us-east-1", url)
        client = clients.dynamodb()
        make_table(client, "scale")
        make_bucket(clients.s3(), "scale-data")
        open_parameters(Cloud.from_mapping(settings), os.urandom).make(os.urandom)
        os.environ.update(settings)
        for number in range(FILINGS):
            answer = submit.handler(filing(year, number), None)
            if answer["statusCode"] != 201:
                raise RuntimeError(answer["body"])
        pages = client.get_paginator("scan").paginate(TableName="scale")
        found = [item for page in pages for item in page["Items"]]
        submit.gateway.close()
        return found


def _add_units(table: Table, items: list[dict[str, Any]]) -> float:
    """Write units of a filing: a transaction counts twice, an entry of an index once, each by the begun kilobyte."""
    kinds = Counter[str]()
    sizes: dict[str, list[int]] = {}
    indexed = 0
    for item in items:
        kind, step = (item[key]["S"].partition("#")[0] for key in ("pk", "sk"))
        kind = f"{kind} {step}" if kind in ("rec", "guard") else kind
        kinds[kind] += 1
        sizes.setdefault(kind, []).append(_size(item))
        indexed += sum(attribute in item for attribute in INDEXES.values())
    written = 0.0
    for kind, count in sorted(kinds.items()):
        if count < FILINGS:
            continue  # once for a form or a process, not with each filing
        units = 2 * sum(ceil(size / 1024) for size in sizes[kind]) / FILINGS
        written += units
        mean = sum(sizes[kind]) / count
        table.add(f"{kind}: units a filing", units, "WRU", note=f"{count / FILINGS:.2f} items, {mean:,.0f} bytes each")
    written += indexed / FILINGS
    table.add("entries of the indexes: units a filing", indexed / FILINGS, "WRU")
    table.add("one filing, all in all", written, "WRU", "at most", 40)
    table.add("stored for one filing", sum(map(sum, sizes.values())) / FILINGS / 1000, "kB", note="without the indexes")
    return written


def _add_day(table: Table, units: float) -> None:
    drawn = random.Random(20260930)
    seconds = list(_seconds(drawn))
    busiest = max(seconds)
    table.add("filings on the day", sum(seconds), "")
    table.add("mean over the day", sum(seconds) / len(seconds), "/s")
    table.add("busiest hour, mean", max(sum(seconds[at : at + 3600]) for at in range(0, 86400, 3600)) / 3600, "/s")
    table.add("busiest second", busiest, "filings")
    table.add("the table in the busiest second", busiest * units, "WRU/s")
    shards = sorted(max(_spread(drawn, busiest, SHARDS)) for _ in range(200))
    table.add("busiest shard of an index in it, p99 of 200 draws", quantile(shards, 0.99), "WRU/s", "at most", 1000)
    pieces = sorted(max(_spread(drawn, busiest, FIRST_PARTITIONS)) for _ in range(200))
    needed = quantile(pieces, 0.99) * units
    table.add(
        f"busiest of {FIRST_PARTITIONS} partitions, as a new table has", needed, "WRU/s", note="a partition takes 1,000"
    )
    table.add(
        "partitions that the table needs", ceil(busiest * units / UNITS_OF_A_PARTITION * 1.3), "", note="30 % to spare"
    )


def _seconds(drawn: random.Random) -> Iterator[int]:
    """How many filings come in each second of the day."""
    whole = sum(HOURS)
    for share in HOURS:
        mean = DAY * share / whole / 60
        # One minute has the peak; the others share what is left.
        peak = mean * BUSIEST_MINUTE
        other = (mean * 60 - peak) / 59
        for minute in range(60):
            rate = (peak if minute == 0 else other) / 60
            for _ in range(60):
                yield max(0, round(drawn.gauss(rate, rate**0.5)))


def _spread(drawn: random.Random, count: int, places: int) -> list[int]:
    found = [0] * places
    for _ in range(count):
        found[drawn.randrange(places)] += 1
    return found


def _size(item: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values in UTF-8, half of a number's digits, 3 for a list."""
    return sum(len(name.encode()) + _weight(value) for name, value in item.items())


def _weight(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "B":
        return len(inner)
    if kind == "N":
        return len(inner) // 2 + 2
    if kind in ("SS", "NS", "BS"):
        return sum(len(each) for each in inner)
    if kind == "L":
        return 3 + sum(1 + _weight(each) for each in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _weight(each) for name, each in inner.items())
    return 1
