"""One roster for programs: the columns of a row, its key, and the dates that feed forms.

A JSON Schema describes a row, as it describes a form, and the forms' gate and explainer validate it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.forms.definition import Definition, write_document
from functions.forms.outline import Field

ROW: Final = "row"
_NO_RULES: Final[dict[str, Any]] = {
    "code": "RO",
    "short": "名册",
    "audience": "staff",
    "official": False,
    "intro": "",
    "obliged": {"words": "", "rosters": []},
    "when": {"words": "", "note": ""},
    "basis": {"paragraphs": [], "note": ""},
    "filings": [],
    "unique": [],
    "unit_name_at": "/row/unit_name",
    "uscc_at": "/row/uscc",
    "review": {"four_eyes": False},
}


class RosterForm:
    """A roster's columns, built from its document.

    `key` are the columns that identify a row. `project` is the column with the project's name, "" when a row is about
    the unit itself. `feeds` says which column gives the date at which pointer of a form. `since` and `until` are the
    columns with the first and the last day on which the row counts, "" when there is none.
    """

    def __init__(self, document: bytes) -> None:
        raw = json.loads(document)
        facts = raw["schema"]["x-roster"]
        row = {key: part for key, part in raw["schema"].items() if key not in ("$schema", "x-roster")}
        whole = {"type": "object", "title": row["title"], "additionalProperties": False, "required": [ROW]}
        self.document = document
        self.id: str = raw["id"]
        self.title: str = row["title"]
        rules = {**_NO_RULES, "checks": list(_checks(facts))}
        self.definition = Definition(write_document(self.id, {**whole, "properties": {ROW: row}}, rules))
        self.fields: tuple[Field, ...] = tuple(
            item for item in self.definition.sections[0].items if isinstance(item, Field)
        )
        self.by_key: Mapping[str, Field] = {field.key: field for field in self.fields}
        self.key: tuple[str, ...] = tuple(facts["key"])
        self.project: str = facts.get("project", "")
        self.since: str = facts.get("since", "")
        self.until: str = facts.get("until", "")
        self.feeds: Mapping[str, str] = facts.get("feeds", {})

    def label(self, key: str) -> str:
        """Return the Chinese name of a column."""
        return self.by_key[key].label

    def shown(self, key: str, value: Any) -> str:
        """Format a value for people: the title of a choice, a number as its digits."""
        titles = dict(self.by_key[key].choices) if key in self.by_key else {}
        return titles.get(value, str(value)) if isinstance(value, str) else str(value)


def _checks(facts: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    if "since" in facts and "until" in facts:
        yield {"check": "date_is_after", "at": f"/{ROW}/{facts['until']}", "of": f"/{ROW}/{facts['since']}"}


def write_roster(roster_id: str, schema: Mapping[str, Any]) -> bytes:
    """Write the document of a roster: compact JSON, UTF-8, in the order of its columns."""
    return json.dumps({"id": roster_id, "schema": schema}, ensure_ascii=False, separators=(",", ":")).encode()
