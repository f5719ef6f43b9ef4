"""Reads the words of a PDF with a reader that is not ours."""

from __future__ import annotations

import io
import re

import pypdf


def words(document: bytes) -> str:
    """The text of the document without any blanks: a line may break anywhere."""
    return re.sub(
        r"\s|\u200b", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)
    )


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)
