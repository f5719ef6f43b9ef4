"""The downloads that the desk offers an officer, and the answer when a format cannot hold them; knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.filters import MOST_NUMBERS, Filters, filters_noted
from functions.desk.filings.listing import forms_held
from functions.desk.sessions import Visitor
from functions.errors import NotFound, QingdanError
from functions.exports.formats import FORMATS, Format, export
from functions.records.pinned import PinnedForms
from functions.records.store import Selection
from functions.staff.permissions import Permission, may
from functions.staff.store import Role
from functions.web.filing.documents import tools_of
from functions.web.filing.moments import BEIJING
from functions.web.http.problems import HttpProblem
from functions.web.http.streaming import Download, Progress

ONE_FORM: Final = "{} 一个文件只放一种表，而选中的填报里有几种。请分开下载，或者改用 {}"
FOR_SEVERAL: Final = next(format for format in FORMATS.values() if format.several_forms)


class SeveralForms(HttpProblem):
    """Several forms were selected for a format that takes one; `choices` are the ids of the forms to choose from."""

    def __init__(self, format: Format, choices: list[str]) -> None:
        super().__init__(409, ONE_FORM.format(format.label, FOR_SEVERAL.label))
        self.title = "请选一种表"
        self.format, self.choices = format, choices


def permission_for(format: str) -> Permission:
    """Return the permission for a download in this format; for an unknown format, the one that all formats need."""
    return FORMATS[format].permission if format in FORMATS else "export"


def offered(role: Role, tables: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the list's downloads for this role, as values and words; `tables` are the chosen form's repeated rows."""
    found = []
    for format in FORMATS.values():
        if may(role, format.permission):
            found.append((format.name, format.button or format.label))
            rows = tables if format.row_tables else ()
            found += [(f"{format.name}:{table}", f"{format.label}：{label}") for table, label in rows]
    return found


class Downloads:
    """Makes the files. Calls block: run them in a worker thread."""

    def __init__(self, services: Services, forms: PinnedForms) -> None:
        self._services = services
        self._forms = forms
        self._tools = tools_of(services)
        self._trail = Audit(services)

    def make(self, visitor: Visitor, filters: Filters, numbers: list[str], *, format: str, table: str = "") -> Download:
        """Return the selected filings as a file, after logging who took them.

        HttpProblem 404 or 400 when the download is not offered, SeveralForms for a format that takes one form.
        """
        if format not in FORMATS:
            raise HttpProblem(404, f"没有这种格式。可以下载 {'、'.join(known.label for known in FORMATS.values())}")
        if len(numbers) > MOST_NUMBERS:
            raise HttpProblem(400, f"一次最多勾选 {MOST_NUMBERS} 件。要更多，请用筛选，一件都不勾")
        selection = Selection(numbers=tuple(dict.fromkeys(numbers))) if numbers else filters.selection()
        selection = replace(selection, form=filters.form or None)
        services = self._services
        if not FORMATS[format].several_forms:
            held = forms_held(services.records, selection, self._forms.held())
            if len(held) > 1:
                raise SeveralForms(FORMATS[format], held)
        at = services.clock()
        progress = Progress(partial(services.records.count, selection))
        try:
            made = export(format, services.records, selection, at=at, table=table, progress=progress, tools=self._tools)
        except QingdanError as error:
            raise HttpProblem(400, str(error)) from None
        self._note(visitor, filters, selection, format, table)
        moment = at.astimezone(BEIJING).strftime("%Y%m%d-%H%M")
        name = f"{self._subject(filters, table)}-{moment}{made.format.kind.suffix}"
        return Download(made.chunks, filename=name, media_type=made.format.kind.media_type, progress=progress)

    def _note(self, visitor: Visitor, filters: Filters, selection: Selection, format: str, table: str) -> None:
        """Log the ticked filings by number, else the filters; in both cases with their number."""
        asked = (
            filters_noted(filters, self._forms.held) if not selection.numbers else {"numbers": list(selection.numbers)}
        )
        filings = self._services.records.count(selection)
        self._trail.note("exported", visitor.account.name, format=format, table=table, filings=filings, **asked)

    def _subject(self, filters: Filters, table: str) -> str:
        """Return the subject of the file for its name: the form, the repeated rows, the period."""
        form, forms = filters.form, self._forms
        try:
            parts = [forms.of(form).short, forms.rows_of(form).get(table, "") if table else ""]
            parts.append(forms.period_title(form, filters.period) if filters.period else "")
        except NotFound:
            return "填报"
        return "-".join(filter(None, parts))
