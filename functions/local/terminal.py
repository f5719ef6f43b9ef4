"""Code that all commands share: options, settings, the open data folder, a progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from functions.bootstrap import Services, open_services
from functions.records.event import SALT_BYTES
from functions.settings import Settings
from functions.staff.audit_log import CONSOLE, Action, Entry

DataOption = Annotated[Path | None, typer.Option("--data", help="数据文件夹，默认 data，或 QINGDAN_DATA。")]
SiteOption = Annotated[Path | None, typer.Option("--site", help="生成好的网站，默认 build/site，或 QINGDAN_SITE。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]


def read_settings(data: Path | None = None, site: Path | None = None) -> Settings:
    """Return the settings of the environment, overridden by the command line."""
    settings = Settings.from_mapping(os.environ)
    return replace(settings, data=data or settings.data, site=site or settings.site)


@contextmanager
def opened(data: Path | None, *, site: Path | None = None, make: bool = False) -> Iterator[Services]:
    """Yield the services on a data folder, beside a server that may be running on it.

    With `make`, prepares a folder without data; otherwise such a folder is NotFound.
    """
    settings = read_settings(data, site)
    if settings.cloud is None and not make:
        from functions.storage.sqlite.store import require_data

        require_data(settings.data)
    services = open_services(settings, lock=False)
    try:
        yield services
    finally:
        services.close()


def note(services: Services, action: Action, about: str = "", **details: str | int) -> None:
    """Write the command line's action to the audit log."""
    entry = Entry(action, CONSOLE, services.clock(), about, details)
    services.trail.add(entry, services.entropy(SALT_BYTES)).result()


def warn_of_links(settings: Settings) -> None:
    """Say where receipts will lead when the site was built without its address."""
    from functions.web.http.site_addresses import site_address
    from functions.web.http.site_frame import SiteFrame

    site_frame = SiteFrame.load(settings.site)
    if site_frame.address:
        return
    found = site_address(site_frame, settings)
    told = f"回执上的核验网址是 {found}，别的机器可能打不开" if found else "回执上没有核验网址"
    typer.echo(f"mkdocs.yml 没有设 site_url：{told}。请设好网站的网址，再运行 qingdan build", err=True)


@contextmanager
def progress(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere; call the yielded function with the completed part."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task(words, total=total)
        yield lambda count: bar.update(task, completed=count)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay the rows out with their columns one below the other; a Chinese character is two wide."""
    from rich.cells import cell_len, set_cell_size

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(set_cell_size, row, widths)).rstrip() for row in rows]
