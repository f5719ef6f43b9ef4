"""Runs the site generator on content/ and says in Chinese what it finds wrong; knows no asset of ours."""

import logging
import re
from pathlib import Path

from mkdocs.commands import build as generator
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException

from functions.errors import AuthoringError

# The generator's own English sentences, and ours for the person who has to mend the page.
_SENTENCES = (
    (
        r"Doc file '(?P<file>[^']+)' contains a link '(?P<link>[^']+)', but the target .*not found",
        "content/{file}：链接“{link}”指的页面不存在。请改成有的页面，或者补上这一页",
    ),
    (
        r"Doc file '(?P<file>[^']+)' contains (?:a link '(?P<link>[^']+)', but .*|an unrecognized .*)anchor",
        "content/{file}：链接“{link}”指的段落不存在。请核对井号后面的编号",
    ),
    (
        r"Doc file '(?P<file>[^']+)' contains an (?:absolute|unrecognized relative) link '(?P<link>[^']+)'",
        "content/{file}：链接“{link}”不是相对链接。请写成从这一页出发的相对路径，如 ../duties.md",
    ),
)


class BuildFailed(AuthoringError):
    """The site could not be generated; the message lists every cause. What was built before is still in place."""


def read_settings(root: Path, into: Path) -> MkDocsConfig:
    """The settings of mkdocs.yml for a strict build into a folder. Raises BuildFailed when they are wrong."""
    try:
        config = load_config(str(root / "mkdocs.yml"), site_dir=str(into), strict=True)
    except (ConfigurationError, Abort) as error:
        raise BuildFailed(f"mkdocs.yml：设置有错（{error}）。请对照原来的 mkdocs.yml 改正") from error
    config.mdx_configs.setdefault("qingdan", {})["root"] = str(root)
    return config


def generate(config: MkDocsConfig) -> None:
    """Builds the site strictly into the folder that the settings name.

    Raises BuildFailed with all warnings, since in a strict build each of them is a mistake in the content.
    """
    heard = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(heard)
    propagates, logger.propagate = logger.propagate, False
    try:
        generator.build(config)
    except (Abort, MkDocsException) as error:
        raise BuildFailed("\n".join(heard.sentences or [_translated(str(error))])) from error
    finally:
        logger.removeHandler(heard)
        logger.propagate = propagates


class _Warnings(logging.Handler):
    """Collects what the generator complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.sentences: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sentences.append(_translated(record.getMessage()))


def _translated(message: str) -> str:
    for pattern, sentence in _SENTENCES:
        found = re.search(pattern, message, re.DOTALL)
        if found:
            return sentence.format(**found.groupdict())
    return f"生成网站时出错：{message}。请按其中所指的文件改正"
