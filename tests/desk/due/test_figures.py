"""The bar of the board: nothing that is not zero is too small to see, and the parts fill it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.desk.due.figures import LEAST, LEAST_IN_ROW, Counts, segments_of
from functions.desk.due.search import initials, is_found
from functions.supervision.obligations.values import State

STATES = get_args(State)


def counts(**by_state: int) -> Counts:
    counted: Counter[State] = Counter(by_state)  # type: ignore[arg-type]
    return Counts(counted, segments_of(counted, LEAST))


@given(st.dictionaries(st.sampled_from(STATES), st.integers(0, 50_000)), st.sampled_from((LEAST, LEAST_IN_ROW)))
def test_the_parts_fill_the_bar_and_each_can_be_seen(counted: dict[State, int], least: float) -> None:
    found = segments_of(Counter(counted), least)
    assert len(found) == sum(count > 0 for count in counted.values())
    assert all(segment.width >= least - 1e-9 for segment in found)
    assert not found or sum(segment.width for segment in found) == pytest.approx(100)
    assert all(one.start + one.width == pytest.approx(two.start) for one, two in pairwise(found))


def test_the_longest_part_gives_way() -> None:
    over, done = segments_of(Counter({"overdue": 1, "on_time": 999}), LEAST)
    assert [over.width, done.width] == pytest.approx([1.2, 98.8])


@pytest.mark.parametrize(("late", "share"), [(0, 100), (1, 99)])
def test_all_is_in_only_when_nothing_is_missing(late: int, share: int) -> None:
    assert counts(overdue=late, on_time=999).share_in == share


def test_the_groups_lie_where_their_parts_are() -> None:
    act, waiting, done = counts(overdue=10, upcoming=40, on_time=50).groups
    assert [(one.start, one.end) for one in (act, waiting, done)] == [(0, 10), (10, 50), (50, 100)]
    assert [one.begins_group for one in counts(overdue=1, refused=1, on_time=1).segments] == [False, False, True]


def test_words_at_an_end_of_the_bar_stay_within_it() -> None:
    assert [one.middle for one in counts(upcoming=1, on_time=999).groups][1] == 8


def test_a_unit_is_found_by_the_letters_that_begin_its_characters() -> None:
    assert initials("示例县档案馆") == "slxdag"
    assert is_found(["XDAG", "示例"], "示例县档案馆")
    assert is_found(["示例 县"], "示例县档案馆")
    assert not is_found(["dax"], "示例县档案馆")
