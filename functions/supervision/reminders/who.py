"""Whom to reach about a unit: the contact on its roster, else in its last accepted filing; knows no adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from functions.records.pinned import PinnedForms
from functions.records.state import Erased, standing
from functions.records.store import Selection
from functions.supervision.board import Ports, summaries
from functions.supervision.contacts import NO_CONTACT, Found, contact_in, contact_of
from functions.supervision.obligations.values import Listed, Obligation


class ContactBook:
    """Finds contacts. Filings are read only for units that no roster has a contact of. Calls block."""

    def __init__(self, ports: Ports, rows: Iterable[Listed]) -> None:
        self._ports = ports
        self._pinned = PinnedForms(ports.records, ports.catalogue)
        self._listed: dict[tuple[str, str], Found] = {}
        self._accepted: Mapping[str, str] | None = None
        self._filed: dict[str, Found] = {}
        for row in rows:
            contact = contact_in(row.columns)
            if contact is not None:
                found = Found(contact, f"roster:{row.roster}")
                unit = row.uscc or row.unit_name
                # The row of the project itself comes first; of a unit's other rows the last one listed.
                self._listed[unit, row.project] = self._listed[unit, ""] = found

    def __call__(self, one: Obligation) -> Found:
        return self.find(one.uscc, one.unit_name, one.project)

    def find(self, uscc: str, unit_name: str, project: str) -> Found:
        """The contact for what a unit owes for a project, "" for the unit itself."""
        unit = uscc or unit_name
        listed = self._listed.get((unit, project)) or self._listed.get((unit, ""))
        return listed or (self._in_filing(uscc) if uscc else NO_CONTACT)

    def _in_filing(self, uscc: str) -> Found:
        if uscc not in self._filed:
            self._filed[uscc] = self._read(self._last_accepted().get(uscc))
        return self._filed[uscc]

    def _read(self, number: str | None) -> Found:
        if number is not None:
            record = self._ports.records.read(number)
            with suppress(Erased):
                state = standing(record.events, len(record.events) - 1)
                contact = contact_of(self._pinned(state.form_digest), state.data)
                return Found(contact, f"filing:{number}" if contact else "")
        return NO_CONTACT

    def _last_accepted(self) -> Mapping[str, str]:
        """The number of each unit's last accepted filing, of any form."""
        if self._accepted is None:
            found: dict[str, str] = {}
            for summary in summaries(self._ports.records, Selection(status="accepted")):  # newest first
                found.setdefault(summary.uscc, summary.number)
            self._accepted = found
        return self._accepted
