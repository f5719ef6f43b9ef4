"""One problem of a filing, for whoever shows it; knows no rule itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct, or, as a warning, to check again.

    `pointer` is a JSON pointer (RFC 6901) into the data: a field, or the group or rows that are wrong together.
    `label` is its Chinese name with the row ("数据库 2 维护情况"), `message` one whole Chinese sentence with the cure,
    `rule` a short word ("required", "format", the name of a cross-field check).
    """

    pointer: str
    label: str
    message: str
    rule: str
