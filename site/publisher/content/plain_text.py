"""Markdown of ours as plain words; never used on official text, which is no Markdown."""

import re

_MARKUP = re.compile(r"\{:[^}]*\}|\[([^\]]*)\]\([^)]*\)|^[#>\-+*:|\s]+|\*\*", re.MULTILINE)


def plain_text(text: str) -> str:
    """The words alone: links by their words, no marks."""
    return " ".join(_MARKUP.sub(lambda found: found[1] or " ", text).split())
