"""The texts in which a package describes itself, for programs and for strangers, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.records.state import SHANGHAI

BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_UNITS = ("B", "KB", "MB", "GB", "TB")

README: Final = """\
这是什么
========
这个文件夹是一批填报的归档包。它按 BagIt 1.0（RFC 8493）组织，不用任何专门的软件也能读、能核对。

data/filings/编号/           一件填报一个文件夹
  record.json               这件填报的全部经过：每一步的内容、随机数和指纹
  v1、v2……/                 单位报的每一版
    filing.json             填报的内容（JSON，UTF-8，RFC 8785）
    filing.pdf              排成表的样子（PDF/A-2a）；只有算数的那一版有
    receipt.jws             签名的回执（JWS，ES256，RFC 7515）
    attachments/            附件，原样
data/forms/指纹.json         填报所用的表，历次版本，文件名就是它的 SHA-256
metadata/records.csv        每件填报的元数据，用 DA/T 46-2009 的元素名称；UTF-8，Excel 可以直接打开
metadata/process.csv        每件填报的每一步，同上
keys/jwks.json              核对签名用的公钥（RFC 7517）
bag-info.txt                这一批的说明
manifest-sha256.txt、tagmanifest-sha256.txt   每个文件的 SHA-256
signature.jws               原单位对整包的签名（JWS，ES256）：其中的 listing 是 tagmanifest-sha256.txt 的 SHA-256

怎么核对
========
1. 一个字节也没有变：  bagit.py --validate 文件夹    （pip install bagit）
   或者在文件夹里：    sha256sum -c manifest-sha256.txt
2. 没有改动、没有少、没有多，签名是原单位的：  qingdan verify 归档包.zip --keys 公钥文件
   公钥文件请另从原单位网站的 /.well-known/jwks.json 取得；包里的一份只能说明前后一致。
3. 自己写程序核对一步（event）：
   body_digest = SHA-256( salt 的 32 个字节 + body 的 RFC 8785 形式 )
   digest      = SHA-256( 下列各项的 RFC 8785 形式
                 {algorithm, number, form, sequence, type, at, actor, previous, body_digest} )
   algorithm 是 "qingdan-event-1"；previous 是前一步的 digest，第一步是空字。
salt 和 body 都是 null 的一步，内容已经依法删除；指纹还在，前后各步仍然对得上。
附件还没有查过病毒，或者查出了病毒，就没有放进来：原来的位置是一份同名的说明（末尾多了 .txt），最后一行有本局的签名。

里面有个人信息，请按个人信息保管。


WHAT THIS IS
============
A package of filings, laid out by BagIt 1.0 (RFC 8493). It can be read and verified without any software of ours.

data/filings/NUMBER/         one folder for each filing
  record.json               all that happened to it: every step with its body, salt and digests
  v1, v2 .../               each version that the unit filed
    filing.json             what was filed (JSON, UTF-8, RFC 8785)
    filing.pdf              the same as a printed form (PDF/A-2a); for the version that counts
    receipt.jws             the signed receipt (JWS, ES256, RFC 7515)
    attachments/            attachments, as they were sent
data/forms/DIGEST.json       the forms that were filled in, every version, named by SHA-256
metadata/records.csv        metadata of each filing by the element names of DA/T 46-2009; UTF-8
metadata/process.csv        each step of each filing, likewise
keys/jwks.json              the public keys to verify signatures with (RFC 7517)
bag-info.txt                about this package
manifest-sha256.txt, tagmanifest-sha256.txt   the SHA-256 of every file
signature.jws               the bureau's signature over the whole (JWS, ES256): its listing is the SHA-256 of
                            tagmanifest-sha256.txt

HOW TO VERIFY
=============
1. Not a byte has changed:  bagit.py --validate FOLDER    (pip install bagit)
   or, in the folder:       sha256sum -c manifest-sha256.txt
2. Nothing was altered, taken out or put in, and the signatures are genuine:  qingdan verify PACKAGE.zip --keys KEYS
   Take the keys from the bureau's site, /.well-known/jwks.json; those in the package only show that it agrees
   with itself.
3. A program of your own, for one step (event):
   body_digest = SHA-256( the 32 bytes of salt + the RFC 8785 form of body )
   digest      = SHA-256( the RFC 8785 form of
                 {algorithm, number, form, sequence, type, at, actor, previous, body_digest} )
   algorithm is "qingdan-event-1"; previous is the digest of the step before, "" for the first.
Where salt and body are null, the content was erased as a law demanded; the digests remain, and the chain still holds.
An attachment that has not been scanned for viruses, or in which one was found, was left out: in its place there is a
text of the same name with .txt behind it, whose last line is a statement that the bureau has signed.

It holds personal data: keep it accordingly.
"""


def bag_info(about: About, *, filings: int, files: int, size: int) -> bytes:
    """Return bag-info.txt: the labels that RFC 8493 reserves, then their contents in Chinese."""
    day = f"{about.at.astimezone(SHANGHAI):%Y-%m-%d}"
    pairs = (
        ("Source-Organization", about.bureau),
        *((("Organization-Address", about.site),) if about.site else ()),
        ("External-Identifier", about.name),
        ("External-Description", f"{filings} filings, with the forms, receipts and steps. {about.words}"),
        ("Bagging-Date", day),
        ("Bag-Size", _sized(size)),
        ("Payload-Oxum", f"{size}.{files}"),
        ("来源单位", about.bureau),
        ("内容", f"{about.words}，{filings} 件，附表单、回执和办理经过"),
        ("打包日期", day),
        ("文件数", str(files)),
    )
    return "".join(f"{label}: {' '.join(text.split())}\n" for label, text in pairs).encode()


def _sized(size: int) -> str:
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


@dataclass(frozen=True, slots=True)
class About:
    """The description of a package: its owner, its contents in words, the folder's name, the time (aware)."""

    bureau: str
    site: str
    words: str
    name: str
    at: datetime
