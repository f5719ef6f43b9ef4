"""`qingdan verify` on a data folder: no findings where nothing was changed, else each change by name."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions import nightly
from functions.bootstrap import open_services
from functions.records.event import Event, make_event
from functions.records.ledger import Step
from functions.records.proof.audit import Finding, Report
from functions.records.seals.seal import write_month
from functions.settings import Settings
from functions.storage.keys import read_access_kids, read_public_keys
from functions.storage.sqlite import open_store
from functions.storage.sqlite.audit import Auditor
from functions.storage.sqlite.rows import EVENT_COLUMNS
from functions.storage.sqlite.schema import STEPS
from tests.conftest import ROOT
from tests.proof.conftest import DATABASE, FIRST, Sample, audit, place_of
from tests.support.clock import Clock

_ABOUT = "instr(CAST(answer AS TEXT), ?) > 0"
_FORGET = f"DELETE FROM idempotency WHERE {_ABOUT}"


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def named(report: Report, number: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.number == number]


def test_an_untouched_folder_has_no_findings(sample: Sample) -> None:
    report = audit(sample.folder)
    assert report.findings == []
    assert report.gaps == []
    assert report.checked == {
        "records": 7,
        "events": 13,
        "receipts": 8,
        "trail": 3,
        "seals": 3,
        "sealed": 13,
        "unsealed": 3,
        "files": 2,
        "attachments": 4,
    }


def test_a_check_changes_nothing(sample: Sample) -> None:
    def digests() -> dict[str, str]:
        found = (path for path in sample.folder.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    before = digests()
    assert audit(sample.folder).ok
    after = digests()
    assert {path: after[path] for path in before} == before
    assert all(path.endswith(("-wal", "-shm")) for path in after.keys() - before.keys())


def test_an_audit_works_while_the_server_runs(sample: Sample) -> None:
    server = open_store(sample.folder, lock=True)
    server.check_writable()
    assert audit(sample.folder).ok
    server.close()


@pytest.mark.parametrize("column", ["salt", "body"])
def test_a_changed_byte_of_the_content_is_named_with_number_and_step(sample: Sample, column: str) -> None:
    number = sample.numbers[1]
    ((held,),) = sample.read(f"SELECT {column} FROM events WHERE number = ? AND sequence = 3", number)
    assert isinstance(held, bytes)
    for place in (0, len(held) // 2, len(held) - 1):
        bent = held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :]
        sample.execute(f"UPDATE events SET {column} = ? WHERE number = ? AND sequence = 3", bent, number)
        (finding,) = audit(sample.folder).findings
        assert (finding.kind, finding.number, finding.sequence) == ("event_changed", number, 3)
        assert f"{number} 第 3 步的内容" in finding.message


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-09-01T00:00:00.000000Z"),
        ("actor", "别人"),
        ("type", "noted"),
        ("form", "key-project-registration"),
        ("previous", "0" * 64),
        ("body_digest", "0" * 64),
        ("digest", "0" * 64),
    ],
)
def test_a_changed_fact_of_a_step_is_found(sample: Sample, column: str, value: str) -> None:
    number = sample.numbers[1]
    sample.execute(f"UPDATE events SET {column} = ? WHERE number = ? AND sequence = 2", value, number)
    assert any(finding.sequence in (2, 3) for finding in named(audit(sample.folder), number))


def test_a_step_made_anew_with_right_digests_is_found_by_its_seal(sample: Sample) -> None:
    """An attacker with write access can make a new chain, but not the signed root."""
    number = sample.numbers[2]
    ((first,),) = sample.read("SELECT body FROM events WHERE number = ? AND sequence = 1", number)
    body = json.loads(first)  # type: ignore[arg-type]
    body["data"]["unit"]["contact_name"] = "示例换过的人"
    forge(sample, number, body)
    report = audit(sample.folder)
    assert ("sealed_missing", 1) in [(finding.kind, finding.sequence) for finding in named(report, number)]
    assert any("和封存时的指纹不一样，它在第 1 次封存里" in finding.message for finding in report.findings)


def forge(sample: Sample, number: str, body: Any) -> None:
    """Give the first step another body, and every step the digests that follow from it."""
    rows = sample.read(f"SELECT {EVENT_COLUMNS} FROM events WHERE number = ? ORDER BY sequence", number)
    last = ""
    for row in rows:
        event = Event(*row)  # type: ignore[arg-type]
        made = make_event(
            number=event.number,
            form=event.form,
            sequence=event.sequence,
            type=event.type,
            at=event.at,
            actor=event.actor,
            previous=last,
            body=body if event.sequence == 1 else json.loads(event.body or b""),
            salt=event.salt or b"",
        )
        last = made.digest
        sample.execute(
            "UPDATE events SET previous = ?, body_digest = ?, digest = ?, body = ? WHERE number = ? AND sequence = ?",
            made.previous,
            made.body_digest,
            made.digest,
            made.body,
            number,
            event.sequence,
        )


def test_a_removed_step_is_named(sample: Sample) -> None:
    number = sample.numbers[1]
    sample.execute("DELETE FROM events WHERE number = ? AND sequence = 2", number)
    found = named(audit(sample.folder), number)
    assert ("event_missing", 2) in [(finding.kind, finding.sequence) for finding in found]
    assert any(f"{number} 第 2 步不见了" in finding.message for finding in found)


def test_a_removed_last_step_is_reported_sealed_or_not(sample: Sample) -> None:
    sealed, unsealed = sample.numbers[1], sample.numbers[0]
    for number in (sealed, unsealed):
        sample.execute(
            "DELETE FROM events WHERE number = ? AND sequence = (SELECT max(sequence) FROM events WHERE number = ?)",
            number,
            number,
        )
    report = audit(sample.folder)
    assert {"sealed_missing", "summary_differs"} <= {finding.kind for finding in named(report, sealed)}
    assert [finding.kind for finding in named(report, unsealed)] == ["summary_differs"]


@pytest.mark.parametrize("traces", ["summary", "receipt", "neither"])
def test_a_removed_record_is_named_whatever_else_was_removed_with_it(sample: Sample, traces: str) -> None:
    number = sample.numbers[3]
    sample.execute("DELETE FROM events WHERE number = ?", number)
    if traces != "summary":
        sample.execute("DELETE FROM words WHERE id = (SELECT id FROM summaries WHERE number = ?)", number)
        sample.execute("DELETE FROM summaries WHERE number = ?", number)
    if traces == "neither":
        sample.execute(_FORGET, number)
    report = audit(sample.folder)
    found = named(report, number)
    assert [(f.kind, f.sequence) for f in found if f.kind == "sealed_missing"] == [
        ("sealed_missing", 1),
        ("sealed_missing", 2),
    ]
    assert ("record_missing" in kinds(report)) == (traces == "summary")
    assert ("receipt_without_event" in kinds(report)) == (traces != "neither")


def test_a_removed_unsealed_record_leaves_a_gap(sample: Sample) -> None:
    number = sample.numbers[-1]
    sample.execute("DELETE FROM events WHERE number = ?", number)
    sample.execute("DELETE FROM words WHERE id = (SELECT id FROM summaries WHERE number = ?)", number)
    sample.execute("DELETE FROM summaries WHERE number = ?", number)
    sample.execute(_FORGET, number)
    (rows, step) = audit(sample.folder).findings
    assert {rows.kind, step.kind} == {"event_missing"}
    assert "只有 12 行" in rows.message
    assert f"在 {sample.numbers[0]} 第 2 步之前" in step.message


def test_a_step_that_was_put_in_afterwards_is_found(sample: Sample) -> None:
    """Backdated to before a seal: it would have to be under that seal."""
    number = sample.numbers[4]
    rows = sample.read(f"SELECT {EVENT_COLUMNS}, id FROM events WHERE number = ?", number)
    last = Event(*rows[-1][:-1])  # type: ignore[arg-type]
    made = make_event(
        number=number,
        form=last.form,
        sequence=2,
        type="noted",
        at=last.at,
        actor="示例甲",
        previous=last.digest,
        body={"text": "补进的备注"},
        salt=b"s" * 32,
    )
    names = EVENT_COLUMNS.split(", ")
    sample.execute("UPDATE events SET id = -id WHERE id > 9")
    sample.execute("UPDATE events SET id = 1 - id WHERE id < 0")
    marks = ", ".join("?" * len(names))
    values = [getattr(made, name) for name in names]
    sample.execute(f"INSERT INTO events (id, {EVENT_COLUMNS}) VALUES (10, {marks})", *values)
    sample.execute("UPDATE summaries SET sequence = 2 WHERE number = ?", number)
    found = [(finding.kind, finding.number, finding.sequence) for finding in audit(sample.folder).findings]
    assert ("not_sealed", number, 2) in found


def test_a_forged_receipt_among_those_that_are_kept_is_found(sample: Sample) -> None:
    number = sample.numbers[5]
    ((answer,),) = sample.read(f"SELECT answer FROM idempotency WHERE {_ABOUT}", number)
    told = json.loads(answer)  # type: ignore[arg-type]
    head, body, tail = told["receipt"].split(".")
    forged, another = f"{head}.{body}.{tail[:-4]}AAAA", sample.receipts[0]
    for wrong in ({"receipt": forged}, {"receipt": another}, {"due": "2026-12-31"}):
        changed = json.dumps({**told, **wrong}).encode()
        sample.execute(f"UPDATE idempotency SET answer = ? WHERE {_ABOUT}", changed, number)
        assert kinds(audit(sample.folder)) <= {"receipt_forged", "receipt_without_event"}
        assert not audit(sample.folder).ok


def test_a_swapped_form_is_found(sample: Sample) -> None:
    first, second = sorted((sample.folder / "forms").iterdir())
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    assert "file_changed" in kinds(audit(sample.folder))
    second.write_bytes(content)
    found = [finding.message for finding in audit(sample.folder).findings if finding.kind == "file_changed"]
    assert len(found) == 2
    assert f"forms/{first.name}" in found[0]


# Each file, with the number and step of whoever names it, by their places.
NAMING = {"共用": [(0, 1), (1, 1), (1, 3)], "旧的": [(1, 1)], "新的": [(1, 3)], "有毒的": [(3, 1)]}


def about_file(sample: Sample, name: str, kind: str) -> list[Finding]:
    """The findings, which are that this file is so, for each step that names it."""
    found = audit(sample.folder).findings
    assert {finding.kind for finding in found} == {kind}
    assert all(f"附件“{name}.pdf”" in finding.message for finding in found)
    wanted = sorted((sample.numbers[place], sequence) for place, sequence in NAMING[name])
    assert sorted((finding.number, finding.sequence) for finding in found) == wanted
    return found


@pytest.mark.parametrize("name", NAMING)
def test_a_changed_attachment_is_named_with_every_step_that_names_it(sample: Sample, name: str) -> None:
    path = place_of(sample.folder, name)
    content = path.read_bytes()
    for changed in (content[:-1] + b"x", content + b"x", content[:-1], b""):
        path.write_bytes(changed)
        about_file(sample, name, "file_changed")
    path.write_bytes(content)
    assert audit(sample.folder).ok


@pytest.mark.parametrize("name", NAMING)
def test_a_missing_attachment_is_named_with_every_step_that_names_it(sample: Sample, name: str) -> None:
    path = place_of(sample.folder, name)
    path.unlink()
    about_file(sample, name, "file_missing")


def test_attachments_that_were_exchanged_are_both_named(sample: Sample) -> None:
    one, other = place_of(sample.folder, "旧的"), place_of(sample.folder, "新的")
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    found = audit(sample.folder).findings
    assert [(finding.kind, finding.number) for finding in found] == [("file_changed", sample.numbers[1])] * 2


def test_a_damaged_copy_is_reported_next_to_a_good_one(sample: Sample) -> None:
    good = place_of(sample.folder, "共用")
    bad = sample.folder / "quarantine" / good.name
    bad.write_bytes(b"%PDF-1.7 anderes")
    assert all("quarantine/" in finding.message for finding in about_file(sample, "共用", "file_changed"))


def test_a_changed_or_missing_unnamed_file_is_not_reported(sample: Sample) -> None:
    path = place_of(sample.folder, "没人提到的")
    for change in (lambda: path.write_bytes(b"x"), path.unlink):
        change()
        assert audit(sample.folder).ok


def test_a_wrong_file_index_is_found_and_rebuilt(sample: Sample) -> None:
    digest = place_of(sample.folder, "旧的").name
    for statement, bound, number in (
        ("DELETE FROM named WHERE digest = ?", (digest,), sample.numbers[1]),
        ("INSERT INTO named VALUES (?, 1, ?)", (sample.numbers[2], digest), sample.numbers[2]),
        ("INSERT INTO named VALUES (?, 1, ?)", ("SC-2026-NOWHERE0", digest), "SC-2026-NOWHERE0"),
        ("UPDATE named SET sequence = 2 WHERE sequence = 3", (), sample.numbers[1]),
    ):
        sample.execute(statement, *bound)
        report = audit(sample.folder)
        assert {(finding.kind, finding.number) for finding in report.findings} == {("summary_differs", number)}
        open_and_rebuild(sample.folder)
        assert audit(sample.folder).ok


def test_the_files_of_a_record_whose_chain_is_broken_are_looked_at_too(sample: Sample) -> None:
    number = sample.numbers[1]
    sample.execute("UPDATE events SET actor = 'x' WHERE number = ? AND sequence = 2", number)
    place_of(sample.folder, "新的").unlink()
    found = named(audit(sample.folder), number)
    assert ("file_missing", 3) in [(finding.kind, finding.sequence) for finding in found]


def test_a_missing_form_is_named_with_the_filings_that_need_it(sample: Sample) -> None:
    for path in (sample.folder / "forms").iterdir():
        path.unlink()
    report = audit(sample.folder)
    assert kinds(report) == {"file_missing"}
    assert {finding.number for finding in report.findings} == set(sample.numbers)


def test_a_seal_that_was_removed_or_replaced_is_found(sample: Sample) -> None:
    sample.execute("DELETE FROM seals WHERE seal = 2")
    assert {"seal_missing", "seal_differs"} <= kinds(audit(sample.folder))


def test_a_seal_whose_leaves_were_changed_is_found(sample: Sample) -> None:
    sample.execute("UPDATE sealed SET position = position + 1 WHERE seal = 1")
    assert kinds(audit(sample.folder)) == {"seal_differs"}


def test_a_proof_made_of_changed_tiles_is_found(sample: Sample) -> None:
    sample.execute("UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE seal = 2")
    (finding,) = audit(sample.folder).findings
    assert "第 2 次封存：证明用的中间指纹" in finding.message


def test_a_truncated_log_is_found_with_seals_kept_elsewhere(sample: Sample) -> None:
    """Everything after the first night, seals and all, gone without a trace in the folder."""
    tokens = tuple(str(row[0]) for row in sample.read("SELECT token FROM seals ORDER BY seal"))
    ((event, entry),) = sample.read("SELECT last_event, last_entry FROM seals WHERE seal = 1")
    for statement in (
        f"DELETE FROM events WHERE id > {event}",
        f"DELETE FROM trail WHERE id > {entry}",
        "DELETE FROM seals WHERE seal > 1",
        "DELETE FROM sealed WHERE seal > 1",
        "DELETE FROM tiles WHERE seal > 1",
        "DELETE FROM summaries WHERE number NOT IN (SELECT number FROM events)",
        "DELETE FROM words WHERE id NOT IN (SELECT id FROM summaries)",
        "DELETE FROM idempotency",
    ):
        sample.execute(statement)
    open_and_rebuild(sample.folder)
    assert audit(sample.folder).ok
    report = audit(sample.folder, tokens)
    assert [finding.kind for finding in report.findings] == ["rolled_back", "rolled_back"]
    assert "数据被退回到从前：送出去的第 2 次封存（2026-09-19）这里没有，只到第 1 次" in report.findings[0].message


def open_and_rebuild(folder: Path) -> None:
    from functions.forms.definition import Definition
    from functions.storage.sqlite.rebuild import rebuild

    store = open_store(folder)
    rebuild(store, lambda digest: Definition.from_document(store.document(digest)))
    store.close()


def test_a_log_truncated_after_its_last_seal_is_found_without_outside_help(sample: Sample) -> None:
    sample.execute("DELETE FROM events WHERE id > 8")
    open_and_rebuild(sample.folder)
    assert {"sealed_missing", "receipt_without_event"} <= kinds(audit(sample.folder))


def test_seals_that_another_bureau_keeps_of_another_history_are_found(sample: Sample, tmp_path: Path) -> None:
    clock = Clock(FIRST)
    other = tmp_path / "other"
    settings = Settings(data=other, schemas=ROOT / "schemas")
    services = replace(open_services(settings, lock=True), clock=clock)
    from tests.support.store.steps import first_step

    services.records.append(first_step(1)).result(30)
    nightly.run(services)
    token = services.seals.seal(1).token
    stranger = write_month(services.seals.seals(first=1, limit=1), "2026-09", services.keys.jwks())
    services.close()
    assert stranger["seals"] == [token]
    report = audit(sample.folder, (token,))
    assert kinds(report) == {"not_published"}


def test_content_that_is_gone_without_an_erasure_is_a_difference(sample: Sample) -> None:
    number = sample.numbers[0]
    sample.execute("UPDATE events SET salt = NULL, body = NULL WHERE number = ? AND sequence = 1", number)
    (finding,) = named(audit(sample.folder), number)
    assert finding.kind == "content_missing"
    assert "没有依法删除的记录" in finding.message
    sample.execute("UPDATE events SET salt = x'00' WHERE number = ? AND sequence = 1", number)
    assert "content_missing" in kinds(audit(sample.folder))


def test_a_summary_that_differs_from_its_record_is_found(sample: Sample) -> None:
    for statement in (
        "UPDATE summaries SET status = 'accepted' WHERE number = ?",
        "UPDATE summaries SET due = '2026-12-31' WHERE number = ?",
        "UPDATE summaries SET holds = 1 - holds WHERE number = ?",
        "UPDATE words SET words = words || 'x' WHERE id = (SELECT id FROM summaries WHERE number = ?)",
    ):
        sample.execute(statement, sample.numbers[6])
        report = audit(sample.folder)
        assert [(f.kind, f.number) for f in report.findings] == [("summary_differs", sample.numbers[6])]
        assert "qingdan rebuild" in report.findings[0].message
        open_and_rebuild(sample.folder)
        assert audit(sample.folder).ok


def test_the_audit_log_is_checked_as_the_records_are(sample: Sample) -> None:
    sample.execute("UPDATE trail SET actor = '别人' WHERE sequence = 2")
    (finding, *_) = audit(sample.folder).findings
    assert (finding.kind, finding.number, finding.sequence) == ("event_changed", "TRAIL", 2)
    sample.execute("DELETE FROM trail WHERE sequence = 2")
    assert {"event_missing", "sealed_missing"} <= kinds(audit(sample.folder))


def test_an_entry_that_is_sought_under_another_number_is_found(sample: Sample) -> None:
    sample.execute("UPDATE trail SET about = 'SC-2026-34679ACE' WHERE sequence = 1")
    assert kinds(audit(sample.folder)) == {"summary_differs"}


def test_a_missing_access_key_is_named(sample: Sample) -> None:
    for path in (sample.folder / "keys").glob("access-*.key"):
        path.rename(path.with_name("access-0009-00000000.key"))
    report = audit(sample.folder)
    assert kinds(report) == {"key_missing"}
    assert len(report.findings) == len(sample.numbers)


def test_a_file_that_is_not_a_database_is_reported(sample: Sample) -> None:
    (sample.folder / DATABASE).write_bytes(b"x" * 10_000)
    assert kinds(audit(sample.folder)) == {"database"}


def test_an_emptied_database_is_reported(sample: Sample) -> None:
    (sample.folder / DATABASE).write_bytes(b"")
    (finding,) = audit(sample.folder).findings
    assert (finding.kind, "清空" in finding.message) == ("database", True)


def test_a_folder_without_filings_is_noted(sample: Sample, tmp_path: Path) -> None:
    """A new folder is consistent; that it holds no filing must be visible at a glance."""
    open_store(tmp_path / "anew").close()
    shutil.copytree(sample.folder / "keys", tmp_path / "anew" / "keys")
    report = audit(tmp_path / "anew")
    assert (report.ok, report.notes) == (True, ["里面一份填报也没有"])


def test_a_changed_definition_of_a_table_is_found(sample: Sample) -> None:
    sample.execute("DROP INDEX newest")
    (finding,) = audit(sample.folder).findings
    assert "newest" in finding.message


def test_data_of_an_older_release_is_checked_and_not_changed(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as connection:
        for statement in STEPS[0].split(";\n"):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
    before = (folder / DATABASE).read_bytes()
    assert audit(folder).ok
    assert (folder / DATABASE).read_bytes() == before


def test_a_folder_is_checked_with_keys_that_were_kept_elsewhere(sample: Sample, tmp_path: Path) -> None:
    keys = read_public_keys(sample.folder)
    kids = read_access_kids(sample.folder)
    other = open_services(Settings(data=tmp_path / "other", schemas=ROOT / "schemas"), lock=True)
    strangers = dict(other.keys.public_keys)
    other.close()
    assert Auditor(sample.folder, keys, kids, ()).run(lambda count: None).ok
    assert kinds(Auditor(sample.folder, strangers, kids, ()).run(lambda count: None)) == {
        "receipt_forged",
        "seal_forged",
    }


def test_progress_is_reported(sample: Sample) -> None:
    told: list[int] = []
    Auditor(sample.folder, read_public_keys(sample.folder), None, ()).run(told.append)
    assert told[-1] == 13


def test_the_sample_has_three_seals_on_different_nights(sample: Sample) -> None:
    """The sample is as it says: three nights, the first with the first filings alone."""
    store = open_store(sample.folder)
    seals = store.seals.seals(first=1, limit=9)
    store.close()
    assert [seal.size for seal in seals] == [5, 6, 2]
    assert seals[1].at > (FIRST + timedelta(days=1)).isoformat()[:19]


def test_the_ledger_is_checked_as_the_records_are(sample: Sample) -> None:
    store = open_store(sample.folder)
    steps = [Step("imported", "示例甲", FIRST, {"rows": place}, b"s" * 32) for place in (1, 2)]
    store.ledger.append("@roster/units", steps, expect=0)
    store.close()
    assert audit(sample.folder).checked["ledger"] == 2
    assert audit(sample.folder).ok
    sample.execute("UPDATE ledger SET actor = '别人' WHERE sequence = 1")
    assert kinds(audit(sample.folder)) == {"event_changed"}
    sample.execute("DELETE FROM ledger WHERE sequence = 1")
    assert "event_missing" in kinds(audit(sample.folder))
