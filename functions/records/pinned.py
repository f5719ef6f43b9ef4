"""Finds the form that a filing is pinned to, among those in use and those kept for ever."""

from __future__ import annotations

from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.records.store import RecordStore

MOST = 32


class PinnedForms:
    """Called with a digest, it gives the form; NotFound when no filing can have it. Calls may block."""

    def __init__(self, records: RecordStore, catalogue: Catalogue) -> None:
        self._records = records
        self._known = {definition.digest: definition for definition in catalogue}

    def __call__(self, digest: str) -> Definition:
        definition = self._known.get(digest)
        if definition is None:
            definition = Definition.from_document(self._records.document(digest))
            if len(self._known) < MOST:
                self._known[digest] = definition
        return definition
