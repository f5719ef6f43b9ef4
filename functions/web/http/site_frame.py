"""The site's header and footer around a page that a function makes; knows the marks in it, not what replaces them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from functions.errors import SettingError
from functions.forms.address import Links
from functions.forms.page.element import EMPTY, Markup, el, join

_TITLE, _CRUMBS, _MAIN = "<!--qingdan:title-->", "<!--qingdan:crumbs-->", "<!--qingdan:main-->"


@dataclass(frozen=True)
class SiteFrame:
    """Header and footer as the build wrote them. `base` is the site's root path, `assets` what else it wrote down."""

    frame: str
    base: str = "/"
    assets: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return the whole address of the site's first page, ending with a slash; "" when none is set."""
        return str(self.assets.get("address", ""))

    @property
    def links(self) -> Links:
        """Return the links from a page to others of the site."""
        return Links(self.base, self.assets.get("regimes", {}))

    @classmethod
    def load(cls, site: Path, frame_name: str = "shell.html") -> SiteFrame:
        """Load the frame of a built site; SettingError when the site has not been built."""
        folder = site / "_service"
        try:
            frame = (folder / frame_name).read_text(encoding="utf-8")
            assets = json.loads((folder / "assets.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingError(f"{site} 里没有生成好的网站。请先运行 qingdan build，或者改 QINGDAN_SITE") from None
        return cls(frame, assets["base"], assets)

    def page(self, title: str, main: Markup, crumbs: Sequence[tuple[str, str]] = ()) -> str:
        """Return a whole HTML document. `crumbs` are (label, address under the root)."""
        marks = {_TITLE: join(title), _CRUMBS: self._trail(crumbs), _MAIN: main}
        return "".join([marks.get(piece, piece) for piece in self._pieces])

    @cached_property
    def _pieces(self) -> list[str]:
        """Return the frame cut at its marks, which stay among the pieces."""
        return re.split(f"({_TITLE}|{_CRUMBS}|{_MAIN})", self.frame)

    def _trail(self, crumbs: Sequence[tuple[str, str]]) -> Markup:
        if not crumbs:
            return EMPTY
        items = (self._crumb(label, address) for label, address in (("首页", ""), *crumbs))
        return el("nav", el("ol", *items, class_="crumb"), aria_label="所在位置")

    def _crumb(self, label: str, address: str) -> Markup:
        return el("li", label if address == "#" else el("a", label, href=self.base + address))
