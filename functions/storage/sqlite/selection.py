"""Turns a selection and a cursor into SQL; the only place where typed text meets a statement, always as a parameter."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from functions.errors import NotFound
from functions.forms.characters import plain_code
from functions.records.state import searchable
from functions.records.store import Selection
from functions.storage.refusals import UNKNOWN_PAGE

_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_GONE = "('withdrawn', 'voided')"

# Uses the literals of the partial indexes, so that each half is one lookup in one of them.
CONTESTED = f"""(s.status NOT IN {_GONE} AND (
    EXISTS (SELECT 1 FROM summaries o WHERE o.guard = s.guard AND o.holds = 1 AND o.id <> s.id)
    OR EXISTS (SELECT 1 FROM summaries o WHERE o.guard = s.guard AND o.holds = 0 AND o.id <> s.id
               AND o.status NOT IN {_GONE})))"""  # noqa: S608 - constants only

# At most one filing of a contest holds the guard: the few that do not hold it lead to all, however large the table is.
_MAY_BE_CONTESTED = f"""s.id IN (
    SELECT f.id FROM summaries f WHERE f.holds = 0 AND f.status NOT IN {_GONE}
    UNION ALL SELECT h.id FROM summaries f CROSS JOIN summaries h ON h.guard = f.guard AND h.holds = 1
    WHERE f.holds = 0 AND f.status NOT IN {_GONE})"""  # noqa: S608 - constants only

_GUARDED = """s.id IN (SELECT id FROM summaries WHERE guard = ? AND holds = 1
    UNION ALL SELECT id FROM summaries WHERE guard = ? AND holds = 0)"""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition over `summaries s` and, when `reads_words`, `words w`, with its parameters."""

    condition: str
    bound: tuple[Any, ...]
    reads_words: bool

    @property
    def source(self) -> str:
        """Return the tables; the join order is forced, since the summaries' indexes give the order of the result."""
        return "summaries s CROSS JOIN words w ON w.id = s.id" if self.reads_words else "summaries s"


def where(selection: Selection) -> Where:
    """Return the condition of a selection; "1" when it selects everything."""
    terms: list[str] = []
    bound: list[Any] = []
    for column in ("form", "period", "timeliness"):
        value = getattr(selection, column)
        if value is not None:
            terms.append(f"s.{column} = ?")
            bound.append(value)
    if selection.status == "contested":
        terms += [_MAY_BE_CONTESTED, CONTESTED]
    elif selection.status is not None:
        terms.append("s.status = ?")
        bound.append(selection.status)
    if selection.unit is not None:
        terms.append("(instr(s.unit_sought, ?) > 0 OR s.uscc = ?)")
        bound += [searchable(selection.unit), plain_code(selection.unit)]
    if selection.guard is not None:
        terms.append(_GUARDED)
        bound += [selection.guard] * 2
    if selection.waiting_for is not None:
        # The literal of the partial index.
        terms.append("s.status = 'submitted' AND s.approved_by <> ?")
        bound.append(selection.waiting_for)
    if selection.numbers:
        terms.append("s.number IN (SELECT value FROM json_each(?))")
        bound.append(json.dumps(selection.numbers))
    for word in selection.words:
        terms.append("instr(w.words, ?) > 0")
        bound.append(searchable(word))
    return Where(" AND ".join(terms) or "1", tuple(bound), bool(selection.words))


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: the filings older, or newer, than the one named."""

    side: Literal["older", "newer"]
    submitted_at: str
    number: str

    def written(self) -> str:
        """Return the opaque text for a link."""
        raw = json.dumps([self.side, self.submitted_at, self.number], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_cursor(text: str) -> Cursor:
    """Read a cursor that `written` made; else raise NotFound."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        side, submitted_at, number = json.loads(raw)
        if side not in ("older", "newer") or not _AT.fullmatch(submitted_at) or not isinstance(number, str):
            raise ValueError("not a cursor")
        number.encode()  # SQLite takes no lone surrogate, which JSON can hold
        cursor = Cursor(side, submitted_at, number)
    except (ValueError, TypeError, RecursionError):
        raise NotFound(UNKNOWN_PAGE) from None
    if cursor.written() != text:
        raise NotFound(UNKNOWN_PAGE)
    return cursor
