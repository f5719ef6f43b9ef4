"""The PDF documents of this service's filings, with the bureau's name and address on them; knows no route."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.responses import Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.exports import Tools
from functions.exports.pdf import Letterhead, Press
from functions.forms.definition import Definition
from functions.records.pinned import PinnedForms
from functions.records.state import Erased
from functions.records.store import Record
from functions.web.shell import Shell

MEDIA_TYPE: Final = "application/pdf"


def tools_of(services: Services) -> Tools:
    """What exports make documents with; SettingError when the site has not been built."""
    assets = Shell.load(services.settings.site).assets
    press = Press(Letterhead(assets.get("bureau", ""), assets.get("site", "")), services.keys)
    return Tools(press, services.keys, partial(services.blobs.stream, "attachments"))


class Documents:
    """Makes single documents. Every call blocks, for some 30 ms; NotFound says that there is no such document."""

    def __init__(self, services: Services) -> None:
        self._press = tools_of(services).press
        self._form_of = PinnedForms(services.records, services.catalogue)

    def filing(self, record: Record, version: int | None = None) -> Response:
        """The filing in full, in the version given or the one that counts."""
        return self._make(record, _suffix(version), lambda form: self._press.filing(record, form, version))

    def receipt(self, record: Record, version: int | None = None) -> Response:
        """The receipt of a version."""
        return self._make(
            record, "-receipt" + _suffix(version), lambda form: self._press.receipt(record, form, version)
        )

    def opinion(self, record: Record, sequence: int) -> Response:
        """The decision that is the event of this sequence."""
        return self._make(record, f"-opinion-{sequence}", lambda form: self._press.opinion(record, form, sequence))

    def _make(self, record: Record, suffix: str, make: Callable[[Definition], bytes]) -> Response:
        try:
            document = make(self._form_of(record.summary.form_digest))
        except Erased:
            raise NotFound("这一版的内容已经依法删除，只留下了指纹，没有文件可以下载") from None
        name = f"{record.summary.number}{suffix}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(document, headers=headers, media_type=MEDIA_TYPE)


def _suffix(version: int | None) -> str:
    return "" if version is None else f"-v{version}"
