"""Downloads: what is ticked, or all that match, in three formats, under a Chinese name, without holding up others."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZipFile

import anyio
import pytest
from openpyxl import load_workbook
from starlette.types import Message

from functions.errors import StoreUnavailable
from functions.web.http.streaming import Download, disposition
from tests.desk.conftest import Filer, SignIn, registration, self_check

SELF_CHECK = "annual-self-check"


@pytest.fixture
def both(file: Filer) -> dict[str, str]:
    return {
        "one": file(self_check(1)),
        "two": file(self_check(2)),
        "project": file(registration(1), form="key-project-registration"),
    }


def numbers_in(lines: bytes) -> set[str]:
    return {json.loads(line)["number"] for line in lines.splitlines()}


def test_without_a_tick_all_that_match_are_downloaded(signed_in: SignIn, both: dict[str, str]) -> None:
    client = signed_in()
    assert numbers_in(client.get("/desk/export?format=jsonl").content) == set(both.values())
    some = client.get(f"/desk/export?form={SELF_CHECK}&q=%E7%AC%AC2&format=jsonl").content
    assert numbers_in(some) == {both["two"]}


def test_with_ticks_only_these_are(signed_in: SignIn, both: dict[str, str]) -> None:
    ticked = f"number={both['two']}&number={both['project']}"
    assert numbers_in(signed_in().get(f"/desk/export?{ticked}&format=jsonl").content) == {both["two"], both["project"]}


def test_the_workbook_opens_and_holds_them(signed_in: SignIn, both: dict[str, str]) -> None:
    answer = signed_in().get("/desk/export?format=xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert set(both.values()) <= cells
    assert "content-length" not in answer.headers


def test_a_csv_of_two_forms_is_refused_with_links_to_each(signed_in: SignIn, both: dict[str, str]) -> None:
    client = signed_in()
    page = client.get("/desk/export?format=csv&timeliness=on_time")
    assert page.status_code == 409
    assert "CSV 一个文件只放一种表" in page.text
    links = re.findall(r'href="(/desk/export[^"]*)"', page.text)
    assert len(links) == 3
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200
    one_form = client.get(f"/desk/export?format=csv&number={both['one']}&number={both['two']}")
    assert one_form.content.startswith(b"\xef\xbb\xbf")
    assert one_form.text.count("\r\n") == 3


def test_the_repeated_rows_are_a_csv_of_their_own(signed_in: SignIn, both: dict[str, str]) -> None:
    client = signed_in()
    answer = client.get(f"/api/desk/exports/{SELF_CHECK}.csv?table=databases.databases&number={both['one']}")
    assert answer.text.count("\r\n") == 4
    assert "示例档案数据库 3" in answer.text
    assert 'value="csv:databases.databases">CSV：数据库<' in client.get(f"/desk/?form={SELF_CHECK}").text
    assert "CSV：" not in client.get("/desk/submissions").text
    pressed = client.get(f"/desk/export?format=csv:databases.databases&number={both['one']}&form={SELF_CHECK}")
    assert pressed.content == answer.content


def test_all_tables_come_as_one_zip_and_csv_is_not_for_excel(signed_in: SignIn, both: dict[str, str]) -> None:
    client = signed_in()
    zipped = ZipFile(io.BytesIO(client.get("/desk/export?format=tables").content))
    assert {"自查报告.csv", "自查报告 数据库.csv"} < set(zipped.namelist())
    assert zipped.read("自查报告.csv").count(b"\r\n") == 3
    one_form = client.get(f"/api/desk/exports/{SELF_CHECK}.tables")
    assert unquote(one_form.headers["content-disposition"]).endswith("-csv.zip")
    page = client.get("/desk/submissions").text
    places = [page.index(f'value="{format}">') for format in ("xlsx", "csv", "tables")]
    assert places == sorted(places)
    assert page.index("Excel 打开 CSV，会丢掉长数字的末几位和开头的 0") > places[-1]


def test_the_file_has_a_chinese_name(signed_in: SignIn, both: dict[str, str]) -> None:
    header = signed_in().get(f"/desk/export?format=csv&form={SELF_CHECK}&period=2025").headers["content-disposition"]
    name = unquote(header.rpartition("''")[2])
    assert name == "自查报告-2025 年度-20260918-1024.csv"
    assert disposition("表.csv") == "attachment; filename=\"export.csv\"; filename*=UTF-8''%E8%A1%A8.csv"


@pytest.mark.parametrize("format", ["docx", "", "pd"])
def test_a_format_that_is_not_on_offer_is_404(signed_in: SignIn, both: dict[str, str], format: str) -> None:
    client = signed_in()
    assert client.get(f"/desk/export?format={format}", headers={"accept": "text/html"}).status_code == 404
    assert client.get(f"/api/desk/exports/{SELF_CHECK}.{format}").status_code == 404


def test_an_unknown_form_or_table_is_named(signed_in: SignIn, both: dict[str, str]) -> None:
    client = signed_in()
    assert client.get("/api/desk/exports/no-such-form.csv").status_code == 404
    assert client.get(f"/api/desk/exports/{SELF_CHECK}.csv?table=nothing").status_code == 400


def test_too_many_ticks_are_refused(signed_in: SignIn) -> None:
    ticked = "&".join(f"number=SC-2026-{n:06d}" for n in range(501))
    answer = signed_in().get(f"/desk/export?format=jsonl&{ticked}", headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert "最多勾选 500 件" in answer.text


class Chunks:
    """Chunks that count how many were made, and note that they were closed."""

    def __init__(self, most: int, failure: Exception | None = None) -> None:
        self.made, self.closed = 0, False
        self._most, self._failure = most, failure

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.made == self._most:
            if self._failure:
                raise self._failure
            raise StopIteration
        self.made += 1
        return b"x" * 1000

    def close(self) -> None:
        self.closed = True


async def serve(download: Download, *, gone_after: int | None = None) -> list[Message]:
    """What the download sends; the client goes away after so many messages."""
    sent: list[Message] = []
    gone = anyio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if gone_after is not None and len(sent) >= gone_after:
            gone.set()
            await anyio.sleep_forever()

    with anyio.fail_after(5):
        await download({"type": "http", "method": "GET", "path": "/"}, receive, send)
    return sent


def make(chunks: Chunks) -> Download:
    return Download(chunks, filename="表.csv", media_type="text/csv")


def test_a_client_that_goes_away_stops_the_work() -> None:
    chunks = Chunks(10_000)
    anyio.run(lambda: serve(make(chunks), gone_after=3))
    assert chunks.made < 20
    assert chunks.closed


def test_a_failure_before_the_first_byte_is_an_ordinary_error() -> None:
    chunks = Chunks(0, StoreUnavailable("现在读不出来"))
    with pytest.raises(StoreUnavailable):
        anyio.run(lambda: serve(make(chunks)))
    assert chunks.closed


def test_a_failure_in_the_middle_leaves_the_response_incomplete() -> None:
    sent: list[Message] = []

    async def scenario() -> None:
        download = make(Chunks(3, StoreUnavailable("现在读不出来")))

        async def receive() -> Message:
            await anyio.sleep_forever()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await download({"type": "http"}, receive, send)

    with pytest.raises(StoreUnavailable):
        anyio.run(scenario)
    assert sent[-1]["more_body"]


def test_the_event_loop_goes_on_while_a_chunk_is_made() -> None:
    """The chunk waits for the event loop: if making it blocked the loop, the test would hang."""
    import threading

    reached, released = threading.Event(), threading.Event()

    class Waiting(Chunks):
        def __next__(self) -> bytes:
            reached.set()
            assert released.wait(5)
            return super().__next__()

    async def scenario() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(serve, make(Waiting(1)))
            while not reached.is_set():
                await anyio.lowlevel.checkpoint()
            released.set()

    anyio.run(scenario)


def test_no_filing_gives_an_empty_file(signed_in: SignIn) -> None:
    answer = signed_in().get("/desk/export?format=jsonl")
    assert (answer.status_code, answer.content) == (200, b"")
