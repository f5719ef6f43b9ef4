"""Turns a selection into queries of an index and a test of a summary; values are always bound as parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from functions.forms.characters import plain_code
from functions.records.state import searchable
from functions.records.store import Selection, Summary
from functions.storage.aws.items import Item
from functions.storage.aws.table import INDEXES, NEWEST, NEWEST_OF_FORM, NEWEST_OF_PERIOD, SHARDS, WAITING, index_key

CONTESTED: Final = "contested"
_LONGEST_KEY: Final = 1024


@dataclass(frozen=True, slots=True)
class Span:
    """The partitions of one index that contain the selection, and the filter that excludes other filings."""

    index: str
    partitions: tuple[str, ...]
    filter: str = ""
    names: dict[str, str] = field(default_factory=dict)
    values: Item = field(default_factory=dict)

    def query(self, partition: str) -> dict[str, Any]:
        """Return the arguments of a Query over one of the partitions."""
        arguments: dict[str, Any] = {
            "IndexName": self.index,
            "KeyConditionExpression": "#partition = :partition",
            "ExpressionAttributeNames": {"#partition": INDEXES[self.index], **self.names},
            "ExpressionAttributeValues": {":partition": {"S": partition}, **self.values},
        }
        return arguments | ({"FilterExpression": self.filter} if self.filter else {})


def is_by_name(selection: Selection) -> bool:
    """Whether the filings are found by their numbers or their guard, without any index."""
    return bool(selection.numbers) or selection.guard is not None or selection.status == CONTESTED


def span_of(selection: Selection, forms_of: Callable[[str], Iterable[str]]) -> Span:
    """Return where the selected filings are; `forms_of` gives the forms that have filings for a period."""
    names: dict[str, str] = {}
    values: Item = {}
    terms: list[str] = []
    waiting = selection.status == "submitted" or selection.waiting_for is not None
    for name in ("status", "timeliness", *("form", "period") * waiting):
        value = getattr(selection, name)
        if value is not None:
            names[f"#{name}"], values[f":{name}"] = name, {"S": value}
            terms.append(f"#{name} = :{name}")
    if selection.unit is not None:
        names |= {"#unit": "unit_sought", "#uscc": "uscc"}
        values |= {":unit": {"S": searchable(selection.unit)}, ":uscc": {"S": _uscc(selection.unit)}}
        terms.append("(contains(#unit, :unit) OR #uscc = :uscc)")
    if selection.waiting_for is not None:
        names["#approved_by"], values[":officer"] = "approved_by", {"S": selection.waiting_for}
        terms.append("#approved_by <> :officer")
    index, keys = (WAITING, [()]) if waiting else _keys(selection, forms_of)
    partitions = tuple(index_key(shard, *of) for of in keys if _fits(of) for shard in range(SHARDS))
    return Span(index, partitions, " AND ".join(terms), names, values)


def matches(summary: Summary, selection: Selection) -> bool:
    """Whether the selection matches this filing; needs a summary with `contested` set."""
    wanted = (
        (selection.form, summary.form),
        (selection.period, summary.period),
        (selection.timeliness, summary.timeliness),
        (selection.guard, summary.guard),
    )
    return (
        all(value is None or value == held for value, held in wanted)
        and (not selection.numbers or summary.number in selection.numbers)
        and _has_status(summary, selection.status)
        and _waits_for(summary, selection.waiting_for)
        and _is_unit(summary, selection.unit)
        and all(searchable(word) in summary.words for word in selection.words)
    )


def _keys(selection: Selection, forms_of: Callable[[str], Iterable[str]]) -> tuple[str, list[tuple[str, ...]]]:
    """Return the index, and the values of its partition keys."""
    if selection.period is not None:
        forms = (selection.form,) if selection.form is not None else forms_of(selection.period)
        return NEWEST_OF_PERIOD, [(form, selection.period) for form in forms]
    if selection.form is not None:
        return NEWEST_OF_FORM, [(selection.form,)]
    return NEWEST, [()]


def _fits(of: tuple[str, ...]) -> bool:
    """Whether the typed value could be a key at all."""
    return len("".join(of).encode()) <= _LONGEST_KEY


def _has_status(summary: Summary, status: str | None) -> bool:
    return summary.contested if status == CONTESTED else status in (None, summary.status)


def _waits_for(summary: Summary, officer: str | None) -> bool:
    return officer is None or (summary.status == "submitted" and summary.approved_by != officer)


def _is_unit(summary: Summary, unit: str | None) -> bool:
    return unit is None or searchable(unit) in searchable(summary.unit_name) or summary.uscc == _uscc(unit)


def _uscc(unit: str) -> str:
    return plain_code(unit)
