"""Checks that a filing names only files that its filer has sent; knows the vouchers, not where the files are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request

from functions.bootstrap import Services
from functions.forms import pointer
from functions.forms.characters import inside_quotes
from functions.forms.definition import Definition
from functions.forms.problem import Problem
from functions.records.attachments.file_types import ONLY, is_plain, kind_of_name
from functions.records.attachments.inspection import standing_of
from functions.records.attachments.named import Attachment, attachments_in, located, vouched
from functions.records.store import Record
from functions.records.versions import versions_of

HEADER: Final = "attachment-vouchers"
CONTROL: Final = "voucher"
RULE: Final = "attachment"
Files = Set[tuple[str, int]]
"""Files by their digest and size."""

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def vouchers_in(request: Request) -> tuple[str, ...]:
    """Return the vouchers in the request's header, where commas separate them."""
    given = (value for line in request.headers.getlist(HEADER) for value in line.split(","))
    return tuple(value.strip() for value in given if value.strip())


def named_before(record: Record) -> Iterator[Attachment]:
    """Return the files that earlier versions of the filing name."""
    for version in versions_of(record.events):
        yield from attachments_in(version.data)


def unproven(
    services: Services, definition: Definition, data: Any, vouchers: Iterable[str], known: Iterable[Attachment] = ()
) -> tuple[Problem, ...]:
    """Return a problem for each field that names a file which its filer has not sent: the file's name and the cure.

    `known` are the files that need no voucher.
    """
    named = tuple(located(definition, data))
    if not named:
        return ()
    vouchers = tuple(vouchers)
    before = {(each.digest, each.size) for each in known}
    sent = vouched(services.keys, vouchers, services.clock())
    once = vouched(services.keys, vouchers, _EVER)
    gone = {each for each in sent - before if _is_gone(services, each[0])}
    wrong: dict[str, dict[str, list[str]]] = {}
    for tokens, attachment in named:
        reason = _reason(attachment, (before | sent) - gone, once, gone)
        if reason:
            field = pointer.join(tokens[:-1])
            wrong.setdefault(field, {}).setdefault(reason, []).append(f"“{inside_quotes(attachment.name)}”")
    return tuple(_problem(definition, field, reasons) for field, reasons in wrong.items())


def _is_gone(services: Services, digest: str) -> bool:
    """Whether a file with a voucher has been erased since, because it was also in another filing.

    In the cloud, the function that accepts filings has no permission to look.
    """
    return services.settings.cloud is None and standing_of(services.blobs, digest) == "gone"


def _reason(attachment: Attachment, sent: Files, once: Files, gone: Files) -> str:
    """Return the message about the file, to follow its name; "" when nothing is wrong."""
    if not is_plain(attachment.name) or kind_of_name(attachment.name) is None:
        return f"{{}}的文件名不能用，{ONLY}"
    if (attachment.digest, attachment.size) in sent:
        return ""
    if (attachment.digest, attachment.size) in gone:
        return "{}已经不在系统里"
    return "{}上传以后过了 24 小时" if (attachment.digest, attachment.size) in once else "还没有收到{}"


def _problem(definition: Definition, field: str, reasons: dict[str, list[str]]) -> Problem:
    said = "；".join(words.format("、".join(names)) for words, names in reasons.items())
    return Problem(field, definition.label_at(field), f"{said}。请重新选择文件上传，再提交", RULE)
