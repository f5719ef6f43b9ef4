"""One form for programs: its parts, conditions and rules, built from the document that filings pin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from functions.errors import AuthoringError
from functions.forms import pointer
from functions.forms.filing_rules import Filing, Rules, rules_from
from functions.forms.outline import Condition, Field, Group, Item, Rows, Section
from functions.forms.schema_reader import conditions_of, sections_of

__all__ = ["Condition", "Definition", "Field", "Filing", "Group", "Rows", "Rules", "Section", "write_document"]


def write_document(form_id: str, schema: Mapping[str, Any], rules: Mapping[str, Any]) -> bytes:
    """Write the document of a form: compact JSON, UTF-8.

    Keys keep the order of the file, unlike in RFC 8785: the order of the properties is the order of the questions.
    """
    document = {"id": form_id, "schema": schema, "rules": rules}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class Definition:
    """A form, built from its document. Two definitions are equal when their documents are."""

    def __init__(self, document: bytes) -> None:
        raw = json.loads(document)
        self.document = document
        self.digest = hashlib.sha256(document).hexdigest()
        self.id: str = raw["id"]
        self.schema: dict[str, Any] = raw["schema"]
        self.title: str = self.schema["title"]
        self.rules: Rules = rules_from(raw["rules"])
        self.conditions: tuple[Condition, ...] = tuple(conditions_of(self.schema))
        self.sections: tuple[Section, ...] = sections_of(self.schema, self.conditions)
        self._parts: dict[pointer.Path, Item | Section] = {section.path: section for section in self.sections}
        self._parts |= {item.path: item for item in self.walk()}
        files = (item.path for item in self.walk() if isinstance(item, Field) and item.kind == "attachments")
        self.file_paths: tuple[pointer.Path, ...] = tuple(files)
        self._hash = hash(self.digest)

    @classmethod
    def from_document(cls, document: bytes) -> Definition:
        """Build the form that a filing pinned, from the stored bytes."""
        return cls(document)

    @property
    def short(self) -> str:
        return self.rules.short

    @property
    def code(self) -> str:
        return self.rules.code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and other.digest == self.digest

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Definition({self.id!r}, {self.digest[:8]})"

    def walk(self) -> Iterator[Item]:
        """Yield every field, group and rows in form order, each before its contents."""
        for section in self.sections:
            yield from _walk(section.items)

    def field_at(self, at: str) -> Field | Group | Rows | Section | None:
        """Return the part of the form at a pointer into the data; None outside the form.

        A pointer to one choice of several gives their field, a pointer to a whole row its rows.
        """
        path = pointer.general(pointer.split(at))
        part = self._parts.get(path)
        if part is None and path and path[-1] == pointer.ANY_ROW:
            part = self._parts.get(path[:-1])
        return part

    def names_at(self, at: str) -> tuple[str, ...]:
        """Return the Chinese names from the outermost row or group down to the pointer: ("数据库 2", "维护情况")."""
        names: list[str] = []
        tokens = pointer.split(at)
        for length in range(1, len(tokens) + 1):
            part = self._parts.get(pointer.general(tokens[:length]))
            if isinstance(part, Group):
                names.append(part.name)
            elif isinstance(part, Field):
                names.append(part.label)
            elif isinstance(part, Rows):
                row = tokens[length] if length < len(tokens) and pointer.is_index(tokens[length]) else ""
                names.append(f"{part.item_label} {int(row) + 1}" if row else part.label)
            elif isinstance(part, Section) and length == len(tokens):
                names.append(part.title)
        return tuple(names)

    def label_at(self, at: str) -> str:
        """Return the Chinese label of the pointer's part, with its row ("数据库 2 维护情况"); the title for ""."""
        names = self.names_at(at)
        return " ".join(names).replace("） ", "）") if names else self.title

    def filing_for(self, data: Any) -> Filing:
        """Return the filing rule that applies to this valid data."""
        for filing in self.rules.filings:
            if filing.applies_to(data):
                return filing
        raise AuthoringError(f"schemas/{self.id}/rules.yml：filings 没有一项适用于这份填报。请补上缺的情形")

    def has_period(self, period: str) -> bool:
        """Whether a filing can be for this period: a year when the form asks for one, or a word of its rules."""
        periods = [filing.period for filing in self.rules.filings]
        return period in periods or (period.isdecimal() and any(each.startswith("/") for each in periods))

    def period_title(self, period: str) -> str:
        """Return the period in words: "2025 年度", "开工阶段"."""
        fixed = {filing.period: filing.period_title for filing in self.rules.filings}
        if period in fixed:
            return fixed[period]
        titles = (filing.period_title for filing in self.rules.filings if filing.period.startswith("/"))
        return next(titles, "{}").format(period)

    def guard(self, data: Any) -> str:
        """What makes this valid filing unique: form, period and the keys of the rules, the same in every version."""
        keys = [key.value_in(data) for key in self.rules.unique]
        return json.dumps([self.id, self.filing_for(data).period_of(data), *keys], ensure_ascii=False)


def _walk(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        if not isinstance(item, Field):
            yield from _walk(item.items)
