"""Checks the headings and blocks of one page of the content; knows no other page."""

from collections.abc import Iterator

from functions.forms.address import parse_address
from publisher.blocks import BLOCKS
from publisher.content.content import Content
from publisher.content.pages import Block, Page
from publisher.content.problem import ContentProblem

_GIVE_ID = "请在标题后面写 {: #编号 }，编号用小写字母、数字和短横线"


def wrong_headings(page: Page) -> Iterator[ContentProblem]:
    """Yield each heading that has no id of its own."""
    seen: set[str] = set()
    for heading in page.headings:
        if heading.id is None:
            yield ContentProblem(f"content/{page.path}", heading.line, f"标题“{heading.text}”没有编号", _GIVE_ID)
        elif heading.id in seen:
            yield ContentProblem(f"content/{page.path}", heading.line, f"编号“{heading.id}”用了两次", "请换一个编号")
        else:
            seen.add(heading.id)


def wrong_blocks(content: Content, page: Page) -> Iterator[ContentProblem]:
    """Yield each block that does not exist, stands on another regime's page, or stands there twice."""
    seen: set[str] = set()
    for block in page.blocks:
        address = content.paragraph_at(block.name)
        if address is None:
            if parse_address(block.name):
                cure = "请改正编号，或者在 content/data/regimes.yml 里写这个 stem"
                cause = f"没有 stem 是“{block.name[0]}”的监管制度"
                yield ContentProblem(f"content/{page.path}", block.line, cause, cure)
            elif block.name not in BLOCKS:
                yield _unknown_block(page, block)
            continue
        if page.path != f"regimes/{address.regime}.md":
            cure = f"请把它移到 content/regimes/{address.regime}.md，或者改正编号"
            yield ContentProblem(f"content/{page.path}", block.line, f"“{block.name}”不属于这个网页", cure)
        if address.id in seen:
            yield ContentProblem(f"content/{page.path}", block.line, f"编号“{block.name}”用了两次", "请改正其中一个")
        seen.add(address.id)


def _unknown_block(page: Page, block: Block) -> ContentProblem:
    cure = f"可以用：{'、'.join(BLOCKS)}，或者 丙五2 这样的段落编号"
    return ContentProblem(f"content/{page.path}", block.line, f"没有叫“{block.name}”的块", cure)
