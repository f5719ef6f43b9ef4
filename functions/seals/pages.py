"""The page that lists the seals for people: what each one holds, and what that is good for; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.forms.page.element import Markup, el, join
from functions.forms.page.wording import WRONG
from functions.records.seals.seal import Proof, Seal
from functions.web.filing.form_pages import grouped, local_time, long_date
from functions.web.http.site_frame import SiteFrame

_TITLE = "封存记录"
NO_DIGEST: Final = "内容指纹应为 64 个字符，只有数字和 a 到 f 的字母。请照回执核对"
NOT_SEALED: Final = "没有封存过这个指纹。当天的步骤要等到夜里；隔了一天还没有，请照回执逐位核对"
_HINT: Final = "在回执上，64 个数字和字母；中间的空格没有关系。"
_LONGEST: Final = 100


def seals_page(site_frame: SiteFrame, seals: Sequence[Seal], *, older: int | None, sought: Sought | None = None) -> str:
    """The seals, newest first, with the way to older ones, and to the one that holds the step `sought`."""
    months = list(dict.fromkeys(f"{local_time(seal.at):%Y-%m}" for seal in seals))
    main = (
        f'<h1>{_TITLE}</h1><p class="lead">每天夜里，系统把新增的每一步（提交、退回、补正、接受，以及谁查看过）的指纹'
        "合成一个总指纹，签名，再和前一次的连成一串。以后谁改动、删去或者补进一步，总指纹就对不上。</p>"
        '<ul class="plainlist measure">'
        "<li>凭回执上的内容指纹，可以查出那一步在哪一次封存里。</li>"
        "<li>步数是全部表和查看记录合在一起的数目，看不出某一种表报了多少。</li>"
        "<li>封存不说明填报的内容是真是假，也不公开任何内容。</li></ul>"
        f'<p class="measure">回执的真假，在<a href="{site_frame.base}verify/">核验回执</a>一页查。</p>'
        f'{finding(sought)}<h2 id="all">各次封存</h2>'
        f"{_months(months)}{_table(seals) if seals else _nothing()}{_pager(older)}"
    )
    wrong = "有 1 处要改：" if sought and sought.problem else ""
    return site_frame.page(wrong + _TITLE, main, ((_TITLE, "#"),))


def _table(seals: Sequence[Seal]) -> str:
    heads = ("序号", "封存时间", "步数", "总指纹（SHA-256）")
    head = "".join(f'<th role="columnheader" scope="col">{words}</th>' for words in heads)
    rows = "".join(_row(seal, heads) for seal in seals)
    return (
        f'<table class="tbl cards" role="table"><caption class="vh">{_TITLE}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(seal: Seal, heads: Sequence[str]) -> str:
    at = local_time(seal.at)
    stamp = f'<time datetime="{at.isoformat(timespec="seconds")}">{long_date(at.date())} {at:%H:%M}</time>'
    return (
        f'<tr role="row"><th role="rowheader" scope="row" class="n">第 {seal.index} 次</th>'
        f'<td role="cell" data-l="{heads[1]}">{stamp}</td>'
        f'<td role="cell" data-l="{heads[2]}" class="n">{seal.size}</td>'
        f'<td role="cell" data-l="{heads[3]}"><code>{grouped(seal.root)}</code></td></tr>'
    )


def _nothing() -> str:
    return '<div class="empty"><p>还没有封存过。</p><p>有了填报以后，当天夜里做第一次。</p></div>'


def _pager(older: int | None) -> str:
    return f'<p><a href="seals?before={older}">更早的</a></p>' if older else ""


def _months(months: Sequence[str]) -> str:
    """The month's files: what another bureau keeps, nobody here can change any more."""
    if not months:
        return ""
    links = "　".join(f'<a href="seals/months/{month}" download>{month}</a>' for month in months)
    return f'<p class="measure">按月下载，另存一份在别处：{links}</p>'


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looked for, as they typed it, and its proof or what is wrong."""

    typed: str
    proof: Proof | None = None
    problem: str = ""


def finding(sought: Sought | None) -> Markup:
    """The field for a digest; with what was sought, filled in, and the answer before it."""
    typed, problem = (sought.typed, sought.problem) if sought else ("", "")
    wrong = el("span", el("span", WRONG, class_="vh"), problem, class_="err", id="digest-e") if problem else Markup("")
    control = el(
        "input", class_="w-full code", id="digest", name="digest", value=typed[:_LONGEST] or None, autocomplete="off",
        autocapitalize="none", spellcheck="false", maxlength=_LONGEST, required=True,
        aria_invalid="true" if problem else None, aria_describedby="digest-h digest-e" if problem else "digest-h",
    )  # fmt: skip
    hint = el("span", _HINT, class_="hint", id="digest-h")
    field = el(
        "div", el("label", "内容指纹", for_="digest"), hint, wrong, control, class_="fld bad" if problem else "fld"
    )
    button = el("div", el("button", "查封存", class_="btn btn--second"), class_="acts")
    form = el("form", field, button, class_="measure", action="seals#find", method="get")
    return join(el("h2", "查一步在哪一次封存里", id="find"), _answer(sought), form)


def _answer(sought: Sought | None) -> Markup:
    if sought is None or sought.proof is None:
        return Markup("")
    proof = sought.proof
    at = local_time(proof.seal.at)
    words = (
        f"这一步在第 {proof.seal.index} 次封存里（{long_date(at.date())} {at:%H:%M}），"
        f"是其中 {proof.seal.size} 步的第 {proof.position + 1} 个。这个指纹那时已经在记录里。"
    )
    link = el("a", "下载这份封存证明（JSON）", href=f"seals/proof?digest={proof.digest}", download="封存证明.json")
    how = "；用 qingdan verify 或者自己写的程序，可以由它算出那一次的总指纹。"
    return el("div", el("b", "已经封存"), el("p", words), el("p", link, how), class_="say", role="status", id="found")
