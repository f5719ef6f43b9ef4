"""The site's own frame around a page that a function makes; knows the marks in it, not what goes in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from functions.errors import SettingError
from functions.forms.address import Links

_TITLE, _CRUMBS, _MAIN = "<!--qingdan:title-->", "<!--qingdan:crumbs-->", "<!--qingdan:main-->"


@dataclass(frozen=True, slots=True)
class SiteFrame:
    """Header and footer as the build wrote them. `base` is the site's root path, `assets` what else it wrote down."""

    frame: str
    base: str = "/"
    assets: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The whole address of the site's first page, with a slash at the end; "" where none is set."""
        return str(self.assets.get("address", ""))

    @property
    def links(self) -> Links:
        """The way from a page to others of the site."""
        return Links(self.base, self.assets.get("regimes", {}))

    @classmethod
    def load(cls, site: Path, frame_name: str = "shell.html") -> SiteFrame:
        """The frame of a built site, or SettingError when the site has not been built."""
        folder = site / "_service"
        try:
            frame = (folder / frame_name).read_text(encoding="utf-8")
            assets = json.loads((folder / "assets.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingError(f"{site} 里没有生成好的网站。请先运行 qingdan build，或者改 QINGDAN_SITE") from None
        return cls(frame, assets["base"], assets)

    def page(self, title: str, main: str, crumbs: Sequence[tuple[str, str]] = ()) -> str:
        """A whole HTML document. `title` is text; `main` is HTML; `crumbs` are (label, address under the root)."""
        marks = {_TITLE: escape(title), _CRUMBS: self._trail(crumbs), _MAIN: main}
        return re.sub("|".join(marks), lambda found: marks[found.group()], self.frame)

    def _trail(self, crumbs: Sequence[tuple[str, str]]) -> str:
        if not crumbs:
            return ""
        items = "".join(self._crumb(label, address) for label, address in (("首页", ""), *crumbs))
        return f'<nav aria-label="所在位置"><ol class="crumb">{items}</ol></nav>'

    def _crumb(self, label: str, address: str) -> str:
        if address == "#":
            return f"<li>{escape(label)}</li>"
        return f'<li><a href="{escape(self.base + address)}">{escape(label)}</a></li>'
