"""The calls that a function really makes are within the rights of its role, and never a Scan."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.testclient import TestClient

from functions import nightly
from functions.attach import create_app as create_attach
from functions.background import app as background
from functions.bootstrap import Services, open_services
from functions.desk.app import create_app as create_desk
from functions.local.aws_local import cloud_at, furnish
from functions.records.attachments.store import PART_BYTES
from functions.records.store import Selection
from functions.seals.app import create_app as create_seals
from functions.settings import Settings
from functions.staff.accounts import make_account
from functions.staff.passwords import Passwords
from functions.submit import create_app as create_submit
from functions.track.app import create_app as create_track
from tests.conftest import ROOT
from tests.deployment.stack.test_least_privilege import MATRIX
from tests.support.board import list_units, moment
from tests.support.clock import Clock
from tests.support.files import pdf_of
from tests.support.filings import make_uscc, valid_self_check
from tests.support.store.blobs import part_of
from tests.support.web.uploads import announce, bearer, complete, ticket_for

# Action, "T" or "T/index", partition key.
Asked = set[tuple[str, str, str]]
PARTS = ("quarantine", "attachments", "infected", "incoming", "finished")
JSON = {"Content-Type": "application/json"}
PASSWORD = "示例的长口令 horse 7"


@pytest.fixture
def services(twin: str, site: Path, clock: Clock) -> Iterator[Services]:
    """The services over an empty cloud: what an earlier test filed, sealed or swept is not in it."""
    cloud = cloud_at(twin, f"grants-{uuid4().hex}")
    furnish(cloud)
    opened = open_services(Settings(site=site, schemas=ROOT / "schemas", cloud=cloud), lock=False)
    yield replace(opened, clock=clock)
    opened.close()


@pytest.fixture
def asked(services: Services) -> Asked:
    """What is asked of the table from now on."""
    found: Asked = set()

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        found.update(asked_by(model.name, params))

    client = services.records._client  # type: ignore[attr-defined]
    client.meta.events.register("provide-client-params.dynamodb", note)
    return found


def asked_by(operation: str, params: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            ((action, of),) = item.items()
            name = "ConditionCheckItem" if action == "ConditionCheck" else f"{action}Item"
            yield f"dynamodb:{name}", "T", (of.get("Item") or of["Key"])["pk"]["S"]
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in params["RequestItems"].values():
            keys = table["Keys"] if operation == "BatchGetItem" else [next(iter(each.values())) for each in table]
            for of in keys:
                yield f"dynamodb:{operation}", "T", (of.get("Item") or of.get("Key") or of)["pk"]["S"]
    elif operation == "Query":
        values = params["ExpressionAttributeValues"]
        place = "T/index" if "IndexName" in params else "T"
        yield "dynamodb:Query", place, (values.get(":pk") or values[":partition"])["S"]
    else:
        yield f"dynamodb:{operation}", "T", (params.get("Item") or params["Key"])["pk"]["S"]


def leave_orphans(services: Services) -> None:
    """A file that nothing names, and an upload that is never finished."""
    content = b"orphan"
    upload = services.blobs.begin("e" * 32, size=6, digest=hashlib.sha256(content).hexdigest())
    services.blobs.put_part(upload, 1, content)
    services.blobs.finish(upload)
    services.blobs.begin("f" * 32, size=6, digest="0" * 64)


def watch_bucket(services: Services) -> set[tuple[str, str]]:
    """What is asked of the bucket from now on: the right that it takes, and on which of its parts."""
    found: set[tuple[str, str]] = set()
    rights = {
        "ListObjectsV2": "s3:ListBucket",
        "ListObjectVersions": "s3:ListBucketVersions",
        "ListMultipartUploads": "s3:ListBucketMultipartUploads",
        "DeleteObject": "s3:DeleteObjectVersion",
        "AbortMultipartUpload": "s3:AbortMultipartUpload",
        "ListParts": "s3:ListMultipartUploadParts",
        "HeadObject": "s3:GetObject",
        "CopyObject": "s3:PutObject",
        **dict.fromkeys(("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"), "s3:PutObject"),
    }

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        assert model.name != "DeleteObject" or "VersionId" in params
        part = (params.get("Key") or params["Prefix"]).partition("/")[0]
        found.add((rights.get(model.name, f"s3:{model.name}"), part))
        if "CopySource" in params:
            found.add(("s3:GetObject", params["CopySource"]["Key"].partition("/")[0]))

    client = services.blobs._bucket.client  # type: ignore[attr-defined]
    client.meta.events.register("provide-client-params.s3", note)
    return found


def granted_in_bucket(function: str) -> set[tuple[str, str]]:
    """The grants as the matrix has them; what takes no prefix as a condition is granted for every part."""
    granted = set()
    for action, place, prefixes in MATRIX[function]:
        parts = prefixes.split() or ([f"{part}/*" for part in PARTS] if place == "B" else [place.removeprefix("B/")])
        granted |= {(action, part.removesuffix("/*")) for part in parts if place.startswith("B")}
    return granted


def beyond(function: str, asked: Asked) -> Asked:
    """What the role of the function does not let it do."""
    granted = [(action, place, keys.split() or ["*"]) for action, place, keys in MATRIX[function]]
    return {
        (action, place, key)
        for action, place, key in asked
        if not any(
            action == may and place == at and any(fnmatch(key, one) for one in keys) for may, at, keys in granted
        )
    }


def file(client: TestClient, n: int, *, key: str = "", query: str = "", **changes: Any) -> int:
    headers = {**JSON, "Idempotency-Key": key or f"key-{n}"}
    data = valid_self_check(uscc=make_uscc(n), **changes)
    return client.post(f"/api/submissions/annual-self-check{query}", json=data, headers=headers).status_code


def test_the_submit_function_appends_and_reads_only_answers(services: Services, asked: Asked) -> None:
    with TestClient(create_submit(services)) as client:
        assert file(client, 1) == 201
        assert file(client, 1) == 201, "the same again"
        assert file(client, 1, key="other") == 409
        assert file(client, 1, key="other", query="?contest=true") == 201
        assert file(client, 2, key="key-1") == 409
        assert file(client, 3, unit_name="") == 422
        assert client.get("/healthz").status_code == 200
    assert beyond("submit", asked) == set()
    read = {key for action, _, key in asked if action == "dynamodb:GetItem"}
    assert {key.partition("#")[0] for key in read} == {"idem", "answer"}
    assert {key for key in read if key.startswith("answer#") and not key.startswith("answer#flood#")} == set()


def test_the_track_function_reads_one_filing_and_lists_none(services: Services, asked: Asked, clock: Clock) -> None:
    data = valid_self_check(uscc=make_uscc(6))
    with TestClient(create_submit(services)) as client:
        given = client.post("/api/submissions/annual-self-check", json=data, headers=JSON).json()
    asked.clear()
    address = f"/api/submissions/{given['number']}"
    code = {"Authorization": f"Bearer {given['access_code']}"}
    with TestClient(create_track(services)) as client:
        assert client.get(address, headers={"Authorization": "Bearer 0000-0000-0000-0000"}).status_code == 404
        assert client.get(address, headers=code).status_code == 200
        data["unit"]["uscc"] = make_uscc(7)
        corrected = client.put(address, json=data, headers={**code, "If-Match": '"1"', "Idempotency-Key": "again"})
        assert corrected.status_code == 200, corrected.text
        withdrawn = client.post(f"{address}/withdrawal", headers={**code, "If-Match": '"2"'})
        assert withdrawn.status_code == 200, withdrawn.text
    assert beyond("track", asked) == set()
    assert not [place for _, place, _ in asked if place == "T/index"]


def test_nightly_and_seals_functions_stay_within_their_rights(services: Services, asked: Asked, clock: Clock) -> None:
    with TestClient(create_submit(services)) as client:
        assert file(client, 4) == 201
    asked.clear()
    assert nightly.run(services).sealed >= 1
    assert beyond("nightly", asked) == set()
    (digest, *_) = [event.digest for record in services.records.stream(Selection()) for event in record.events]
    asked.clear()
    with TestClient(create_seals(services)) as client:
        assert client.get("/api/seals").json()["items"]
        assert client.get("/api/seals/proof", params={"digest": digest}).status_code == 200
        assert client.get("/api/seals/months/2026-09").status_code == 200
    assert beyond("seals", asked) == set()


def test_the_nightly_function_sweeps_files_within_its_rights(services: Services, asked: Asked) -> None:
    leave_orphans(services)
    later = replace(services, clock=lambda: datetime.now(UTC) + timedelta(days=3))
    asked.clear()
    asked_of_bucket = watch_bucket(services)
    done = nightly.run(later)
    assert done.swept >= 1
    assert done.abandoned >= 1
    assert beyond("nightly", asked) == set()
    assert {key for _, _, key in asked if key.startswith("named#")}
    assert asked_of_bucket - granted_in_bucket("nightly") == set()
    assert {action for action, _ in asked_of_bucket} >= {"s3:DeleteObjectVersion", "s3:AbortMultipartUpload"}


def built_for(host: str, site: Path, folder: Path) -> Path:
    """What a function needs of the site, built for files that go to this host."""
    shutil.copytree(site / "_service", folder / "_service")
    assets = folder / "_service" / "assets.json"
    assets.write_text(json.dumps({**json.loads(assets.read_text()), "upload_host": host}))
    return folder


@pytest.mark.parametrize("direct", [True, False])
def test_the_attach_function_stays_within_its_rights_and_uses_no_table(
    services: Services, asked: Asked, twin: str, site: Path, tmp_path: Path, direct: bool
) -> None:
    if direct:
        site = built_for(twin, site, tmp_path)
    uploads = replace(services, settings=replace(services.settings, site=site))
    asked.clear()
    asked_of_bucket = watch_bucket(services)
    content = pdf_of(PART_BYTES + 7)
    with TestClient(create_attach(uploads)) as client:
        told = announce(client, content).json()
        for part in (1, 2):
            ticket, piece = ticket_for(client, told, content, part), part_of(content, part)
            assert ticket["url"].startswith(f"{twin}/" if direct else "/api/")
            send = httpx2.put if direct else client.put
            assert send(ticket["url"], headers=ticket["headers"], content=piece).status_code in (200, 204)
        assert client.get(f"/api/attachments/{told['id']}", headers=bearer(told)).json()["arrived"] == [1, 2]
        assert [complete(client, told).status_code for _ in range(2)] == [200, 200]
        cancelled = announce(client, content).json()
        assert client.delete(f"/api/attachments/{cancelled['id']}", headers=bearer(cancelled)).status_code == 204
    assert asked == set()
    assert asked_of_bucket - granted_in_bucket("attach") == set()
    assert {place for _, place in asked_of_bucket} == {"incoming", "finished", "quarantine", "attachments", "infected"}


def test_the_background_function_typesets_documents_within_its_rights(services: Services, asked: Asked) -> None:
    with TestClient(create_submit(services)) as client:
        assert file(client, 8) == 201
    asked.clear()
    asked_of_bucket = watch_bucket(services)
    papers = background.set_papers(services, lambda: 0.0)
    assert (papers.set >= 1, papers.failed, papers.finished) == (True, 0, True)
    assert beyond("background", asked) == set()
    assert asked_of_bucket - granted_in_bucket("background") == set()
    assert ("s3:PutObject", "papers") in asked_of_bucket


def test_the_background_function_records_reminders_within_its_rights(
    services: Services, asked: Asked, clock: Clock
) -> None:
    clock.at = moment("2026-09-29")
    list_units(services, {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2026-01-01"})
    asked.clear()
    asked_of_bucket = watch_bucket(services)
    assert background.remind(services, lambda: 0.0) == {"reminders": {"call": 1}}
    assert beyond("background", asked) == set()
    assert asked_of_bucket - granted_in_bucket("background") == set()
    assert ("dynamodb:PutItem", "T", "ledger#@reminder/2026") in asked


def test_the_desk_function_stays_within_its_rights(services: Services, asked: Asked, clock: Clock) -> None:
    with TestClient(create_submit(services)) as client:
        assert file(client, 5) == 201
    passwords = Passwords(services.entropy)
    for name in ("desk", "other"):
        make_account(services.staff, passwords, name=name, role="admin", password=PASSWORD, at=clock())
    asked.clear()
    with TestClient(create_desk(services), base_url="https://testserver") as client:
        body = {"username": "desk", "password": PASSWORD}
        assert client.post("/api/desk/session", json={**body, "password": "wrong"}).status_code == 401
        assert client.post("/api/desk/session", json=body).status_code == 201
        clock.at += timedelta(minutes=2)
        (listed,) = client.get("/api/desk/submissions", params={"q": "示例", "form": "annual-self-check"}).json()[
            "items"
        ]
        assert client.get(f"/api/desk/submissions/{listed['number']}").status_code == 200
        assert client.get("/api/desk/exports/annual-self-check.csv").status_code == 200
        assert client.get("/desk/").status_code == 200
        voiding = {"decision": "void", "reason": "示例理由"}
        decisions = f"/api/desk/submissions/{listed['number']}/decisions"
        voided = client.post(decisions, json=voiding, headers={"If-Match": '"1"'})
        assert voided.status_code == 200, voided.text
        # As the admins' page does.
        services.staff.replace_account(replace(services.staff.account("other"), disabled=True))
        services.staff.close_sessions("other")
        assert client.delete("/api/desk/session").status_code in (204, 403)
    assert beyond("desk", asked) == set()
    assert beyond("submit", asked), "the table tells functions apart"
    assert {action for action, _, _ in asked} >= {"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem"}
