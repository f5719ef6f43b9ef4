"""Whom the bureau calls or writes to about a unit: the contact in a filing or in a row of a roster; knows no page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.pointer import ANY_ROW

KEYS: Final = ("contact_name", "contact_phone", "contact_email")
_EXTENSION = re.compile(r"-[0-9]{1,6}$")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
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

    @property
    def is_mobile(self) -> bool:
        """Whether a short message reaches it."""
        return _MOBILE.fullmatch(self.dial) is not None


class Found(NamedTuple):
    """A contact and where it was found: "roster:units", "filing:SC-2025-…"; None and "" where there is none."""

    contact: Contact | None
    source: str


NO_CONTACT: Final = Found(None, "")


def contact_of(definition: Definition, data: Any) -> Contact | None:
    """Return the contact of a filing; None when its form has none, or it was not given."""
    places = {
        item.key: item.path
        for item in definition.walk()
        if isinstance(item, Field) and item.key in KEYS and ANY_ROW not in item.path
    }
    name, phone, email = (_text(pointer.read(data, places.get(key, ("",)))) for key in KEYS)
    if not (name or phone):
        return None
    return Contact(name, phone, dialled(phone), email, pointer.join(places.get("contact_phone", ())))


def contact_in(columns: Mapping[str, str]) -> Contact | None:
    """Return the contact in a row of a roster; None when it has none."""
    name, phone, email = (columns.get(key, "") for key in KEYS)
    return Contact(name, phone, dialled(phone), email, "") if name or phone or email else None


def dialled(phone: str) -> str:
    """Return a telephone number without separators, country code and extension."""
    return _COUNTRY.sub("", re.sub(r"[^0-9+]", "", _EXTENSION.sub("", phone)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
