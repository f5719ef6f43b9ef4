"""Promises of every built page: light, strict, complete in itself, and right under a sub-path."""

import gzip
import json
import re
from pathlib import Path

from publisher.output.build import build, content_policy

PAGE_LIMIT, FORM_LIMIT = 90 * 1024, 130 * 1024
HASHED = re.compile(r"\.[0-9a-f]{10}\.(css|js|json)$")
MARKS = ("<!--qingdan:title-->", "<!--qingdan:crumbs-->", "<!--qingdan:main-->")


def pages(site: Path) -> dict[str, str]:
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6, mtime=0))


def loaded(site: Path, name: str, html: str) -> int:
    """Bytes on the line for a page with nothing in the cache: itself and all that it names."""
    names = re.findall(r'(?:src|href|data-index)="[^"]*?(assets/[^"#]+)"', html)
    return sum(packed(path) for path in [site / name, *(site / name for name in set(names))])


def test_a_page_is_light_enough_for_a_slow_line(built: Path) -> None:
    heavy = {
        name: size
        for name, html in pages(built).items()
        if (size := loaded(built, name, html)) > (FORM_LIMIT if "<form action" in html else PAGE_LIMIT)
    }
    assert heavy == {}


def test_nothing_is_fetched_from_another_host(built: Path) -> None:
    for name, html in pages(built).items():
        fetched = re.findall(r'<(?:link|script|img|iframe|source)\b[^>]*?(?:src|href)="([^"]*)"', html)
        assert [one for one in fetched if "//" in one] == [], name
    for sheet in built.rglob("*.css"):
        assert re.findall(r"url\([^)]*\)|@import", sheet.read_text(encoding="utf-8")) == []


def test_no_page_has_anything_inline(built: Path) -> None:
    """look.md §1: no inline `style`; a strict content policy needs no hash."""
    for name, html in pages(built).items():
        assert re.findall(r"\sstyle=|<style|\son[a-z]+=", html) == [], name
        scripts = re.findall(r"<script\b([^>]*)>([^<]*)", html)
        assert [one for one in scripts if one[1].strip() and "application/" not in one[0]] == [], name


def test_only_the_script_of_every_page_runs_in_a_browser_without_modules(built: Path) -> None:
    for name, html in pages(built).items():
        tags = re.findall(r"<script [^>]*src=[^>]*>", html)
        plain = [tag for tag in tags if 'type="module"' not in tag]
        assert len(plain) == 1, name
        assert "javascripts/site." in plain[0], name
        assert len(tags) <= 2, name


def test_every_page_carries_the_same_strict_policy(built: Path) -> None:
    policy = json.loads((built / "_service" / "assets.json").read_text(encoding="utf-8"))["content_security_policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert [name for name, html in pages(built).items() if f'content="{policy}"' not in html] == []


def test_the_policy_lets_files_go_to_the_host_that_is_set_and_nothing_else() -> None:
    host = "https://example.s3.cn-northwest-1.amazonaws.com.cn"
    alone, with_host = content_policy(""), content_policy("", host)
    assert host not in alone
    assert with_host.replace(f" {host}", "") == alone
    assert re.findall(r"([a-z-]+) 'self' " + re.escape(host), with_host) == ["connect-src", "form-action"]


def test_shared_files_are_named_by_their_content_hash(built: Path) -> None:
    shared = [path for path in (built / "assets").rglob("*") if path.is_file() and path.suffix != ".svg"]
    assert {path.suffix for path in shared} == {".css", ".js", ".json"}
    assert [path.name for path in shared if not HASHED.search(path.name)] == []


def test_no_file_holds_both_sides_of_a_merge(built: Path) -> None:
    """A browser skips a rule that it cannot read, and says nothing."""
    texts = [path for path in built.rglob("*") if path.suffix in {".css", ".js", ".mjs", ".html"}]
    assert [path.name for path in texts if re.search(rb"^(<{7}|>{7}) ", path.read_bytes(), re.MULTILINE)] == []


def test_unused_theme_files_are_removed(built: Path) -> None:
    names = [path.name for path in built.rglob("*") if path.is_file()]
    assert [name for name in names if name.endswith((".map", ".gz", ".png")) or "bundle" in name] == []
    assert [name for name, html in pages(built).items() if "generator" in html.lower()] == []


def test_the_service_gets_the_frame_and_the_names(built: Path) -> None:
    site_frame = (built / "_service" / "shell.html").read_text(encoding="utf-8")
    service = json.loads((built / "_service" / "assets.json").read_text(encoding="utf-8"))
    assert [site_frame.count(mark) for mark in MARKS] == [1, 1, 1]
    assert re.findall(r'(?:href|src)="(?!/|#)[^"]*"', site_frame) == []
    assert (built / service["stylesheet"].lstrip("/")).is_file()
    assert (built / service["form_script"].lstrip("/")).is_file()
    assert (built / service["site_script"].lstrip("/")).is_file()
    assert (service["base"], service["bureau"]) == ("/", "涉县档案局")


def set_up(project: Path, **settings: str) -> Path:
    text = (project / "mkdocs.yml").read_text(encoding="utf-8")
    for name, value in settings.items():
        text, found = re.subn(rf'\b{name}: "".*', f'{name}: "{value}"', text)
        assert found
    (project / "mkdocs.yml").write_text(text, encoding="utf-8")
    out = project / "build" / "site"
    build(project, out)
    return out


def test_under_a_sub_path_the_service_pages_and_the_missing_page_point_there(project: Path) -> None:
    out = set_up(project, site_url="https://www.example.gov.cn/daj/")
    for name in ("_service/shell.html", "404.html"):
        html = (out / name).read_text(encoding="utf-8")
        assert re.findall(r'(?:href|src|action)="/(?!daj/)[^"]*"', html) == []
        assert 'class="brand" href="/daj/"' in html
    assert 'class="brand" href="../"' in (out / "duties" / "index.html").read_text(encoding="utf-8")
    sitemap = (out / "sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://www.example.gov.cn/daj/duties/</loc>" in sitemap
    assert "_service" not in sitemap


def test_a_page_can_be_handed_over_to_a_portal_as_it_is(built: Path) -> None:
    """Only what does not know where it stands, the missing page and the service's frames, names the root."""
    fixed = {"404.html", *(path.relative_to(built).as_posix() for path in (built / "_service").glob("*.html"))}
    for name, html in pages(built).items():
        if name not in fixed:
            assert re.findall(r'\b(?:href|src|action|data-[a-z]+)="/[^"]*"', html) == [], name


def test_without_an_address_there_is_no_sitemap(built: Path) -> None:
    assert not (built / "sitemap.xml").exists()


def test_a_service_elsewhere_is_allowed_by_the_policy(project: Path) -> None:
    out = set_up(project, service_url="https://tb.example.gov.cn")
    html = (out / "forms" / "annual-self-check" / "index.html").read_text(encoding="utf-8")
    assert "form-action 'self' https://tb.example.gov.cn;" in html
    assert 'action="https://tb.example.gov.cn/forms/annual-self-check"' in html


def test_an_unset_official_mark_is_absent_with_its_label(built: Path) -> None:
    html = (built / "index.html").read_text(encoding="utf-8")
    assert "主办单位：涉县档案局" in html
    for label in ("网站标识码", "备案号", "党政机关标识", "找错", "设置项"):
        assert label not in html


def test_a_set_official_mark_is_shown(project: Path) -> None:
    (project / "content" / "marks").mkdir()
    (project / "content" / "marks" / "party.png").write_bytes(b"\x89PNG")
    html = (
        set_up(project, site_code="示例 0000", icp="冀ICP备 示例", party_government_image="marks/party.png")
        / "index.html"
    ).read_text(encoding="utf-8")
    assert "网站标识码：示例 0000" in html
    assert "ICP 备案号：冀ICP备 示例" in html
    assert re.search(r'<img src="\./marks/party\.png" alt="党政机关标识" height="60">', html)


def test_the_breadcrumb_names_each_page_by_its_title(built: Path) -> None:
    html = (built / "regimes" / "bing" / "index.html").read_text(encoding="utf-8")
    crumbs = re.search(r'<ol class="crumb">(.*?)</ol>', html)
    assert crumbs
    assert re.findall(r">([^<>]+)<", crumbs[1]) == ["首页", "事中事后监督管理制度", "丙　档案安全"]


def test_the_missing_page_leads_on(built: Path) -> None:
    html = (built / "404.html").read_text(encoding="utf-8")
    assert "<h1>没有这一页</h1>" in html
    assert 'action="/search/"' in html


def test_the_header_links_only_to_existing_pages(built: Path) -> None:
    html = (built / "index.html").read_text(encoding="utf-8")
    menu = re.search(r'<ul class="nav">(.*?)</ul>', html, re.DOTALL)
    assert menu
    links = re.findall(r'href="\./([^"]*)"[^>]*>([^<]*)', menu[1])
    assert [word for _, word in links] == ["职责", "服务", "监管", "我要填报", "查进度", "查找"]
    assert all((built / path / "index.html").is_file() for path, _ in links)


def test_the_footer_links_only_to_existing_pages(built: Path) -> None:
    html = (built / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="\./([^"]*)"', html[html.index("<footer") :])
    assert links
    assert [path for path in links if not (built / path / "index.html").is_file()] == []
