"""Runs the site generator on content/ and says in Chinese what it finds wrong; knows no asset of ours."""

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mkdocs.commands import build as generator
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException

from functions.errors import AuthoringError
from functions.forms.authoring.source import Source
from publisher.content.settings import FILE, SettingsLoader

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
    with _listening() as heard:
        try:
            config = load_config(str(root / FILE), site_dir=str(into), strict=True)
        except (ConfigurationError, Abort) as error:
            raise BuildFailed("\n".join(_refusals(root, heard.messages)) or _setting("", str(error))) from error
    service_url = config.extra.get("service_url") or ""
    config.mdx_configs.setdefault("qingdan", {}).update(root=str(root), service_url=service_url)
    return config


def refused_settings(root: Path) -> list[str]:
    """Return what the generator itself has against mkdocs.yml, a line each; empty when nothing."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            read_settings(root.resolve(), Path(scratch) / "site")
    except BuildFailed as refused:
        return str(refused).splitlines()
    return []


def generate(config: MkDocsConfig) -> None:
    """Builds the site strictly into the folder that the settings name.

    Raises BuildFailed with all warnings, since in a strict build each of them is a mistake in the content.
    """
    with _listening() as heard:
        try:
            generator.build(config)
        except (Abort, MkDocsException) as error:
            raise BuildFailed("\n".join(map(_translated, heard.messages or [str(error)]))) from error


@contextmanager
def _listening() -> Iterator["_Warnings"]:
    """Hears what the generator complains of, which then appears nowhere else."""
    heard, logger = _Warnings(), logging.getLogger("mkdocs")
    logger.addHandler(heard)
    propagates, logger.propagate = logger.propagate, False
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
        logger.propagate = propagates


class _Warnings(logging.Handler):
    """Collects what the generator complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _refusals(root: Path, messages: list[str]) -> list[str]:
    """The settings that the generator refuses, each with its line."""
    source = Source.yaml(root / FILE, loader=SettingsLoader)
    found = (re.match(r"Config value '([^']+)': (.*)", message, re.DOTALL) for message in messages)
    return [_setting(f":{source.line(one[1].split('.'))}", f"{one[1]}：{one[2]}") for one in found if one]


def _setting(line: str, words: str) -> str:
    return f"{FILE}{line}：设置有错（{words}）。请对照原来的 {FILE} 改正"


def _translated(message: str) -> str:
    for pattern, sentence in _SENTENCES:
        found = re.search(pattern, message, re.DOTALL)
        if found:
            return sentence.format(**found.groupdict())
    return f"生成网站时出错：{message}。请按其中所指的文件改正"
