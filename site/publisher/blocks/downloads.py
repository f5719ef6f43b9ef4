"""Downloads: links beside a table, and the page that lists every file and explains its contents."""

from xml.etree.ElementTree import Element

from publisher.blocks.markup import Node, cell, element, row, table
from publisher.blocks.page_context import Drawing
from publisher.content.pages import Block
from publisher.data.open_data import TABLES, Dataset, datasets, form_schemas
from publisher.data.spreadsheet import Column


def downloads(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: downloads duties`: 下载：CSV　JSON, the files of one part of the list."""
    known = {one.key: one for one in datasets(drawing.content)}
    if block.argument not in known:
        raise drawing.wrong(block, f"没有“{block.argument}”的数据文件", f"可以写：{'、'.join(known)}")
    parent.append(element("p", "下载：", *file_links(drawing, known[block.argument]), class_="note noprint"))


def file_links(drawing: Drawing, dataset: Dataset) -> list[Node]:
    """Return a link for each file, named by its format; a screen reader also reads its subject."""
    nodes: list[Node] = []
    for file in dataset.files:
        nodes += ["　"] if nodes else []
        name = f"{dataset.title} {file.format}"
        link = element("a", file.format, href=drawing.file(file.path), download="", aria_label=name)
        nodes.append(drawing.stored(link))
    return nodes


def open_data(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: open-data`: every part of the list with its files, and what each column and key means."""
    found = datasets(drawing.content)
    heads = ["内容", "下载", "JSON 的结构"]
    made = table("cards", "数据文件", heads)
    rows = (
        row(
            _head(one.title),
            cell(*file_links(drawing, one), data_l=heads[1]),
            cell(_schema_link(drawing, one), data_l=heads[2]),
        )
        for one in found
    )
    made.append(element("tbody", *rows, role="rowgroup"))
    parent.append(made)
    package = drawing.stored(element("a", "datapackage.json", href=drawing.file(TABLES), download=""))
    parent.append(element("p", "各个 CSV 的栏目，供程序读取：", package, class_="note"))
    for columns in dict.fromkeys(one.columns for one in found):
        alike = [one for one in found if one.columns == columns]
        title = alike[0].title if len(alike) == 1 else drawing.content.regimes.title
        parent.append(element("h2", title, id=f"data-{alike[0].key}"))
        parent.append(_columns(title, columns))
    parent.append(element("h2", "表单的结构", id="data-forms"))
    parent.append(_forms(drawing))


def _forms(drawing: Drawing) -> Element:
    """List the schema of each form that can be filed here: programs can check stored answers by it."""
    heads = ["表单", "填报内容的结构"]
    made = table("cards", "表单的结构", heads)
    body = element("tbody", role="rowgroup")
    for form, path in form_schemas(drawing.content):
        name = f"《{form.title}》的 JSON Schema"
        link = element("a", "JSON Schema", href=drawing.file(path), download="", aria_label=name)
        body.append(row(_head(f"《{form.title}》"), cell(drawing.stored(link), data_l=heads[1])))
    made.append(body)
    return made


def _schema_link(drawing: Drawing, dataset: Dataset) -> Node:
    name = f"{dataset.title} 的 JSON Schema"
    return drawing.stored(element("a", "JSON Schema", href=drawing.file(dataset.schema), download="", aria_label=name))


def _columns(title: str, columns: tuple[Column, ...]) -> Element:
    in_table = any(column.name for column in columns)
    heads = ["CSV 栏目", "JSON 键", "说明"] if in_table else ["JSON 键", "说明"]
    made = table("cards", f"{title}的数据栏目", heads)
    body = element("tbody", role="rowgroup")
    for column in columns:
        key = element("code", column.key)
        first: Node = column.name if in_table else key
        cells = [cell(key, data_l="JSON 键")] if in_table else []
        body.append(row(_head(first), *cells, cell(column.meaning)))
    made.append(body)
    return made


def _head(child: Node) -> Element:
    return element("th", child, role="rowheader", scope="row")
