"""The files of a filing, for those who may read it: their list with status, and each file itself; knows no route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.forms.attachment_field import size_words
from functions.records.attachments.file_types import MEDIA_TYPES, kind_of_name
from functions.records.attachments.inspection import Standing, standing_of
from functions.records.attachments.named import Attachment, attachments_in
from functions.records.store import Record
from functions.records.versions import versions_of
from functions.records.words import Mark
from functions.web.http.problems import HttpProblem
from functions.web.http.stored_file import StoredFile

LINK_SECONDS: Final = 60
SHUT: Final = "这个文件打不开"
WAITING: Final = "还没有查过病毒"
_MARKS: Final[dict[Standing, Mark]] = {
    "waiting": Mark(WAITING, "wait"),
    "infected": Mark("查出病毒，已经封存", "back"),
    "gone": Mark("文件已经不在", "void"),
}


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that a filing names, with its size in words; `shut` says why it cannot be opened, None when it can."""

    digest: str
    name: str
    size: str
    shut: Mark | None


class ListedFiles:
    """Every call blocks: run it in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._blobs = services.blobs

    def of(self, record: Record) -> list[ListedFile]:
        """Return every file that any version names, under each of its names, those of the last version first."""
        return [
            ListedFile(each.digest, each.name, size_words(each.size), _MARKS.get(standing_of(self._blobs, each.digest)))
            for each in _named(record)
        ]

    def give(self, record: Record, digest: str, *, linked: bool = True) -> Response:
        """Return the file as a download or, with `linked`, a redirect to an address that works for LINK_SECONDS.

        NotFound when the filing does not name it, HttpProblem 409 while nobody may have it.
        """
        attachment = next((each for each in _named(record) if each.digest == digest), None)
        if attachment is None:
            raise NotFound("这份填报里没有这个文件。请从填报的网页打开")
        standing = standing_of(self._blobs, digest)
        if standing == "waiting":
            raise HttpProblem(409, f"{WAITING}，查过以后才能打开。请过几分钟再试", title=SHUT)
        if standing == "infected":
            raise HttpProblem(409, "文件里查出病毒，已经封存，谁也不能打开。请用补正换一个没有病毒的文件", title=SHUT)
        if standing == "gone":
            raise NotFound("这个文件已经不在了，只留下了名称和指纹")
        return self._send(attachment, linked)

    def _send(self, attachment: Attachment, linked: bool) -> Response:
        digest, name = attachment.digest, attachment.name
        kind = kind_of_name(name)
        media_type = MEDIA_TYPES[kind] if kind else "application/octet-stream"
        if linked:
            link = self._blobs.link("attachments", digest, filename=name, media_type=media_type, seconds=LINK_SECONDS)
            if link is not None:
                return RedirectResponse(link, 303)
        chunks = self._blobs.stream("attachments", digest)
        return StoredFile(chunks, size=attachment.size, digest=digest, filename=name, media_type=media_type)


def digest_in(request: Request) -> str:
    """Return the digest in the address."""
    return str(request.path_params["sha256"])


def _named(record: Record) -> list[Attachment]:
    """Return the files, named as in the last version that has them; one with several names there comes under each."""
    named: list[Attachment] = []
    for version in reversed(versions_of(record.events)):
        known = {each.digest for each in named}
        named += [each for each in dict.fromkeys(attachments_in(version.data)) if each.digest not in known]
    return named
