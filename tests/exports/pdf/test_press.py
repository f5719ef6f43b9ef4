"""A filing, its receipt and an opinion as PDF/A: read back by a reader that is not ours; rare characters never fail."""

from __future__ import annotations

import io
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.errors import NotFound
from functions.exports.pdf import Letterhead, Press, Typesetter
from functions.exports.pdf.contents import filing_paper, receipt_paper
from functions.exports.typesetting.document import Document
from functions.exports.typesetting.glyphs import Glyphs, cautious, characters, glyphs_of
from functions.exports.typesetting.typesetter import font_files
from functions.forms.definition import Definition
from functions.records.erasing import erase
from functions.records.keys import Keys
from functions.records.state import Erased
from functions.records.store import Record
from tests.conftest import ROOT
from tests.support.exports.attachments import LETTERHEAD
from tests.support.exports.pdf_text import bare, words
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import changed, registration, self_check
from tests.support.records import History, entropy

ELSEWHERE = """
import os, pickle, sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from functions.exports.pdf import Press
from tests.support.exports.attachments import LETTERHEAD
from tests.support.forms import self_check
from functions.storage.keys import load_keys
press = Press(LETTERHEAD, load_keys(Path(sys.argv[1]), os.urandom))
sys.stdout.buffer.write(press.filing(pickle.loads(Path(sys.argv[2]).read_bytes()), self_check()))
"""


def leaves(data: Any) -> list[str]:
    """Every text in the data that is not the code of a choice."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in leaves(value)]
    if isinstance(data, list):
        return [text for value in data for text in leaves(value)]
    return [data] if isinstance(data, str) and not data.isascii() else []


@pytest.mark.parametrize(
    ("data", "definition"),
    [
        (valid_self_check(), self_check()),
        (valid_self_check(databases=0), self_check()),
        (valid_registration("start"), registration()),
        (valid_registration("post_acceptance"), registration()),
    ],
    ids=["self check", "no databases", "start", "post acceptance"],
)
def test_the_document_shows_every_answer(
    data: dict[str, Any], definition: Definition, keys: Keys, press: Press
) -> None:
    record = History(keys, definition).file(data).record
    text = words(press.filing(record, definition))
    for answer in leaves(data):
        assert bare(answer) in text
    for section in definition.sections:
        optional = any(item.required == "never" for item in section.items)
        assert (section.title in text) == (section.key in data or optional), "what might have been answered is shown"
    assert definition.title in text
    for fact in (
        record.summary.number,
        "2026年9月18日10:24:07",
        "第1版",
        record.events[0].digest,
        "待审核",
        "示例县档案局",
    ):
        assert fact in text


def test_counts_choices_dates_and_rows_read_as_on_the_page(keys: Keys, press: Press) -> None:
    text = words(press.filing(History(keys).file(valid_self_check()).record, self_check()))
    for shown in ("320卷，4,100件", "部分符合", "2026年8月31日", "18.50GB", "42,602条", "教育、学籍"):
        assert shown in text
    for number in (1, 2, 3):
        assert f"示例档案数据库{number}" in text


def test_a_late_receipt_says_that_it_is_late(keys: Keys, press: Press) -> None:
    text = words(press.receipt(History(keys).file(valid_self_check(year=2024)).record, self_check()))
    assert "是否按期延报" in text


def test_each_version_has_its_own_document_and_the_last_one_counts(keys: Keys, press: Press) -> None:
    history = History(keys).file().send_back()
    history.at += timedelta(hours=2)
    moved = changed(valid_self_check(), {"/holdings/storage_status": "已搬到二楼新库房。"})
    record = history.correct(moved).record
    newest, oldest = words(press.filing(record, self_check())), words(press.filing(record, self_check(), 1))
    assert "已搬到二楼新库房。" in newest
    assert "第2版（共2版）" in newest
    assert "补正时间2026年9月18日12:24:07" in newest
    assert record.events[2].digest in newest
    assert "全部放在办公楼一层档案室" in oldest
    assert "以后面的版本为准" in oldest
    assert record.events[0].digest in oldest
    with pytest.raises(NotFound, match="第 3 版"):
        press.filing(record, self_check(), 3)


def test_a_paper_filing_shows_the_day_it_came_and_the_time_it_was_entered(keys: Keys, press: Press) -> None:
    text = words(press.receipt(History(keys).file(received_on=date(2026, 9, 17)).record, self_check()))
    assert "收到日期2026年9月17日（纸质）" in text
    assert "录入时间2026年9月18日10:24:07" in text


def test_the_receipt_says_what_was_received_and_nothing_of_what_was_answered(keys: Keys, press: Press) -> None:
    text = words(press.receipt(History(keys).file(valid_self_check()).record, self_check()))
    for shown in (
        "填报回执",
        "2025年度《档案工作情况自查报告》",
        "示例县第一中学",
        "截止日期2026年9月30日",
        "是否按期按期",
    ):
        assert shown in text
    assert "示例乙" not in text
    assert "0000-1234567" not in text


def test_an_opinion_names_decision_date_fields_and_the_version_it_is_about(keys: Keys, press: Press) -> None:
    record = History(keys).file().send_back().record
    text = words(press.opinion(record, self_check(), 2))
    for shown in ("退回补正意见", "示例意见", "补正期限2026年9月25日", "联系电话", "第1版", record.events[1].digest):
        assert shown in text
    with pytest.raises(NotFound, match="没有审核意见"):
        press.opinion(record, self_check(), 1)
    with pytest.raises(NotFound):
        press.opinion(record, self_check(), 9)


def test_an_acceptance_without_words_has_its_document_too(keys: Keys, press: Press) -> None:
    assert "决定接受" in words(press.opinion(History(keys).file().accept().record, self_check(), 2))


def test_the_longest_unit_name_fits_into_the_code(keys: Keys) -> None:
    """As many characters as a form may allow, of those that JSON writes the longest."""
    record = History(keys).file(valid_self_check(unit_name="\u0001" * 200)).record
    paper = receipt_paper(record, self_check(), None, keys, Letterhead("示例县档案局", f"https://{'a' * 150}/"))
    assert segno.make(paper.code, error="l", micro=False)


def test_row_numbers_do_not_run_into_their_rows(keys: Keys, press: Press) -> None:
    """In a column of their own: one that was too narrow let them run into the next."""
    data = valid_self_check(databases=120)
    document = pypdf.PdfReader(io.BytesIO(press.filing(History(keys).file(data).record, self_check())))
    places: dict[str, float] = {}

    def look(text: str, page: Any, line: Any, _: Any, __: Any) -> None:
        places.setdefault(text.strip(), page[4] + line[4])

    for page in document.pages:
        page.extract_text(visitor_text=look)
    (name,) = {at for text, at in places.items() if text.startswith("示例档案数据库")}
    assert name - places["120"] > len("120") * 4.5


def test_an_erased_filing_has_no_document(keys: Keys, press: Press) -> None:
    history = History(keys).file()
    erasure = erase(
        history.record, version=1, reason="示例决定 1 号", actor="(console)", at=history.at, entropy=entropy
    )
    gone = replace(history.record.events[0], salt=None, body=None)
    record = Record(erasure.step.summary, (gone, *erasure.step.events))
    for make in (press.filing, press.receipt):
        with pytest.raises(Erased):
            make(record, self_check())


def test_a_version_stays_printable_when_an_older_one_was_erased(keys: Keys, press: Press) -> None:
    history = History(keys).file().send_back().correct()
    made = erase(history.record, version=1, reason="示例决定 1 号", actor="(console)", at=history.at, entropy=entropy)
    gone = replace(history.record.events[0], salt=None, body=None)
    record = Record(made.step.summary, (gone, *history.record.events[1:], *made.step.events))
    assert "示例县第九中学" in words(press.filing(record, self_check()))
    assert "示例意见" in words(press.opinion(record, self_check(), 2))
    with pytest.raises(Erased):
        press.filing(record, self_check(), 1)


def test_the_code_opens_the_verification_page_with_a_receipt_that_verifies(keys: Keys) -> None:
    record = History(keys).file().correct(valid_self_check(databases=1)).record
    for version, event in ((1, record.events[0]), (2, record.events[1])):
        for make in (filing_paper, receipt_paper):
            paper = make(record, self_check(), version, keys, LETTERHEAD)
            address, _, receipt = paper.code.partition("#")
            assert address == "https://daj.example.gov.cn/verify/"
            stated = keys.verify(receipt)
            assert (stated["number"], stated["digest"]) == (record.summary.number, event.digest)


def test_without_an_address_the_code_is_the_receipt_itself(keys: Keys) -> None:
    paper = filing_paper(
        History(keys).file(valid_self_check()).record, self_check(), None, keys, Letterhead("示例县档案局", "")
    )
    assert keys.verify(paper.code)


def test_the_document_is_pdf_a_with_embedded_fonts(keys: Keys, press: Press) -> None:
    reader = pypdf.PdfReader(io.BytesIO(press.filing(History(keys).file(valid_self_check()).record, self_check())))
    root: Any = reader.trailer["/Root"]
    about = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in about
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in about
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert "/OutputIntents" in root
    fonts = [font for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0]
        assert inner["/FontDescriptor"].keys() & {"/FontFile2", "/FontFile3"}
    assert reader.metadata is not None
    assert "档案工作情况自查报告" in (reader.metadata.title or "")


def test_the_same_filing_gives_the_same_bytes_in_any_thread_and_process(
    keys: Keys, press: Press, keys_folder: Path, tmp_path: Path
) -> None:
    record = History(keys).file(valid_self_check()).record
    first = press.filing(record, self_check())
    with ThreadPoolExecutor(3) as threads:
        others = list(threads.map(lambda _: Press(LETTERHEAD, keys).filing(record, self_check()), range(6)))
    assert set(others) == {first}
    (tmp_path / "record").write_bytes(pickle.dumps(record))
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(keys_folder), str(tmp_path / "record")],
        capture_output=True, check=True, timeout=60, cwd=ROOT,
    )  # fmt: skip
    assert told.stdout == first


@pytest.mark.parametrize("rare", ["𠮷", "🙂", "\u202e", "\u200d", "\ufeff", "\ue000", "辻\U000e0100", "ﷺ", "한", "ก้"])
def test_a_character_that_no_font_has_is_replaced_visibly_and_noted(rare: str, keys: Keys, press: Press) -> None:
    data = valid_self_check(unit_name=f"示例{rare}中学")
    text = words(press.filing(History(keys).file(data).record, self_check()))
    code = f"〔U+{ord(rare[-1]):04X}〕"
    assert text.count(code) >= 3, "in the facts, in the table, in the note"
    assert "字库里没有的字，用它的统一码编号代替" in text


def test_common_rare_characters_are_shown_as_they_are(keys: Keys, press: Press) -> None:
    data = valid_self_check(unit_name="示例龘䶮㼆喆堃犇中学")
    text = words(press.filing(History(keys).file(data).record, self_check()))
    assert "示例龘䶮㼆喆堃犇中学" in text
    assert "〔U+" not in text


@settings(max_examples=40, deadline=None)
@given(name=st.text(min_size=1, max_size=60), story=st.text(max_size=300))
def test_any_typed_text_makes_a_document(keys: Keys, press: Press, name: str, story: str) -> None:
    data = changed(valid_self_check(unit_name=name), {"/holdings/storage_status": story})
    assert press.filing(History(keys).file(data).record, self_check()).startswith(b"%PDF")


def test_the_fonts_show_every_character_of_their_tables() -> None:
    held = set.intersection(*(set(characters(font.read_bytes())) for font in font_files()))
    text = "".join(map(chr, sorted(held)))
    glyphs = glyphs_of(font_files())
    shown = glyphs.shown(text)
    assert len(held) > 30_000
    assert glyphs.replaced == ()
    parts = {"title": "示例", "subtitle": "", "number": "", "bureau": "", "facts": [], "words": [shown], "sections": [],
             "sign": [], "notes": [], "scan": "", "foot": ""}  # fmt: skip
    made = Typesetter().set(Document(parts, "", (2026, 9, 18)))
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) > 5


def test_a_failing_font_falls_back_to_code_points(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_missing = re.compile(r"(?!)")
    monkeypatch.setattr("functions.exports.typesetting.typesetter.glyphs_of", lambda fonts: Glyphs(nothing_is_missing))
    data = valid_self_check(unit_name="示例𠮷䶮中学")
    text = words(Press(LETTERHEAD, keys).filing(History(keys).file(data).record, self_check()))
    assert "示例〔U+20BB7〕〔U+4DAE〕中学" in text


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_the_plainest_characters_are_among_those_of_the_fonts(text: str) -> None:
    once = cautious().shown(text)
    again = glyphs_of(font_files())
    assert again.shown(once).replace("\u200b", "") == once.replace("\u200b", "")
    assert again.replaced == ()


def test_a_long_word_may_break_and_reads_as_one() -> None:
    glyphs: Glyphs = glyphs_of(font_files())
    word = "abcdefghij" * 9
    shown = glyphs.shown(word)
    assert shown.replace("\u200b", "") == word
    assert max(map(len, shown.split("\u200b"))) <= 24
