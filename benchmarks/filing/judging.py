"""How long one filing takes to judge and to prepare, and how long a hostile one can hold a worker up; no server."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema

from benchmarks.report import Table
from benchmarks.sample import FORM, self_check
from functions.forms.authoring.reader import read_form
from functions.forms.checking.validation import validate
from functions.forms.definition import Definition
from functions.records.filing import prepare
from functions.storage.keys import load_keys
from tests.support.filings import make_uscc

ROUNDS = 200
DAY = date(2026, 9, 1)
HOSTILE: dict[str, Any] = {
    "a name of ten million characters": {"unit": {"unit_name": "长" * 10_000_000}},
    "50,000 rows": {"databases": {"databases": [{"name": "x"}] * 50_000}},
    "100,000 fields that are none": {f"k{number}": number for number in range(100_000)},
    "a code of five million digits": {"unit": {"uscc": "9" * 5_000_000}},
    "a date of five million characters": {"databases": {"databases": [{"last_backup": "2026-" * 1_000_000}]}},
}


def run(folder: Path, year: int) -> Table:
    """The figures as multiples of what the general validator takes for the same valid filing."""
    definition = Definition.from_document(read_form(Path("schemas") / FORM))
    data = self_check(year, make_uscc(1))
    explaining = jsonschema.Draft202012Validator(definition.schema)
    floor = _least(lambda: list(explaining.iter_errors(data)))
    table = Table("judging and preparing one self-check report, in this process")
    table.add("floor: jsonschema, valid filing", floor * 1000, "ms")
    valid = _least(lambda: validate(definition, data, DAY))
    table.add("judging a valid filing, times the floor", valid / floor, "x", "at most", 0.13, _milliseconds(valid))
    prepared = _least(_preparing(definition, data, folder))
    table.add("preparing it, times the floor", prepared / floor, "x", "at most", 0.89, _milliseconds(prepared))
    for name, junk in HOSTILE.items():
        took = _least(partial(validate, definition, junk, DAY), rounds=3)
        table.add(f"refusing {name}, times the floor", took / floor, "x", "at most", 1700, _milliseconds(took))
    return table


def _preparing(definition: Definition, data: dict[str, Any], folder: Path) -> Callable[[], object]:
    """Number, digest, access code and signed receipt of one filing."""
    keys = load_keys(folder, os.urandom)
    return lambda: prepare(
        definition,
        data,
        at=datetime(2026, 9, 18, tzinfo=UTC),
        due=date(2026, 9, 30),
        timeliness="on_time",
        contest=False,
        idempotency_key="a key",
        request_digest="a" * 64,
        keys=keys,
        entropy=os.urandom,
    )


def _least(step: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor seconds of the fastest of some rounds: the one in which the machine did least else."""
    seen = []
    for _ in range(rounds):
        began = time.process_time()
        step()
        seen.append(time.process_time() - began)
    return min(seen)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.3f} ms"
