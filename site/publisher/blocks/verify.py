"""Where a receipt is verified: what the script needs to begin, and what to do where no script runs."""

import json
from html import escape
from xml.etree.ElementTree import Element, SubElement

from publisher.blocks.markup import element
from publisher.blocks.page_context import Drawing
from publisher.content.pages import Block

KEYS = ".well-known/jwks.json"
SEALS = "api/seals"
SERVED = frozenset((KEYS, SEALS))
"""The addresses that pages link to and the service answers."""


def verify(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: verify`: the field for a receipt, which a script brings to life; without one, the command that does it."""
    keys = escape(drawing.service(KEYS))
    titles = {one.id: one.title for one in drawing.content.catalogue if one.rules.audience == "public"}
    shown = escape(json.dumps(titles, ensure_ascii=False))
    SubElement(parent, "p").text = drawing.raw(
        f'<div class="verify" id="verify" data-keys="{keys}" data-forms="{shown}">'
        '<div class="say" data-plain><b>这里要运行脚本才能核验</b>'
        "<p>浏览器不运行脚本的，请在装有本系统的机器上核验：把公钥存成文件，再运行一条命令。</p>"
        f'<p><a href="{keys}" download="jwks.json">下载公钥（jwks.json）</a></p>'
        "<p><code>qingdan verify 回执.jws --keys jwks.json</code></p></div>"
        '<div data-answer tabindex="-1" role="status"></div>'
        '<form data-form hidden><div class="drop" data-drop>'
        '<div class="fld"><label for="verify-file">回执文件</label>'
        '<span class="hint" id="verify-file-h">提交以后下载的 .jws 文件。也可以把文件拖到这个框里。</span>'
        '<input id="verify-file" type="file" accept=".jws,.txt,application/jose,text/plain"'
        ' aria-describedby="verify-file-h"></div></div>'
        '<div class="fld"><label for="verify-text">或者粘贴回执的文字</label>'
        '<span class="hint" id="verify-text-h">以 eyJ 开头的一长串，或者二维码里的网址。</span>'
        '<textarea id="verify-text" rows="4" autocomplete="off" autocapitalize="none" spellcheck="false"'
        ' aria-describedby="verify-text-h"></textarea></div>'
        '<div class="acts"><button class="btn">核验</button></div></form></div>'
    )


def seals(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: seals`: the way to the published seals."""
    link = drawing.stored(element("a", "看封存记录", href=drawing.service(SEALS)))
    parent.append(element("p", link))
