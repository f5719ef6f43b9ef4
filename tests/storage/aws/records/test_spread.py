"""1,000 filings a second for one form and period, and no partition is asked for more than it gives.

DynamoDB hashes partition keys by a function of its own; MD5 stands in for it, cut into as many ranges as there are
partitions. One partition writes 1,000 units a second; a part of a transaction costs two for each kilobyte begun, an
entry of an index one.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from functions.forms.catalogue import Catalogue
from functions.records.filing import prepare
from functions.records.number import ENTROPY_BYTES, make_number
from functions.records.store import Append
from functions.storage.aws.items import summary_item
from functions.storage.aws.records.appending import Appender
from functions.storage.aws.table import INDEXES, PROJECTED, SHARDS, index_key, shard_of
from functions.storage.keys import load_keys
from tests.conftest import ROOT
from tests.support.filings import make_uscc, valid_self_check
from tests.support.store.steps import first_step

A_SECOND = 1_000
LIMIT = 1_000
NEW_TABLE = 4
AT = datetime(2026, 9, 30, 15, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Load:
    """What one write costs, and on which partition key."""

    key: str
    units: int


def size_of(item: dict[str, Any]) -> int:
    """Bytes, as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    ((kind, held),) = value.items()
    return len(held.encode()) if kind == "S" else len(held) if kind == "B" else 1 if kind == "BOOL" else 2


def partition_of(key: str, partitions: int) -> int:
    return int.from_bytes(hashlib.md5(key.encode()).digest()[:8], "big") * partitions >> 64


def busiest(loads: Iterable[Load], partitions: int) -> int:
    """The units that the busiest partition has to write."""
    counted: Counter[int] = Counter()
    for load in loads:
        counted[partition_of(load.key, partitions)] += load.units
    return max(counted.values())


@pytest.fixture(scope="module")
def steps(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> list[Append]:
    """One second of filings as units send them."""
    return list(filings(catalogue, tmp_path_factory.mktemp("keys")))


def filings(catalogue: Catalogue, folder: Path) -> Iterator[Append]:
    keys, definition = load_keys(folder, os.urandom), catalogue.get("annual-self-check")
    for n in range(A_SECOND):
        yield prepare(
            definition,
            valid_self_check(uscc=make_uscc(n), unit_name=f"示例县第{n}中学"),
            at=AT,
            due=date(2026, 9, 30),
            timeliness="on_time",
            contest=False,
            idempotency_key=hashlib.sha256(b"%d" % n).hexdigest(),
            request_digest="a" * 64,
            keys=keys,
            entropy=drawn_from(n),
        )


def drawn_from(seed: int) -> Callable[[int], bytes]:
    """Different bytes at every call, the same in every run."""
    calls = count()
    return lambda size: hashlib.shake_256(b"%d %d" % (seed, next(calls))).digest(size)


def table_loads(steps: Iterable[Append]) -> Iterator[Load]:
    """What the table has to write for these filings; every process has noted their period before."""
    appender = Appender(None, "t", None, os.urandom, keep=lambda *_: None)  # type: ignore[arg-type]
    for number, step in enumerate(steps):
        for write in appender.writes(step, None):
            ((action, of),) = write.action.items()
            item = of["Item"] if action == "Put" else of["Key"]
            if item["pk"]["S"] != "periods" or number == 0:
                yield Load(item["pk"]["S"], 2 * ceil(size_of(item) / 1024))


def index_loads(step: Append, attribute: str) -> Load:
    item = summary_item(step.summary, "holder", lambda *_: None)
    entry = {name: item[name] for name in ("pk", "sk", "at", attribute, *PROJECTED)}
    return Load(item[attribute]["S"], ceil(size_of(entry) / 1024))


def test_numbers_fall_evenly_into_shards() -> None:
    drawn = (hashlib.shake_256(b"%d" % n).digest(ENTROPY_BYTES) for n in range(200_000))
    shards = Counter(shard_of(make_number("SC", 2026, entropy)) for entropy in drawn)
    assert len(shards) == SHARDS
    assert max(shards.values()) < 1.02 * 200_000 / SHARDS
    assert min(shards.values()) > 0.98 * 200_000 / SHARDS


@pytest.mark.parametrize("attribute", ["newest", "newest_of_form", "newest_of_period", "waiting"])
def test_no_index_partition_exceeds_half_its_capacity(steps: list[Append], attribute: str) -> None:
    assert attribute in INDEXES.values()
    loads = [index_loads(step, attribute) for step in steps]
    assert sum(load.units for load in loads) == A_SECOND, "an entry is one unit"
    assert busiest(loads, NEW_TABLE) <= LIMIT / 2
    assert max(Counter(load.key for load in loads).values()) <= LIMIT / 10


@pytest.mark.parametrize("year", range(2024, 2036))
@pytest.mark.parametrize("form", ["annual-self-check", "key-project-registration", "completion-application"])
def test_the_keys_of_every_form_and_year_are_spread(form: str, year: int) -> None:
    """Of sixteen keys, no more than nine meet in one of the four partitions of a new index."""
    keys = [index_key(shard, form, str(year)) for shard in range(SHARDS)]
    assert max(Counter(partition_of(key, NEW_TABLE) for key in keys).values()) <= 9


def test_without_shards_one_partition_would_take_all_writes(steps: list[Append]) -> None:
    """What the test above would say of a key that is the same for everybody."""
    loads = [
        Load(load.key.partition("#")[2], load.units) for load in (index_loads(s, "newest_of_period") for s in steps)
    ]
    assert busiest(loads, NEW_TABLE) == A_SECOND
    later = [Load(key="unsealed", units=load.units) for load in table_loads(steps) if load.key.startswith("unsealed#")]
    assert busiest(later, NEW_TABLE) >= 2 * LIMIT


def test_no_key_of_the_table_is_hot_and_its_partitions_share_the_work(steps: list[Append]) -> None:
    loads = list(table_loads(steps))
    keys: Counter[str] = Counter()
    for load in loads:
        keys[load.key] += load.units
    assert max(keys.values()) <= LIMIT / 5
    total = sum(keys.values())
    # So many partitions a table has that was warmed up for twice the load: each writes about half of what it could.
    assert busiest(loads, ceil(2 * total / LIMIT)) <= LIMIT


def units_of_a_filing(step: Append) -> int:
    return sum(load.units for load in table_loads([step]) if load.key != "periods")


def test_the_cost_of_a_filing_matches_the_decision_page(steps: list[Append]) -> None:
    page = (ROOT / "docs" / "decisions" / "0010-one-table.md").read_text(encoding="utf-8")
    assert "costs 18 units in the table and one in each index" in page
    assert {units_of_a_filing(step) for step in steps} == {18}


def test_the_longest_names_still_make_an_entry_of_one_unit() -> None:
    step = first_step(1, unit_name="檔" * 100, form="completion-application", period="2026")
    assert all(index_loads(step, attribute).units == 1 for attribute in INDEXES.values())
