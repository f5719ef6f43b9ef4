"""The page that lists the seals for people: what each one holds, and what that is good for; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from functions.records.seals.seal import Seal
from functions.seals.finding import Sought, finding
from functions.web.filing.form_pages import grouped, local_time, long_date
from functions.web.http.site_frame import Shell

_TITLE = "封存记录"


def seals_page(shell: Shell, seals: Sequence[Seal], *, older: int | None, sought: Sought | None = None) -> str:
    """The seals, newest first, with the way to older ones, and to the one that holds the step `sought`."""
    months = list(dict.fromkeys(f"{local_time(seal.at):%Y-%m}" for seal in seals))
    main = (
        f'<h1>{_TITLE}</h1><p class="lead">每天夜里，系统把新增的每一步（提交、退回、补正、接受，以及谁查看过）的指纹'
        "合成一个总指纹，签名，再和前一次的连成一串。以后谁改动、删去或者补进一步，总指纹就对不上。</p>"
        '<ul class="plainlist measure">'
        "<li>凭回执上的内容指纹，可以查出那一步在哪一次封存里。</li>"
        "<li>步数是全部表和查看记录合在一起的数目，看不出某一种表报了多少。</li>"
        "<li>封存不说明填报的内容是真是假，也不公开任何内容。</li></ul>"
        f'<p class="measure">回执的真假，在<a href="{shell.base}verify/">核验回执</a>一页查。</p>'
        f'{finding(sought)}<h2 id="all">各次封存</h2>'
        f"{_months(months)}{_table(seals) if seals else _nothing()}{_pager(older)}"
    )
    wrong = "有 1 处要改：" if sought and sought.problem else ""
    return shell.page(wrong + _TITLE, main, ((_TITLE, "#"),))


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
