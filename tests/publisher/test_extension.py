"""Promises about the extension itself: official text is never read as Markdown, edits are seen, no hook is needed."""

from pathlib import Path

from markdown import Markdown

from publisher.content.content import load_content, relative
from publisher.extension import QingdanExtension
from tests.support.site.built_page import Node, official, read

ODD = "（八）甲*乙*丙 _丁_ [戊](己) <庚> &辛; `壬` 10% 6-10%。"


def draw(root: Path, path: str) -> Node:
    """The page, drawn by Python-Markdown alone: no generator, no hook, no plugin."""
    body = load_content(root).pages[path].body
    return read(Markdown(extensions=[QingdanExtension(root=str(root)), "attr_list"]).convert(body))


def test_official_text_is_never_read_as_markdown(project: Path) -> None:
    page = project / "content" / "regimes" / "bing.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("（八）其他法律法规规定的安全事项。", ODD), encoding="utf-8")
    paragraph = draw(project, "regimes/bing.md").by_id("bing-2-8")
    assert paragraph is not None
    assert official(paragraph) == [ODD]


def test_official_data_is_never_read_as_markdown(project: Path) -> None:
    data = project / "content" / "data" / "duties.yml"
    text = data.read_text(encoding="utf-8")
    data.write_text(text.replace("text: 上级交办的事项。", f"text: '{ODD}'"), encoding="utf-8")
    row = draw(project, "duties.md").by_id("duty-10-1")
    assert row is not None
    assert ODD in official(row)


def test_an_edit_is_seen_at_once(project: Path) -> None:
    """What `mkdocs serve` needs: the index of laws follows the files on disk."""
    before = load_content(project)
    assert load_content(project) is before
    page = project / "content" / "regimes" / "ding.md"
    page.write_text(page.read_text(encoding="utf-8").replace("丁六3", "丁六4"), encoding="utf-8")
    assert "丁六4" in load_content(project).anchors


def test_a_broken_line_of_a_paragraph_is_one_paragraph(project: Path) -> None:
    page = project / "content" / "regimes" / "ding.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("的，依法移送司法机关，", "的，\n依法移送司法机关，"), encoding="utf-8")
    paragraph = draw(project, "regimes/ding.md").by_id("ding-6-3")
    assert paragraph is not None
    assert official(paragraph) == ["（三）发现被许可人涉嫌犯罪的，依法移送司法机关，追究刑事责任。"]


def test_files_saved_on_windows_are_read_the_same(project: Path) -> None:
    page = project / "content" / "services.md"
    page.write_bytes(b"\xef\xbb\xbf" + page.read_bytes().replace(b"\n", b"\r\n"))
    assert draw(project, "services.md").by_id("service-4") is not None


def test_links_are_relative_to_the_page() -> None:
    assert relative("regimes/bing.md", "laws.md#law-x") == "../laws.md#law-x"
    assert relative("index.md", "regimes/bing.md#bing-5-2") == "regimes/bing.md#bing-5-2"
    assert relative("laws.md", "laws.md#law-x") == "#law-x"


def test_a_form_posts_to_the_prefix_that_was_set(project: Path) -> None:
    body = load_content(project).pages["forms/annual-self-check.md"].body
    html = Markdown(extensions=[QingdanExtension(root=str(project), service_url="/daj/")]).convert(body)
    assert read(html).find("form")[0].attributes["action"] == "/daj/forms/annual-self-check"


def test_sources_are_not_changed(site: Path) -> None:
    """The data of the blocks is no page of the site."""
    assert not [path for path in site.rglob("*") if path.suffix in (".yml", ".md")]
