"""Reads letters and extensions from the ledger, as they stood on a day or now; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, cast

from functions.errors import NotFound
from functions.forms.letters import LETTER_KINDS, LetterKind
from functions.records.ledger import LedgerStore, chain_name
from functions.supervision.obligations.values import Extension, Order
from functions.supervision.orders.state import EXTENSION, ORDER, ORDER_STEP, extensions_on, letters_on
from functions.supervision.orders.values import Asked, Letter

NO_LETTER: Final = "没有这份文书。请从文书目录里找"
NO_EXTENSION: Final = "没有这份延期申请。请从文书目录里找"


def read_letters(ledger: LedgerStore, on: date | None = None) -> tuple[Letter, ...]:
    """All letters by year, kind and number, as they stood at the end of the day `on`, or now; blocks."""
    chains = (chain.partition("/")[2].partition("-") for chain in ledger.chains(ORDER))
    return tuple(letter for year, _, kind in chains for letter in _read(ledger, cast(LetterKind, kind), int(year), on))


def read_letter(ledger: LedgerStore, id: str) -> Letter:
    """One letter by its id, such as 2026-correction-7; NotFound when there is none; blocks."""
    year, _, rest = id.partition("-")
    kind, _, sequence = rest.rpartition("-")
    if kind in LETTER_KINDS and _is_number(year) and _is_number(sequence):
        for letter in _read(ledger, kind, int(year)):
            if letter.id == id:
                return letter
    raise NotFound(NO_LETTER)


def read_extensions(ledger: LedgerStore, on: date | None = None) -> tuple[Asked, ...]:
    """All extensions, asked for or settled, as they stood at the end of the day `on`, or now; blocks."""
    chains = ledger.chains(EXTENSION)
    return tuple(
        asked for chain in chains for asked in extensions_on(int(chain.partition("/")[2]), ledger.read(chain), on)
    )


def read_extension(ledger: LedgerStore, id: str) -> Asked:
    """One extension by its id, such as 2026-3; NotFound when there is none; blocks."""
    for asked in read_extensions(ledger):
        if asked.id == id:
            return asked
    raise NotFound(NO_EXTENSION)


def read_papers(ledger: LedgerStore, on: date) -> tuple[list[Extension], list[Order]]:
    """Read what obligations are judged by on a day: extensions in force, and orders that are not void."""
    extensions = (asked.extension for asked in read_extensions(ledger, on))
    letters = (letter for letter in read_letters(ledger, on) if letter.voided is None)
    orders = [letter.order for letter in letters if letter.kind == "correction"]
    return [one for one in extensions if one is not None], orders


def chain_of(kind: LetterKind, year: int) -> str:
    """The chain whose sequences are the numbers of a kind of letter in a year."""
    return chain_name(ORDER, f"{year}-{kind}")


def steps_of(kind: LetterKind, year: int) -> str:
    """The chain of what is done later to the letters of a kind and year."""
    return chain_name(ORDER_STEP, f"{year}-{kind}")


def extensions_of(year: int) -> str:
    """The chain of a year's extensions."""
    return chain_name(EXTENSION, str(year))


def _read(ledger: LedgerStore, kind: LetterKind, year: int, on: date | None = None) -> Iterator[Letter]:
    return letters_on(kind, year, ledger.read(chain_of(kind, year)), ledger.read(steps_of(kind, year)), on)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
