"""Checks the whole content without a generator: what `qingdan check` tells an editor, and what a build runs first."""

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown import Markdown

from functions.errors import AuthoringError
from functions.forms.source import Mistake
from publisher.consistency import problems_in
from publisher.content import Content, load_content
from publisher.extension import QingdanExtension
from publisher.opendata import made_files
from publisher.pages import Page
from publisher.problem import ContentError, ContentProblem

_EXTENSIONS = ("attr_list", "def_list", "md_in_html", "tables", "footnotes", "admonition", "toc")


def check_content(root: Path) -> list[ContentProblem]:
    """Every mistake in content/ below `root`, by file and line; empty when it can be published."""
    content = load_content(root.resolve())
    problems = problems_in(content) + _wrong_forms(content)
    if problems:
        return problems
    drawn: dict[str, _Drawn] = {}
    for path, page in content.pages.items():
        try:
            drawn[path] = _draw(content, page)
        except ContentError as error:
            problems += error.problems
    if problems:
        return sorted(problems)
    return sorted(problem for path in drawn for problem in _links(content, drawn, path))


def _wrong_forms(content: Content) -> list[ContentProblem]:
    """A page cannot show a form that cannot be read; the words are those of the check of the schemas."""
    try:
        len(content.catalogue)
    except Mistake as mistake:
        file = mistake.path.relative_to(content.root).as_posix()
        return [ContentProblem(file, mistake.line, mistake.cause, mistake.cure)]
    except AuthoringError as error:
        return [ContentProblem("schemas", 1, str(error).rstrip("。"), "改好以后再检查一次")]
    return []


class _Drawn(HTMLParser):
    """The ids and links of one drawn page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))


def _draw(content: Content, page: Page) -> _Drawn:
    extension = QingdanExtension(root=str(content.root))
    return _Drawn(Markdown(extensions=[extension, *_EXTENSIONS]).convert(page.body))


def _links(content: Content, drawn: dict[str, _Drawn], path: str) -> list[ContentProblem]:
    page, ids = content.pages[path], drawn[path].ids
    twice = dict.fromkeys(one for one in ids if ids.count(one) > 1)
    problems = [
        ContentProblem(f"content/{path}", _line(content, page, one), f"编号“{one}”用了两次", "请改正其中一个")
        for one in twice
    ]
    for link in dict.fromkeys(drawn[path].links):
        cause = _dangling(content, drawn, path, link)
        if cause:
            cure = "请核对文件名和 # 后面的编号"
            problems.append(ContentProblem(f"content/{path}", _line(content, page, link), cause, cure))
    return problems


def _dangling(content: Content, drawn: dict[str, _Drawn], path: str, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = _target(path, unquote(parts.path))
    if target in made_files(content):
        return None
    if target not in drawn:
        return None if (content.root / "content" / target).is_file() else f"链接“{link}”指向的网页不存在"
    if parts.fragment and unquote(parts.fragment) not in drawn[target].ids:
        return f"链接“{link}”指向的编号“{parts.fragment}”不存在"
    return None


def _target(path: str, link: str) -> str:
    """The page below content/ that a link leads to: links to .md start at the file, others at the page's address."""
    if not link:
        return path
    if link.endswith(".md"):
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    here = posixpath.dirname(path) if posixpath.basename(path) == "index.md" else posixpath.splitext(path)[0]
    found = posixpath.normpath(posixpath.join(here, link))
    if not link.endswith("/"):
        return found
    return (
        "index.md"
        if found == "."
        else f"{found}.md"
        if posixpath.basename(found) not in _FOLDERS
        else f"{found}/index.md"
    )


_FOLDERS = ("forms", "regimes")


def _line(content: Content, page: Page, words: str) -> int:
    """The first line of the file that holds these words; of the page's beginning when a block made them."""
    text = (content.root / "content" / page.path).read_text(encoding="utf-8")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if words in line)
    return next(lines, page.first)
