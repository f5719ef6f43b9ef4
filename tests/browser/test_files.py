"""Files with a form in a real browser: sent over a line that breaks, shown, removed, held back, named in the filing."""

from __future__ import annotations

import hashlib
import json
import random
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from functions.bootstrap import open_services
from functions.errors import NotFound
from functions.forms.catalogue import Catalogue
from functions.settings import Settings
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_review_loop import is_sound, look
from tests.support.browser.steps import CODE, NUMBER, act, fill_in
from tests.support.clock import last_year
from tests.support.files import docx, jpeg, pdf_of, sha256
from tests.support.filings import fresh_uscc, valid_self_check
from tests.support.line import Line, line_to
from tests.support.serving import Server
from tests.support.stores import STORES

FORM = "annual-self-check"
PATH = f"/forms/{FORM}/"
# As a Mac sends it, with a letter outside the first plane.
NAME = unicodedata.normalize("NFD", "Résumé 𠮷首 自查报告（盖章）.pdf")
MB = 1024 * 1024
KILLS = 10


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """A line to the server that can be cut."""
    with line_to(server.port) as made:
        yield made


def box(page: Page) -> Locator:
    return page.locator("[data-f='files.scans']")


def chooser(page: Page) -> Locator:
    return page.locator("#files-scans")


def choose(page: Page, *files: Path) -> None:
    chooser(page).set_input_files([str(file) for file in files])


def entry(page: Page, name: str) -> Locator:
    return box(page).locator("li").filter(has_text=name)


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def named(page: Page) -> list[dict[str, Any]]:
    """The files that the form would name if it were sent now."""
    values = page.locator("input[type=hidden][name='files.scans']:not([disabled])")
    return [json.loads(each.get_attribute("value") or "") for each in values.all()]


def arrived(server: Server, digest: str) -> bytes:
    """What lies in the store under this digest, looked at and nowhere else."""
    variables = {"QINGDAN_DATA": str(server.data), **STORES.variables(server.data)}
    with closing(open_services(Settings.from_mapping(variables), lock=False)) as services:
        with pytest.raises(NotFound):
            services.blobs.size("quarantine", digest)
        return services.blobs.read("attachments", digest)


def on_its_way(server: Server) -> set[Path]:
    """The parts that lie in the data folder, where that is the store."""
    return {path for path in server.data.rglob("incoming/*/*") if path.is_file()}


def fill_in_the_rest(page: Page, catalogue: Catalogue) -> None:
    data = valid_self_check(uscc=fresh_uscc(), year=last_year(), databases=0)
    del data["rectification"]
    fill_in(page, catalogue.get(FORM), data)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "360"])
def test_files_are_sent_named_in_the_filing_and_found_on_its_page(
    visit: Visit, server: Server, catalogue: Catalogue, tmp_path: Path, viewport: ViewportSize
) -> None:
    page = visit(PATH, viewport=viewport, bypass_csp=True)
    content = pdf_of(11 * MB + viewport["width"])
    choose(page, written(tmp_path, NAME, content), written(tmp_path, "附表.docx", docx()))
    composed = unicodedata.normalize("NFC", NAME)
    expect(box(page).locator(".st--ok")).to_have_count(2)
    assert named(page)[0] == {"name": composed, "size": len(content), "sha256": sha256(content)}
    assert arrived(server, sha256(content)) == content
    expect(page.locator("[data-part=files] .st")).to_have_text("已填")
    is_sound(page)
    fill_in_the_rest(page, catalogue)
    act(page, "review")
    expect(page.locator("#a-files-scans")).to_contain_text(f"{composed}（11 MB）")
    is_sound(page)
    act(page, "edit:files.scans")
    expect(box(page).locator(".st--ok")).to_have_count(2)
    act(page, "review")
    act(page, "file")
    words = page.locator("main").inner_text()
    number, code = NUMBER.search(words), CODE.search(words)
    assert number
    assert code
    look(page, number[0], code[0])
    with page.expect_download() as download:
        page.locator("li", has_text=composed).get_by_role("button").click()
    assert download.value.path().read_bytes() == content
    is_sound(page)


def test_an_upload_killed_at_ten_points_and_resumed_arrives_as_it_was(
    browser: Browser, server: Server, line: Line, tmp_path: Path
) -> None:
    """Every second time the page is loaded anew and the file chosen again; else it goes on by itself, or by a press."""
    content, before = pdf_of(38 * MB + 12_345), on_its_way(server)
    file = written(tmp_path, "断断续续.pdf", content)
    chance = random.Random(20260918)
    page = browser.new_context(base_url=line.url, locale="zh-CN").new_page()
    page.set_default_timeout(30_000)
    page.goto(PATH)
    line.cut_after(chance.randrange(1, 6 * MB))
    choose(page, file)
    for turn in range(KILLS):
        assert line.broken.wait(60), f"the upload ended before it was cut {turn + 1} times"
        expect(entry(page, file.name)).to_contain_text("网络不通", timeout=30_000)
        line.mend()
        if turn < KILLS - 1:
            line.cut_after(chance.randrange(1, 6 * MB))
        if turn % 2:
            page.reload()
            expect(entry(page, file.name)).to_contain_text("请再选一次")
            choose(page, file)
        else:
            entry(page, file.name).get_by_role("button", name="马上重试").click()
    expect(entry(page, file.name).locator(".st--ok")).to_be_visible(timeout=60_000)
    assert named(page) == [{"name": file.name, "size": len(content), "sha256": sha256(content)}]
    assert hashlib.sha256(arrived(server, sha256(content))).hexdigest() == sha256(content)
    assert on_its_way(server) == before
    assert line.sent < 2 * len(content) + KILLS * 10 * MB
    page.context.close()


def test_an_upload_goes_on_by_itself_when_the_line_is_back(
    browser: Browser, server: Server, line: Line, tmp_path: Path
) -> None:
    content = pdf_of(12 * MB + 1)
    page = browser.new_context(base_url=line.url, locale="zh-CN").new_page()
    page.goto(PATH)
    line.cut_after(7 * MB)
    choose(page, written(tmp_path, "自动接着传.pdf", content))
    assert line.broken.wait(30)
    line.mend()
    expect(box(page).locator(".st--ok")).to_be_visible(timeout=30_000)
    assert arrived(server, sha256(content)) == content
    page.context.close()


def test_a_proxy_that_is_busy_is_asked_again(visit: Visit, server: Server, tmp_path: Path) -> None:
    page, content = visit(PATH), pdf_of(4321)
    busy = {"status": 503, "headers": {"Retry-After": "2"}, "body": "<html>busy</html>"}
    page.route("**/completion", lambda route: route.fulfill(**busy), times=1)
    choose(page, written(tmp_path, "忙.pdf", content))
    expect(entry(page, "忙.pdf")).to_contain_text("服务正忙，2 秒后再试")
    expect(entry(page, "忙.pdf").locator(".st--ok")).to_be_visible()
    assert arrived(server, sha256(content)) == content


@pytest.mark.parametrize(("status", "words"), [(405, "不让用这种方式上传"), (413, "不收这么大的内容")])
def test_the_plain_upload_remains_when_a_proxy_refuses_parts(
    visit: Visit, tmp_path: Path, status: int, words: str
) -> None:
    page = visit(PATH)
    refusal = {"status": status, "body": "<html>nginx</html>"}
    page.route("**/*", lambda route: route.fulfill(**refusal) if route.request.method == "PUT" else route.fallback())
    choose(page, written(tmp_path, "章.pdf", pdf_of(4322)))
    expect(box(page).locator(".err")).to_contain_text(words)
    box(page).get_by_role("button", name="上传").click()
    expect(page.locator("li").filter(has_text="章.pdf")).to_be_visible()
    assert [each["name"] for each in named(page)] == ["章.pdf"]


def test_the_form_is_held_back_while_a_file_travels_and_goes_when_it_is_cancelled(
    browser: Browser, server: Server, line: Line, tmp_path: Path
) -> None:
    page = browser.new_context(base_url=line.url, locale="zh-CN").new_page()
    page.goto(PATH)
    line.cut_after(6 * MB)
    first, second = written(tmp_path, "一.jpg", jpeg()), written(tmp_path, "二.pdf", pdf_of(20 * MB))
    choose(page, first)
    expect(entry(page, "一.jpg").locator(".st--ok")).to_be_visible()
    choose(page, second)
    assert line.broken.wait(30)
    line.mend()
    line.cut_after(0)
    act(page, "review")
    assert page.url == f"{line.url}{PATH}"
    expect(page.locator("#files-scans-e")).to_contain_text("“二.pdf”还在上传。请等它传完再提交，或者取消它")
    cancel = entry(page, "二.pdf").get_by_role("button", name="取消")
    expect(cancel).to_be_focused()
    line.mend()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as forgotten:
        page.keyboard.press("Enter")
    assert forgotten.value.status == 204
    expect(box(page).locator("li")).to_have_count(1)
    expect(chooser(page)).to_be_focused()
    expect(box(page).locator("[role=status]")).to_have_text("“二.pdf”已取消")
    expect(page.locator("#files-scans-e")).to_have_count(0)
    act(page, "review")
    expect(page).not_to_have_url(f"{line.url}{PATH}")
    assert [each["name"] for each in named(page)] == ["一.jpg"]
    page.context.close()


def test_an_unacceptable_file_is_refused_before_any_request(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH)
    with (tmp_path / "太大.pdf").open("wb") as file:
        file.truncate(50 * MB + 1)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    choose(page, written(tmp_path, "收文.doc", b"x"), written(tmp_path, "空.pdf", b""), tmp_path / "太大.pdf")
    expect(entry(page, "收文.doc")).to_contain_text("只收 PDF、OFD、JPEG、PNG、DOCX、XLSX")
    expect(entry(page, "空.pdf")).to_contain_text("这个文件是空的")
    expect(entry(page, "太大.pdf")).to_contain_text("超过 50 MB")
    assert asked == []
    act(page, "review")
    expect(page.locator("#files-scans-e")).to_contain_text("“收文.doc”没有收下。请移除它，或者换一个文件")
    for _ in range(3):
        box(page).get_by_role("button", name="移除").first.click()
    assert named(page) == []
    expect(chooser(page)).to_be_focused()


def test_a_file_that_is_not_what_its_name_says_is_refused_in_the_words_of_the_service(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit(PATH)
    choose(page, written(tmp_path, "其实是照片.pdf", jpeg()))
    expect(entry(page, "其实是照片.pdf")).to_contain_text("内容是 JPEG，文件名的后缀却不是")
    assert named(page) == []


def test_too_many_files_are_named_and_duplicates_are_dropped(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH)
    files = [written(tmp_path, f"第{n}页.pdf", pdf_of(100 + n)) for n in range(12)]
    choose(page, *files[:9])
    expect(box(page).locator(".st--ok")).to_have_count(9)
    choose(page, files[0])
    expect(box(page).locator("[role=status]")).to_have_text("“第0页.pdf”已经在里面了")
    choose(page, *files[9:])
    expect(page.locator("#files-scans-e")).to_contain_text("最多 10 个文件，“第10页.pdf”、“第11页.pdf”没有加进来")
    expect(box(page).locator(".st--ok")).to_have_count(10)


def test_a_draft_keeps_the_files_until_their_day_is_over(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH)
    choose(page, written(tmp_path, "草稿里的.pdf", pdf_of(777)))
    expect(box(page).locator(".st--ok")).to_have_count(1)
    before = named(page)
    page.reload()
    page.get_by_role("button", name="继续填").click()
    expect(entry(page, "草稿里的.pdf").locator(".st--ok")).to_be_visible()
    assert named(page) == before
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((name) => name.startsWith("qingdan:draft:"));
          const stale = localStorage.getItem(key).replace(/"voucher","([^.]+)[.][0-9]+[.]/, '"voucher","$1.1.');
          localStorage.setItem(key, stale);
        }"""
    )
    page.reload()
    page.get_by_role("button", name="继续填").click()
    expect(page.locator("#draft-note")).to_contain_text("“草稿里的.pdf”上传以后过了 24 小时，请再选一次，重新上传")
    assert named(page) == []


def test_a_file_that_is_dropped_on_the_field_is_sent(visit: Visit) -> None:
    page = visit(PATH)
    dropped = page.evaluate_handle(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File(["%PDF-1.7 ..."], "拖进来的.pdf", { type: "application/pdf" }));
          return held;
        }"""
    )
    box(page).dispatch_event("drop", {"dataTransfer": dropped})
    expect(entry(page, "拖进来的.pdf").locator(".st--ok")).to_be_visible()


def test_a_browser_that_cannot_compute_digests_keeps_the_plain_way(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url)
    context.add_init_script("delete window.Worker")
    page = context.new_page()
    page.goto(PATH)
    expect(box(page).get_by_role("button", name="上传")).to_be_visible()
    context.close()
