"""The whole service under a portal's path: every link works, whether the proxy keeps the path or strips it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.catalogue import Catalogue
from functions.forms.page.encode import encode
from functions.local.server.server import create_app
from tests.conftest import ROOT
from tests.support.filings import valid_self_check
from tests.support.markup import Page, read_page

BROWSER = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
PORTAL = "http://127.0.0.1/daj/"

Proxy = Callable[[str], str]


@pytest.fixture(scope="module")
def portal_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built for a path of a portal and for no host in particular."""
    from publisher.output.build import build

    root = tmp_path_factory.mktemp("portal")
    for name in ("content", "schemas", "site/theme"):
        shutil.copytree(ROOT / name, root / name)
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (root / "mkdocs.yml").write_text(
        text.replace('site_url: ""', 'site_url: "https://www.example.gov.cn/daj/"'), encoding="utf-8"
    )
    build(root, root / "build" / "site")
    return root / "build" / "site"


@pytest.fixture
def client(services: Services, portal_site: Path) -> Iterator[TestClient]:
    app = create_app(replace(services, settings=replace(services.settings, site=portal_site)))
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    yield client
    client.close()


@pytest.fixture(params=["kept", "taken away"])
def through(request: pytest.FixtureRequest) -> Proxy:
    """What the portal's proxy makes of the address that a browser asks for."""

    def pass_on(address: str) -> str:
        assert address.startswith(PORTAL), f"{address} leads out of the portal's folder"
        return address if request.param == "kept" else address.replace("/daj/", "/", 1)

    return pass_on


def every_link_arrives(client: TestClient, through: Proxy, at: str, html: str) -> None:
    links = {
        urljoin(at, link).partition("#")[0] for link in re.findall(r'(?:href|src|data-index)="([^"#][^"]*)"', html)
    }
    own = {link for link in links if link.startswith("http://127.0.0.1")}
    assert own
    assert {link: code for link in own if (code := client.get(through(link)).status_code) != 200} == {}


def get(client: TestClient, through: Proxy, address: str) -> str:
    answer = client.get(through(address))
    assert answer.status_code == 200
    return answer.text


def test_a_report_is_filed_and_every_page_on_the_way_leads_on(
    client: TestClient, through: Proxy, catalogue: Catalogue
) -> None:
    for address in (PORTAL, f"{PORTAL}forms/", f"{PORTAL}regimes/bing/"):
        every_link_arrives(client, through, address, get(client, through, address))
    at = f"{PORTAL}forms/annual-self-check/"
    html = get(client, through, at)
    pairs = [*encode(catalogue.get("annual-self-check"), valid_self_check()), ("action", "review")]
    for expected in (200, 201):
        every_link_arrives(client, through, at, html)
        page: Page = read_page(html)
        at = urljoin(at, page.one("form", id="form").attributes["action"])
        answer = client.post(through(at), content=urlencode(pairs), headers=BROWSER)
        assert answer.status_code == expected
        html = answer.text
        pairs = [] if expected == 201 else [*read_page(html).posted(), ("action", "file")]
    every_link_arrives(client, through, at, html)
    receipt = read_page(html)
    at = urljoin(at, receipt.one("form", class_="acts").attributes["action"])
    assert client.post(through(at), content=urlencode(receipt.posted()), headers=BROWSER).status_code == 200


def test_a_filing_is_followed_and_every_step_posts_below_the_portal(client: TestClient, through: Proxy) -> None:
    filed = client.post(through(f"{PORTAL}api/submissions/annual-self-check"), json=valid_self_check()).json()
    at = f"{PORTAL}track/"
    asked = read_page(get(client, through, at)).one("form", class_="measure").attributes["action"]
    at = urljoin(at, asked)
    pair = {"number": filed["number"], "code": filed["access_code"]}
    answer = client.post(through(at), content=urlencode(pair), headers=BROWSER)
    assert answer.status_code == 200
    every_link_arrives(client, through, at, answer.text)
    steps = {urljoin(at, form.attributes["action"]) for form in read_page(answer.text).find("form")}
    assert f"{PORTAL}track/{filed['number']}/correct" in steps
    answers = {step: client.post(through(step), content=urlencode(pair), headers=BROWSER) for step in steps}
    assert {step: answer.status_code for step, answer in answers.items()} == dict.fromkeys(steps, 200)


def test_the_desk_leads_to_its_own_pages(client: TestClient, through: Proxy) -> None:
    answer = client.get(through(f"{PORTAL}desk/?q=x"))
    assert answer.status_code == 303
    at = urljoin(f"{PORTAL}desk/", answer.headers["location"])
    html = get(client, through, at)
    every_link_arrives(client, through, at, html.replace('href="/daj/desk/"', ""))
    assert read_page(html).one("form").attributes["action"] == "/daj/desk/sign-in"


def test_programs_get_absolute_addresses(client: TestClient, through: Proxy) -> None:
    answer = client.post(through(f"{PORTAL}api/submissions/annual-self-check"), json=valid_self_check())
    assert answer.headers["location"] == f"/daj/api/submissions/{answer.json()['number']}"


def test_an_address_without_slash_redirects_on_the_portal_host(client: TestClient, through: Proxy) -> None:
    # The portal takes TLS away: what the service sees is http, whatever the browser asked for.
    answer = client.get(through(f"{PORTAL}desk") + "?q=x")
    assert (answer.status_code, answer.headers["location"]) == (307, "/daj/desk/?q=x")


def test_the_portal_folder_without_slash_redirects_to_the_first_page(client: TestClient) -> None:
    answer = client.get("/daj")
    assert (answer.status_code, answer.headers["location"]) == (308, "/daj/")


def test_the_service_can_be_mounted_next_to_the_site(services: Services, portal_site: Path) -> None:
    settings = replace(services.settings, site=portal_site, root_path="/daj-tb/")
    client = TestClient(create_app(replace(services, settings=settings)), follow_redirects=False)
    for path in ("/daj-tb/desk/", "/desk/"):
        assert client.get(path).headers["location"].startswith("/daj-tb/desk/sign-in")
    page = client.post("/daj-tb/forms/annual-self-check", content="action=review", headers=BROWSER)
    client.close()
    assert page.status_code == 422
    assert 'href="/daj/assets/' in page.text


def test_a_folder_without_its_slash_and_a_missing_page_stay_in_the_portal(client: TestClient, through: Proxy) -> None:
    answer = client.get(through(f"{PORTAL}regimes/bing"))
    assert (answer.status_code, urljoin(f"{PORTAL}regimes/bing", answer.headers["location"])) == (
        301,
        f"{PORTAL}regimes/bing/",
    )
    missing = client.get(through(f"{PORTAL}nowhere/at/all"))
    assert missing.status_code == 404
    every_link_arrives(client, through, f"{PORTAL}nowhere/at/all", missing.text)
