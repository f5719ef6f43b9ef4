"""A file as it would be imported: read, compared with the roster as it is now, kept until it is confirmed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.forms.roster_form import RosterForm
from functions.imports.roster_rows import Read, read_rows
from functions.imports.sheet import Line, read_sheet
from functions.records.attachments.store import Area
from functions.records.event import Event
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import Plan, Reasons, plan_import
from functions.supervision.rosters.state import Roster, roster_on
from functions.web.filing.form_pages import local_day
from functions.web.http.problems import HttpProblem

# Swept each night of what no record names, as these never are: nobody is sent them from here. In `quarantine` the
# scanner would throw a CSV away.
AREA: Final[Area] = "attachments"
GONE: Final = "文件只留一天，已经不在了，没有导入。请重新选一次文件"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TENTH: Final = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A file read for a roster. `plan` is empty of changes when the file has faults: nothing of it is taken then."""

    form: RosterForm
    name: str
    digest: str
    lines: Sequence[Line]
    read: Read
    events: Sequence[Event]
    roster: Roster
    plan: Plan

    @property
    def file(self) -> dict[str, Any]:
        """Return what the event says of the file."""
        return {"name": self.name, "sha256": self.digest, "rows": len(self.read.rows)}


class Drafts:
    """Every call blocks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rosters = Rosters(services.ledger, services.entropy)

    def make(self, form: RosterForm, content: bytes, name: str) -> Draft:
        """The draft of this file against the roster as it is now; SheetRefused when it cannot be read as rows."""
        lines = read_sheet(content)
        read = read_rows(form, lines, local_day(self._services.clock()))
        return self._compared(form, name, hashlib.sha256(content).hexdigest(), lines, read)

    def reread(self, draft: Draft) -> Draft:
        """The draft against the roster as it is by now."""
        return self._compared(draft.form, draft.name, draft.digest, draft.lines, draft.read)

    def keep(self, content: bytes) -> None:
        """Keep a file until it is confirmed."""
        self._services.blobs.keep(AREA, hashlib.sha256(content).hexdigest(), content)

    def again(self, form: RosterForm, digest: str, name: str) -> Draft:
        """The draft of a file that was kept, made anew; HttpProblem 404 when it is not kept any more."""
        if not _DIGEST.fullmatch(digest):
            raise HttpProblem(400, "没有认出是哪个文件。请重新选一次文件")
        try:
            content = self._services.blobs.read(AREA, digest)
        except NotFound:
            raise HttpProblem(404, GONE) from None
        return self.make(form, content, name)

    def _compared(self, form: RosterForm, name: str, digest: str, lines: Sequence[Line], read: Read) -> Draft:
        events = self._rosters.events(form)
        roster = roster_on(form, events)
        return Draft(form, name, digest, lines, read, events, roster, plan_import(form, roster, read.rows))

    def carry_out(self, draft: Draft, plan: Plan, reason: Reasons, source: str, actor: str) -> None:
        """Import it; SequenceTaken when the roster has changed since the draft was made."""
        file = {**draft.file, "source": source} if source else draft.file
        at = self._services.clock()
        self._rosters.carry_out(draft.form, plan, file=file, reason=reason, actor=actor, at=at)


def ends_many(roster: Roster, ends: int) -> bool:
    """Whether so many ends are more than a tenth of the roster, so that their number has to be typed."""
    return ends * _TENTH > len(roster.current())
