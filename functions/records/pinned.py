"""Finds the form that a filing is pinned to, among current and retired forms; knows no answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from functions.errors import NotFound
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition, Rows
from functions.records.store import RecordStore, Selection

MOST = 32


class PinnedForms:
    """Callable: returns the form of a digest, or raises NotFound when no filing can have it. Calls may block.

    A form that was removed from the program still applies to its filings: `of` and `held` find it too.
    """

    def __init__(self, records: RecordStore, catalogue: Catalogue) -> None:
        self._records = records
        self._known = {definition.digest: definition for definition in catalogue}
        self._in_use = {definition.id: definition for definition in catalogue}
        # Retired forms and older versions get no more filings.
        self._digests: dict[str, tuple[str, ...]] = {}
        self._newest: dict[str, str] = {}

    def __call__(self, digest: str) -> Definition:
        definition = self._known.get(digest)
        if definition is None:
            definition = Definition.from_document(self._records.document(digest))
            if len(self._known) < MOST:
                self._known[digest] = definition
        return definition

    def of(self, form: str) -> Definition:
        """Return the form of this id: the current one, else as it was last filed; NotFound when there is neither."""
        if form in self._in_use:
            return self._in_use[form]
        if form not in self._newest:
            newest = self._records.page(Selection(form=form), limit=1).items
            if not newest:
                raise NotFound("没有这种填报。请从“我要填报”里选一种")
            self._newest[form] = newest[0].form_digest
        return self(self._newest[form])

    def held(self) -> list[Definition]:
        """Return every current form, then the retired forms that filings are pinned to."""
        found = list(self._in_use.values())
        for form in dict.fromkeys(form for form, _ in self._records.periods() if form not in self._in_use):
            with suppress(NotFound):  # one lost document must not hide the others
                found.append(self.of(form))
        return found

    def versions(self, form: str) -> Iterator[Definition]:
        """Return every version of a form that has filings, the one that `of` gives first; NotFound as for `of`."""
        newest = self.of(form)
        yield newest
        if form not in self._digests:
            self._digests[form] = self._records.digests(Selection(form=form))
        yield from (self(digest) for digest in self._digests[form] if digest != newest.digest)

    def rows_of(self, form: str) -> Mapping[str, str]:
        """Return the repeated rows of every version by table name, with the newest version's titles."""
        labels: dict[str, str] = {}
        for version in self.versions(form):
            for item in version.walk():
                if isinstance(item, Rows):
                    labels.setdefault(".".join(item.path), item.label)
        return labels

    def period_title(self, form: str, period: str) -> str:
        """Return the period in words, by the newest version that has it; the stored value when no version does."""
        try:
            knowing = (version for version in self.versions(form) if version.has_period(period))
            return next(knowing, self.of(form)).period_title(period)
        except NotFound:
            return period
