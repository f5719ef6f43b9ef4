"""Forms that change one question from any kind to any other, and what is filed with each version."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from functions.bootstrap import Services
from functions.forms.definition import Definition
from functions.records.filing import answer, prepare
from functions.supervision.deadlines import due_date, timeliness
from tests.support.exports.samples import ANSWERS, SCHEMA, form, section, text, with_added, without
from tests.support.filings import make_uscc
from tests.support.forms import changed

TITLE: Final = "某栏"
CHOICE: Final = {
    "type": "string",
    "oneOf": [{"const": "a", "title": "甲类"}, {"const": "b", "title": "乙类"}],
}
ROW: Final = {
    "type": "object",
    "properties": {"what": text("内容"), "amount": {"type": "integer", "title": "数量"}},
}
# What was asked, by its kind; nothing was asked where there is no schema.
KINDS: Final[dict[str, dict[str, Any] | None]] = {
    "group": section(TITLE, inner=text("组内项")),
    "rows": {"type": "array", "title": TITLE, "x-item": "行", "maxItems": 9, "items": ROW},
    "choices": {"type": "array", "title": TITLE, "maxItems": 2, "items": CHOICE},
    "text": text(TITLE),
    "number": {"type": "integer", "title": TITLE},
    "decimal": text(TITLE, **{"x-decimals": 2}),
    "date": text(TITLE, format="date"),
    "boolean": {"type": "boolean", "title": TITLE},
    "file": {"type": "array", "title": TITLE, "maxItems": 3, "items": {"type": "object", "format": "attachment"}},
    "none": None,
}
FILE: Final = b"%PDF-1.7 example"
_NAMED: Final = {"name": "证书.pdf", "size": len(FILE), "sha256": hashlib.sha256(FILE).hexdigest()}
# What was filed in the older version, and in the newer one.
FILED: Final[dict[str, tuple[Any, Any]]] = {
    "group": ({"inner": "组内旧文"}, {"inner": "组内新文"}),
    "rows": (
        [{"what": "旧一", "amount": 3}, {"what": "旧二", "amount": 4}],
        [{"what": "新一", "amount": 5}],
    ),
    "choices": (["a", "b"], ["b"]),
    "text": ("约 40 GB", "约 90 GB"),
    "number": (40, 400),
    "decimal": ("12.00", "120.50"),
    "date": ("2024-08-31", "2025-08-31"),
    "boolean": (True, False),
    "file": ([_NAMED], [_NAMED]),
}  # fmt: skip
UNIT: Final = make_uscc(1)


def form_id(old: str, new: str) -> str:
    return f"{old}-to-{new}"


def version(old: str, new: str, *, newer: bool) -> Definition:
    """One of the two versions of the form whose question goes from the kind `old` to the kind `new`."""
    asked = KINDS[new if newer else old]
    added = {"x": asked} if asked else {}
    # The two differ also where the question stays as it is.
    note = text("备注", maxLength=101 if newer else 100)
    schema = with_added(without(SCHEMA, "work", "databases", "declared"), "work", note=note, **added)
    return form(schema, form_id(old, new), short=f"{old} 变 {new}")


def answers(kind: str, year: int, place: int, unit: str = UNIT) -> dict[str, Any]:
    held: dict[str, Any] = changed(
        {**ANSWERS, "work": {"volumes": 120, "note": f"{year} 年"}}, {"/unit/year": year, "/unit/uscc": unit}
    )
    if kind != "none":
        held["work"]["x"] = FILED[kind][place]
    return held


def file_with(services: Services, definition: Definition, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What its filer is told of a filing with this version, number and access code among it."""
    services.records.keep_document(definition.digest, definition.document)
    due = due_date(definition.filing_for(data), data)
    step = prepare(
        definition,
        data,
        at=at,
        due=due,
        timeliness=timeliness(at, due),
        contest=False,
        idempotency_key=None,
        request_digest="0" * 64,
        keys=services.keys,
        entropy=services.entropy,
    )
    return answer(services.records.append(step).result(), services.keys)


def file_both(services: Services, old: str, new: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The filings of one unit: for 2024 with the older version of the form, for 2025 with the newer one."""
    at = services.clock()
    first = file_with(services, version(old, new, newer=False), answers(old, 2024, 0), at - timedelta(days=365))
    return first, file_with(services, version(old, new, newer=True), answers(new, 2025, 1), at)
