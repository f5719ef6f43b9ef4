"""The bureau's letters as data: kinds, numbers, words, legal bases; knows no obligation, store or format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

LetterKind = Literal["correction", "circular", "recommendation"]
LETTER_KINDS: Final[tuple[LetterKind, ...]] = get_args(LetterKind)


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind of letter. `number` is the pattern of its official number, `until` what its date is called, or "".

    `to` is the addressee, "" where the officer names it. Words in braces are filled in when a letter is made.
    """

    title: str
    short: str
    number: str
    paragraphs: Sequence[str]
    until: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """The bases of a letter about a form: the paragraph of the list, and laws."""

    basis: str
    laws: Sequence[str]


class Letters:
    """All of schemas/letters.yml; without that file there are no letters."""

    def __init__(self, document: bytes) -> None:
        raw: dict[str, Any] = json.loads(document)
        self.document = document
        self.official: bool = raw["official"]
        self.list_name: str = raw["list_name"]
        self.service: tuple[str, ...] = tuple(raw["service"])
        self.kinds: Mapping[LetterKind, Wording] = {
            kind: Wording(**raw["kinds"][kind]) for kind in LETTER_KINDS if kind in raw["kinds"]
        }
        self._facts: Mapping[str, str] = {form: one["facts"] for form, one in raw["forms"].items()}
        self._grounds = {
            (form, kind): Ground(**one[kind])
            for form, one in raw["forms"].items()
            for kind in self.kinds
            if one.get(kind)
        }

    def facts(self, form: str) -> str:
        """Return how the facts about a form that was not filed are told; "" when no letter is made about it."""
        return self._facts.get(form, "")

    def ground(self, form: str, kind: LetterKind) -> Ground | None:
        """Return what a letter of this kind about the form rests on; None when there is no such letter."""
        return self._grounds.get((form, kind))


NO_LETTERS: Final = Letters(
    json.dumps({"official": False, "list_name": "", "service": [], "kinds": {}, "forms": {}}).encode()
)
