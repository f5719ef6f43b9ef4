"""Converts our own Markdown to plain words; never used on official text, which is not Markdown."""

import re

_MARKUP = re.compile(r"\{:[^}]*\}|\[([^\]]*)\]\([^)]*\)|^[#>\-+*:|\s]+|\*\*", re.MULTILINE)


def plain_text(text: str) -> str:
    """Return the words without marks; a link becomes its words."""
    return " ".join(_MARKUP.sub(lambda found: found[1] or " ", text).split())
