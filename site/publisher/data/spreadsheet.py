"""The two tables of the list as rows and CSV; knows no page. An earlier check excludes formulas in cells."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.content.content import Content

Row = list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the CSV (empty where there is none), its key in the JSON, and what it means."""

    name: str
    key: str
    meaning: str


DUTIES = (
    Column("编号", "id", "固定的编号，等于网页里的编号：duty-03-2 是第 3 项职责的第 2 项工作"),
    Column("序号", "number", "职责的序号"),
    Column("主要职责", "duty", "原文"),
    Column("具体工作事项", "text", "原文"),
    Column("责任科室", "sections", "依原文的次序；CSV 用顿号分开，JSON 有代号 key 和名称 name"),
    Column("备注", "remark", "原文，可以是空的"),
    Column("编注", "notes", "编者注，不是原文"),
    Column("网址", "url", "从网站首页算起"),
)
SERVICES = (
    Column("编号", "id", "固定的编号，等于网页里的编号：service-4"),
    Column("序号", "number", "原文"),
    Column("服务事项", "name", "原文"),
    Column("主要内容", "content", "原文"),
    Column("承办机构", "office", "原文"),
    Column("联系电话", "phone", "原文"),
    Column("编注", "notes", "编者注，不是原文"),
    Column("网址", "url", "从网站首页算起"),
)


def duty_rows(content: Content) -> Iterator[Row]:
    """A row for each work item, in the columns DUTIES."""
    names = {one.key: one.name for one in content.sections.sections}
    for duty in content.duties.duties:
        for place, item in enumerate(duty.items, 1):
            anchor = duty.anchor(place)
            offices = "、".join(names[key] for key in item.sections)
            notes = "\n".join(notes_at(content, anchor))
            row = [anchor, str(duty.number), duty.duty, item.text, offices, item.remark, notes]
            yield [*row, f"duties/#{anchor}"]


def service_rows(content: Content) -> Iterator[Row]:
    """A row for each service, in the columns SERVICES."""
    for one in content.services.services:
        notes = "\n".join(notes_at(content, one.anchor))
        row = [one.anchor, str(one.number), one.name, one.content, one.office, one.phone, notes]
        yield [*row, f"services/#{one.anchor}"]


def notes_at(content: Content, anchor: str) -> list[str]:
    """The editor's notes on a row."""
    return [note.text for note in content.notes.notes if note.at == anchor]


def write_csv(columns: Iterable[Column], rows: Iterable[Row]) -> bytes:
    """Write RFC 4180 in UTF-8 with a byte order mark, without which the common spreadsheet garbles Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.name for column in columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
