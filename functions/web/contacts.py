"""Whom to call about a filing: the contact that every unit's form asks for; knows no page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.pointer import ANY_ROW

_KEYS = ("contact_name", "contact_phone", "contact_email")


@dataclass(frozen=True, slots=True)
class Contact:
    """`dial` is the number as a telephone takes it, `phone_at` the pointer of its field; "" is what was not given."""

    name: str
    phone: str
    dial: str
    email: str
    phone_at: str


def contact_of(definition: Definition, data: Any) -> Contact | None:
    """The contact of a filing; None on a form without one, or where nothing was given."""
    places = {
        item.key: item.path
        for item in definition.walk()
        if isinstance(item, Field) and item.key in _KEYS and ANY_ROW not in item.path
    }
    name, phone, email = (_text(pointer.read(data, places.get(key, ("",)))) for key in _KEYS)
    if not (name or phone):
        return None
    return Contact(name, phone, dialled(phone), email, pointer.join(places.get("contact_phone", ())))


def dialled(phone: str) -> str:
    """A telephone number without what people write between its digits."""
    return re.sub(r"[^0-9+]", "", phone)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
