"""Words reminders as the bureau's content has them; knows no channel and no contact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from functions.errors import SettingError
from functions.forms.catalogue import Catalogue
from functions.supervision.deadlines import is_overdue
from functions.supervision.obligations.values import Obligation
from functions.web.http.site_frame import SiteFrame

_OLD_SITE: Final = "生成好的网站里没有提醒怎么写（content/data/reminders.yml）。请再运行一次 qingdan build"


class Wording:
    """`address` is the site's first page, "" where nobody outside finds it."""

    def __init__(self, site: SiteFrame, address: str, catalogue: Catalogue) -> None:
        if "reminders" not in site.assets:
            raise SettingError(_OLD_SITE)
        self._texts: Mapping[str, str] = site.assets["reminders"]
        self._bureau: str = site.assets["bureau"]
        self._address, self._catalogue = address, catalogue

    def subject(self, one: Obligation, on: date) -> str:
        return self._say("subject", one, on)

    def mail(self, one: Obligation, on: date) -> str:
        return self._say("after" if is_overdue(one.last_day, on) else "before", one, on)

    def message(self, one: Obligation, on: date) -> str:
        """The text for a mobile telephone, in one line."""
        return " ".join(self._say("sms", one, on).split())

    def _say(self, name: str, one: Obligation, on: date) -> str:
        form = self._catalogue.get(one.form)
        project = f"（{one.project}）" if one.project else ""
        return self._texts[name].format(
            unit=one.unit_name,
            about=f"《{form.title}》{form.period_title(one.period)}{project}",
            due=one.last_day.isoformat(),
            when=when(one.last_day, on),
            basis=one.basis,
            where=f"{self._address}forms/{form.id}/" if self._address else f"{self._bureau}网站“我要填报”",
            bureau=self._bureau,
        )


def when(last_day: date, on: date) -> str:
    """How far the last day is from this day, in words."""
    days = (last_day - on).days
    if days == 0:
        return "今天到期"
    return f"还有 {days} 天" if days > 0 else f"已经过了 {-days} 天"
