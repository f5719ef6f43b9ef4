"""How long the whole site takes to build cold, what its pages weigh as they travel, and whom else they ask."""

from __future__ import annotations

import gzip
import re
import subprocess
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from benchmarks.report import Table
from benchmarks.server import QINGDAN

HERE = "http://site.invalid"
# What a browser fetches without being asked; links are followed only by people.
FETCHED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "object": "data", "embed": "src"}
LINKS = frozenset(("stylesheet", "icon", "preload", "modulepreload", "manifest", "preconnect", "dns-prefetch"))
_CSS_URL = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s;]+)")


def run(folder: Path, year: int) -> Table:
    """Build time, the heaviest content and form page, and every request to another host."""
    del year
    table = Table("the site")
    site = folder / "site"
    began = time.perf_counter()
    subprocess.run([*QINGDAN, "build", "--site", str(site)], check=True, capture_output=True, timeout=120)
    table.add("build of the whole site in a new process", time.perf_counter() - began, "s", "below", 4)
    pages = {page: Page(site, page) for page in sorted(site.rglob("*.html")) if "_service" not in page.parts}
    forms = {page: weighed for page, weighed in pages.items() if _is_form(site, page)}
    content = {page: weighed for page, weighed in pages.items() if page not in forms}
    for name, kind, bar in (("content", content, 90), ("form", forms, 130)):
        heaviest = max(kind.values(), key=lambda page: page.weight)
        note = f"{heaviest.path}, {len(heaviest.files) + 1} requests; {len(kind)} pages"
        table.add(f"heaviest {name} page with gzip, all it fetches", heaviest.weight / 1000, "KB", "at most", bar, note)
    others = sorted({url for page in pages.values() for url in page.others})
    table.add("requests to other hosts", len(others), "", "at most", 0, " ".join(others)[:200])
    return table


def _is_form(site: Path, page: Path) -> bool:
    parts = page.relative_to(site).parts
    return len(parts) == 3 and parts[0] == "forms"


class Page(HTMLParser):
    """One page and what a browser fetches for it: `files` of this site, `others` from elsewhere."""

    def __init__(self, site: Path, page: Path) -> None:
        super().__init__()
        self.site, self.path = site, page.relative_to(site).as_posix()
        self.files: set[Path] = set()
        self.others: set[str] = set()
        self._base = f"{HERE}/{self.path}"
        self.feed(page.read_text(encoding="utf-8"))
        self.weight = _gzipped(page) + sum(_gzipped(file) for file in self.files)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base":
            self._base = urljoin(self._base, given.get("href", ""))
        elif tag == "link" and LINKS & set(given.get("rel", "").split()):
            self._fetch(self._base, given.get("href", ""))
        elif tag in FETCHED and given.get(FETCHED[tag]):
            self._fetch(self._base, given[FETCHED[tag]])

    def _fetch(self, base: str, address: str) -> None:
        url = urljoin(base, address)
        if urlsplit(url).scheme == "data":
            return
        if not url.startswith(HERE):
            self.others.add(url)
            return
        file = self.site / urlsplit(url).path.lstrip("/")
        if file.is_file() and file not in self.files:
            self.files.add(file)
            for inner in _addresses(file):
                self._fetch(url, inner)


def _addresses(file: Path) -> Iterator[str]:
    if file.suffix == ".css":
        yield from _CSS_URL.findall(file.read_text(encoding="utf-8"))


def _gzipped(file: Path) -> int:
    """The bytes that travel: compressed where that is smaller."""
    content = file.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))
