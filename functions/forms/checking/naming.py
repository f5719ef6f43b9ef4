"""What a sentence calls a part of a form."""

from __future__ import annotations

from functions.forms.definition import Definition


def name_of(definition: Definition, at: str) -> str:
    """The name of what stands at a pointer, for use in a sentence: "数据库 2 的维护情况"; "" for the whole form.

    A name that begins with a digit has a space before it, as Chinese set with digits does.
    """
    name = ""
    for part in definition.names_at(at):
        name = f"{name}{' ' if name[-1].isdecimal() else ''}的{part}" if name else part
    return f" {name}" if name[:1].isdecimal() else name
