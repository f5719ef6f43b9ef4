"""The packed functions do their work from the zip alone, with what the runtime brings, against a cloud's stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest

from functions.local.packing.closure import function_modules
from functions.staff.prepared_downloads import PreparedDownload
from functions.staff.store import Account
from functions.storage.aws.locations import Cloud as Places
from functions.storage.aws.opening import open_cloud, open_parameters, open_prepared_downloads
from functions.storage.aws.provision import make_bucket
from tests.conftest import ROOT
from tests.support.cloud import BUCKET, Cloud

# What Lambda's runtime for Python has besides the standard library.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py")
PROGRAM = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
handler = importlib.import_module(sys.argv[1]).handler
print(json.dumps([handler(event, None) for event in json.load(sys.stdin)]))
"""

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    installed = Path(boto3.__file__).parent.parent
    for name in RUNTIME:
        (folder / name).symlink_to(installed / name)
    return folder


@pytest.fixture
def settings(ministack: Cloud, twin: str) -> dict[str, str]:
    """The variables of the functions, naming a fresh table with keys."""
    table = ministack.fresh_table()
    make_bucket(ministack.s3, "qingdan-exports")
    places = {"TABLE": table, "BUCKET": BUCKET, "EXPORTS_BUCKET": "qingdan-exports", "PARAMETERS": f"/run/{table}"}
    cloud = {"STORE": "aws", "REGION": "us-east-1", "ENDPOINT_URL": twin, "BACKGROUND": "background", **places}
    settings = {f"QINGDAN_{name}": value for name, value in cloud.items()}
    open_parameters(Places.from_mapping(settings), os.urandom).make(os.urandom)
    return {**settings, "QINGDAN_CATALOGUE": "catalogue.json", "QINGDAN_SITE": "site"}


@pytest.fixture
def run(packages: Path, runtime: Path, settings: dict[str, str], tmp_path: Path) -> Run:
    """Runs a packed function in a fresh interpreter on events, in the folder and the environment that Lambda gives.

    It gives the answers; of one that `fails`, all that it wrote.
    """
    credentials = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}

    def run_one(function: str, *events: dict[str, Any], fails: bool = False) -> Any:
        task = tmp_path / function
        if not task.exists():
            with zipfile.ZipFile(packages / f"{function}.zip") as archive:
                archive.extractall(task)
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", PROGRAM, function_modules(ROOT)[function], str(task), str(runtime)],
            input=json.dumps(events),
            cwd=task,
            env={"PATH": os.environ["PATH"], "AWS_LAMBDA_FUNCTION_NAME": function, **credentials, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert bool(done.returncode) == fails, done.stderr
        return done.stdout + done.stderr if fails else json.loads(done.stdout.splitlines()[-1])

    return run_one


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "tests" / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def asking(path: str) -> dict[str, Any]:
    event = recorded("health")
    context = {**event["requestContext"], "http": {**event["requestContext"]["http"], "path": path, "method": "GET"}}
    return {**event, "rawPath": path, "requestContext": context}


def test_a_filing_is_stored_and_mistakes_are_explained(run: Run) -> None:
    event = recorded("file-json")
    wrong = {
        **event,
        "body": "{}",
        "headers": {**event["headers"], "idempotency-key": "recorded-2", "content-length": "2"},
    }
    filed, refused, health, keys = run(
        "submit", recorded("file-json"), wrong, recorded("health"), asking("/.well-known/jwks.json")
    )
    assert filed["statusCode"] == 201, filed
    assert json.loads(filed["body"])["receipt"]
    assert refused["statusCode"] == 422
    assert json.loads(refused["body"])["errors"]
    assert health["statusCode"] == 200
    assert json.loads(keys["body"])["keys"]


def test_the_night_seals_what_was_filed_and_everybody_can_see_it(run: Run) -> None:
    run("submit", recorded("file-json"))
    assert run("nightly", {}) == [{"seal": 1, "sealed": 1, "swept": 0, "abandoned": 0, "waiting": 0, "mailed": 0}]
    (listed,) = run("seals", asking("/api/seals"))
    assert json.loads(listed["body"])["items"][0]["size"] == 1


def test_a_failed_night_is_logged_with_the_cure_but_without_its_message(run: Run, settings: dict[str, str]) -> None:
    settings["QINGDAN_PARAMETERS"] = "/run/nowhere"
    said = run("nightly", {}, fails=True)
    (line,) = [json.loads(each) for each in said.splitlines() if each.startswith("{")]
    assert (line["nightly"], line["error"]) == ("failed", "SettingError")
    assert "qingdan keys init" in line["why"]
    assert "qingdan keys init" not in said.splitlines()[-1]
    assert said.splitlines()[-1].endswith("Failed")


def test_a_function_without_keys_explains_that_it_is_not_ready(run: Run, settings: dict[str, str]) -> None:
    settings["QINGDAN_PARAMETERS"] = "/run/nowhere"
    told, page = run("submit", recorded("file-json"), recorded("review-form"))
    assert (told["statusCode"], page["statusCode"]) == (503, 503)
    assert told["headers"]["content-type"] == "application/problem+json"
    assert "这项服务还没有准备好" in json.loads(told["body"])["detail"]
    assert "这项服务还没有准备好" in page["body"]
    assert "QINGDAN" not in told["body"] + page["body"]


def test_the_desk_shows_its_sign_in_page(run: Run) -> None:
    (page,) = run("desk", asking("/desk/sign-in"))
    assert page["statusCode"] == 200, page
    assert "登录经办台" in page["body"]


def test_documents_for_packages_are_typeset_at_night(run: Run) -> None:
    run("submit", recorded("file-json"))
    told, again = run("background", {"papers": "missing"}, {"papers": "missing"})
    assert told == {"papers": {"set": 1, "failed": 0, "finished": True}}
    assert again == {"papers": {"set": 0, "failed": 0, "finished": True}}


def test_a_background_failure_is_logged_without_its_message(run: Run, settings: dict[str, str]) -> None:
    """An error may quote filed text, and Lambda writes the message of every error to the log."""
    prepared_downloads = open_prepared_downloads(Places.from_mapping(settings), "background", os.urandom)
    now = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
    prepared = PreparedDownload(
        id="0" * 31 + "2", owner="示例乙", request="/desk/", started_at=now, seen_at=now, filename="x.xlsx"
    )
    prepared_downloads.keep(prepared)
    said = run("background", {"parcel": prepared.id}, fails=True)
    assert "示例乙" not in said
    (line,) = [json.loads(each) for each in said.splitlines() if each.startswith("{")]
    assert (line["background"], line["error"]) == ("failed", "NotFound")
    assert any(place.startswith("background/app.py") for place in line["places"])
    assert prepared_downloads.read(prepared.id).state == "failed"


def test_a_long_download_is_made(run: Run, settings: dict[str, str]) -> None:
    run("submit", recorded("file-json"))
    places, now = Places.from_mapping(settings), datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
    opened = open_cloud(places, entropy=os.urandom, forms={})
    opened.store.staff.add_account(Account("viewer", "viewer", "", False, False, now))
    opened.store.close()
    prepared_downloads = open_prepared_downloads(places, "background", os.urandom)
    asked = "/desk/export?form=annual-self-check&format=xlsx"
    prepared = PreparedDownload(
        id="0" * 31 + "1", owner="viewer", request=asked, started_at=now, seen_at=now, filename="x.xlsx"
    )
    prepared_downloads.keep(prepared)
    assert run("background", {"parcel": prepared.id}) == [{"state": "ready"}]
    with urlopen(prepared_downloads.link(prepared), timeout=10) as answer:
        assert answer.read().startswith(b"PK")
    assert prepared_downloads.read(prepared.id).done == 1
