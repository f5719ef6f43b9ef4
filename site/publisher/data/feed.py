"""The history of changes as a feed (Atom, RFC 4287); reads no clock: the feed has the day of its newest change."""

import uuid
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from publisher.content.content import Content
from publisher.content.models import Change

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NEVER = date(1970, 1, 1)  # a feed must have a day; one without entries has none


def feed(content: Content) -> bytes:
    """The feed, newest change first. Its links are absolute once `site_url` is set, else relative to the feed."""
    site, extra = content.settings.site_url, content.settings.extra
    made = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "zh-CN"})
    _text(made, "id", _name(extra.bureau, "feed"))
    _text(made, "title", f"{content.settings.site_name}：修改记录")
    _text(made, "updated", _moment(max((one.date for one in content.changes.changes), default=_NEVER)))
    SubElement(made, "link", {"href": f"{site}changes/"})
    SubElement(made, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{site}changes.atom"})
    _text(SubElement(made, "author"), "name", extra.bureau)
    for change, anchor in content.changes.numbered:
        made.append(_entry(content, change, anchor))
    written: bytes = tostring(made, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _entry(content: Content, change: Change, anchor: str) -> Element:
    entry = Element("entry")
    _text(entry, "id", _name(content.settings.extra.bureau, anchor))
    places = "、".join(content.places[words].words for words in change.at)
    _text(entry, "title", f"{places}：{change.what}" if places else change.what)
    _text(entry, "updated", _moment(change.date))
    SubElement(entry, "link", {"href": f"{content.settings.site_url}changes/#{anchor}"})
    _text(entry, "content", f"{change.what}原为：{change.was}" if change.was else change.what)
    return entry


def _text(parent: Element, tag: str, words: str) -> None:
    SubElement(parent, tag).text = words


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+08:00"


def _name(bureau: str, what: str) -> str:
    """Return an id that does not depend on the site's address."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'qingdan:{bureau}:changes:{what}')}"
