"""Words a letter line by line, for every format alike; knows no format and no store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.supervision.orders.values import Letter
from functions.supervision.orders.words import day_words

OURS: Final = "本系统拟定，非官方格式。"


@dataclass(frozen=True, slots=True)
class LetterText:
    """The parts of a letter from top to bottom; `sign` stands at the right, `notes` are small."""

    bureau: str
    title: str
    number: str
    to: str
    paragraphs: tuple[str, ...]
    sign: tuple[str, ...]
    notes: tuple[str, ...]


def letter_text(letter: Letter, bureau: str, *, official: bool) -> LetterText:
    """The letter of this bureau; a voided one says so."""
    draft = letter.draft
    void = letter.voided
    return LetterText(
        bureau=bureau,
        title=draft.title,
        number=letter.number,
        to=f"{draft.to}：" if draft.to else "",
        paragraphs=draft.paragraphs,
        sign=(bureau, day_words(letter.issued)),
        notes=(
            *([f"本件已于 {day_words(void.day)}作废：{void.words}"] if void else []),
            *([f"签发人：{draft.signed_by}"] if draft.signed_by else []),
            *([] if official else [OURS]),
        ),
    )
