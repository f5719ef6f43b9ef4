"""Stores the files that came with a posted form and names them in its answers; knows neither page nor route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from functions.errors import NoRoom, StoreUnavailable
from functions.forms import attachment_field as filefield
from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.page.field_names import parse_name
from functions.forms.page.row_buttons import focus_of
from functions.forms.problem import Problem
from functions.records.attachments.file_types import FileRefused, plain_name
from functions.web.filing.form_pages import Filled
from functions.web.filing.posted_form import SUPERSEDED, PostedForm
from functions.web.filing.uploads import Uploads
from functions.web.filing.vouchers import CONTROL, RULE
from functions.web.http.multipart import Posted, Sent

Pairs = list[tuple[str, str]]

NOT_NOW: Final = "现在存不下来，没有收下。请过一会儿再上传"


def filled_with_files(uploads: Uploads, definition: Definition, posted: Posted) -> tuple[int, Filled]:
    """Return the HTTP status, and the posted form with the stored files."""
    taken = take_in(uploads, definition, posted)
    posted_form = PostedForm.of(definition, taken.pairs, posted.size)
    if posted_form.superseded:
        return 409, posted_form.filled(tuple(taken.problems), notice=SUPERSEDED)
    status = 503 if taken.failed else 422 if taken.problems else 200
    return status, posted_form.filled(
        tuple(taken.problems), focus=focus_of(posted_form.action) if status == 200 else None
    )


@dataclass(slots=True)
class Uploaded:
    """The form's pairs with the stored files, and the problems of the others.

    With `failed`, some were not stored because the store was unavailable.
    """

    pairs: Pairs
    problems: list[Problem]
    failed: bool = False


def take_in(uploads: Uploads, definition: Definition, posted: Posted) -> Uploaded:
    """Store each file that was chosen in a field of this form. Blocks, longer for larger files."""
    taken = Uploaded(list(posted.pairs), [])
    for sent in posted.files:
        name = sent.control.removeprefix(filefield.UPLOAD)
        path = parse_name(name) if sent.control.startswith(filefield.UPLOAD) else None
        field = definition.field_at(pointer.join(path)) if path else None
        if isinstance(field, Field) and field.kind == "attachments":
            _take_one(uploads, taken, name, field, sent)
    return taken


def _take_one(uploads: Uploads, taken: Uploaded, name: str, field: Field, sent: Sent) -> None:
    def refuse(words: str) -> None:
        taken.problems.append(Problem(pointer.join(field.path), field.label, words, RULE))

    called = f"“{plain_name(sent.name)}”"
    if sum(known == name for known, value in taken.pairs if value) >= (field.maximum or 1):
        refuse(f"这里最多 {field.maximum} 个文件，{called}没有收下。请先删去一个")
        return
    try:
        attachment, voucher = uploads.take(sent.name, sent.file)
    except FileRefused as error:
        refuse(f"{called}没有收下：{error}")
        return
    except StoreUnavailable as error:
        taken.failed = True
        refuse(f"{called}没有收下：{error}" if isinstance(error, NoRoom) else f"{called}{NOT_NOW}")
        return
    file = {"name": attachment.name, "size": attachment.size, "sha256": attachment.digest}
    pair = (name, filefield.written(file))
    if pair not in taken.pairs:
        taken.pairs.append(pair)
    taken.pairs.append((CONTROL, voucher))
