"""What an author may write in a form: refuses whatever one validator would read otherwise than another."""

from __future__ import annotations

from typing import Any

from functions.forms.definition import Definition
from functions.forms.source import Source


def check_schema(form: Source, schema: Any) -> None:
    """Raise AuthoringError for the first thing in the bundled schema that a form may not hold."""


def check_rules(source: Source, definition: Definition) -> None:
    """Raise AuthoringError for the first rule that names what the form does not have."""
