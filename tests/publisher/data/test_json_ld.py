"""Promises of what machines read in the pages: services and forms as schema.org GovernmentService, true to the page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.content.content import load_content
from publisher.data.json_ld import form_as_data, services_as_data
from tests.support.site.built_page import Node

Read = Callable[[str], Node]


def graph_of(main: Node) -> list[dict[str, Any]]:
    (script,) = [one for one in main.find("script") if one.attributes.get("type") == "application/ld+json"]
    data = json.loads(script.text)
    assert data["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = data["@graph"]
    assert {one["@type"] for one in found} == {"GovernmentService"}
    return found


@pytest.mark.proves("C2")
def test_the_services_are_described_as_in_the_table(main_of: Read) -> None:
    """C2."""
    main = main_of("services")
    for number, one in enumerate(graph_of(main), 1):
        row = main.by_id(f"service-{number}")
        assert row is not None
        assert one["@id"] == f"#service-{number}"
        for words in (one["name"], one["description"], one["serviceOperator"]["name"]):
            assert words in row.text
        assert one["availableChannel"]["servicePhone"]["telephone"] == "18833073162"
        assert one["provider"]["name"] == "涉县档案局"


@pytest.mark.parametrize("form", ["annual-self-check", "key-project-registration"])
def test_a_form_is_a_service_too(form: str, main_of: Read) -> None:
    main = main_of(f"forms/{form}")
    (one,) = graph_of(main)
    assert one["name"] in main.find("h1")[0].text
    assert one["audience"]["audienceType"] in main.find("dl", class_="slip")[0].text


def test_urls_are_absolute_once_the_site_has_an_address(project: Path) -> None:
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8").replace('site_url: ""', 'site_url: "https://www.example.gov.cn/daj"')
    settings.write_text(text, encoding="utf-8")
    content = load_content(project)
    assert '"@id":"https://www.example.gov.cn/daj/services/#service-4"' in services_as_data(content, "services.md")
    (form,) = [one for one in content.catalogue if one.id == "annual-self-check"]
    data = form_as_data(content, form, "forms/annual-self-check.md")
    assert '"serviceUrl":"https://www.example.gov.cn/daj/forms/annual-self-check/"' in data


def test_no_text_can_end_the_script(project: Path) -> None:
    services = project / "content" / "data" / "services.yml"
    text = services.read_text(encoding="utf-8").replace("普及群众档案意识。", "</script><b>&amp;")
    services.write_text(text, encoding="utf-8")
    data = services_as_data(load_content(project), "services.md")
    assert data.count("</script>") == 1
    assert (
        "</script><b>&amp;" in json.loads(data.partition(">")[2].removesuffix("</script>"))["@graph"][1]["description"]
    )
