"""The guard item always states its holder and the contested filings, whatever happens to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.records.store import Append, Status, Summary
from functions.storage.aws.guards import GUARD_KEY, Stand, is_contested, moves, stand_of
from functions.storage.aws.items import guard_key
from tests.support.store.steps import first_step

NUMBERS = [f"SC-2026-{n:06d}" for n in range(4)]
GUARDS = ["one", "two"]
STATUSES: list[Status] = ["submitted", "accepted", "withdrawn", "voided"]
STEPS = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(GUARDS), st.sampled_from(STATUSES), st.booleans()), max_size=25
)


@dataclass
class Table:
    """The items of guards, and as much of DynamoDB as it takes to write them."""

    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def write(self, number: str, before: Stand | None, after: Stand) -> bool:
        """All of the transaction or nothing: False when a condition does not hold."""
        actions = [next(iter(write.action.items())) for write in moves("t", number, before, after)]
        if not all(self._holds(number, of) for _, of in actions):
            return False
        for action, of in actions:
            place = (of.get("Item") or of["Key"])["pk"]["S"], (of.get("Item") or of["Key"])["sk"]["S"]
            if action == "Update":
                self._update(number, place, of)
            elif action == "Put":
                self.items[place] = of["Item"]
            else:
                self.items.pop(place, None)
        return True

    def _holds(self, number: str, of: dict[str, Any]) -> bool:
        condition = of.get("ConditionExpression")
        holder = (
            self.items.get((of["Key"]["pk"]["S"], of["Key"]["sk"]["S"]), {}).get("holder", {}).get("S")
            if condition
            else None
        )
        if condition == "#holder = :number":
            return holder == number
        return condition is None or holder in (None, number)

    def _update(self, number: str, place: tuple[str, str], of: dict[str, Any]) -> None:
        item = dict(self.items.get(place, {}))
        if "SET #holder" in of["UpdateExpression"]:
            item["holder"] = {"S": number}
        if "REMOVE #holder" in of["UpdateExpression"]:
            del item["holder"]
        if "ADD #rivals" in of["UpdateExpression"]:
            change = int(of["ExpressionAttributeValues"][":change"]["N"])
            item["rivals"] = {"N": str(int(item.get("rivals", {}).get("N", 0)) + change)}
        self.items[place] = item

    def guard(self, guard: str) -> dict[str, Any] | None:
        return self.items.get((guard_key(guard), GUARD_KEY))

    def members(self, guard: str) -> set[str]:
        return {
            sort.removeprefix("member#") for part, sort in self.items if part == guard_key(guard) and sort != GUARD_KEY
        }


def step_of(number: str, guard: str, status: Status, contest: bool) -> Append:
    step = first_step(0, number=number, guard=guard, contest=contest)
    return replace(step, summary=replace(step.summary, status=status))


@given(STEPS)
def test_guard_items_agree_with_the_filings(steps: list[tuple[str, str, Status, bool]]) -> None:
    table, stands, summaries = Table(), dict[str, Stand](), dict[str, Summary]()
    for number, guard, status, contest in steps:
        step = step_of(number, guard, status, contest)
        after = stand_of(step)
        held_by_another = any(stand == Stand(guard, "holder") for other, stand in stands.items() if other != number)
        stored = table.write(number, stands.get(number), after)
        assert stored == (not (after.standing == "holder" and held_by_another))
        if stored:
            stands[number], summaries[number] = after, step.summary
    for number, summary in summaries.items():
        live = [
            other for other, stand in stands.items() if stand.guard == summary.guard and stand.standing != "neither"
        ]
        contested = number in live and len(live) > 1
        assert is_contested(summary, table.guard(summary.guard)) == contested
    for guard in GUARDS:
        assert table.members(guard) == {number for number, stand in stands.items() if stand.guard == guard}
        rivals = [stand for stand in stands.values() if stand == Stand(guard, "rival")]
        assert int((table.guard(guard) or {}).get("rivals", {}).get("N", 0)) == len(rivals)
