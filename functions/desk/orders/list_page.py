"""The letters and extensions as a list by year and kind, as a page and as a file; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages
from functions.desk.orders.reading import read_kind
from functions.desk.orders.views import ExtensionRow, LetterRow, ListView
from functions.desk.sessions import Sessions
from functions.exports.formats import CSV, XLSX
from functions.exports.plain_table import plain_csv, plain_xlsx
from functions.staff.permissions import may
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.orders.reading import read_extensions, read_letters
from functions.supervision.orders.values import Letter
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import Download

TITLE: Final = "文书目录"
HEADERS: Final = (
    "字号", "文种", "单位", "统一社会信用代码", "事项", "项目", "开出日", "期限", "送达", "状态", "签发人", "经办",
)  # fmt: skip
KINDS: Final = {kind.name: kind for kind in (XLSX, CSV)}


class OrderList:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._audit = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        return [
            Route("/desk/orders", reading(self.show)),
            Route("/desk/orders.{format}", reading(self.download)),
        ]

    def show(self, request: Request) -> Response:
        """The letters that were asked for, newest first."""
        visitor = self._sessions.admit(request, "read")
        query, wordings = request.query_params, self._services.catalogue.letters
        year, kind, done = query.get("year", ""), query.get("kind", ""), query.get("done", "")
        letters, extensions = read_letters(self._services.ledger), read_extensions(self._services.ledger)
        today = day_in_shanghai(self._services.clock())
        years = sorted({*(str(one.year) for one in letters), *(str(one.year) for one in extensions)}, reverse=True)
        asked = {name: value for name, value in (("year", year), ("kind", kind)) if value}
        view = ListView(
            rows=[LetterRow.of(letter, today) for letter in self._chosen(letters, year, kind)],
            extensions=[
                ExtensionRow.of(each) for each in reversed(extensions) if year in ("", str(each.year)) and not kind
            ],
            years=[(each, f"{each} 年") for each in years],
            year=year,
            kinds=[(name, wording.title) for name, wording in wordings.kinds.items()],
            kind=kind,
            query=f"?{urlencode(asked)}" if asked else "",
            exports=may(visitor.account.role, "export"),
            notice=f"开了 {int(done)} 份文书。请下载打印，盖章后送达，再逐份记送达" if _is_count(done) else "",
        )
        self._audit.note_soon("listed", visitor.account.name, where="letters")
        return self._pages.page(request, view, visitor)

    def download(self, request: Request) -> Response:
        """The letters that were asked for, as a file."""
        visitor = self._sessions.admit(request, "export")
        format = KINDS.get(request.path_params["format"])
        if format is None:
            raise HttpProblem(404, f"没有这种格式。可以下载 {'、'.join(known.label for known in KINDS.values())}")
        query = request.query_params
        chosen = self._chosen(read_letters(self._services.ledger), query.get("year", ""), query.get("kind", ""))
        self._audit.note("exported", visitor.account.name, where="letters", format=format.name, rows=len(chosen))
        lines = self._lines(chosen)
        chunks = plain_csv(HEADERS, lines) if format is CSV else plain_xlsx(TITLE, HEADERS, lines)
        return Download(chunks, filename=f"{TITLE}{format.suffix}", media_type=format.media_type)

    def _chosen(self, letters: Sequence[Letter], year: str, kind: str) -> list[Letter]:
        if kind:
            read_kind(kind, self._services.catalogue.letters)
        found = [each for each in letters if year in ("", str(each.year)) and kind in ("", each.kind)]
        return sorted(found, key=lambda each: (each.noted.at, each.sequence), reverse=True)

    def _lines(self, letters: Sequence[Letter]) -> Iterator[Sequence[str]]:
        today = day_in_shanghai(self._services.clock())
        for letter in letters:
            row = LetterRow.of(letter, today)
            yield (
                row.number, row.title, row.unit_name, row.uscc, row.matter, row.project, row.issued, row.until,
                row.served, row.mark.word, letter.draft.signed_by, letter.noted.by,
            )  # fmt: skip


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4
