"""Whom to call about a filing: the contact that every unit's form asks for; knows no page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.pointer import ANY_ROW

_KEYS = ("contact_name", "contact_phone", "contact_email")
_EXTENSION = re.compile(r"-[0-9]{1,6}$")
_COUNTRY = re.compile(r"^[+]?86(?=[0-9]{10,})")
# However a number is written, its last digits stand together.
_LAST: Final = 7


@dataclass(frozen=True, slots=True)
class Contact:
    """`dial` is the number as a telephone takes it, the same for every way to write it, without an extension.

    `phone_at` is the pointer of its field; "" is what was not given.
    """

    name: str
    phone: str
    dial: str
    email: str
    phone_at: str

    @property
    def sought(self) -> str:
        """What every filing with this number has in its text, though not only those."""
        return self.dial[-_LAST:]


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
    """A telephone number without what people write between its digits, without country code and extension."""
    return _COUNTRY.sub("", re.sub(r"[^0-9+]", "", _EXTENSION.sub("", phone)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
