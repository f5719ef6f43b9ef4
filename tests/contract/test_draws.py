"""Both stores give the same pool and the same draw of a roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from functions.errors import NotFound, QingdanError, StepRefused
from functions.forms.authoring.rosters import read_rosters
from functions.records.ledger import LedgerStore, Step, chain_name
from functions.records.proof.audit import Report
from functions.supervision.draws.audit import check_draw
from functions.supervision.draws.chain import Lot, LotName, Witness, faults
from functions.supervision.draws.from_roster import pool_of
from functions.supervision.draws.ledger import Draws
from functions.supervision.draws.pool import Member, make_pool
from functions.supervision.draws.ranks import draw, rank_pool
from functions.supervision.rosters.ledger import Rosters
from tests.conftest import ROOT
from tests.support.filings import make_uscc

FORM = next(form for form in read_rosters(ROOT / "schemas") if form.id == "units")


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


LOTS_OF: Final[dict[LotName, Lot]] = {
    "units": Lot(make_pool(Member("county_direct", make_uscc(n), f"示例{n}") for n in range(1, 121)), 10),
    "officers": Lot(make_pool(Member("officers", f"冀D0400{n}", f"示例{n}") for n in range(1, 6)), 2),
}
AT: Final = datetime(2026, 9, 7, 1, tzinfo=UTC)
SEED: Final = "41635214662531425163"
WITNESSES: Final = (Witness("示例午", "县司法局", outside=True), Witness("示例未", "本局办公室", outside=False))


def published(draws: Draws, **changes: Any) -> str:
    facts: dict[str, Any] = {"title": "第 1 次抽查", "kind": "full", "source": "一枚骰子，当众掷 20 次", **changes}
    return draws.publish(facts.pop("lots", LOTS_OF), **facts, actor="示例甲", at=AT)


@pytest.fixture
def draws(ledger: LedgerStore) -> Draws:
    return Draws(ledger, lambda count: b"s" * count)


def made(draws: Draws) -> str:
    name = published(draws)
    draws.draw(name, SEED, "4163 5214 6625 3142 5163", WITNESSES, actor="示例甲", at=AT)
    return name


@pytest.mark.proves("Q2", "Q3", "Q9")
def test_a_draw_is_published_drawn_and_replaced_and_recomputing_agrees(draws: Draws) -> None:
    name = published(draws)
    before = draws.read(name)
    assert (name, before.seed, before.lots) == ("2026-1", "", LOTS_OF)
    draws.draw(name, SEED, SEED, WITNESSES, actor="示例甲", at=AT)
    ranks = [one.ranked.member.id for one in draws.read(name).placed("units")["county_direct"]]
    assert draws.drop(name, ranks[3], "回避", actor="示例甲", at=AT) == ranks[10]
    officers = [one.ranked.member.id for one in draws.read(name).placed("officers")["officers"]]
    assert draws.drop(name, officers[0], "回避", actor="示例甲", at=AT) == officers[2]
    assert list(faults(draws.events(name))) == []
    assert published(draws) == "2026-2"


def test_there_is_never_a_second_draw(draws: Draws) -> None:
    name = made(draws)
    with pytest.raises(StepRefused, match="不重抽"):
        draws.draw(name, "1" * 20, "1" * 20, WITNESSES, actor="示例甲", at=AT)
    with pytest.raises(QingdanError, match="没有被抽中"):
        draws.drop(name, make_uscc(999), "回避", actor="示例甲", at=AT)
    with pytest.raises(NotFound):
        draws.read("2026-9")


@pytest.mark.parametrize(
    ("second", "witnesses", "words"),
    [
        (SEED[:6] + "5" + SEED[7:], WITNESSES, "两次录入不一样，第 7 位"),
        (SEED + "1", WITNESSES, "一次 20 位，一次 21 位"),
        (SEED, WITNESSES[:1], "两名见证人"),
        (SEED, WITNESSES[:1] * 2, "两名见证人"),
        (
            SEED,
            (WITNESSES[1], Witness("示例酉", "本局办公室", outside=False), Witness("", "", outside=True)),
            "不是本科室的",
        ),
        (SEED, (WITNESSES[1], Witness("示例申", "业务指导科", outside=False)), "不是本科室的"),
    ],
)
def test_two_entries_and_two_witnesses_or_nothing_is_stored(
    draws: Draws, second: str, witnesses: Sequence[Witness], words: str
) -> None:
    name = published(draws)
    with pytest.raises(QingdanError, match=words):
        draws.draw(name, SEED, second, witnesses, actor="示例甲", at=AT)
    assert len(draws.events(name)) == 1


@pytest.mark.proves("Q2", "Q3")
def test_a_rule_that_can_be_kept_is_kept_and_one_that_cannot_wants_a_decision(draws: Draws) -> None:
    few = {**LOTS_OF, "units": Lot(make_pool(Member("township", make_uscc(n), "示例") for n in range(1, 18)), 1)}
    with pytest.raises(QingdanError, match="都不在 6–10% 之间"):
        published(draws, lots=few)
    too_many = {**LOTS_OF, "units": Lot(LOTS_OF["units"].pool, 13)}
    with pytest.raises(QingdanError, match="可以抽 8–12 家，现在是 13"):
        published(draws, lots=too_many, decision="多抽一家")
    name = published(draws, lots=few, decision="照抽 1 家，报县政府备案")
    assert draws.read(name).decision == "照抽 1 家，报县政府备案"


def test_a_draw_that_was_not_made_by_its_seed_is_found(ledger: LedgerStore, draws: Draws) -> None:
    name = published(draws)
    lot = LOTS_OF["units"]
    wrong = [one.id for one in sorted(lot.pool.members)[:10]]
    body = {"seed": SEED, "witnesses": [], "units": wrong, "officers": ["冀D04001", "冀D04002"]}
    chain = chain_name("draw", name)
    ledger.append(chain, [Step("drawn", "示例甲", AT, body, b"s" * 32)], expect=1)
    heir = {"id": wrong[0], "reason": "回避", "heir": wrong[1]}
    ledger.append(chain, [Step("dropped", "示例甲", AT, heir, b"s" * 32)], expect=2)
    ledger.append(chain, [Step("redrawn", "示例甲", AT, {}, b"s" * 32)], expect=3)
    found = dict(faults(draws.events(name)))
    assert found[2] == "抽中的和由种子重算的不一样"
    assert set(found) == {2, 3, 4}
    report = Report()
    check_draw(draws.events(name), report)
    assert [finding.kind for finding in report.findings] == ["draw_differs"] * 3
    assert report.checked == {"draws": 1}
