"""Finds typing errors in a page: almost correct marks of Markdown or of ours, which would be shown as text."""

import re
from collections.abc import Iterator

from functions.forms.address import parse_address
from publisher.content.content import Content
from publisher.content.pages import Page
from publisher.content.problem import ContentProblem

Slip = tuple[int, str, str]

_ALMOST_A_BLOCK = re.compile(r"\s*[:：]{2,}\s*[^\s:：-]")
_LEFT_BY_GIT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)")
_UNDERLINE = re.compile(r"(?:=+|-+)\s*$")
_CODE = re.compile(r"`[^`]*`")
_FENCE = re.compile(r"\s*(```|~~~)")
_WIDE_ATTRIBUTES = re.compile(r"｛\s*[:：]?\s*[#.][\w-]|\{\s*：|\{:\s*[#.][^{}｝]*｝")
_WIDE_LINK = re.compile(r"\[[^\[\]]+\]\s*(?:（[^（）()]*(?:\.md|#|//)|\([^()（）]*）)")
_REFERENCE = re.compile(r"(?<!!)\[([^\[\]]+)\]\[([^\[\]]*)\]")
_FOOTNOTE = re.compile(r"\[\^([^\[\]]+)\]")
_DEFINITION = re.compile(r"\s{0,3}\[([^\[\]]+)\]:\s*\S")


def slips(content: Content) -> Iterator[ContentProblem]:
    """Return every typing error of every page, by file and line."""
    for page in content.pages.values():
        for find in (_almost_blocks, _leftovers, _headings, _marks):
            for line, cause, cure in find(page):
                yield ContentProblem(f"content/{page.path}", line, cause, cure)


def _prose(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the lines outside of fenced code, with their numbers."""
    fenced = False
    for number, line in enumerate(page.lines, page.first):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            yield number, line


def _almost_blocks(page: Page) -> Iterator[Slip]:
    for number, line in _prose(page):
        if _ALMOST_A_BLOCK.match(line) and not line.startswith(":::"):
            yield number, f"“{line.strip()[:20]}”不会当成块", "块要从行首写起，用三个半角冒号，如 ::: 丙五2"


def _leftovers(page: Page) -> Iterator[Slip]:
    """Find merge markers, a comment that hides the rest of the page, a heading that cannot have an id."""
    opened, before = 0, ""
    for number, line in _prose(page):
        if _LEFT_BY_GIT.match(line):
            yield number, "这里有合并时留下的冲突标记", "请保留要用的文字，删去 <<<<<<<、=======、>>>>>>> 三行"
        elif before.strip() and not before.startswith(":::") and _UNDERLINE.match(line) and "|" not in before:
            yield (
                number,
                f"“{before.strip()[:12]}”成了没有编号的标题",
                "标题请写成 ## 标题 {: #编号 }；横线请前后空一行",
            )
        if "<!--" in line:
            opened = number
        if "-->" in line:
            opened = 0
        before = line
    if opened:
        yield opened, "<!-- 没有关上，后面的文字都不会显示", "请在注释末尾写 -->"


def _headings(page: Page) -> Iterator[Slip]:
    """Require one title, above all other headings: a screen reader names the page by it."""
    top = [heading for heading in page.headings if heading.level == 1]
    if not top:
        yield page.first, "网页里没有标题", f"请在正文开头写 # {page.title} {{: #title }}"
    for heading in top[1:]:
        yield heading.line, f"“{heading.text}”是第二个一级标题", "一个网页只有一个一级标题，请改成 ##"


def _marks(page: Page) -> Iterator[Slip]:
    """Check marks outside official text, which is not Markdown: its brackets are left alone."""
    official = {
        line
        for block in page.blocks
        if parse_address(block.name)
        for line in range(block.line, block.line + len(block.body) + 1)
    }
    lines = [(number, _CODE.sub("", line)) for number, line in _prose(page) if number not in official]
    defined = {found[1] for _, line in lines if (found := _DEFINITION.match(line))}
    for number, line in lines:
        for find in (_wide, _undefined):
            yield from ((number, cause, cure) for cause, cure in find(line, defined))


def _wide(line: str, defined: set[str]) -> Iterator[tuple[str, str]]:
    if found := _WIDE_ATTRIBUTES.search(line):
        yield f"“{line[found.start() :][:16]}”用了全角的符号", "请用半角写成 {: #title } 这样"
    if found := _WIDE_LINK.search(line):
        yield f"链接“{line[found.start() :][:24]}”用了全角的括号", "请用半角写成 [职责](duties.md) 这样"


def _undefined(line: str, defined: set[str]) -> Iterator[tuple[str, str]]:
    if _DEFINITION.match(line):
        return
    for words, label in _REFERENCE.findall(line):
        if (label or words) not in defined:
            yield f"没有写“{label or words}”指向哪里", f"请写成 [{words}](duties.md) 这样的链接"
    for label in _FOOTNOTE.findall(line):
        if f"^{label}" not in defined:
            yield f"没有写脚注“{label}”的文字", f"请在后面另起一行写 [^{label}]: 脚注的文字"
