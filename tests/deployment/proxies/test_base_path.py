"""Under a portal's path, behind a real nginx and a real Caddy with TLS: filing, the desk, cookies and redirects."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, expect

from functions.forms.catalogue import Catalogue
from functions.local.aws_local import free_port
from tests.support.browser.steps import CODE, NUMBER, act, fill_in, sign_in
from tests.support.clock import last_year
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import COMMAND, ROOT, Server, environment, start_server
from tests.support.web.portals import Certificate, build_site, caddy, config, nginx, tool

OFFICER, PASSWORD = "lieshi", "shuimohua-2026-xuni"
UPSTREAM = "127.0.0.1:8000"


@dataclass(frozen=True)
class Portal:
    """The portal's own address, the folder in it that is ours, and the server behind it."""

    origin: str
    server: Server

    @property
    def folder(self) -> str:
        return f"{self.origin}/daj/"


@contextmanager
def nginx_before(folder: Path, server: Server) -> Iterator[str]:
    port, certificate = free_port(), Certificate.make(folder)
    location = config("nginx-portal.conf", {UPSTREAM: f"127.0.0.1:{server.port}"})
    whole = (
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate.chain}; "
        f"ssl_certificate_key {certificate.key};\nlocation / {{ return 200 portal; }}\n{location} }}"
    )
    with nginx(folder, whole, port):
        yield f"https://127.0.0.1:{port}"


@contextmanager
def caddy_before(folder: Path, server: Server) -> Iterator[str]:
    port, certificate = free_port(), Certificate.make(folder)
    site = f"https://127.0.0.1:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate.chain} {certificate.key}"
    changes = {"www.example.gov.cn {": site, UPSTREAM: f"127.0.0.1:{server.port}"}
    with caddy(folder, config("Caddyfile-portal", changes), port):
        yield f"https://127.0.0.1:{port}"


BEFORE: dict[str, Callable[[Path, Server], AbstractContextManager[str]]] = {
    "nginx": nginx_before,
    "caddy": caddy_before,
}


@pytest.fixture(scope="module")
def portal_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(tmp_path_factory.mktemp("portal"), site_url="https://www.example.gov.cn/daj/")


@pytest.fixture(scope="module", params=sorted(BEFORE))
def portal(
    request: pytest.FixtureRequest, portal_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    tool(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    with (
        start_server(site=portal_site, data=folder / "data", arguments=("--behind-proxy",)) as server,
        BEFORE[request.param](folder, server) as origin,
    ):
        yield Portal(origin, server)


@pytest.fixture
def visit(browser: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """Opens pages below the portal's folder; fails when one left it, missed a file, broke the CSP or threw."""
    contexts: list[BrowserContext] = []
    strays: list[str] = []

    def watch(page: Page) -> None:
        page.set_default_timeout(10_000)
        page.on("request", lambda r: strays.append(r.url) if not r.url.startswith(portal.folder) else None)
        page.on("response", lambda r: strays.append(f"{r.status} {r.url}") if r.status in (404, 405, 502) else None)
        page.on("pageerror", lambda e: strays.append(str(e)))
        page.on("console", lambda m: strays.append(m.text) if "Content Security Policy" in m.text else None)

    def open_page(path: str, *, javascript: bool = True) -> Page:
        context = browser.new_context(ignore_https_errors=True, java_script_enabled=javascript, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(portal.folder + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strays == []


@pytest.fixture(scope="module")
def officer(portal: Portal) -> tuple[str, str]:
    subprocess.run(
        [*COMMAND, "staff", "add", OFFICER, "--role", "officer", "--password-stdin", "--data", str(portal.server.data)],
        input=PASSWORD, text=True, check=True, capture_output=True, cwd=ROOT, env=environment(),
    )  # fmt: skip
    return OFFICER, PASSWORD


@pytest.fixture
def request_portal(browser: Browser, portal: Portal) -> Iterator[APIRequestContext]:
    """A program that speaks to the portal and follows no redirect by itself."""
    context = browser.new_context(ignore_https_errors=True)
    yield context.request
    context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without"])
def test_a_report_is_filed_and_its_receipt_kept(
    visit: Callable[..., Page], portal: Portal, catalogue: Catalogue, javascript: bool
) -> None:
    page = visit("", javascript=javascript)
    page.get_by_role("link", name="我要填报").first.click()
    page.get_by_role("link", name="档案工作情况自查报告").first.click()
    data = valid_self_check(uscc=make_uscc(100 + javascript), year=last_year(), databases=1)
    act(page, "add:databases.databases")
    act(page, "add:rectification.issues")
    fill_in(page, catalogue.get("annual-self-check"), data)
    act(page, "review")
    expect(page.locator("h1")).to_contain_text("核对后提交")
    act(page, "file")
    words = page.locator("main").inner_text()
    assert NUMBER.search(words)
    assert CODE.search(words)
    assert page.url.startswith(f"{portal.folder}forms/")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载回执文件").click()
    receipt = Path(waiting.value.path()).read_text()
    assert receipt.count(".") == 2
    page.locator("a.brand").click()
    assert page.url == portal.folder


def test_an_officer_signs_in_reads_downloads_and_signs_out(
    visit: Callable[..., Page], portal: Portal, officer: tuple[str, str], request_portal: APIRequestContext
) -> None:
    data = valid_self_check(uscc=make_uscc(300), year=last_year(), unit_name="示例县第三百中学")
    filed = request_portal.post(f"{portal.folder}api/submissions/annual-self-check", data=data)
    number = filed.json()["number"]
    assert filed.headers["location"] == f"/daj/api/submissions/{number}"

    page = visit("desk/?q=%E7%AC%AC%E4%B8%89%E7%99%BE")
    assert urlsplit(page.url).path == "/daj/desk/sign-in"
    sign_in(page, *officer)
    assert page.url == f"{portal.folder}desk/?q=%E7%AC%AC%E4%B8%89%E7%99%BE"
    cookie = next(one for one in page.context.cookies() if one["name"] == "__Host-qingdan")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")
    page.get_by_role("link", name="示例县第三百中学").click()
    expect(page.locator("h1")).to_contain_text("示例县第三百中学")
    page.get_by_role("link", name="回到列表").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="XLSX").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"PK")
    page.get_by_role("button", name="退出").click()
    assert page.url == f"{portal.folder}desk/sign-in?out=1"
    page.goto(f"{portal.folder}desk/")
    assert urlsplit(page.url).path == "/daj/desk/sign-in"


def test_redirects_stay_on_the_portals_own_host(request_portal: APIRequestContext, portal: Portal) -> None:
    for path, place in (("/daj", "/daj/"), ("/daj/desk", "/daj/desk/"), ("/daj/duties", "/daj/duties/")):
        answer = request_portal.get(portal.origin + path, max_redirects=0)
        assert 301 <= answer.status <= 308
        assert urljoin(portal.origin + path, answer.headers["location"]) == portal.origin + place


def test_hsts_is_left_to_the_portal(request_portal: APIRequestContext, portal: Portal) -> None:
    headers = request_portal.get(portal.folder).headers
    assert "strict-transport-security" not in headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_too_large_a_body_is_refused_in_the_services_own_words(
    request_portal: APIRequestContext, portal: Portal
) -> None:
    answer = request_portal.post(f"{portal.folder}api/submissions/annual-self-check", data={"text": "示" * 700_000})
    assert answer.status == 413
    assert "KB" in answer.json()["detail"]


@pytest.mark.parametrize("proxy", sorted(BEFORE))
def test_a_forged_x_forwarded_for_does_not_avoid_the_rate_limit(
    proxy: str, browser: Browser, portal_site: Path, tmp_path: Path
) -> None:
    tool(proxy)
    server = start_server(
        site=portal_site, data=tmp_path / "data", arguments=("--behind-proxy",),
        variables={"QINGDAN_RATE_LIMIT": "on", "QINGDAN_RATE_PER_MINUTE": "3"},
    )  # fmt: skip
    with server, BEFORE[proxy](tmp_path, server) as origin, browser.new_context(ignore_https_errors=True) as context:
        seen = [
            context.request.post(
                f"{origin}/daj/api/submissions/annual-self-check", data={}, headers={"X-Forwarded-For": f"192.0.2.{n}"}
            ).status
            for n in range(5)
        ]
    assert seen == [422, 422, 422, 429, 429]


def test_nginx_buffers_no_filing_in_a_file(browser: Browser, portal_site: Path, tmp_path: Path) -> None:
    """nginx logs a line when it buffers a body or an answer in a file."""
    tool("nginx")
    server = start_server(site=portal_site, data=tmp_path / "data", arguments=("--behind-proxy",))
    with (
        server,
        nginx_before(tmp_path, server) as origin,
        browser.new_context(ignore_https_errors=True) as context,
    ):
        answer = context.request.post(f"{origin}/daj/forms/annual-self-check", form={"unit.unit_name": "示" * 50_000})
        assert answer.status == 422
    assert "temporary file" not in (tmp_path / "error.log").read_text(encoding="utf-8")


def test_the_portal_may_hold_the_pages_and_another_host_the_service(
    browser: Browser, catalogue: Catalogue, tmp_path: Path
) -> None:
    tool("nginx")
    ports = {"pages": free_port(), "service": free_port()}
    pages, service = f"https://127.0.0.1:{ports['pages']}", f"https://localhost:{ports['service']}"
    site = build_site(tmp_path / "project", site_url=f"{pages}/daj/", service_url=service)
    shutil.copytree(site, tmp_path / "www" / "daj", ignore=shutil.ignore_patterns("_service"))
    certificate = Certificate.make(tmp_path)
    server = start_server(site=site, data=tmp_path / "data", arguments=("--behind-proxy",))
    own_host = config(
        "nginx.conf",
        {
            "listen 80;\n    listen [::]:80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl http2;\n    listen [::]:443 ssl http2;": f"listen 127.0.0.1:{ports['service']} ssl http2;",
            "daj.example.gov.cn": "localhost",
            "/etc/ssl/qingdan/fullchain.pem": str(certificate.chain),
            "/etc/ssl/qingdan/privkey.pem": str(certificate.key),
            UPSTREAM: f"127.0.0.1:{server.port}",
        },
    )
    pages_server = (
        f"server {{ listen 127.0.0.1:{ports['pages']} ssl; ssl_certificate {certificate.chain}; "
        f"ssl_certificate_key {certificate.key}; root {tmp_path}/www; }}\n{own_host}"
    )
    strays: list[str] = []
    with (
        server, nginx(tmp_path, pages_server, ports["service"]),
        browser.new_context(ignore_https_errors=True, locale="zh-CN") as context,
    ):  # fmt: skip
        page = context.new_page()
        page.on("response", lambda r: strays.append(f"{r.status} {r.url}") if r.status in (404, 405, 502) else None)
        page.on("console", lambda m: strays.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(f"{pages}/daj/forms/annual-self-check/")
        data = valid_self_check(uscc=make_uscc(1), year=last_year(), databases=0)
        act(page, "add:rectification.issues")
        fill_in(page, catalogue.get("annual-self-check"), data)
        act(page, "review")
        assert page.url.startswith(service)
        act(page, "file")
        assert NUMBER.search(page.locator("main").inner_text())
        colour = page.locator(".say--done").evaluate("e => getComputedStyle(e).borderLeftStyle")
        assert colour == "solid", "the service's own page has its stylesheet"
        secure = context.request.get(f"{service}/healthz").headers["strict-transport-security"]
        assert "max-age" in secure
    assert strays == []
