"""The models of the files in content/data, and their permalinks; knows no file, no page, no markup."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

# An earlier day is a typing error, since the list was not yet on a web site: 0026 for 2026.
EARLIEST = date(1990, 1, 1)

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9 -]{4,18}[0-9]$")]
Maybe = BeforeValidator(lambda value: [] if value is None else value)
Name = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^《》]+$")]
Oddity = Annotated[str, StringConstraints(pattern=r"^D[1-9][0-9]?$")]


class Model(BaseModel):
    """Strict: a misspelt key is an error, and not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WorkItem(Model):
    """One row of the duties table; sections in the order of the source."""

    text: Text
    sections: Annotated[list[Key], Field(min_length=1)]
    remark: str = ""


class Duty(Model):
    """One duty and its work items."""

    number: Annotated[int, Field(ge=1, le=99)]
    duty: Text
    items: Annotated[list[WorkItem], Field(min_length=1)]

    def anchor(self, place: int) -> str:
        """The permalink of its work item at this place, counted from 1."""
        return f"duty-{self.number:02}-{place}"


class Duties(Model):
    """duties.yml: part one of the list (domain.md C1)."""

    title: Text
    columns: Annotated[list[Text], Field(min_length=5, max_length=5)]
    duties: Annotated[list[Duty], Field(min_length=1)]


class Service(Model):
    """One public service; office is the source's word, section the page that gathers it."""

    number: Annotated[int, Field(ge=1, le=99)]
    name: Text
    content: Text
    office: Text
    section: Key
    phone: Phone

    @property
    def anchor(self) -> str:
        """Its permalink."""
        return f"service-{self.number}"


class Services(Model):
    """services.yml: part two of the list (domain.md C2)."""

    title: Text
    columns: Annotated[list[Text], Field(min_length=5, max_length=5)]
    services: Annotated[list[Service], Field(min_length=1)]


class Section(Model):
    """One office of the bureau."""

    key: Key
    name: Text


class Sections(Model):
    """sections.yml."""

    sections: Annotated[list[Section], Field(min_length=1)]


class Regime(Model):
    """One supervision regime; the summary is ours."""

    key: Key
    stem: Literal["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"]
    number: Text
    name: Text
    summary: Text


class Regimes(Model):
    """regimes.yml: the headings of part three (domain.md C3)."""

    title: Text
    regimes: Annotated[list[Regime], Field(min_length=1)]


class Law(Model):
    """One 《…》: a law, a form or paper, or the law that took a cited one's place (domain.md §8)."""

    key: Key
    name: Name
    kind: Literal["law", "paper", "successor"]
    state: Literal["in_force", "repealed", "replaced", "unchecked"] | None = None
    note: str = ""
    successor: Key | None = None
    form: Key | None = None


class Laws(Model):
    """laws.yml."""

    laws: Annotated[list[Law], Field(min_length=1)]


class TableNote(Model):
    """An editor's note on a row of a table; `at` is the row's id, `beside` the cell that carries the mark."""

    oddity: Oddity
    at: Key
    beside: Literal["item", "office", "phone"] = "item"
    text: Text


class Notes(Model):
    """notes.yml: the oddities that must carry a note (domain.md §9), and the notes on tables."""

    oddities: dict[Oddity, Text]
    notes: Annotated[list[TableNote], Maybe]


class Change(Model):
    """One change of the list; `at` are the places (丙五2, duty-03-2), `was` what stood there before."""

    date: Annotated[date, Field(ge=EARLIEST)]
    what: Text
    at: tuple[Text, ...] = ()
    was: str = ""


class Changes(Model):
    """changes.yml, the newest first; nothing before the bureau has published."""

    changes: Annotated[list[Change], Maybe]

    @property
    def numbered(self) -> list[tuple[Change, str]]:
        """Each with its permalink, which later ones leave as it is: those of one day are counted from the oldest."""
        counts: dict[date, int] = {}
        found = []
        for one in reversed(self.changes):
            counts[one.date] = counts.get(one.date, 0) + 1
            found.append((one, f"c-{one.date.isoformat()}-{counts[one.date]}"))
        return found[::-1]


class Deadline(Model):
    """A deadline of the list whose form cannot be filed here yet; `how` says so to the reader."""

    when: Text
    what: Text
    how: Text
    basis: Text


class Deadlines(Model):
    """deadlines.yml; the deadlines of forms come from their rules. The calendar of both begins on the day `since`."""

    since: Annotated[date, Field(ge=EARLIEST)]
    deadlines: Annotated[list[Deadline], Maybe]


Wording = Annotated[
    str, StringConstraints(min_length=1, pattern=r"^([^{}]|\{(unit|about|due|when|basis|where|bureau)\})+$")
]


class Reminders(Model):
    """reminders.yml: how mail and short messages to units are worded; `before` and `after` the last day."""

    subject: Wording
    before: Wording
    after: Wording
    sms: Wording

    @field_validator("before", "after", "sms")
    @classmethod
    def _whole(cls, words: str, field: ValidationInfo) -> str:
        """It must say who owes what until when, and a mail also by which paragraph and where to file."""
        needed = ("unit", "about", "due") if field.field_name == "sms" else ("unit", "about", "due", "basis", "where")
        if any(f"{{{part}}}" not in words for part in needed):
            raise PydanticCustomError("wording", "part of the wording is missing")
        return words
