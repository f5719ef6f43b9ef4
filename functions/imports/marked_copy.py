"""Workbooks about an import: what it would change, and the file again with every bad cell marked; decides nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence

from functions.imports.roster_rows import Fault
from functions.imports.sheet import Line, column_letter


def text_book(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """An XLSX workbook of one sheet, all cells text, its first row bold."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    sheet = book.add_worksheet(title)
    sheet.set_column(0, max(map(len, rows)) - 1, 22, text)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows):
        for place, words in enumerate(row):
            sheet.write_string(number, place, words, text if number else bold)
    book.close()
    return out.getvalue()


def marked_copy(lines: Sequence[Line], faults: Sequence[Fault]) -> bytes:
    """An XLSX workbook with the lines where they were; each bad cell is coloured and says what is wrong.

    It can be mended and imported as it is: what is said stands in notes, not in cells.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({"num_format": "@"})
    marked = book.add_format({"num_format": "@", "bg_color": "#FFE08A", "border": 1})
    sheet = book.add_worksheet("标出错处")
    wrong: dict[tuple[int, str], list[str]] = {}
    for fault in faults:
        wrong.setdefault((fault.line, fault.letter or "A"), []).append(fault.message)
    sheet.set_column(0, max(len(line.cells) for line in lines), 22, text)
    for line in lines:
        for place, cell in enumerate(line.cells):
            bad = (line.number, column_letter(place)) in wrong
            sheet.write_string(line.number - 1, place, cell.text, marked if bad else text)
    widths = {line.number: len(line.cells) for line in lines}
    for (number, letter), words in wrong.items():
        if widths.get(number, 0) <= _place(letter):
            sheet.write_blank(f"{letter}{number}", None, marked)
        sheet.write_comment(f"{letter}{number}", "\n".join(words), {"x_scale": 2})
    book.close()
    return out.getvalue()


def _place(letter: str) -> int:
    place = 0
    for each in letter:
        place = place * 26 + ord(each) - ord("A") + 1
    return place - 1
