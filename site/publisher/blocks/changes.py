"""The history of changes: a table of all, and the mark at each changed place."""

from xml.etree.ElementTree import Element

from publisher.blocks.markup import Node, cell, element, row, table
from publisher.blocks.page_context import Drawing
from publisher.content.models import Change
from publisher.content.pages import Block
from publisher.data.open_data import FEED

COLUMNS = ["日期", "改了什么", "在哪里"]


def changes(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: changes`: every change, newest first, each with an id, what stood there before, and links to the places."""
    if not drawing.content.changes.changes:
        parent.append(
            element("p", "还没有记录。以后每改一处，这里都写明改动的日期、地方和原来的文字。", class_="empty")
        )
    else:
        parent.append(_table(drawing))
    link = drawing.stored(element("a", "订阅修改记录（Atom）", href=drawing.file(FEED)))
    parent.append(element("p", link, class_="note noprint"))


def _table(drawing: Drawing) -> Element:
    made = table("cards", "修改记录", COLUMNS)
    rows = (_row(drawing, change, anchor) for change, anchor in drawing.content.changes.numbered)
    made.append(element("tbody", *rows, role="rowgroup"))
    return made


def _row(drawing: Drawing, change: Change, anchor: str) -> Element:
    day = change.date
    head = element("time", f"{day.year} 年 {day.month} 月 {day.day} 日", datetime=day.isoformat())
    what: list[Node] = [change.what]
    if change.was:
        what += [element("br"), element("small", "原为：", element("del", change.was))]
    places: list[Node] = []
    for words in change.at:
        places += ["、"] if places else []
        place = drawing.content.places[words]
        places.append(element("a", place.words, class_="nowrap", href=drawing.href(place.target)))
    return row(
        element("th", head, role="rowheader", scope="row", class_="nowrap"),
        cell(*what),
        cell(*(places or ["整份清单"]), data_l=COLUMNS[2]),
        id=anchor,
    )
