"""How many may be drawn, against counting out every number; what has no solution is said, never bent."""

from __future__ import annotations

import pytest

from functions.supervision.draws.ranks import COUNTY_DIRECT
from functions.supervision.draws.sizes import (
    Bound,
    bounds_of,
    key_monitored,
    most_field_checks,
    share_bounds,
    share_out,
)
from functions.supervision.draws.words import allowed_text, arithmetic_text, impossible_text, verdict_text

MOST = 2000


def counted_out(units: int) -> list[int]:
    """Every size of 6 to 10 % of the units."""
    return [size for size in range(1, units + 1) if 6 * units <= 100 * size <= 10 * units]


@pytest.mark.proves("Q2")
def test_the_sizes_between_6_and_10_percent_are_those_that_counting_finds() -> None:
    for units in range(1, MOST + 1):
        least, most = share_bounds(units)
        assert list(range(least, most + 1)) == counted_out(units), units


@pytest.mark.proves("Q2")
def test_no_size_fits_1_to_9_and_17_to_19_units() -> None:
    none = [units for units in range(1, MOST + 1) if not counted_out(units)]
    assert none == [*range(1, 10), 17, 18, 19]
    for units in none:
        (share, _) = bounds_of("full", {"township": units}, 1)
        assert not share.is_possible
        assert (verdict_text(share), allowed_text(share)) == ("做不到", "无解")


@pytest.mark.proves("Q2", "Q3")
def test_ten_directly_under_the_county_fit_only_from_100_units_on() -> None:
    for units in range(1, MOST + 1):
        for direct in {0, 9, 10, 11, units // 2, units} & set(range(units + 1)):
            sizes = [size for size in counted_out(units) for ours in range(10, direct + 1) if ours <= size]
            strata = {COUNTY_DIRECT: direct, "township": units - direct}
            bounds = bounds_of("full", {name: count for name, count in strata.items() if count}, 1)
            assert all(bound.is_possible for bound in bounds) == bool(sizes), (units, direct)
            assert bool(sizes) == (units >= 100 and direct >= 10)


@pytest.mark.proves("Q3")
def test_a_draw_of_ten_or_more_takes_ten_directly_under_the_county_first() -> None:
    for direct in range(10, 60):
        for others in range(90, 130, 7):
            for size in counted_out(direct + others):
                taken = share_out({COUNTY_DIRECT: direct, "township": others // 3, "group": others - others // 3}, size)
                assert sum(taken.values()) == size
                assert (taken[COUNTY_DIRECT] >= 10) == (size >= 10)


def test_strata_give_by_their_share_with_the_largest_remainder() -> None:
    strata = {COUNTY_DIRECT: 96, "township": 17, "institution": 118, "enterprise": 155}
    assert share_out(strata, 24) == {COUNTY_DIRECT: 10, "enterprise": 7, "institution": 6, "township": 1}
    assert share_out({"township": 5, "group": 5}, 3) == {"group": 2, "township": 1}
    assert share_out(strata, 386) == strata
    with pytest.raises(ValueError, match="387"):
        share_out(strata, 387)


def test_no_stratum_gives_more_than_it_has_or_misses_its_share_by_one() -> None:
    for size in range(0, 101):
        strata = {"a": 1, "b": 33, "c": 66}
        taken = share_out(strata, size)
        assert sum(taken.values()) == size
        assert all(0 <= taken[name] <= count for name, count in strata.items())
        assert all(abs(taken[name] - size * count / 100) < 1 for name, count in strata.items())


@pytest.mark.proves("Q4")
@pytest.mark.parametrize(("units", "wanted"), [(1, 1), (149, 1), (150, 2), (249, 2), (250, 3), (386, 4), (2000, 20)])
def test_about_one_in_a_hundred_is_key_monitored(units: int, wanted: int) -> None:
    assert key_monitored(units) == wanted


@pytest.mark.proves("Q5")
def test_a_special_inspection_covers_two_units_or_more() -> None:
    assert [bounds_of("special", {"group": 9}, size)[0].is_met for size in (1, 2, 9)] == [False, True, True]
    assert not bounds_of("special", {"group": 1}, 1)[0].is_possible


@pytest.mark.proves("Q8")
def test_field_checks_are_at_most_a_tenth_of_the_reports() -> None:
    for reports in range(MOST + 1):
        assert most_field_checks(reports) == max(k for k in range(reports + 1) if 10 * k <= reports)
    assert most_field_checks(9) == 0
    assert [bounds_of("field_check", {"group": 25}, size)[0].is_met for size in (2, 3)] == [True, False]


@pytest.mark.proves("Q9")
def test_two_officers_are_the_least() -> None:
    assert [bounds_of("officers", {"officers": 5}, size)[0].is_met for size in (1, 2)] == [False, True]


@pytest.mark.proves("Q2", "Q3")
def test_a_conflict_is_explained_with_its_numbers() -> None:
    share, direct = bounds_of("full", {"township": 17}, 1)
    assert arithmetic_text(share) == "17 家，6% 是 1.02，10% 是 1.7"
    said = impossible_text(share)
    assert "17 家里抽 1 家是 5.9%，抽 2 家是 11.8%，都不在 6–10% 之间，中间没有整数" in said
    assert "不改比例去凑数" in said
    assert "名单里只有 0 个" in impossible_text(direct)
    _, direct = bounds_of("full", {COUNTY_DIRECT: 40, "township": 50}, 9)
    assert "按 10% 最多抽 9 家，不到 10 家，两条冲突" in impossible_text(direct)
    fits = Bound("Q2", 386, 24, 38, 40)
    assert (allowed_text(fits), verdict_text(fits)) == ("24–38 家", "不符合")
    assert "386 家，6% 是 23.16，10% 是 38.6，可以抽 24–38 家，现在是 40" in impossible_text(fits)
