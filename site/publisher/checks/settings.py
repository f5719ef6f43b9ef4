"""Checks mkdocs.yml: addresses, pictures, and settings that must keep their value."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from functions.errors import AuthoringError
from publisher.content.content import Content, url_of
from publisher.content.data_file import Place
from publisher.content.problem import ContentProblem
from publisher.content.settings import FILE
from publisher.data.open_data import made_files

_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_SERVICE = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?|(?:/[^\s/?#]+)+/?")
_SITE = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
_EXTENSIONS = ("qingdan", "attr_list", "md_in_html")
_SOURCES = ("content", "schemas", "site", "functions", "tests", "docs")


def wrong_settings(content: Content) -> Iterator[ContentProblem]:
    """Return every setting that points nowhere, or that would break the pages or the sources."""
    for check in (_pages, _pictures, _hosts, _fixed):
        for place, cause, cure in check(content):
            yield ContentProblem(FILE, content.line(FILE, *place), cause, cure)


Found = Iterator[tuple[Place, str, str]]


def _pages(content: Content) -> Found:
    """Check that header and footer link to existing pages."""
    extra = content.settings.extra
    places: list[tuple[Place, str]] = [(("extra", "menu", i, "page"), one.page) for i, one in enumerate(extra.menu)]
    places += [(("extra", "footer_links", i, "page"), one.page) for i, one in enumerate(extra.footer_links)]
    known = {url_of(path) for path in content.pages} | set(_made(content))
    for place, page in places:
        if page not in known and not (content.root / "content" / page).is_file():
            cure = "请写从网站首页算起的地址，如 duties/，不写开头的斜线"
            yield place, f"没有“{page}”这个网页", cure


def _pictures(content: Content) -> Found:
    """Check that marks are existing pictures, linked to whole addresses."""
    for key, value in content.settings.extra.marks:
        if value and key.endswith("_image") and not (content.root / "content" / value).is_file():
            cure = "请把图片放进 content/，再写它的路径，如 marks/party.png"
            yield ("extra", "marks", key), f"没有 content/{value} 这个图片", cure
        if value and key.endswith("_link") and not _SITE.fullmatch(value):
            yield ("extra", "marks", key), f"“{value}”不是完整的网址", "请写 https:// 开头的网址"


def _hosts(content: Content) -> Found:
    """Check the addresses of the site, of the service and of the upload host."""
    settings, extra = content.settings, content.settings.extra
    if settings.site_url and not _SITE.fullmatch(settings.site_url):
        cure = "请写首页的完整网址，如 https://www.example.gov.cn/daj/；还没有定的，留空"
        yield ("site_url",), f"“{settings.site_url.rstrip('/')}”不是网站的地址", cure
    if extra.service_url and not _SERVICE.fullmatch(extra.service_url):
        cure = "请写 https://service.example.gov.cn 这样的地址；和网页在同一处的，留空"
        yield ("extra", "service_url"), f"“{extra.service_url}”不是服务的地址", cure
    if extra.upload_host and not _HOST.fullmatch(extra.upload_host):
        cure = "请写 https://qingdan-prod-data-000000000000.s3.cn-northwest-1.amazonaws.com.cn 这样的地址，后面不带路径"
        yield ("extra", "upload_host"), f"“{extra.upload_host}”不是收文件的地址", cure


def _fixed(content: Content) -> Found:
    """Check settings that look optional but have one valid value."""
    said: dict[str, Any] = content.sources[FILE].value
    folder = str(said.get("site_dir", "site")).strip("/").removeprefix("./")
    if folder.split("/")[0] in (*_SOURCES, "", "."):
        cause = f"site_dir 是“{folder}”，mkdocs build 会把那里的源文件清空"
        yield ("site_dir",), cause, "请写 build/site"
    if said.get("use_directory_urls", True) is not True:
        yield ("use_directory_urls",), "use_directory_urls 不能关", "固定链接都以斜线结尾，请写 true"
    if "data/" not in str(said.get("exclude_docs", "")).split():
        yield (
            ("exclude_docs",),
            "exclude_docs 里没有 data/，原始数据会公布出去",
            "请写回 exclude_docs: | 和下一行的 data/",
        )
    theme = said.get("theme")
    if not isinstance(theme, dict) or theme.get("custom_dir") != "site/theme":
        yield ("theme",), "theme 里没有 custom_dir: site/theme，网页会变成另一个样子", "请写回"
    listed = said.get("markdown_extensions")
    names = [next(iter(one), "") if isinstance(one, dict) else one for one in listed or ()]
    for name in _EXTENSIONS:
        if name not in names:
            cause = f"markdown_extensions 里没有 {name}，网页画不出来"
            yield ("markdown_extensions",), cause, f"请写回 - {name}"


def _made(content: Content) -> Iterable[str]:
    try:
        return made_files(content)
    except AuthoringError:  # a form cannot be read, which the check of the schemas reports
        return ()
