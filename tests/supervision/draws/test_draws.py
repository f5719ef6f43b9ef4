"""Pool, ranks and replacements: the same pool and seed give the same draw, to everybody, and never a second one."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from datetime import date

import pytest

from functions.errors import QingdanError
from functions.forms.authoring.rosters import read_rosters
from functions.supervision.draws.from_roster import pool_of
from functions.supervision.draws.pool import LeftOut, Member, Pool, make_pool, read_pool
from functions.supervision.draws.ranks import COUNTY_DIRECT, draw, rank_of, rank_pool, read_seed
from functions.supervision.draws.replacing import Drop, Placed, outcomes, taken
from functions.supervision.rosters.state import Roster, Row, key_of
from tests.conftest import ROOT
from tests.support.filings import make_uscc

FORMS = {form.id: form for form in read_rosters(ROOT / "schemas")}
SEED = "41635214662531425163"
DAY = date(2026, 9, 7)


def members(count: int, stratum: str = "township", start: int = 1) -> list[Member]:
    return [Member(stratum, make_uscc(n), f"示例单位{n}") for n in range(start, start + count)]


def test_the_pool_has_one_spelling_whatever_the_order() -> None:
    out = [LeftOut(make_uscc(9), "示例,单位九", "今年已经\n检查过, 不再查")]
    pools = [make_pool(members(5), out), make_pool(reversed(members(5)), out)]
    assert pools[0].content == pools[1].content
    lines = pools[0].content.decode().splitlines()
    assert lines == sorted(lines)
    assert lines[0] == f"-,{make_uscc(9)},示例，单位九,今年已经 检查过， 不再查"
    assert f"township,{make_uscc(1)},示例单位1" in lines
    assert pools[0].content.endswith(b"\n")
    assert pools[0].digest == hashlib.sha256(pools[0].content).hexdigest()


def test_who_is_left_out_and_why_changes_the_digest() -> None:
    with_reason = {make_pool(members(5), [LeftOut(make_uscc(9), "九", why)]).digest for why in ("停办", "回避")}
    assert len(with_reason | {make_pool(members(5)).digest}) == 3


def test_the_same_unit_twice_is_refused() -> None:
    again = Member("group", make_uscc(1), "示例单位1")
    with pytest.raises(QingdanError, match="有两次"):
        make_pool([*members(2), again])
    with pytest.raises(QingdanError, match="有两次"):
        make_pool(members(2), [LeftOut(make_uscc(1), "示例单位1", "停办")])


def test_a_published_pool_is_read_back_and_a_changed_one_refused() -> None:
    pool = make_pool(members(3), [LeftOut(make_uscc(9), "九", "停办")])
    assert read_pool(pool.content) == pool
    for broken in (
        pool.content + b"township,1\n",
        pool.content.replace(b"\n", b"\r\n"),
        b"\xff",
        b"".join(reversed(pool.content.splitlines(keepends=True))),
        pool.content.rstrip(b"\n"),
    ):
        with pytest.raises(QingdanError):
            read_pool(broken)


def test_a_rank_is_the_digest_that_the_documentation_says() -> None:
    wanted = hashlib.sha256(b"draw/1\ntownship\n" + make_uscc(1).encode() + b"\n" + SEED.encode()).hexdigest()
    assert rank_of("township", make_uscc(1), SEED) == wanted


def test_the_first_of_each_stratum_are_drawn_county_direct_first() -> None:
    pool = make_pool([*members(30, COUNTY_DIRECT), *members(20, "township", 100), *members(9, "group", 200)])
    ranks = rank_pool(pool, SEED)
    assert list(ranks) == [COUNTY_DIRECT, "group", "township"]
    drawn = draw(ranks, {COUNTY_DIRECT: 10, "township": 2, "group": 0})
    assert [one.member.stratum for one in drawn] == [COUNTY_DIRECT] * 10 + ["township"] * 2
    for name, size in ((COUNTY_DIRECT, 10), ("township", 2)):
        by_hand = sorted((rank_of(name, one.id, SEED), one.id) for one in pool.members if one.stratum == name)
        assert [one.member.id for one in drawn if one.member.stratum == name] == [id for _, id in by_hand[:size]]


@pytest.mark.parametrize("typed", ["4163 5214 6625 3142 5163", " 41635214662531425163\n", "4163-5214-6625-3142-5163"])
def test_a_seed_is_read_with_or_without_groups(typed: str) -> None:
    assert read_seed(typed) == SEED


@pytest.mark.parametrize("typed", ["", SEED[1:], SEED + "x", "４" * 20, "1" * 201, "-" * 20])
def test_a_seed_of_anything_but_20_digits_or_more_is_refused(typed: str) -> None:
    with pytest.raises(QingdanError, match="种子"):
        read_seed(typed)


def placed(pool: Pool, size: int, *drops: str) -> tuple[Placed, ...]:
    ranks = rank_pool(pool, SEED)
    return outcomes(ranks, {"township": size}, [Drop(id, "停办") for id in drops])["township"]


def test_who_drops_out_is_replaced_by_the_next_in_rank() -> None:
    pool = make_pool(members(8))
    first = [one.ranked.member.id for one in placed(pool, 3)]
    found = placed(pool, 3, first[1])
    assert [one.outcome for one in found] == ["drawn", "dropped", "drawn", "stands_in", *["reserve"] * 4]
    assert (found[1].reason, found[3].instead_of) == ("停办", 2)
    # The one who stands in drops out too: again the next, and nobody's place is drawn anew.
    found = placed(pool, 3, first[1], first[3])
    assert [one.outcome for one in found[:5]] == ["drawn", "dropped", "drawn", "dropped", "stands_in"]
    assert (found[3].instead_of, found[4].instead_of) == (2, 4)
    assert [one.member.id for one in taken({"township": found})] == [first[0], first[2], first[4]]


def test_when_nobody_is_left_nobody_stands_in() -> None:
    pool = make_pool(members(3))
    first = [one.ranked.member.id for one in placed(pool, 3)]
    assert [one.outcome for one in placed(pool, 3, first[0])] == ["dropped", "drawn", "drawn"]


def test_only_who_is_drawn_can_drop_out_and_only_once() -> None:
    pool = make_pool(members(4))
    first = [one.ranked.member.id for one in placed(pool, 2)]
    for drops in ((first[2],), (first[0], first[0]), (make_uscc(77),)):
        with pytest.raises(QingdanError, match="没有被抽中"):
            placed(pool, 2, *drops)


def test_a_roster_becomes_a_pool_with_what_does_not_count_left_out() -> None:
    form = FORMS["units"]
    rows = [
        {"unit_name": "甲", "uscc": make_uscc(1), "stratum": "township"},
        {"unit_name": "乙", "uscc": make_uscc(2), "stratum": "group", "until": "2026-09-06"},
        {"unit_name": "丙", "uscc": make_uscc(3), "stratum": "group", "since": "2026-09-08", "until": "2027-01-01"},
        {"unit_name": "丁", "uscc": make_uscc(4), "stratum": "group", "since": "2026-09-07", "until": "2026-09-07"},
        {"unit_name": "戊", "uscc": make_uscc(5), "stratum": "group"},
    ]
    roster = Roster({key_of(form, row): Row(row, DAY) for row in rows})
    pool = pool_of(form, roster, DAY, {make_uscc(5): "今年已经检查过"})
    assert {one.name for one in pool.members} == {"甲", "丁"}
    assert {(one.name, one.reason) for one in pool.left_out} == {
        ("乙", "名册上的移出日期是 2026-09-06，已经过了"),
        ("丙", "名册上的列入日期是 2026-09-08，还没有到"),
        ("戊", "今年已经检查过"),
    }
    with pytest.raises(QingdanError, match="没有"):
        pool_of(form, roster, DAY, {make_uscc(6): "停办"})


def test_a_unit_of_several_projects_is_once_in_the_pool() -> None:
    form = FORMS["key-projects"]
    rows = [{"project_name": name, "unit_name": "甲", "uscc": make_uscc(1)} for name in ("一号", "二号")]
    roster = Roster({key_of(form, row): Row(row, DAY) for row in rows})
    assert pool_of(form, roster, DAY).members == {Member("other", make_uscc(1), "甲")}


def test_officers_are_drawn_by_their_certificates_and_expired_ones_left_out() -> None:
    form = FORMS["officers"]
    shared = {"unit_name": "示例县档案局", "uscc": make_uscc(1)}
    rows = [
        {"officer_name": "示例甲", "certificate": "冀D04001", **shared},
        {"officer_name": "示例乙", "certificate": "冀D04002", "until": "2026-09-06", **shared},
    ]
    pool = pool_of(form, Roster({key_of(form, row): Row(row, DAY) for row in rows}), DAY)
    assert pool.members == {Member("officers", "冀D04001", "示例甲")}
    assert [one.id for one in pool.left_out] == ["冀D04002"]


def chi_square(counts: Counter[str], ids: list[str], expected: float, *, correction: float = 1.0) -> float:
    return correction * sum((counts[id] - expected) ** 2 for id in ids) / expected


def test_over_20000_seeds_everybody_is_drawn_equally_often() -> None:
    """Chi-square with 19 degrees of freedom: 99.9 % of fair draws stay below 43.8, and 99.9 % above 5.4."""
    pool = make_pool(members(20))
    ids = [one.id for one in pool.members]
    numbers = random.Random(20260907)
    seeds = [f"{numbers.randrange(10**20):020}" for _ in range(20_000)]
    firsts: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for seed in seeds:
        one, two = draw(rank_pool(pool, seed), {"township": 2})
        firsts[one.member.id] += 1
        drawn.update((one.member.id, two.member.id))
        pairs["".join(sorted((one.member.id, two.member.id)))] += 1
    assert 5.4 < chi_square(firsts, ids, 1000) < 43.8
    # Two at a time without putting back vary less: the correction is (N - 1) / (N - k).
    assert 5.4 < chi_square(drawn, ids, 2000, correction=19 / 18) < 43.8
    # 190 pairs, 189 degrees of freedom: 99.9 % below 254.
    assert len(pairs) == 190
    assert chi_square(pairs, list(pairs), 20_000 / 190) < 254
