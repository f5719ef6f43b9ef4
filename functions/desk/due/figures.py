"""Counts of obligations by state, and the lengths of the bars that show them; knows no page and no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from functions.records.words import Mark
from functions.supervision.obligations.values import Obligation, State
from functions.supervision.obligations.words import GROUPS, STATES, WORDS

K = TypeVar("K")

LEAST: Final = 1.2
LEAST_IN_ROW: Final = 3.0
WHOLE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One state's part of a bar, in percent of its length; `group` says whether another group begins here."""

    mark: Mark
    count: int
    start: float
    width: float
    begins_group: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold how many obligations are in one state, and what that means."""

    state: State
    mark: Mark
    meaning: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one group; `start` and `end` are where it lies on the bar."""

    title: str
    figures: tuple[Figure, ...]
    start: float
    end: float

    @property
    def total(self) -> int:
        return sum(figure.count for figure in self.figures)

    @property
    def middle(self) -> float:
        """Return where its words stand below the bar, so far from the ends that they fit."""
        return min(max((self.start + self.end) / 2, 8), 92)


@dataclass(frozen=True, slots=True)
class Counts:
    """Some obligations counted."""

    by_state: Counter[State]
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, obligations: Iterable[Obligation], least: float = LEAST) -> Counts:
        counted = Counter(one.state for one in obligations)
        return cls(counted, segments_of(counted, least))

    @property
    def total(self) -> int:
        return self.by_state.total()

    def group(self, title: str) -> int:
        """Return how many there are in a group."""
        return sum(count for state, count in self.by_state.items() if WORDS[state].group == title)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the three groups with their figures, in the order of every list."""
        return tuple(self._group(title) for title in GROUPS)

    @property
    def share_in(self) -> int:
        """Return how much of it is in, in whole percent: 100 only when all is."""
        return self.group(GROUPS[-1]) * 100 // self.total if self.total else 0

    @property
    def spoken(self) -> str:
        """Say every number, for who does not see the bar."""
        parts = [f"应报 {self.total} 份。"]
        for group in self.groups:
            figures = "，".join(f"{figure.mark.word} {figure.count}" for figure in group.figures)
            parts.append(f"{group.title} {group.total} 份：{figures}。")
        return "".join(parts)

    def _group(self, title: str) -> Group:
        states = [state for state in STATES if WORDS[state].group == title]
        figures = (Figure(each, WORDS[each].mark, WORDS[each].meaning, self.by_state[each]) for each in states)
        marks = {WORDS[state].mark for state in states}
        parts = [segment for segment in self.segments if segment.mark in marks]
        ends = (parts[0].start, parts[-1].start + parts[-1].width) if parts else (0.0, 0.0)
        return Group(title, tuple(figures), *ends)


def segments_of(counted: Counter[State], least: float) -> tuple[Segment, ...]:
    """Make the bar of these counts: what is not zero is at least so long, and the longest gives way for it."""
    total = counted.total()
    states = [state for state in STATES if counted[state]]
    widths = {state: max(counted[state] * WHOLE / total, least) for state in states}
    if widths:
        longest = max(widths, key=widths.__getitem__)
        widths[longest] -= sum(widths.values()) - WHOLE
    found: list[Segment] = []
    start, group = 0.0, ""
    for state in states:
        word = WORDS[state]
        begins = bool(group) and word.group != group
        found.append(Segment(word.mark, counted[state], start, widths[state], begins))
        start, group = start + widths[state], word.group
    return tuple(found)


def counted_by(
    obligations: Sequence[Obligation], key: Callable[[Obligation], K]
) -> list[tuple[K, Counts, list[Obligation]]]:
    """Return the obligations in groups by a key, counted, in the order in which they are first met."""
    found: dict[K, list[Obligation]] = {}
    for one in obligations:
        found.setdefault(key(one), []).append(one)
    return [(value, Counts.of(those, LEAST_IN_ROW), those) for value, those in found.items()]
