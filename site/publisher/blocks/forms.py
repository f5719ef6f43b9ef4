"""The duties to file: the deadlines, the list of forms, and a form itself, all from the forms' own rules."""

from xml.etree.ElementTree import Element, SubElement

from functions.errors import NotFound
from functions.forms.address import Links
from functions.forms.attachment_field import BEHIND_GATEWAY, MOST_BYTES
from functions.forms.definition import Definition, Filing
from functions.forms.page.element import join
from functions.forms.page.form_page import render_form
from functions.forms.page.lookup_form import render_lookup
from publisher.blocks.markup import Node, append, cell, element, row, table
from publisher.blocks.page_context import Drawing
from publisher.content.models import Deadline
from publisher.content.pages import Block
from publisher.data.json_ld import form_as_data
from publisher.data.open_data import CALENDAR, made_files

_OURS = "本系统拟定，非官方格式"


def deadlines(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: deadlines`: when, what, on what basis; the ones that cannot be filed here at the end, without a link."""
    made = element("table", element("caption", "填报事项和期限", class_="vh"), class_="tbl")
    heads = (element("th", words, scope="col") for words in ("期限", "填报什么", "依据"))
    made.append(element("thead", element("tr", *heads)))
    body = SubElement(made, "tbody")
    for definition in _public(drawing):
        body.extend(_filings(drawing, block, definition))
    body.extend([_elsewhere(drawing, block, one) for one in drawing.content.deadlines.deadlines])
    parent.append(made)
    if CALENDAR in made_files(drawing.content):
        link = drawing.stored(element("a", "把期限加入日历（.ics）", href=drawing.file(CALENDAR)))
        parent.append(element("p", link, class_="note noprint"))


def forms(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: forms`: which form, who files it, when, on what basis."""
    columns = ["填什么", "谁要填", "什么时候", "依据"]
    made = table("cards", "可以在网上填报的事项", columns)
    body = SubElement(made, "tbody", {"role": "rowgroup"})
    for definition in _public(drawing):
        rules = definition.rules
        link = element("a", definition.title, href=drawing.href(f"forms/{definition.id}.md"))
        ours = () if rules.official else (element("br"), element("small", _OURS, class_="quiet"))
        body.append(
            row(
                element("th", element("strong", link), *ours, role="rowheader", scope="row"),
                cell(rules.obliged_words, data_l=columns[1]),
                cell(rules.when_words, element("br"), element("small", rules.when_note), data_l=columns[2]),
                cell(*_bases(drawing, block, rules.basis), data_l=columns[3]),
            )
        )
    parent.append(made)


def form(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: form annual-self-check`: the whole form, which works as it stands."""
    try:
        definition = drawing.content.catalogue.get(block.argument)
    except NotFound:
        known = "、".join(one.id for one in drawing.content.catalogue)
        raise drawing.wrong(block, f"schemas 里没有“{block.argument}”这份表单", f"现有：{known}") from None
    for words in definition.rules.basis:
        drawing.passage(words, block)
    made = render_form(
        definition,
        values=None,
        action=drawing.service(f"forms/{definition.id}"),
        links=Links(f"{drawing.file('.')}/", drawing.content.regime_keys),
        # Files go to another host only when a gateway stands before the service.
        upload_limit=BEHIND_GATEWAY if drawing.content.settings.extra.upload_host else MOST_BYTES,
    )
    data = form_as_data(drawing.content, definition, drawing.path)
    parent.append(element("p", drawing.raw(join(made, data))))


def track(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: track`: the two fields with which a unit finds its filing again."""
    parent.append(element("p", drawing.raw(render_lookup(drawing.service("track")))))


def _public(drawing: Drawing) -> list[Definition]:
    """Return the public's forms, the yearly ones first, because they concern every unit."""
    found = [one for one in drawing.content.catalogue if one.rules.audience == "public"]
    return sorted(found, key=lambda one: len(one.rules.filings))


def _filings(drawing: Drawing, block: Block, definition: Definition) -> list[Element]:
    rules = definition.rules
    spans = {"rowspan": str(len(rules.filings))} if len(rules.filings) > 1 else {}
    link = element("a", definition.title, href=drawing.href(f"forms/{definition.id}.md"))
    more = element("small", rules.when_note.partition("。")[0], class_="quiet")
    bases = _bases(drawing, block, tuple(dict.fromkeys(filing.basis for filing in rules.filings)))
    shared = (element("td", link, element("br"), more, **spans), element("td", *bases, **spans))
    rows = []
    for index, filing in enumerate(rules.filings):
        rows.append(element("tr", _when(filing), *(shared if index == 0 else ())))
    return rows


def _when(filing: Filing) -> Element:
    """Return the deadline; a yearly one says so in small print."""
    words = filing.words.partition("，")[0]
    head = element("th", element("strong", words.removeprefix("每年").strip()), scope="row")
    if words.startswith("每年"):
        append(head, "　")
        append(head, element("small", "每年", class_="quiet"))
    return head


def _elsewhere(drawing: Drawing, block: Block, one: Deadline) -> Element:
    what = element("td", one.what, element("br"), element("small", one.how, class_="quiet"))
    when = element("th", element("strong", one.when), scope="row")
    return element("tr", when, what, element("td", drawing.basis(one.basis, block)))


def _bases(drawing: Drawing, block: Block, bases: tuple[str, ...]) -> list[Node]:
    nodes: list[Node] = []
    for words in bases:
        nodes += ["、"] if nodes else []
        nodes.append(drawing.basis(words, block))
    return nodes
