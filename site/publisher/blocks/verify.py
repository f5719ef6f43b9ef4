"""The verification of receipts: the script's data, and the instructions without a script."""

import json
from xml.etree.ElementTree import Element, SubElement

from functions.forms.page.element import Markup, el
from publisher.blocks.markup import element
from publisher.blocks.page_context import Drawing
from publisher.content.pages import Block

KEYS = ".well-known/jwks.json"
SEALS = "api/seals"
SERVED = frozenset((KEYS, SEALS))
"""The addresses that pages link to and the service answers."""
_FILE_HINT = "提交以后下载的 .jws 文件。也可以把文件拖到这个框里。"
_TEXT_HINT = "以 eyJ 开头的一长串，或者二维码里的网址。"


def verify(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: verify`: the field for a receipt, which a script brings to life; without one, the command that does it."""
    titles = {one.id: one.title for one in drawing.content.catalogue if one.rules.audience == "public"}
    keys, shown = drawing.service(KEYS), json.dumps(titles, ensure_ascii=False)
    answer = el("div", data_answer=True, tabindex=-1, role="status")
    made = el("div", _plain(keys), answer, _form(), class_="verify", id="verify", data_keys=keys, data_forms=shown)
    SubElement(parent, "p").text = drawing.raw(made)


def _plain(keys: str) -> Markup:
    """Return the instructions for verifying without a script."""
    words = "浏览器不运行脚本的，请在装有本系统的机器上核验：把公钥存成文件，再运行一条命令。"
    return el(
        "div",
        el("b", "这里要运行脚本才能核验"),
        el("p", words),
        el("p", el("a", "下载公钥（jwks.json）", href=keys, download="jwks.json")),
        el("p", el("code", "qingdan verify 回执.jws --keys jwks.json")),
        class_="say",
        data_plain=True,
    )


def _form() -> Markup:
    """Return the field for a receipt, as a file or as text; hidden until the script has loaded."""
    file = el(
        "input", id="verify-file", type="file", accept=".jws,.txt,application/jose,text/plain",
        aria_describedby="verify-file-h",
    )  # fmt: skip
    text = el(
        "textarea", id="verify-text", rows=4, autocomplete="off", autocapitalize="none", spellcheck="false",
        aria_describedby="verify-text-h",
    )  # fmt: skip
    drop = el("div", _field("回执文件", _FILE_HINT, "verify-file", file), class_="drop", data_drop=True)
    button = el("div", el("button", "核验", class_="btn"), class_="acts")
    return el(
        "form", drop, _field("或者粘贴回执的文字", _TEXT_HINT, "verify-text", text), button, data_form=True, hidden=True
    )


def _field(label: str, hint: str, name: str, control: Markup) -> Markup:
    return el(
        "div", el("label", label, for_=name), el("span", hint, class_="hint", id=f"{name}-h"), control, class_="fld"
    )


def seals(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: seals`: the way to the published seals."""
    link = drawing.stored(element("a", "看封存记录", href=drawing.service(SEALS)))
    parent.append(element("p", link))
