"""Downloads behind a gateway: small ones in the answer, large ones to be fetched, long ones made in the background."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from urllib.request import urlopen

import anyio
import httpx2
import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from functions.background import app as background
from functions.bootstrap import Services
from functions.desk.app import create_app
from functions.desk.downloads.behind_gateway import AtGateway, Limits, delivered
from functions.desk.sessions import ADMITTED, COOKIE, Visitor
from functions.errors import NotFound
from functions.records.store import Record, Selection
from functions.staff.accounts import revise
from functions.staff.audit_log import Sought
from functions.staff.prepared_downloads import SILENCE, PreparedDownload
from functions.staff.store import Session
from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.staff.prepared_downloads import S3PreparedDownloads
from functions.web.http.streaming import DELIVERY, Download
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.support.clock import Clock
from tests.support.cloud import Cloud

BUCKET = "qingdan-exports"
AS_PEOPLE = {"accept": "text/html"}
_ids = count(1)


class Started(list[str]):
    """What was to be made in the background, in order."""


@pytest.fixture
def started() -> Started:
    return Started()


@pytest.fixture
def prepared_downloads(ministack: Cloud, started: Started) -> S3PreparedDownloads:
    if BUCKET not in {each["Name"] for each in ministack.s3.list_buckets()["Buckets"]}:
        ministack.s3.create_bucket(Bucket=BUCKET)
    return S3PreparedDownloads(lambda: ministack.s3, BUCKET, Calls(Patience(lambda: 0.5), "none"), started.append)


@pytest.fixture
def cloudy(services: Services, prepared_downloads: S3PreparedDownloads) -> Services:
    """The services with a place for files to wait in."""
    return replace(services, prepared_downloads=prepared_downloads)


Behind = Callable[[Limits], TestClient]


@pytest.fixture
def behind(cloudy: Services, come_in: ComeIn) -> Behind:
    """A signed-in browser whose downloads are delivered with these limits."""

    def open_browser(limits: Limits) -> TestClient:
        app = delivered(create_app(cloudy), cloudy, limits)
        browser = TestClient(app, base_url="https://testserver", follow_redirects=False)
        browser.cookies.set(COOKIE, come_in("viewer").cookies[COOKIE], domain="testserver.local")
        return browser

    return open_browser


@pytest.fixture
def filed(file: Filer) -> list[str]:
    return [file(self_check(number)) for number in range(1, 4)]


def numbers_in(content: bytes) -> set[str]:
    return {json.loads(line)["number"] for line in content.splitlines()}


def fetched(link: str) -> tuple[bytes, str]:
    with urlopen(link, timeout=10) as answer:
        return answer.read(), answer.headers["Content-Disposition"]


def linked(page: httpx2.Response) -> str:
    found = re.search(r'<a class="btn" href="([^"]+)">下载</a>', page.text)
    assert found is not None, page.text
    return found.group(1).replace("&amp;", "&")


EVERYTHING = Limits()
LARGE = Limits(inline=100)
LATE = Limits(seconds=-1)


def test_a_small_file_is_the_answer(behind: Behind, filed: list[str], started: Started) -> None:
    answer = behind(EVERYTHING).get("/desk/export?format=jsonl", headers=AS_PEOPLE)
    assert answer.status_code == 200
    assert numbers_in(answer.content) == set(filed)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert started == []


def test_the_same_file_comes_streamed_inline_and_laid_down(behind: Behind, come_in: ComeIn, filed: list[str]) -> None:
    address = "/api/desk/exports/annual-self-check.csv"
    streamed = come_in("viewer").get(address).content
    assert behind(EVERYTHING).get(address).content == streamed
    laid_down = behind(LARGE).get(address)
    assert laid_down.status_code == 303
    content, disposition = fetched(laid_down.headers["location"])
    assert content == streamed
    assert "filename*=UTF-8''%E8%87%AA" in disposition


@pytest.mark.parametrize("format", ["xlsx", "csv", "jsonl"])
def test_a_large_file_leads_people_to_a_page_with_a_link_that_ends(
    behind: Behind, filed: list[str], started: Started, format: str
) -> None:
    browser = behind(LARGE)
    answer = browser.get(f"/desk/export?format={format}", headers=AS_PEOPLE)
    assert (answer.status_code, started) == (303, [])
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert "文件已备好" in page.text
    assert "refresh" not in page.headers
    assert "X-Amz-Expires=300" in linked(page)
    assert fetched(linked(page))[0]


def test_a_file_that_takes_too_long_is_made_in_the_background_and_its_page_shows_how_far(
    behind: Behind, cloudy: Services, filed: list[str], started: Started
) -> None:
    browser = behind(LATE)
    answer = browser.get("/desk/export?format=jsonl", headers=AS_PEOPLE)
    assert answer.status_code == 303
    assert len(started) == 1
    making = browser.get(answer.headers["location"])
    assert "正在生成文件" in making.text
    assert making.headers["refresh"] == "5"
    prepared = anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    assert (prepared.state, prepared.done, prepared.total) == ("ready", 3, 3)
    ready = browser.get(answer.headers["location"])
    assert "refresh" not in ready.headers
    content, _ = fetched(linked(ready))
    assert numbers_in(content) == set(filed)
    assert len(content) == prepared.size


def test_a_repeated_call_leaves_a_ready_download_alone(
    behind: Behind, cloudy: Services, prepared_downloads: S3PreparedDownloads, filed: list[str], started: Started
) -> None:
    behind(LATE).get("/desk/export?format=jsonl", headers=AS_PEOPLE)
    first = anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    assert anyio.run(background.make, cloudy, started[0], lambda: 0.0) == first
    assert prepared_downloads.read(started[0]) == first
    assert first.state == "ready"


def test_a_repeated_call_leaves_the_work_to_the_first(
    behind: Behind, cloudy: Services, prepared_downloads: S3PreparedDownloads, filed: list[str], started: Started
) -> None:
    behind(LATE).get("/desk/export?format=jsonl", headers=AS_PEOPLE)
    before = prepared_downloads.read(started[0])
    claims = [prepared_downloads.claim(started[0], token) for token in ("first", "second", "first")]
    assert claims == [True, False, True], "who asks again after a lost answer is still the first"
    assert anyio.run(background.make, cloudy, started[0], lambda: 0.0) == before
    assert prepared_downloads.read(started[0]) == before


def test_a_slow_download_moves_to_the_background_before_the_gateway_times_out(
    cloudy: Services, prepared_downloads: S3PreparedDownloads, started: Started, come_in: ComeIn
) -> None:
    passed = count()
    seconds = [0.0]
    deliver = AtGateway(
        prepared_downloads, clock=cloudy.clock, ticks=lambda: seconds[0], entropy=cloudy.entropy, limits=EVERYTHING
    )
    come_in("viewer")
    visitor = Visitor(cloudy.staff.account("viewer"), Session("", "viewer", "", cloudy.clock(), cloudy.clock()))

    def slow() -> Iterator[bytes]:
        for seconds[0] in map(float, passed):
            yield b"x"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        download = Download(slow(), filename="x.zip", media_type="application/zip")
        await download({**scope, DELIVERY: deliver, ADMITTED: visitor}, receive, send)

    assert TestClient(app).get("/api/desk/exports/annual-self-check.zip").status_code == 202
    assert len(started) == 1
    assert 8 <= seconds[0] <= 10


def test_a_background_download_is_noted_once(
    behind: Behind, cloudy: Services, filed: list[str], started: Started
) -> None:
    behind(LATE).get("/desk/export?format=jsonl")
    anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    noted = cloudy.trail.page(Sought(action="exported"), limit=10)
    assert [event.actor for event in noted] == ["viewer"]


def test_programs_are_told_where_to_ask_and_then_where_to_fetch(
    behind: Behind, cloudy: Services, filed: list[str], started: Started
) -> None:
    browser = behind(LATE)
    answer = browser.get("/api/desk/exports/annual-self-check.jsonl?status=submitted")
    assert (answer.status_code, answer.json()["state"], answer.json()["link"]) == (202, "making", None)
    anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    told = browser.get(answer.headers["location"])
    assert (told.status_code, told.json()["state"], told.json()["filings"]) == (200, "ready", 3)
    assert numbers_in(fetched(told.json()["link"])[0]) == set(filed)


def test_a_file_over_the_spool_is_made_in_the_background_too(
    behind: Behind, filed: list[str], started: Started
) -> None:
    assert behind(Limits(inline=100, spool=200)).get("/desk/export?format=jsonl").status_code in (202, 303)
    assert len(started) == 1


def test_only_its_owner_sees_a_prepared_download(
    behind: Behind, cloudy: Services, filed: list[str], come_in: ComeIn
) -> None:
    place = behind(LARGE).get("/desk/export?format=jsonl", headers=AS_PEOPLE).headers["location"]
    other = TestClient(create_app(cloudy), base_url="https://testserver", follow_redirects=False)
    assert other.get(place, headers=AS_PEOPLE).status_code == 303  # to sign in
    other.cookies.set(COOKIE, come_in("admin").cookies[COOKIE], domain="testserver.local")
    assert other.get(place, headers=AS_PEOPLE).status_code == 404
    assert other.get("/api" + place).status_code == 404


@pytest.mark.parametrize("id", ["0" * 32, "../../etc", "x", "f" * 31])
def test_an_unknown_prepared_download_is_404(behind: Behind, prepared_downloads: S3PreparedDownloads, id: str) -> None:
    assert behind(EVERYTHING).get(f"/api/desk/parcels/{id}").status_code == 404
    with pytest.raises(NotFound):
        prepared_downloads.read(id)


def test_on_one_machine_nothing_waits_to_be_fetched(come_in: ComeIn) -> None:
    assert come_in("viewer").get("/api/desk/parcels/" + "0" * 32).status_code == 404


def test_an_account_that_was_disabled_meanwhile_gets_nothing(
    behind: Behind, cloudy: Services, filed: list[str], started: Started
) -> None:
    behind(LATE).get("/desk/export?format=jsonl")
    revise(cloudy.staff, "viewer", lambda account: replace(account, disabled=True))
    prepared = anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    assert prepared.state == "failed"
    assert prepared.size == 0


@pytest.fixture
def breaking(cloudy: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Breaks the disk, so that reading ends in the middle."""
    whole = cloudy.records.stream

    def stream(selection: Selection) -> Iterator[Record]:
        yield from list(whole(selection))[:1]
        raise OSError("no such disk")

    return lambda: monkeypatch.setattr(cloudy.records, "stream", stream)


def test_a_failed_background_download_shows_the_failure_and_leaves_no_file(
    behind: Behind,
    cloudy: Services,
    filed: list[str],
    started: Started,
    ministack: Cloud,
    breaking: Callable[[], None],
) -> None:
    browser = behind(LATE)
    place = browser.get("/desk/export?format=jsonl", headers=AS_PEOPLE).headers["location"]
    breaking()
    with pytest.raises(OSError, match="no such disk"):
        anyio.run(background.make, cloudy, started[0], lambda: 0.0)
    page = browser.get(place)
    assert "没有生成出来" in page.text
    assert 'href="/desk/export?format=jsonl">重新下载' in page.text
    held = ministack.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"parcels/{started[0]}/")["Contents"]
    assert [each["Key"].rpartition("/")[2] for each in held] == ["claim", "state.json"]


def test_a_failure_before_the_answer_is_an_ordinary_error(
    cloudy: Services, filed: list[str], come_in: ComeIn, breaking: Callable[[], None]
) -> None:
    breaking()
    app = delivered(create_app(cloudy), cloudy, EVERYTHING)
    browser = TestClient(app, base_url="https://testserver", raise_server_exceptions=False)
    browser.cookies.set(COOKIE, come_in("viewer").cookies[COOKIE], domain="testserver.local")
    answer = browser.get("/desk/export?format=jsonl", headers=AS_PEOPLE)
    assert answer.status_code == 500
    assert "attachment" not in answer.headers.get("content-disposition", "")


def test_a_download_over_the_lambda_time_limit_explains_the_cure(
    behind: Behind, cloudy: Services, filed: list[str], started: Started
) -> None:
    behind(LATE).get("/desk/export?format=jsonl")
    ticks = count(0, background.PATIENCE_SECONDS)
    prepared = anyio.run(background.make, cloudy, started[0], lambda: float(next(ticks)))
    assert prepared.state == "failed"
    assert "请用筛选缩小范围" in prepared.problem


def test_a_silent_background_download_is_shown_as_interrupted(
    behind: Behind, cloudy: Services, clock: Clock, filed: list[str]
) -> None:
    browser = behind(LATE)
    place = browser.get("/desk/export?format=jsonl", headers=AS_PEOPLE).headers["location"]
    clock.at += SILENCE
    assert "正在生成文件" in browser.get(place).text
    clock.at += timedelta(seconds=1)
    assert "生成中断了" in browser.get(place).text


def test_a_prepared_download_is_read_back_unchanged(prepared_downloads: S3PreparedDownloads, clock: Clock) -> None:
    prepared = PreparedDownload(
        id=f"{next(_ids):032x}",
        owner="示例甲",
        request="/desk/export?q=%E6%A1%88",
        started_at=clock(),
        seen_at=clock(),
        filename="填报-𠮷.csv",
        media_type="text/csv",
    )
    prepared_downloads.keep(prepared)
    assert prepared_downloads.read(prepared.id) == prepared


def test_a_multipart_file_is_complete(prepared_downloads: S3PreparedDownloads, clock: Clock) -> None:
    prepared = PreparedDownload(
        id=f"{next(_ids):032x}", owner="示例甲", request="/", started_at=clock(), seen_at=clock()
    )
    chunks = [bytes([number % 251]) * 1_000_003 for number in range(20)]
    prepared_downloads.fill(replace(prepared, filename="大.bin", media_type="application/zip"), iter(chunks))
    assert fetched(prepared_downloads.link(prepared))[0] == b"".join(chunks)
