"""The required pages of the site: those that others link to, each with its block, at valid addresses."""

import re
from collections.abc import Iterator

from functions.errors import AuthoringError
from functions.forms.address import parse_address
from publisher.blocks import BLOCKS, WITH_ARGUMENT, WITH_TEXT
from publisher.content.content import Content, url_of
from publisher.content.pages import Page
from publisher.content.problem import ContentProblem

_NEEDED = (
    ("index.md", ""),
    ("duties.md", "duties"),
    ("services.md", "services"),
    ("laws.md", "laws"),
    ("changes.md", "changes"),
    ("search.md", "find"),
    ("search.md", "index"),
    ("track.md", "track"),
    ("verify.md", "verify"),
    ("privacy.md", ""),
)
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9-]*/)*[a-z0-9][a-z0-9-]*\.md")
# Paths that the service answers, that are not published, or that the build creates.
_TAKEN = ("api", "assets", "data", "desk", "healthz")


def needed(content: Content) -> Iterator[ContentProblem]:
    """Return every missing page or block, every invalid address, every ignored word of a block."""
    for path, name in (*_NEEDED, *_of_parts(content)):
        yield from _missing(content.pages.get(path), path, name)
    yield from _addresses(content)
    for page in content.pages.values():
        yield from _lost(page)


def _missing(page: Page | None, path: str, name: str) -> Iterator[ContentProblem]:
    """Report that a page is missing, or its block; a misspelt block is reported as unknown, and not as missing too."""
    file, (kind, _, argument) = f"content/{path}", name.partition(" ")
    if page is None:
        yield ContentProblem(file, 1, "没有这个网页", "别的网页链接到它，请补上，或者从仓库恢复它")
        return
    known = all(one.name in BLOCKS or parse_address(one.name) for one in page.blocks)
    written = [one for one in page.blocks if one.name == kind]
    if name and known and not written:
        cure = "别的网页链接到它画出的内容，请补上这一行，前后各空一行"
        yield ContentProblem(file, page.first, f"这个网页里没有 ::: {name}", cure)
    elif written and all(one.argument != argument for one in written):
        cause = f"这个网页应写 ::: {name}，现在是 ::: {kind} {written[0].argument}"
        yield ContentProblem(file, written[0].line, cause, "请改正，或者给文件改名")


def _of_parts(content: Content) -> Iterator[tuple[str, str]]:
    """Check the page of each existing office, regime and public form."""
    for section in content.sections.sections:
        if f"sections/{section.key}.md" in content.pages:
            yield f"sections/{section.key}.md", f"section {section.key}"
    for key, page in content.regime_pages.items():
        yield page.path, f"regime {key}"
    try:
        forms = [one.id for one in content.catalogue if one.rules.audience == "public"]
    except AuthoringError:  # the check of the schemas reports it
        return
    yield from ((f"forms/{one}.md", f"form {one}") for one in forms)


def _addresses(content: Content) -> Iterator[ContentProblem]:
    seen: dict[str, str] = {}
    for path in content.pages:
        file, url = f"content/{path}", url_of(path)
        if not _NAME.fullmatch(path):
            cure = "文件名就是网址，请只用小写字母、数字和短横线，如 archives-day.md"
            yield ContentProblem(file, 1, "这个文件名不能作网址", cure)
        if url.split("/")[0] in _TAKEN:
            cause = f"网址 {url.split('/')[0]}/ 已经有别的用处，这个网页不会公布"
            yield ContentProblem(file, 1, cause, "请换一个文件名或者文件夹")
        if url in seen:
            yield ContentProblem(file, 1, f"它和 content/{seen[url]} 是同一个网址", "请给其中一个改名")
        seen[url] = path


def _lost(page: Page) -> Iterator[ContentProblem]:
    """Return words that a block does not show."""
    for block in page.blocks:
        file, official = f"content/{page.path}", parse_address(block.name) is not None
        if block.argument and (official or (block.name in BLOCKS and block.name not in WITH_ARGUMENT)):
            cause = f"“::: {block.name}”后面不能写“{block.argument}”"
            yield ContentProblem(file, block.line, cause, "请删去，或者移到下一行" if official else "请删去")
        if block.name in BLOCKS and block.name not in WITH_TEXT and block.body:
            cause = f"“::: {block.name}”下面的“{block.body[0][:16]}”不会显示"
            yield ContentProblem(file, block.line + 1, cause, "请在中间空一行")
