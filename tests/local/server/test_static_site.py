"""The built site is answered from memory: ETag, gzip, long cache for what is hashed, and never `_service/`."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from functions.local.server.static_site import StaticSite
from tests.support.web.asgi import ask

PAGE = b"<!doctype html><title>x</title>" + b"<p>text</p>" * 100


@pytest.fixture
def site(tmp_path: Path) -> StaticSite:
    for name in ("index.html", "duties/index.html", "404.html", "_service/shell.html", "assets/a.0123456789abcdef.css"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PAGE)
    return StaticSite.load(tmp_path)


def test_a_page_is_served_at_its_folder(site: StaticSite) -> None:
    answer = ask(site, path="/duties/")
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_a_folder_without_slash_redirects_to_its_page(site: StaticSite) -> None:
    answer = ask(site, path="/duties")
    assert (answer.status, answer.headers["location"]) == (301, "duties/")


def test_a_known_etag_is_304_without_a_body(site: StaticSite) -> None:
    etag = ask(site).headers["etag"]
    answer = ask(site, headers=[("if-none-match", f'"other", W/{etag}')])
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == etag


def test_gzip_is_ready_for_whoever_takes_it(site: StaticSite) -> None:
    answer = ask(site, headers=[("accept-encoding", "br, gzip")])
    assert gzip.decompress(answer.body) == PAGE
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] != ask(site).headers["etag"]
    assert ask(site, headers=[("accept-encoding", "gzip;q=0")]).body == PAGE


def test_hashed_files_are_kept_for_a_year(site: StaticSite) -> None:
    answer = ask(site, path="/assets/a.0123456789abcdef.css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_head_is_get_without_the_body(site: StaticSite) -> None:
    answer = ask(site, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(PAGE))


@pytest.mark.parametrize("path", ["/_service/shell.html", "/../etc/passwd", "/nothing", "//duties", "/duties/index"])
def test_everything_else_is_the_404_page(site: StaticSite, path: str) -> None:
    answer = ask(site, path=path)
    assert (answer.status, answer.body) == (404, PAGE)


def test_a_pages_own_policy_also_forbids_framing(tmp_path: Path) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src &#39;self&#39; &#39;sha256-x&#39;">'
    (tmp_path / "index.html").write_text(policy)
    headers = ask(StaticSite.load(tmp_path)).headers
    assert headers["content-security-policy"] == "script-src 'self' 'sha256-x'; frame-ancestors 'none'"


def test_other_methods_are_405(site: StaticSite) -> None:
    assert ask(site, "POST").status == 405
