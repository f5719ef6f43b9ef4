"""Files are accepted by their content, and each refusal says what the file is and what to do."""

from __future__ import annotations

import io
import json
import re
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.records.attachments.file_types import (
    MOST_MEMBERS,
    FileRefused,
    is_plain,
    kind_of,
    kind_of_name,
    plain_name,
    require_fitting,
    wrong_extension,
)
from tests.support.files import docx, jpeg, ofd, pdf_of, png, xlsx, zip_of
from tests.support.forms import SCHEMAS


@pytest.mark.parametrize(
    ("content", "kind"),
    [(pdf_of(300), "pdf"), (png(), "png"), (jpeg(), "jpeg"), (docx(), "docx"), (xlsx(), "xlsx"), (ofd(), "ofd")],
)
def test_a_file_is_known_by_its_content(content: bytes, kind: str) -> None:
    assert kind_of(io.BytesIO(content)) == kind


def real_workbook() -> bytes:
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        book.add_worksheet().write(0, 0, "示例")
    return held.getvalue()


def test_a_workbook_of_a_real_writer_is_known() -> None:
    assert kind_of(io.BytesIO(real_workbook())) == "xlsx"


def encrypted_zip() -> bytes:
    content = bytearray(docx())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "内容不是这里收的格式"),
        (b"MZ\x90\x00" + bytes(200), "内容不是这里收的格式"),
        (b"<html><script>", "内容不是这里收的格式"),
        (b" %PDF-1.7", "这是 PDF，但是开头多了"),
        (b"\xef\xbb\xbf%PDF-1.7", "这是 PDF，但是开头多了"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "内容不是这里收的格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式的 Office"),
        (b"Rar!\x1a\x07\x01\x00", "压缩包"),
        (b"7z\xbc\xaf\x27\x1c", "压缩包"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "HEIC"),
        (b"\x00\x00\x00\x18ftyphevc" + bytes(60), "HEIC"),
        (zip_of("a.pdf", "b.pdf"), "压缩包"),
        (zip_of("[Content_Types].xml", "ppt/presentation.xml"), "内容不是这里收的格式"),
        (zip_of("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"), "内容不是这里收的格式"),
        (zip_of("[Content_Types].xml", "word/document.xml", "OFD.xml"), "内容不是这里收的格式"),
        (zip_of("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏"),
        (zip_of("[Content_Types].xml", "xl/workbook.xml", "xl/VBAPROJECT.BIN"), "宏"),
        (zip_of("[Content_Types].xml", "xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "宏"),
        (zip_of("word/document.xml"), "压缩包"),
        (zip_of("Doc_0/OFD.xml"), "压缩包"),
        (encrypted_zip(), "密码"),
        (docx()[:-10], "不完整"),
        (docx() + b"MZ", "不完整"),
        (docx()[:4] + b"MZ" + docx()[4:], "不完整"),
        (b"PK\x03\x04", "不完整"),
    ],
)
def test_an_unaccepted_file_is_named_with_its_type_and_the_cure(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        kind_of(io.BytesIO(content))
    assert "请" in str(refused.value)


def test_a_zip_directory_with_a_false_count_is_refused() -> None:
    whole = docx()
    for count in (0, 3, 5, 0xFFFF):
        end = whole.rindex(b"PK\x05\x06")
        lying = whole[: end + 8] + struct.pack("<HH", count, count) + whole[end + 12 :]
        with pytest.raises(FileRefused):
            kind_of(io.BytesIO(lying))


def test_a_hostile_zip_directory_uses_little_memory() -> None:
    """What would unpack to gigabytes is never unpacked, and of millions of members none is kept."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", b"")
        file.writestr("word/document.xml", bytes(50_000_000))
        for number in range(MOST_MEMBERS - 2):
            file.writestr(zipfile.ZipInfo(f"word/{number}"), b"")
    tracemalloc.start()
    try:
        assert kind_of(io.BytesIO(held.getbuffer())) == "docx"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000 + len(held.getbuffer())
    finally:
        tracemalloc.stop()
    with zipfile.ZipFile(held, "a") as file:
        file.writestr("word/last", b"")
    with pytest.raises(FileRefused):
        kind_of(io.BytesIO(held.getvalue()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "pdf"),
        ("章.JPG", "jpeg"),
        ("章.jpeg", "jpeg"),
        ("章.JFIF", "jpeg"),
        ("章.jpe", "jpeg"),
        ("a.b.Docx", "docx"),
        ("a.doc", None),
        ("pdf", None),
    ],
)
def test_the_extension_says_what_a_file_is_called(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.parametrize("name", [".pdf", "a.pdf.exe", "a.docm", "a.html", "a.", ""])
def test_an_unknown_extension_has_no_type(name: str) -> None:
    assert kind_of_name(name) is None


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "IMG_1.heif", "a.b.Hif"])
def test_a_phone_photo_format_gets_its_own_advice(name: str) -> None:
    assert "HEIC" in wrong_extension(name)


def test_a_name_with_an_accepted_extension_is_right() -> None:
    assert wrong_extension("章.JFIF") == ""
    assert "只收" in wrong_extension("a.tiff")


def test_content_and_extension_must_fit() -> None:
    require_fitting("章.jpeg", "jpeg")
    with pytest.raises(FileRefused, match=r"\.jpg"):
        require_fitting("章.pdf", "jpeg")
    with pytest.raises(FileRefused, match=r"\.pdf"):
        require_fitting("表.docx", "pdf")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("C:\\fakepath\\表.pdf", "表.pdf"),
        ("../../表.pdf", "表.pdf"),
        ("x\u202efdp.exe", "xfdp.exe"),
        ("行\r\n.pdf", "行.pdf"),
        (" 𠮷 表.pdf ", "𠮷 表.pdf"),
        ("表\u00ad一\u206a.pdf", "表一.pdf"),
        ("\u3164\u200d 表.pdf", "表.pdf"),
    ],
)
def test_a_file_name_loses_folders_and_invisible_characters(given: str, kept: str) -> None:
    assert plain_name(given) == kept
    assert is_plain(kept)


@given(st.text(max_size=20).map(lambda start: f"{start}表.pdf"))
def test_a_cleaned_file_name_is_accepted_by_the_form(name: str) -> None:
    text = json.loads((SCHEMAS / "common.json").read_bytes())["$defs"]["text"]["pattern"]
    assert re.search(text, plain_name(name))


def test_a_name_in_another_normal_form_is_a_name() -> None:
    assert is_plain("e\u0301.pdf")
    assert not is_plain("a/b.pdf")
    assert not is_plain("x\u202efdp.pdf")
    assert not is_plain("")
