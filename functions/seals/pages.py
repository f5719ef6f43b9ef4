"""The page that lists the seals for people: the contents and purpose of each; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.forms.page.element import EMPTY, Markup, el, join
from functions.forms.page.wording import WRONG
from functions.records.seals.seal import Proof, Seal
from functions.web.filing.form_pages import grouped, local_time, long_date
from functions.web.filing.page_parts import minute_of
from functions.web.http.site_frame import SiteFrame

_TITLE = "封存记录"
NO_DIGEST: Final = "内容指纹应为 64 个字符，只有数字和 a 到 f 的字母。请照回执核对"
NOT_SEALED: Final = "没有封存过这个指纹。当天的步骤要等到夜里；隔了一天还没有，请照回执逐位核对"
_HINT: Final = "在回执上，64 个数字和字母；中间的空格没有关系。"
_LONGEST: Final = 100
_LEAD: Final = (
    "每天夜里，系统把新增的每一步（提交、退回、补正、接受，以及谁查看过）的指纹合成一个总指纹，签名，"
    "再和前一次的连成一串。以后谁改动、删去或者补进一步，总指纹就对不上。"
)
_GOOD_FOR: Final = (
    "凭回执上的内容指纹，可以查出那一步在哪一次封存里。",
    "步数是全部表和查看记录合在一起的数目，看不出某一种表报了多少。",
    "封存不说明填报的内容是真是假，也不公开任何内容。",
)


def seals_page(site_frame: SiteFrame, seals: Sequence[Seal], *, older: int | None, sought: Sought | None = None) -> str:
    """Return the page: seals, newest first, a link to older ones, and the search for a step's seal, `sought`."""
    months = list(dict.fromkeys(f"{local_time(seal.at):%Y-%m}" for seal in seals))
    main = join(
        *_intro(site_frame.base),
        finding(sought),
        el("h2", "各次封存", id="all"),
        _months(months),
        _table(seals) if seals else _nothing(),
        _pager(older),
    )
    wrong = "有 1 处要改：" if sought and sought.problem else ""
    return site_frame.page(wrong + _TITLE, main, ((_TITLE, "#"),))


def _intro(base: str) -> tuple[Markup, ...]:
    """Return the introduction: what a seal is, what it proves, and what it does not prove."""
    verify = el("a", "核验回执", href=f"{base}verify/")
    return (
        el("h1", _TITLE),
        el("p", _LEAD, class_="lead"),
        el("ul", *(el("li", words) for words in _GOOD_FOR), class_="plainlist measure"),
        el("p", "回执的真假，在", verify, "一页查。", class_="measure"),
    )


def _table(seals: Sequence[Seal]) -> Markup:
    heads = ("序号", "封存时间", "步数", "总指纹（SHA-256）")
    head = (el("th", words, role="columnheader", scope="col") for words in heads)
    return el(
        "table",
        el("caption", _TITLE, class_="vh"),
        el("thead", el("tr", *head, role="row"), role="rowgroup"),
        el("tbody", *(_row(seal, heads) for seal in seals), role="rowgroup"),
        class_="tbl cards",
        role="table",
    )


def _row(seal: Seal, heads: Sequence[str]) -> Markup:
    return el(
        "tr",
        el("th", f"第 {seal.index} 次", role="rowheader", scope="row", class_="n"),
        el("td", minute_of(seal.at), role="cell", data_l=heads[1]),
        el("td", str(seal.size), role="cell", data_l=heads[2], class_="n"),
        el("td", el("code", grouped(seal.root)), role="cell", data_l=heads[3]),
        role="row",
    )


def _nothing() -> Markup:
    return el("div", el("p", "还没有封存过。"), el("p", "有了填报以后，当天夜里做第一次。"), class_="empty")


def _pager(older: int | None) -> Markup:
    return el("p", el("a", "更早的", href=f"seals?before={older}")) if older else EMPTY


def _months(months: Sequence[str]) -> Markup:
    """Return the month's files: once another bureau keeps one, nobody here can change it."""
    if not months:
        return EMPTY
    links = Markup("　").join(el("a", month, href=f"seals/months/{month}", download=True) for month in months)
    return el("p", "按月下载，另存一份在别处：", links, class_="measure")


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody searched for, as typed, and its proof or the problem."""

    typed: str
    proof: Proof | None = None
    problem: str = ""


def finding(sought: Sought | None) -> Markup:
    """Return the search field; after a search filled in, with the answer before it."""
    typed, problem = (sought.typed, sought.problem) if sought else ("", "")
    wrong = el("span", el("span", WRONG, class_="vh"), problem, class_="err", id="digest-e") if problem else EMPTY
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
        return EMPTY
    proof = sought.proof
    at = local_time(proof.seal.at)
    words = (
        f"这一步在第 {proof.seal.index} 次封存里（{long_date(at.date())} {at:%H:%M}），"
        f"是其中 {proof.seal.size} 步的第 {proof.position + 1} 个。这个指纹那时已经在记录里。"
    )
    link = el("a", "下载这份封存证明（JSON）", href=f"seals/proof?digest={proof.digest}", download="封存证明.json")
    how = "；用 qingdan verify 或者自己写的程序，可以由它算出那一次的总指纹。"
    return el("div", el("b", "已经封存"), el("p", words), el("p", link, how), class_="say", role="status", id="found")
