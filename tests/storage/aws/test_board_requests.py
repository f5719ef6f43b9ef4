"""The due board in the cloud asks as often for a thousand units as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.bootstrap import Services
from functions.records.sealing import seal_new
from functions.storage.aws.blobs import S3Blobs
from functions.storage.aws.records.store import AwsStore
from functions.supervision.board import Board
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import plan_import
from tests.support.board import PROFESSIONAL
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import self_check
from tests.support.records import History
from tests.support.store.bulk import fill

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """No page is looked at here."""
    return tmp_path / "site"


@pytest.mark.parametrize("sealed", [False, True])
def test_a_thousand_units_take_no_more_requests_than_ten(services: Services, ministack: Any, sealed: bool) -> None:
    asked = [requests_for(services, ministack, units, sealed) for units in (10, 1000)]
    assert asked[0] == asked[1]
    assert asked[0]["Query"] == 18 + len(services.catalogue.rosters) + (not sealed)
    assert asked[0]["GetItem"] == 1
    assert asked[0].get("GetObject", 0) == sealed


def requests_for(services: Services, cloud: Any, units: int, sealed: bool) -> dict[str, int]:
    """How often the store was asked what, by a process that knows nothing yet."""
    store = cloud.open(cloud.fresh_table())
    try:
        over = replace(services, records=store, ledger=store.ledger)
        list_many(over, units)
        fill(store, (filing(services, place) for place in range(units)))
        if sealed:
            seal_new(store.seals, services.keys.signer, NOW)
        with counted(store) as asked:
            owed = Board(over).day(NOW.date()).obligations
        assert sum(one.state == "on_time" for one in owed) == units
    finally:
        store.close()
    return asked


def list_many(services: Services, units: int) -> None:
    form, rosters = services.catalogue.roster(PROFESSIONAL), Rosters(services.ledger, services.entropy)
    rows = [{"unit_name": f"示例单位{n}", "uscc": make_uscc(n), "since": "2026-01-01"} for n in range(units)]
    rosters.carry_out(
        form, plan_import(form, rosters.read(form), rows), file={"name": "x"}, reason="", actor="主管", at=NOW
    )


def filing(services: Services, place: int) -> Any:
    (step,) = (
        History(services.keys, self_check(), entropy=services.entropy)
        .file(valid_self_check(uscc=make_uscc(place), unit_name=f"示例单位{place}"))
        .steps
    )
    return replace(step, idempotency=None)


@contextmanager
def counted(store: AwsStore) -> Iterator[dict[str, int]]:
    found: dict[str, int] = {}

    def note(model: Any, **_: Any) -> None:
        found[model.name] = found.get(model.name, 0) + 1

    assert isinstance(store.blobs, S3Blobs)
    clients: tuple[Any, ...] = (store.reader.client, store.blobs._bucket.client)
    for client in clients:
        client.meta.events.register("before-call", note)
    yield found
    for client in clients:
        client.meta.events.unregister("before-call", note)
