"""Checks the whole content without a generator: `qingdan check` reports the result, and a build runs it first."""

import posixpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown import Markdown

from functions.errors import AuthoringError
from functions.forms.authoring.source import Mistake
from publisher.blocks.verify import SERVED
from publisher.checks.consistency import problems_in
from publisher.checks.rendered_page import Drawn
from publisher.content.content import Content, load_content
from publisher.content.pages import Page
from publisher.content.problem import ContentError, ContentProblem
from publisher.data.open_data import made_files
from publisher.extension import QingdanExtension

_EXTENSIONS = ("attr_list", "def_list", "md_in_html", "tables", "footnotes", "admonition", "toc")


def check_content(root: Path) -> list[ContentProblem]:
    """Return every mistake in content/ below `root`, by file and line; empty when it can be published."""
    content = load_content(root.resolve())
    problems = problems_in(content) + _wrong_forms(content)
    if problems:
        return problems
    drawn: dict[str, Drawn] = {}
    for path, page in content.pages.items():
        try:
            drawn[path] = _draw(content, page)
        except ContentError as error:
            problems += error.problems
    if problems:
        return sorted(problems)
    return sorted(problem for path in drawn for problem in _faults(content, drawn, path))


def _wrong_forms(content: Content) -> list[ContentProblem]:
    """Report unreadable forms: no page can show them. The messages are those of the schemas' check."""
    try:
        len(content.catalogue)
    except Mistake as mistake:
        file = mistake.path.relative_to(content.root).as_posix()
        return [ContentProblem(file, mistake.line, mistake.cause, mistake.cure)]
    except AuthoringError as error:
        return [ContentProblem("schemas", 1, str(error).rstrip("。"), "改好以后再检查一次")]
    return []


def _draw(content: Content, page: Page) -> Drawn:
    extension = QingdanExtension(root=str(content.root))
    return Drawn(Markdown(extensions=[extension, *_EXTENSIONS]).convert(page.body))


def _faults(content: Content, drawn: dict[str, Drawn], path: str) -> list[ContentProblem]:
    """Return the mistakes of one rendered page: duplicate ids, markup that browsers refuse, broken links."""
    page, ids = content.pages[path], drawn[path].ids
    twice = dict.fromkeys(one for one in ids if ids.count(one) > 1)
    problems = [
        ContentProblem(f"content/{path}", _line(content, page, one), f"编号“{one}”用了两次", "请改正其中一个")
        for one in twice
    ]
    for words, what in dict.fromkeys(drawn[path].blocked):
        cause = f"网页里不能用 {what}，浏览器按安全策略不执行、不下载"
        cure = "请删去；图片请放进 content/ 再引用，样子请用 {: .lead } 这样的写法"
        problems.append(ContentProblem(f"content/{path}", _line(content, page, words), cause, cure))
    for tag, cause in dict.fromkeys(drawn[path].unpaired):
        cure = "标记要成对，请补上或者删去"
        problems.append(ContentProblem(f"content/{path}", _line(content, page, tag), cause, cure))
    for source in dict.fromkeys(drawn[path].pictures):
        if not (content.root / "content" / _target(content, path, unquote(source))).is_file():
            cause, cure = f"没有“{source}”这个图片", "请把图片放进 content/，再写从这个文件到它的路径"
            problems.append(ContentProblem(f"content/{path}", _line(content, page, source), cause, cure))
    for link in dict.fromkeys(drawn[path].links):
        if dangling := _dangling(content, drawn, path, link):
            cure = "请核对文件名和 # 后面的编号"
            problems.append(ContentProblem(f"content/{path}", _line(content, page, link), dangling, cure))
    return problems


def _dangling(content: Content, drawn: dict[str, Drawn], path: str, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = _target(content, path, unquote(parts.path))
    if target in made_files(content) or target in SERVED:
        return None
    if target not in drawn:
        return None if (content.root / "content" / target).is_file() else f"链接“{link}”指向的网页不存在"
    if parts.fragment and unquote(parts.fragment) not in drawn[target].ids:
        return f"链接“{link}”指向的编号“{parts.fragment}”不存在"
    return None


def _target(content: Content, path: str, link: str) -> str:
    """The page below content/ that a link leads to: links to .md start at the file, others at the page's address."""
    if not link:
        return path
    if link.endswith(".md"):
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    here = posixpath.dirname(path) if posixpath.basename(path) == "index.md" else posixpath.splitext(path)[0]
    found = posixpath.normpath(posixpath.join(here, link))
    if not link.endswith("/"):
        return found
    folder = posixpath.normpath(f"{found}/index.md")
    return folder if folder in content.pages else f"{found}.md"


def _line(content: Content, page: Page, words: str) -> int:
    """Return the first line of the file with these words; the page's beginning when a block made them."""
    text = (content.root / "content" / page.path).read_text(encoding="utf-8")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if words in line)
    return next(lines, page.first)
