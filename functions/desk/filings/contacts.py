"""The contact of a filing, which every unit's form asks for; knows no page."""

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
# The last digits are contiguous in every way of writing a number.
_LAST: Final = 7


@dataclass(frozen=True, slots=True)
class Contact:
    """`dial` is the number for a telephone, normalised and without an extension.

    `phone_at` is the pointer of its field; "" means not given.
    """

    name: str
    phone: str
    dial: str
    email: str
    phone_at: str

    @property
    def sought(self) -> str:
        """Return text that every filing with this number contains; other filings may contain it too."""
        return self.dial[-_LAST:]


def contact_of(definition: Definition, data: Any) -> Contact | None:
    """Return the contact of a filing; None when its form has none, or it was not given."""
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
    """Return a telephone number without separators, country code and extension."""
    return _COUNTRY.sub("", re.sub(r"[^0-9+]", "", _EXTENSION.sub("", phone)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
