"""Both stores give the same pool and the same draw of a roster."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from functions.forms.authoring.rosters import read_rosters
from functions.records.ledger import LedgerStore
from functions.supervision.draws.from_roster import pool_of
from functions.supervision.draws.pool import Member, make_pool
from functions.supervision.draws.ranks import draw, rank_pool
from functions.supervision.rosters.ledger import Rosters
from tests.conftest import ROOT
from tests.support.filings import make_uscc

FORM = next(form for form in read_rosters(ROOT / "schemas") if form.id == "units")


@pytest.mark.proves("F17")
def test_a_roster_on_the_ledger_is_drawn_like_the_pool_it_holds(ledger: LedgerStore) -> None:
    at, day = datetime(2026, 9, 7, 1, tzinfo=UTC), date(2026, 9, 7)
    rosters = Rosters(ledger, lambda count: b"s" * count)
    rows = [{"unit_name": f"示例{n}", "uscc": make_uscc(n), "stratum": "township"} for n in range(1, 13)]
    for head, row in enumerate(rows):
        rosters.add(FORM, row, head=head, actor="示例甲", at=at)
    pool = pool_of(FORM, rosters.read(FORM, day), day)
    wanted = make_pool(Member("township", row["uscc"], row["unit_name"]) for row in reversed(rows))
    assert pool.content == wanted.content
    seed = "41635214662531425163"
    assert draw(rank_pool(pool, seed), {"township": 1}) == draw(rank_pool(wanted, seed), {"township": 1})
