"""Parts one and two of the list as tables: duties, services, and one office's share of both."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from publisher.blocks.markup import Node, address, cell, element, row, table
from publisher.blocks.page_context import Drawing
from publisher.content.models import Duty, Section, Service, WorkItem
from publisher.content.pages import Block
from publisher.data.json_ld import services_as_data

_SHARED = "一项工作由几个科室共同负责的，在每个科室下都列出，所以各科室之和大于 {count}。"


def duties(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: duties`: the whole table, with links to the offices' pages."""
    parent.extend(_tabs(drawing, None))
    parent.append(_duty_table(drawing, None))
    drawing.done(parent)


def services(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: services` is the table with permalinks and notes; `::: services brief` the short one for the home page."""
    if block.argument not in ("", "brief"):
        raise drawing.wrong(
            block, f"services 后面不能写“{block.argument}”", "请写 ::: services 或者 ::: services brief"
        )
    if block.argument:
        parent.append(_brief_services(drawing))
    else:
        parent.append(_service_table(drawing, drawing.content.services.services))
        parent.append(element("p", drawing.raw(services_as_data(drawing.content, drawing.path))))
    drawing.done(parent)


def section(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: section office`: the work items and services of one office, linked to where they stand in the list."""
    office = next((one for one in drawing.content.sections.sections if one.key == block.argument), None)
    if office is None:
        known = "、".join(one.key for one in drawing.content.sections.sections)
        raise drawing.wrong(block, f"没有代号是“{block.argument}”的科室", f"sections.yml 里有：{known}")
    parent.extend(_tabs(drawing, office))
    parent.append(element("h2", "具体工作事项", id="work-items"))
    parent.append(_duty_table(drawing, office))
    drawing.done(parent)
    parent.append(element("h2", "公共服务事项", id="services"))
    offered = [one for one in drawing.content.services.services if one.section == office.key]
    if offered:
        parent.append(_service_table(drawing, offered))
        drawing.done(parent)
    else:
        parent.append(element("p", "公共服务事项登记表里没有由这个科室承办的事项。", class_="empty"))


def _tabs(drawing: Drawing, current: Section | None) -> Iterable[Element]:
    content = drawing.content
    items = [item for duty in content.duties.duties for item in duty.items]
    tabs = [_tab(f"全部 {len(items)} 项", drawing.href("duties.md"), current is None)]
    for one in content.sections.sections:
        count = sum(one.key in item.sections for item in items)
        tabs.append(_tab(f"{one.name} {count}", drawing.href(f"sections/{one.key}.md"), one == current))
    yield element("nav", element("ul", *tabs, class_="tabs"), aria_label="按科室查看")
    yield element("p", _SHARED.format(count=len(items)), class_="note quiet")


def _tab(words: str, href: str, current: bool) -> Element:
    marks = {"aria-current": "true"} if current else {}
    return element("li", element("a", words, href=href, **marks))


def _duty_table(drawing: Drawing, office: Section | None) -> Element:
    data = drawing.content.duties
    made = table("duties cards", data.title, data.columns)
    for duty in data.duties:
        shown = [
            (number, item) for number, item in enumerate(duty.items, 1) if office is None or office.key in item.sections
        ]
        if shown:
            made.append(_duty_body(drawing, duty, shown, whole=office is None))
    return made


def _duty_body(drawing: Drawing, duty: Duty, shown: list[tuple[int, WorkItem]], whole: bool) -> Element:
    spans = {"rowspan": str(len(shown))} if len(shown) > 1 else {}
    head = (
        cell(str(duty.number), class_="no", **spans),
        element("th", *drawing.verbatim(duty.duty), role="rowheader", scope="rowgroup", **spans),
    )
    ids = {"id": f"duty-{duty.number:02}"} if whole else {}
    body = element("tbody", role="rowgroup", **ids)
    for index, (number, item) in enumerate(shown):
        anchor = duty.anchor(number)
        cells = _item_cells(drawing, f"{duty.number}-{number}", anchor, item)
        body.append(row(*(head if index == 0 else ()), *cells, **({"id": anchor} if whole else {})))
    return body


def _item_cells(drawing: Drawing, words: str, anchor: str, item: WorkItem) -> tuple[Element, Element, Element]:
    link = address(words, drawing.href(f"duties.md#{anchor}"))
    text = drawing.history(cell(link, " ", *drawing.verbatim(item.text), class_="item"), anchor)
    drawing.marked(text, anchor, "item")
    names = {one.key: one.name for one in drawing.content.sections.sections}
    offices: list[Node] = []
    for key in item.sections:
        offices += [element("br")] if offices else []
        offices.append(element("a", names[key], href=drawing.href(f"sections/{key}.md")))
    remark = cell(item.remark, data_l="备注") if item.remark else cell(class_="off")
    unit = drawing.marked(cell(*offices, class_="unit", data_l="责任科室"), anchor, "office")
    return text, unit, remark


def _service_table(drawing: Drawing, shown: list[Service]) -> Element:
    data = drawing.content.services
    made = table("services cards", data.title, data.columns)
    made.append(element("tbody", *(_service_row(drawing, one) for one in shown), role="rowgroup"))
    return made


def _service_row(drawing: Drawing, one: Service) -> Element:
    anchor = one.anchor
    number = cell(address(str(one.number), drawing.href(f"services.md#{anchor}"), f"服务 {one.number}"), class_="no")
    name = element("th", element("strong", one.name), role="rowheader", scope="row")
    office = _office(one, drawing.href(f"sections/{one.section}.md"))
    cells = (
        number,
        name,
        drawing.marked(drawing.history(cell(one.content), anchor), anchor, "item"),
        drawing.marked(office, anchor, "office"),
        drawing.marked(_phone(one), anchor, "phone"),
    )
    return row(*cells, **({"id": anchor} if drawing.path == "services.md" else {}))


def _brief_services(drawing: Drawing) -> Element:
    data = drawing.content.services
    made = table("cards", data.title, data.columns[1:])
    rows = (
        row(
            element("th", element("strong", one.name), role="rowheader", scope="row"),
            cell(one.content),
            _office(one, drawing.href(f"services.md#{one.anchor}")),
            _phone(one),
        )
        for one in data.services
    )
    made.append(element("tbody", *rows, role="rowgroup"))
    return made


def _office(one: Service, href: str) -> Element:
    return cell(element("a", one.office, class_="nowrap", href=href), data_l="承办机构")


def _phone(one: Service) -> Element:
    return cell(element("a", one.phone, href=f"tel:{one.phone}"), data_l="联系电话")
