"""Names a browser roughly, so that people recognise their own; keeps nothing that identifies it."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "认不出的浏览器"
# The first match counts: most browsers also claim to be others.
_BROWSERS: Final = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ 浏览器"),
    ("360SE", "360 浏览器"),
    ("QIHU", "360 浏览器"),
    ("Qaxbrowser", "奇安信浏览器"),
    ("UCBrowser", "UC 浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Trident/", "IE"),
    ("MSIE", "IE"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("OpenHarmony", "鸿蒙"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机或平板"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def name_client(user_agent: str) -> str:
    """Return browser and system in words, such as “Edge，Windows”; neither version nor model."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if not browser and user_agent and not user_agent.startswith("Mozilla/"):
        return "程序"
    return "，".join(part for part in (browser or UNKNOWN, system) if part)


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((word for sign, word in known if sign in user_agent), "")
