"""Checks that official text stands where its number says: regimes' paragraphs, table rows, pairs of 《》."""

import itertools
import re
from collections.abc import Iterator

from functions.forms.address import parse_address, read_numeral
from publisher.content.address import Paragraph, part_id
from publisher.content.content import CITATION, Content
from publisher.content.pages import Page
from publisher.content.problem import ContentProblem

_WRITTEN = re.compile(r"（([一二三四五六七八九十]{1,3})）|（([0-9]{1,2})）|([0-9]{1,2})[．.、]")


def misplaced(content: Content) -> Iterator[ContentProblem]:
    """Return every paragraph, duty or service out of order, and every 《 without its 》."""
    for page in content.regime_pages.values():
        yield from _paragraphs(content, page)
        yield from _strays(page)
    for name, top, numbers in (
        ("duties.yml", "duties", [duty.number for duty in content.duties.duties]),
        ("services.yml", "services", [service.number for service in content.services.services]),
    ):
        for index, (before, number) in enumerate(itertools.pairwise(numbers), 1):
            if number < before:
                line = content.line(name, top, index, "number")
                cause = f"序号 {number} 写在了 {before} 的下面"
                yield ContentProblem(f"content/data/{name}", line, cause, "请按序号从小到大排；已经公布的序号不要改")
    yield from _unpaired(content)


def _paragraphs(content: Content, page: Page) -> Iterator[ContentProblem]:
    before: tuple[str, list[int]] | None = None
    strange: list[str] = []
    for block in page.blocks:
        address = content.paragraph_at(block.name)
        if address is None:
            continue
        file = f"content/{page.path}"
        above = [one.text for one in page.headings if one.level == 2 and one.line < block.line]
        wrong = above and part_id(address.regime, above[-1]) not in (None, f"{address.regime}-{address.part}")
        if wrong and above[-1] not in strange:
            cause = f"“{block.name}”写在了“{above[-1]}”下面"
            yield ContentProblem(file, block.line, cause, "请把它移到所属部分的标题下面，或者改正编号")
            strange.append(above[-1])
        if address.more:
            continue
        yield from _unlike(file, block.line, address, block.text)
        place = [address.part, *address.item]
        if before and place < before[1]:
            cause = f"“{block.name}”写在了“{before[0]}”的下面"
            yield ContentProblem(file, block.line, cause, "请按原文的次序排，或者改正编号")
        before = (block.name, place)


def _strays(page: Page) -> Iterator[ContentProblem]:
    """Text in the article of a regime that is neither a numbered paragraph nor a note: no reader could tell whose."""
    begin = next((block.line for block in page.blocks if block.name == "regime"), None)
    held = {heading.line for heading in page.headings}
    for block in page.blocks:
        held.update(range(block.line, block.line + len(block.body) + 1))
    told = False
    for number, line in enumerate(page.lines, page.first):
        if begin is None or number <= begin or number in held or not line.strip():
            told = False
            continue
        if not told and not line.lstrip().startswith(("::", "：：")):  # these are told as what they were meant to be
            cause = f"“{line.strip()[:12]}”没有编号"
            cure = "原文请在上一行写 ::: 丙五2 这样的编号；编者的话请写成 ::: note D12"
            yield ContentProblem(f"content/{page.path}", number, cause, cure)
        told = True


def _unlike(file: str, line: int, address: Paragraph, text: str) -> Iterator[ContentProblem]:
    """Check that the text's own first number is the last one of its address."""
    written = _WRITTEN.match(text)
    if written is None:
        return
    number = read_numeral(written[1]) if written[1] else int(written[2] or written[3])
    if address.item[-1:] != (number,):
        cure = "请改正编号；编号的最后一个数与原文的序号相同，如（二）写成 丙六2"
        yield ContentProblem(file, line, f"编号是“{address.words}”，原文的序号却是“{written[0]}”", cure)


def _unpaired(content: Content) -> Iterator[ContentProblem]:
    texts = [
        (f"content/{page.path}", block.line, block.text)
        for page in content.regime_pages.values()
        for block in page.blocks
        if parse_address(block.name)
    ]
    for name in ("duties.yml", "services.yml"):
        for place, text in content.sources[name].texts():
            texts.append((f"content/data/{name}", content.line(name, *place), text))
    for file, line, text in texts:
        if set(CITATION.sub("", text)) & {"《", "》"}:
            yield ContentProblem(file, line, "《 和 》不成对", "请补上缺的一半，名称才能链接到法规的网页")
