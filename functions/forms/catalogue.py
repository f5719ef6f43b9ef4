"""The list of all forms, made from the schemas by authoring, or loaded from the compiled file of a package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from functions.errors import NotFound
from functions.forms.definition import Definition
from functions.forms.letters import NO_LETTERS, Letters

if TYPE_CHECKING:
    from functions.forms.roster_form import RosterForm


class Catalogue:
    """The current definition of every form, in a fixed order; the rosters, and the words of letters."""

    def __init__(
        self,
        definitions: Iterable[Definition],
        rosters: Iterable[RosterForm] = (),
        letters: Letters = NO_LETTERS,
    ) -> None:
        self.letters = letters
        self._definitions = {definition.id: definition for definition in definitions}
        self.rosters: Mapping[str, RosterForm] = {roster.id: roster for roster in rosters}

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._definitions.values())

    def __len__(self) -> int:
        return len(self._definitions)

    def get(self, form_id: str) -> Definition:
        """Return the form with this id; NotFound when there is none."""
        try:
            return self._definitions[form_id]
        except KeyError:
            raise NotFound("没有这种填报。请从“我要填报”里选一种") from None

    def roster(self, roster_id: str) -> RosterForm:
        """Return the roster with this id; NotFound, with the names of all rosters, when there is none."""
        try:
            return self.rosters[roster_id]
        except KeyError:
            known = "、".join(f"{one.id}（{one.title}）" for one in self.rosters.values())
            raise NotFound(f"没有名为 {roster_id} 的名册。有的名册：{known or '无'}") from None

    def dump(self) -> bytes:
        """Return the compiled file: all documents, so that a package needs neither YAML nor a model to start."""
        forms = [definition.document.decode() for definition in self]
        rosters = [roster.document.decode() for roster in self.rosters.values()]
        letters = self.letters.document.decode()
        return json.dumps({"forms": forms, "rosters": rosters, "letters": letters}, ensure_ascii=False).encode()

    @classmethod
    def load(cls, compiled: bytes) -> Catalogue:
        """Load the catalogue that `dump` wrote; its digests are unchanged."""
        raw = json.loads(compiled)
        rosters = raw["rosters"]
        if rosters:
            from functions.forms.roster_form import RosterForm

            rosters = [RosterForm(document.encode()) for document in rosters]
        forms = (Definition(document.encode()) for document in raw["forms"])
        return cls(forms, rosters, Letters(raw["letters"].encode()))
