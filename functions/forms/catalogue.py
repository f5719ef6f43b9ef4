"""Which forms there are; made by authoring from the schemas, or loaded from the compiled file of a package."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from functions.errors import NotFound
from functions.forms.definition import Definition


class Catalogue:
    """The current definition of every form, in a fixed order."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._definitions = {definition.id: definition for definition in definitions}

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._definitions.values())

    def __len__(self) -> int:
        return len(self._definitions)

    def get(self, form_id: str) -> Definition:
        """The form with this id; NotFound when there is none."""
        try:
            return self._definitions[form_id]
        except KeyError:
            raise NotFound("没有这种填报。请从“我要填报”里选一种") from None

    def dump(self) -> bytes:
        """The compiled file: all documents, so that a package needs neither YAML nor a model to start."""
        return json.dumps([definition.document.decode() for definition in self], ensure_ascii=False).encode()

    @classmethod
    def load(cls, compiled: bytes) -> Catalogue:
        """The catalogue that `dump` wrote; digests are the same."""
        return cls(Definition(document.encode()) for document in json.loads(compiled))
