"""Decides by content which files are accepted; opens none, unpacks nothing, and reads little of each."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal

from functions.errors import QingdanError
from functions.forms.attachment_field import KINDS
from functions.forms.characters import readable
from functions.records.attachments.pdf_password import needs_password

Kind = Literal["pdf", "ofd", "jpeg", "png", "docx", "xlsx"]

MEDIA_TYPES: Final[dict[Kind, str]] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_KINDS: Final[dict[str, Kind]] = {
    "pdf": "pdf",
    "ofd": "ofd",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "png": "png",
    "docx": "docx",
    "xlsx": "xlsx",
}
# Bounds the part of a zip directory that is read: no document has that many parts, and a hostile file could have
# millions.
MOST_MEMBERS: Final = 20_000
HEAD: Final = 1024

ONLY: Final = f"只收 {KINDS} 文件"
_OLD: Final = "这是旧格式的 Office 文件（DOC、XLS），或者设了打开密码。请去掉密码，另存为 DOCX、XLSX 或 PDF 再上传"
_PACKED: Final = f"这是压缩包。{ONLY}，请解压以后一个一个上传"
_MACROS: Final = "文件里有宏。请另存为不带宏的 DOCX、XLSX，或者转成 PDF 再上传"
_BROKEN: Final = "文件不完整，读不出来。请用原来的程序打开它，重新保存以后再上传"
_HEIC: Final = "这是 HEIC 照片。请在手机上把照片存成 JPEG 再上传"
_LOCKED: Final = "这个 PDF 要密码才能打开。请用原来的程序去掉打开密码，重新保存以后再上传"
_BEHIND: Final = "这是 PDF，但是开头多了别的内容，有的程序打不开。请用 PDF 阅读器打开它，另存为 PDF 再上传"
_PHOTOS: Final = frozenset(("heic", "heics", "heif", "heifs", "hif"))
_BRANDS: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
_OTHER: Final = f"内容不是这里收的格式。{ONLY}，请转成其中一种再上传"
_SIGNS: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD),
    (b"Rar!", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"\x1f\x8b", _PACKED),
)
_ZIP: Final = b"PK\x03\x04"
_PDF: Final = b"%PDF-"
_TOPS: Final = (b"word", b"xl", b"ppt")
_END = struct.Struct("<4s4H2LH")
_MEMBER = struct.Struct("<4s6H3L5H2L")
_ENCRYPTED: Final = 1
# Characters that no file system accepts, and those that no answer keeps, so that an "fdp.exe" cannot read as "exe.pdf".
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f]")
# The form would refuse a name that begins with an invisible character, after its file has been uploaded already.
_BLANK = " \u00a0\u3000\u115f\u1160\u180e\u200c\u200d\u2800\u3164\uffa0"


class FileRefused(QingdanError):
    """The file is not accepted; the words say what it is and what to do."""


def plain_name(given: str) -> str:
    """Return the file's name as it is stored: NFC, without leading folders and invisible characters."""
    name = _HIDDEN.sub("", readable(unicodedata.normalize("NFC", given)))
    return re.split(r"[/\\]", name)[-1].strip().lstrip(_BLANK)


def is_plain(name: str) -> bool:
    """Whether the name, in any normal form, has neither folders nor invisible characters."""
    return plain_name(name) == unicodedata.normalize("NFC", name) != ""


def kind_of_name(name: str) -> Kind | None:
    """Return the kind of file that the extension names; None when no such file is accepted."""
    stem, dot, extension = name.rpartition(".")
    return _KINDS.get(extension.lower()) if stem and dot else None


def wrong_extension(name: str) -> str:
    """Return the message about a wrong extension, "" when files with this extension are accepted."""
    if kind_of_name(name):
        return ""
    if name.rpartition(".")[2].lower() in _PHOTOS:
        return _HEIC
    return f"{ONLY}。请转成其中一种，文件名的后缀也要对上"


def require_fitting(name: str, kind: Kind) -> None:
    """Return when the name's extension belongs to this kind, else raise FileRefused."""
    if kind_of_name(name) != kind:
        extension = "jpg" if kind == "jpeg" else kind
        raise FileRefused(f"内容是 {kind.upper()}，文件名的后缀却不是。请把后缀改成 .{extension} 再上传")


def needs_all(head: bytes) -> bool:
    """Whether the whole file is needed to tell its kind; `head` is its first HEAD bytes."""
    return head.startswith((_ZIP, _PDF))


def kind_of_head(head: bytes) -> Kind:
    """Return the kind of a file that begins with `head` and is not a zip; else raise FileRefused."""
    if head.startswith(_PDF):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "png"
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        raise FileRefused(_HEIC)
    other = _BEHIND if _PDF in head else _OTHER
    raise FileRefused(next((words for sign, words in _SIGNS if head.startswith(sign)), other))


def kind_of(file: BinaryIO) -> Kind:
    """Return the kind of a seekable file; FileRefused when it is not accepted."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(_ZIP):
        return _kind_of_zip(file)
    kind = kind_of_head(head)
    if kind == "pdf" and needs_password(file):
        raise FileRefused(_LOCKED)
    return kind


def _kind_of_zip(file: BinaryIO) -> Kind:
    """Tell the kind by the members' names: an office document is a zip, but most zips are not office documents."""
    types, ofd, tops = False, False, set[bytes]()
    for name in _members(file):
        plain = name.lower()
        if plain.endswith(b"vbaproject.bin") or plain.startswith(b"xl/macrosheets/"):
            raise FileRefused(_MACROS)
        types |= name == b"[Content_Types].xml"
        ofd |= name == b"OFD.xml"
        tops |= {top for top in _TOPS if name.startswith(top + b"/")}
    if ofd and not types and not tops:
        return "ofd"
    if types and not ofd and tops in ({b"word"}, {b"xl"}):
        return "docx" if tops == {b"word"} else "xlsx"
    raise FileRefused(_OTHER if types or ofd else _PACKED)


def _members(file: BinaryIO) -> Iterator[bytes]:
    """Return the names in the directory of a zip, which must fill its space to the byte; else raise FileRefused."""
    count, size, start = _directory(file)
    if count > MOST_MEMBERS:
        raise FileRefused(_OTHER)
    file.seek(start)
    for _ in range(count):
        fixed = file.read(_MEMBER.size)
        if len(fixed) < _MEMBER.size or not fixed.startswith(b"PK\x01\x02"):
            raise FileRefused(_BROKEN)
        fields = _MEMBER.unpack(fixed)
        if fields[3] & _ENCRYPTED:
            raise FileRefused(_OLD)
        yield file.read(fields[10])
        file.seek(fields[11] + fields[12], 1)
    if file.tell() != start + size:
        raise FileRefused(_BROKEN)


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Return the directory's member count, size in bytes and offset, from the record at the end of the file."""
    length = file.seek(0, 2)
    reach = min(length, _END.size + 0xFFFF)
    file.seek(length - reach)
    tail = file.read(reach)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise FileRefused(_BROKEN)
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(tail, at)
    whole = at + _END.size + comment == len(tail) and start + size == length - reach + at
    if disk or first_disk or here != count or not whole:
        # Data before or after a zip is another file, which some program would open instead.
        raise FileRefused(_BROKEN)
    return count, size, start
