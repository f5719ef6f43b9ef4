"""Makes the PDF documents of filings, with the bureau's name and address; knows no route."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.exports.bag import StoredAttachments
from functions.exports.pdf import Letterhead, Press
from functions.exports.writers import Tools
from functions.forms.definition import Definition
from functions.records.pinned import PinnedForms
from functions.records.state import Erased
from functions.records.store import Record
from functions.records.versions import last_decision
from functions.settings import Settings
from functions.supervision.scoring import Kind, ScoreSheet, load_sheet
from functions.web.http.problems import HttpProblem
from functions.web.http.site_frame import SiteFrame

MEDIA_TYPE: Final = "application/pdf"
MOST_DIGITS: Final = 4
FILE: Final = "score-sheet.json"


def letterhead_of(settings: Settings) -> Letterhead:
    """Return the bureau's name and address from its site; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(settings.site)
    return Letterhead(site_frame.assets.get("bureau", ""), site_frame.address)


def tools_of(services: Services) -> Tools:
    """Return the tools with which exports make documents; SettingError when the site has not been built."""
    press = Press(letterhead_of(services.settings), services.keys, papers=services.papers)
    return Tools(press, services.keys, StoredAttachments(services.blobs))


class Documents:
    """Makes single documents. Every call blocks, for some 30 ms; raises NotFound when there is no such document."""

    def __init__(self, services: Services) -> None:
        self._press = tools_of(services).press
        self._form_of = PinnedForms(services.records, services.catalogue)

    def filing(self, record: Record, version: int | None = None) -> Response:
        """Return the whole filing, in the given version or the one that counts."""
        return self._make(record, _suffix(version), lambda form: self._press.filing(record, form, version))

    def receipt(self, record: Record, version: int | None = None) -> Response:
        """Return the receipt of a version."""
        return self._make(
            record, "-receipt" + _suffix(version), lambda form: self._press.receipt(record, form, version)
        )

    def opinion(self, record: Record, sequence: int) -> Response:
        """Return the decision made by the event of this sequence."""
        return self._make(record, f"-opinion-{sequence}", lambda form: self._press.opinion(record, form, sequence))

    def score_sheet(self, sheet: ScoreSheet, kind: Kind) -> Response:
        """Return the blank score sheet, for the unit itself or for the panel."""
        return _pdf(self._press.score_sheet(sheet, kind), f"score-sheet-{kind}.pdf")

    def paper(self, record: Record, which: str) -> Response:
        """Return the document of this name: filing, receipt or opinion, which is the last one told to the unit."""
        if which in ("", "filing"):
            return self.filing(record)
        if which == "receipt":
            return self.receipt(record)
        if which != "opinion":
            raise HttpProblem(400, "没有这种文件。可以下载填报表、回执和意见")
        sequence = last_decision(record.events)
        if sequence is None:
            raise NotFound("这份填报还没有审核意见")
        return self.opinion(record, sequence)

    def _make(self, record: Record, suffix: str, make: Callable[[Definition], bytes]) -> Response:
        try:
            document = make(self._form_of(record.summary.form_digest))
        except Erased:
            raise NotFound("这一版的内容已经依法删除，只留下了指纹，没有文件可以下载") from None
        return _pdf(document, f"{record.summary.number}{suffix}.pdf")


def _pdf(document: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document, headers=headers, media_type=MEDIA_TYPE)


def version_in(request: Request) -> int | None:
    """Return the version that the request asks for; None for the one that counts, HttpProblem 400 when not a number."""
    given = request.query_params.get("version")
    return whole(given, HttpProblem(400, "version 要填第几版，如 1。不填就是现在的一版")) if given else None


def whole(given: str, refusal: Exception) -> int:
    """Parse a small whole number, else raise the refusal."""
    if given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS:
        return int(given)
    raise refusal


def _suffix(version: int | None) -> str:
    return "" if version is None else f"-v{version}"


def has_sheet(settings: Settings) -> bool:
    """Whether the bureau has a score sheet."""
    return _path(settings).is_file()


def read_sheet(settings: Settings) -> ScoreSheet:
    """Read the score sheet; NotFound when there is none, AuthoringError when it is wrong."""
    path = _path(settings)
    try:
        return load_sheet(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise NotFound(f"这里没有评分表。评分表放在 {settings.schemas / FILE}") from None


def _path(settings: Settings) -> Path:
    """The score sheet is beside the compiled forms in a package, else among the forms."""
    return settings.catalogue.with_name(FILE) if settings.catalogue else settings.schemas / FILE
