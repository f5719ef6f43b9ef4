"""Filings as PDF: the filing as the office's table, its receipt, an opinion on it; for printing and keeping."""

from functions.exports.pdf.contents import Letterhead
from functions.exports.pdf.press import Press
from functions.exports.typesetting.typesetter import Typesetter

__all__ = ["Letterhead", "Press", "Typesetter"]
