"""The page that verifies receipts stands in the site with all that its script needs, and says how to do without."""

import json
from pathlib import Path

from functions.forms.catalogue import Catalogue
from tests.support.site.built_page import read


def test_the_script_is_told_where_the_keys_are_and_what_the_forms_are_called(site: Path, catalogue: Catalogue) -> None:
    page = read((site / "verify" / "index.html").read_text(encoding="utf-8"))
    place = page.by_id("verify")
    assert place is not None
    assert place.attributes["data-keys"] == "../.well-known/jwks.json"
    assert json.loads(place.attributes["data-forms"]) == {
        form.id: form.title for form in catalogue if form.rules.audience == "public"
    }


def test_only_this_page_loads_the_script(site: Path) -> None:
    loading = [
        path.parent.relative_to(site).as_posix()
        for path in site.rglob("index.html")
        if "javascripts/verify." in path.read_text(encoding="utf-8")
    ]
    assert loading == ["verify"]


def test_the_page_says_what_a_receipt_proves_and_what_it_does_not(site: Path) -> None:
    text = (site / "verify" / "index.html").read_text(encoding="utf-8")
    for words in ("说明什么", "不说明什么", "不说明填报的内容是真是假", "qingdan verify 回执.jws --keys jwks.json"):
        assert words in text
