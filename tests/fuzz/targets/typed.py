"""Single answers as people type them: dates, telephones, names, codes. What was made plain stays as it is."""

from __future__ import annotations

from functions.forms.characters import comparable, hidden_in, plain_code, strange_in, trimmed
from functions.forms.formats import day_of, is_date, is_email, is_phone, is_uscc
from functions.forms.normalise import ABSENT, normalise, odd_in_date, plain_date, plain_line

KINDS = ("text", "long_text", "integer", "decimal", "date", "boolean", "uscc", "phone", "email", "choice")
SEEDS = (
    "2026年3月1日", "２０２６．３．１", "20260301", "+86 (0310) 3891234 转 801", "0086-138 0013 8000", "400 123 4567",
    "1,234,567.5", "12000000000000001U", "a@b.example", "示例\u200b县", "👩\u200d👧", "葛\U000e0100", "true", "-１２",
)  # fmt: skip


def seeds() -> list[bytes]:
    return [text.encode() for text in SEEDS]


def check(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for kind in KINDS:
        once = normalise(kind, text)
        if once is ABSENT or isinstance(once, bool):
            continue
        assert once != "", kind
        assert normalise(kind, str(once)) == once, kind
        assert len(str(once)) <= len(text) + 3, kind
    assert trimmed(trimmed(text)) == trimmed(text)
    assert plain_code(plain_code(text)) == plain_code(text)
    assert plain_date(plain_date(text)) == plain_date(text)
    assert is_date(text) or day_of(text) is None
    for look in (comparable, hidden_in, strange_in, odd_in_date, plain_line, is_email, is_phone, is_uscc):
        look(text)
