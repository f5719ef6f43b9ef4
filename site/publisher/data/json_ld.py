"""Services and forms as JSON-LD (schema.org GovernmentService), for machines that read pages; knows no markup."""

import json
from typing import Any

from functions.forms.definition import Definition
from functions.forms.page.element import Markup, el
from publisher.content.content import Content, url_of
from publisher.content.models import Service

Thing = dict[str, Any]


def services_as_data(content: Content, path: str) -> Markup:
    """A script element that no browser runs: every public service of the list, for the page at `path`."""
    return _script([_service(content, one, path) for one in content.services.services])


def form_as_data(content: Content, definition: Definition, path: str) -> Markup:
    """A script element that no browser runs: one form that can be filed here."""
    return _script(
        {
            "@type": "GovernmentService",
            "name": definition.title,
            "audience": {"@type": "Audience", "audienceType": definition.rules.obliged_words},
            "provider": _bureau(content),
            "url": _address(content, path, ""),
            "availableChannel": {"@type": "ServiceChannel", "serviceUrl": _address(content, path, "")},
        }
    )


def _service(content: Content, one: Service, path: str) -> Thing:
    return {
        "@type": "GovernmentService",
        "@id": _address(content, path, one.anchor),
        "name": one.name,
        "description": one.content,
        "url": _address(content, path, one.anchor),
        "provider": _bureau(content),
        "serviceOperator": {
            "@type": "GovernmentOrganization",
            "name": one.office,
            "parentOrganization": _bureau(content),
        },
        "availableChannel": {
            "@type": "ServiceChannel",
            "servicePhone": {"@type": "ContactPoint", "telephone": one.phone},
        },
    }


def _bureau(content: Content) -> Thing:
    return {"@type": "GovernmentOrganization", "name": content.settings.extra.bureau}


def _address(content: Content, path: str, anchor: str) -> str:
    """Absolute once `site_url` is set; else relative to the page that carries it."""
    site = content.settings.site_url
    return (f"{site}{url_of(path)}" if site else "") + (f"#{anchor}" if anchor else "" if site else "./")


def _script(things: Thing | list[Thing]) -> Markup:
    graph = things if isinstance(things, list) else [things]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c")
    return el("script", Markup(safe), type="application/ld+json")
