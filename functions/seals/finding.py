"""Where on the page of the seals somebody looks up a step by its digest, and what they are told; asks no store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.forms.page.element import Markup, el, join
from functions.forms.page.wording import WRONG
from functions.records.seals.seal import Proof
from functions.web.filing.form_pages import local_time, long_date

NO_DIGEST: Final = "内容指纹应为 64 个字符，只有数字和 a 到 f 的字母。请照回执核对"
NOT_SEALED: Final = "没有封存过这个指纹。当天的步骤要等到夜里；隔了一天还没有，请照回执逐位核对"
_HINT: Final = "在回执上，64 个数字和字母；中间的空格没有关系。"
_LONGEST: Final = 100


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
