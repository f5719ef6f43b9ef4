"""Reads a content page: front matter, body, blocks and headings with their lines; draws nothing."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from functions.forms.authoring.source import Loader, NoSuchDay
from publisher.content.problem import ContentError, ContentProblem

_KEYS = ("title", "description", "crumb")
_HEADING = re.compile(r"^(#{1,6})\s*(.*?)\s*(?:\{:\s*#(?P<id>[\w-]+)\s*\})?\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """`::: name argument` and the lines under it, up to a blank line; `line` counts in the file from 1."""

    name: str
    argument: str
    body: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """Return the body as one run: Chinese needs no space at a line break."""
        return "".join(line.strip() for line in self.body)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `id` is None where the page gives none."""

    level: int
    text: str
    id: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file; `path` is relative to content/, `body` has no front matter, `first` is its first line.

    `lines` are all lines from `first` on, also the blank ones that `body` begins or ends with.
    """

    path: str
    title: str
    description: str
    body: str
    first: int
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    lines: tuple[str, ...]


def read_page(folder: Path, path: str) -> Page:
    """The page at `path` below `folder`.

    Raises ContentError when it is not UTF-8, or its front matter is no YAML or has no title.
    """
    try:
        text = (folder / path).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ContentError(ContentProblem(f"content/{path}", 1, "不是 UTF-8 编码", "请另存为 UTF-8")) from None
    front, body, first = _split(text)
    meta = _front_matter(path, front)
    lines = body.split("\n")
    return Page(
        path,
        str(meta.get("title", "")),
        str(meta.get("description", "")),
        body.strip(),
        first,
        tuple(blocks_in(lines, first)),
        tuple(_headings(lines, first)),
        tuple(lines),
    )


def blocks_in(lines: list[str], first: int = 1) -> list[Block]:
    """Yield every block in a run of lines, the first of which is line `first` of its file."""
    blocks: list[Block] = []
    start: int | None = None
    for index, line in enumerate([*lines, ""]):
        if start is not None and (not line.strip() or line.startswith(":::")):
            blocks.append(parse_block(lines[start:index], first + start))
            start = None
        if line.startswith(":::"):
            start = index
    return blocks


def parse_block(lines: list[str], line: int) -> Block:
    """The block whose first line is `::: name argument`."""
    name, _, argument = lines[0].removeprefix(":::").strip().partition(" ")
    return Block(name, argument.strip(), tuple(lines[1:]), line)


def _split(text: str) -> tuple[str, str, int]:
    found = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
    if found is None:
        return "", text, 1
    return found[1], text[found.end() :], text[: found.end()].count("\n") + 1


def _front_matter(path: str, front: str) -> dict[str, object]:
    try:
        meta = yaml.load(front, Loader=Loader)  # noqa: S506 (a safe loader, by its type)
    except (yaml.YAMLError, NoSuchDay) as broken:
        mark = getattr(broken, "problem_mark", None)
        cure = "请核对缩进和冒号后的空格；文字里有半角冒号的，加上引号"
        line = mark.line + 2 if mark else 1
        raise ContentError(ContentProblem(f"content/{path}", line, "文件开头的 YAML 写法不对", cure)) from None
    unknown = [str(key) for key in meta if key not in _KEYS] if isinstance(meta, dict) else []
    if isinstance(meta, dict) and meta.get("title") and not unknown:
        return meta
    if unknown:
        line = next((number for number, words in enumerate(front.splitlines(), 2) if words.startswith(unknown[0])), 1)
        cure = f"这里可以写 {'、'.join(_KEYS)}，请改正写法或者删去"
        raise ContentError(ContentProblem(f"content/{path}", line, f"“{unknown[0]}”不是这里能写的项", cure))
    cure = "请在第一行起写三行：---、title: 网页的名称、---"
    raise ContentError(ContentProblem(f"content/{path}", 1, "文件开头没有写网页的名称", cure))


def _headings(lines: list[str], first: int) -> list[Heading]:
    found = ((index, _HEADING.match(line)) for index, line in enumerate(lines))
    return [Heading(len(match[1]), match[2], match["id"], first + index) for index, match in found if match]
