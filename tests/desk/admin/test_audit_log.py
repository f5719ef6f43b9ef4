"""Views and downloads are noted without search words, and only an admin reads the audit log."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.desk.app import create_app
from functions.desk.audit import Audit
from functions.desk.rosters.words import row_id
from functions.errors import StoreUnavailable
from functions.exports.jsonl import read_events
from functions.local.aws_local import cloud_at
from functions.records.event import event_is_whole
from functions.staff.audit_log import Sought, body_of
from tests.desk.conftest import PASSWORD, ROLES, Filer, SignIn, self_check, token_in
from tests.desk.rosters import conftest as rosters
from tests.support.clock import Clock
from tests.support.filings import make_uscc
from tests.support.markup import read_page


@pytest.fixture
def become(client: TestClient, signed_in: SignIn) -> SignIn:
    """Signs the client in as another account than before."""

    def change(name: str) -> TestClient:
        client.cookies.clear()
        return signed_in(name)

    return change


def noted(services: Services) -> list[tuple[str, str, str, dict[str, Any]]]:
    """The entries of the audit log, oldest first, once waiting ones are stored."""
    services.records.check_writable()
    entries = services.trail.stream(Sought())
    return [(e.actor, e.type, body_of(e)["about"], body_of(e)["details"]) for e in entries if "sign" not in e.type]


def test_seeing_a_filing_is_noted_with_its_number_and_changes_no_record(
    services: Services, become: SignIn, file: Filer
) -> None:
    number = file()
    before = services.records.read(number)
    assert become("viewer").get(f"/desk/submissions/{number}").status_code == 200
    assert become("officer").get(f"/api/desk/submissions/{number}").status_code == 200
    assert noted(services) == [("viewer", "viewed", number, {}), ("officer", "viewed", number, {})]
    assert services.records.read(number) == before


def test_viewing_an_unknown_filing_is_not_noted(services: Services, become: SignIn) -> None:
    assert become("viewer").get("/desk/submissions/SC-2026-34679ACE").status_code == 404
    assert noted(services) == []


def test_the_list_is_noted_without_the_search_words(services: Services, become: SignIn, file: Filer) -> None:
    file(self_check(1))
    client = become("officer")
    words, unit = quote("示例甲"), quote("示例县第1中学")
    for address in ("/desk/submissions", "/api/desk/submissions"):
        client.get(f"{address}?form=annual-self-check&timeliness=late&q={words}")
        client.get(f"{address}?unit={unit}&period=2025")
    expected = [
        ("officer", "listed", "", {"form": "annual-self-check", "timeliness": "late", "narrowed": True}),
        ("officer", "listed", "", {"period": "2025", "narrowed": True}),
    ]
    assert noted(services) == expected * 2
    assert all("示例".encode() not in (event.body or b"") for event in services.trail.stream(Sought()))


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/desk/?form={}&period={}", ("listed", {"narrowed": True})),
        ("/api/desk/submissions?period={}", ("listed", {"narrowed": True})),
        ("/desk/export?format=xlsx&number={}", ("exported", {"format": "xlsx", "filings": 0})),
        ("/desk/trail?number={}", ("trail_viewed", {})),
        ("/api/desk/trail?number={}", ("trail_viewed", {})),
        ("/desk/trail.csv?number={}", ("trail_exported", {"format": "csv"})),
    ],
)
def test_a_malformed_number_or_period_is_not_noted(
    services: Services, become: SignIn, address: str, entry: tuple[str, dict[str, Any]]
) -> None:
    assert become("admin").get(address.format(*["示例甲"] * 2)).status_code == 200
    assert noted(services) == [("admin", entry[0], "", entry[1])]


def test_a_batch_of_unknown_filings_is_not_noted(services: Services, become: SignIn, file: Filer) -> None:
    number, client = file(), become("reviewer")
    assert client.get("/desk/accept", params={"number": "示例甲"}).status_code == 404
    assert noted(services) == []
    client.get("/desk/accept", params={"number": number})
    assert noted(services) == [("reviewer", "listed", "", {"numbers": [number]})]


def test_a_download_is_noted_with_what_was_taken(services: Services, become: SignIn, file: Filer) -> None:
    numbers = [file(self_check(n)) for n in (1, 2, 3)]
    client = become("reviewer")
    client.get("/desk/export", params={"format": "xlsx", "form": "annual-self-check"})
    client.get("/desk/export", params=[("format", "csv"), ("number", numbers[0]), ("number", numbers[2])])
    client.get("/api/desk/exports/annual-self-check.jsonl", params={"period": "2025"})
    assert noted(services) == [
        ("reviewer", "exported", "", {"format": "xlsx", "filings": 3, "form": "annual-self-check"}),
        ("reviewer", "exported", "", {"format": "csv", "filings": 2, "numbers": [numbers[0], numbers[2]]}),
        (
            "reviewer",
            "exported",
            "",
            {"format": "jsonl", "filings": 3, "form": "annual-self-check", "period": "2025"},
        ),
    ]


def test_a_download_that_is_refused_is_not_noted(services: Services, become: SignIn) -> None:
    assert become("viewer").get("/desk/export?format=doc").status_code == 404
    assert noted(services) == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", ["/desk/trail", "/desk/trail.csv", "/api/desk/trail", "/api/desk/trail.jsonl"])
def test_only_an_admin_reads_the_audit_log(services: Services, become: SignIn, role: str, address: str) -> None:
    assert become(role).get(address).status_code == (200 if role == "admin" else 403)


def test_the_audit_log_requires_sign_in(client: TestClient) -> None:
    assert client.get("/api/desk/trail").status_code == 401
    assert client.get("/desk/trail", headers={"accept": "text/html"}).status_code == 303


def test_the_page_says_who_did_what_when_and_links_the_filing(services: Services, become: SignIn, file: Filer) -> None:
    number = file()
    become("viewer").get(f"/desk/submissions/{number}")
    page = read_page(become("admin").get("/desk/trail").text)
    (link,) = page.find("a", href=f"/desk/submissions/{number}")
    row = next(each for each in page.find("tr") if number in each.text)
    assert "viewer" in row.text
    assert "看填报" in row.text
    assert "2026-09-18 10:24:07" in row.text
    assert link.text == number


def test_the_page_says_in_words_what_was_taken(services: Services, become: SignIn, file: Filer) -> None:
    file()
    become("officer").get("/desk/export", params={"format": "xlsx", "form": "annual-self-check", "timeliness": "late"})
    page = become("admin").get("/desk/trail?action=exported").text
    assert "格式 XLSX" in page
    assert "只看延报的" in page
    assert "0 件" in page
    assert "annual-self-check" not in page.partition("</form>")[2].partition("<table")[2]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/desk/?status=contested", "只看重复待核的"),
        ("/desk/?status=waiting", "只看待我处理的"),
        ("/desk/?form=key-project-registration&period=start", "期 开工阶段"),
        ("/api/desk/submissions/{}/document.pdf", "文件 填报表"),
        ("/api/desk/submissions/{}/receipt.pdf", "文件 回执"),
    ],
)
def test_the_page_describes_the_details_in_chinese(become: SignIn, file: Filer, path: str, words: str) -> None:
    number = file()
    assert become("reviewer").get(path.format(number)).status_code == 200
    assert words in become("admin").get("/desk/trail").text


def test_reading_the_audit_log_is_noted(services: Services, become: SignIn) -> None:
    client = become("admin")
    client.get("/desk/trail?number=SC-2026-34679ACE")
    client.get("/api/desk/trail")
    client.get("/desk/trail.csv")
    assert noted(services) == [
        ("admin", "trail_viewed", "SC-2026-34679ACE", {}),
        ("admin", "trail_viewed", "", {}),
        ("admin", "trail_exported", "", {"format": "csv"}),
    ]


def test_the_audit_log_is_searched_by_person_kind_filing_and_day(
    services: Services, become: SignIn, file: Filer, clock: Clock
) -> None:
    first, second = file(self_check(1)), file(self_check(2))
    become("viewer").get(f"/desk/submissions/{first}")
    clock.at += timedelta(days=1)
    become("officer").get(f"/desk/submissions/{second}")
    client = become("admin")

    def found(**query: str) -> list[str]:
        items = client.get("/api/desk/trail", params=query).json()["items"]
        return [item["number"] for item in items if item["action"] == "viewed"]

    assert found() == [second, first]
    assert found(actor="viewer") == [first]
    assert found(number=second) == [second]
    assert found(action="viewed", until="2026-09-18") == [first]
    assert found(since="2026-09-19") == [second]
    assert found(since="2026-09-18", until="2026-09-19") == [second, first]
    assert found(since="2026-09-20") == []
    assert found(since="2026年9月19日") == found(since="20260919") == found(since="２０２６．９．１９") == [second]
    assert found(actor="viewer\u200e") == found(number=f" {first.lower()}\ufeff") == [first]


@pytest.mark.parametrize(
    "query",
    [
        "until=9999-12-31",
        "since=0001-01-01",
        "since=0000-01-01",
        "since=2026091",
        "since=2026-9-18①",
        "until=2026-W38-5",
        "action=flown",
        "since=18.9.2026",
        "until=2026-02-30",
        "since=2026-09-19&until=2026-09-18",
        "before=x",
    ],
)
def test_a_filter_that_can_never_match_is_refused_with_the_cure(become: SignIn, query: str) -> None:
    client = become("admin")
    answer = client.get(f"/api/desk/trail?{query}")
    assert answer.status_code == 400
    assert "请" in answer.json()["detail"]
    assert client.get(f"/desk/trail?{query}").status_code == 400


def test_pages_follow_each_other_and_keep_the_filters(services: Services, become: SignIn, file: Filer) -> None:
    number = file()
    viewer = become("viewer")
    for _ in range(52):
        viewer.get(f"/api/desk/submissions/{number}")
    client = become("admin")
    first = client.get("/api/desk/trail", params={"actor": "viewer", "action": "viewed"}).json()
    second = client.get(
        "/api/desk/trail", params={"actor": "viewer", "action": "viewed", "before": first["next"]}
    ).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 2, None)
    page = read_page(client.get("/desk/trail?actor=viewer&action=viewed").text)
    older = f"/desk/trail?actor=viewer&action=viewed&before={first['next']}"
    assert page.find("a", href=older)


def test_the_csv_is_for_reading_and_the_json_lines_can_be_checked(
    services: Services, become: SignIn, file: Filer
) -> None:
    number = file()
    become("viewer").get(f"/desk/submissions/{number}")
    client = become("admin")
    csv = client.get("/desk/trail.csv", params={"number": number})
    assert csv.headers["content-type"].startswith("text/csv")
    header, row, *_ = csv.content.decode("utf-8-sig").splitlines()
    assert header == "序号,时间,账号,做了什么,编号,细节,指纹"
    assert f",2026-09-18 10:24:07,viewer,看填报,{number}," in row
    lines = client.get("/api/desk/trail.jsonl").content.splitlines()
    events = [read_events(b'{"events":[%s]}' % line)[0] for line in lines]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert all(map(event_is_whole, events))
    assert all(json.loads(line)["number"] == "TRAIL" for line in lines)


@pytest.mark.one_machine
def test_the_list_does_not_wait_for_the_audit_log_but_a_filing_does(
    services: Services, become: SignIn, file: Filer
) -> None:
    number = file()
    client = become("viewer")
    released = Event()
    held = services.records.writer.submit(lambda connection: released.wait(30))  # type: ignore[attr-defined]
    assert client.get("/desk/").status_code == 200
    assert not held.done()
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(client.get, f"/desk/submissions/{number}")
        released.set()
        assert seen.result(30).status_code == 200
    assert [entry[1] for entry in noted(services)] == ["listed", "viewed"]


def test_in_the_cloud_the_list_waits_for_the_audit_log_too(services: Services) -> None:
    class Waiting:
        """An audit log that stores an entry when it is told to."""

        def __init__(self) -> None:
            self.stored: Future[Any] = Future()

        def add(self, entry: Any, salt: bytes) -> Future[Any]:
            return self.stored

    trail: Any = Waiting()
    cloudy = replace(services.settings, cloud=cloud_at("http://127.0.0.1:1", "nowhere"))
    with ThreadPoolExecutor(1) as pool:
        noting = pool.submit(Audit(replace(services, trail=trail, settings=cloudy)).note_soon, "listed", "viewer")
        assert not wait([noting], timeout=0.2).done
        trail.stored.set_exception(StoreUnavailable("example"))
        assert noting.result(30) is None, "the list is shown all the same"


def everything(services: Services) -> list[tuple[str, str, dict[str, Any]]]:
    services.records.check_writable()
    return [(e.actor, e.type, body_of(e)["details"]) for e in services.trail.stream(Sought())]


def test_sign_in_and_sign_out_are_noted(services: Services, become: SignIn) -> None:
    client = become("viewer")
    page = client.get("/desk/account")
    client.post("/desk/sign-out", data={"csrf": token_in(page.text)})
    client = become("officer")
    assert client.delete("/api/desk/session").status_code == 204
    assert everything(services) == [
        ("viewer", "signed_in", {}),
        ("viewer", "signed_out", {}),
        ("officer", "signed_in", {}),
        ("officer", "signed_out", {}),
    ]


def test_a_failed_sign_in_names_the_account_but_never_what_was_typed(
    services: Services, client: TestClient, staff: None
) -> None:
    typed = "示例的长口令 typed into the wrong field"
    for name in ("admin", typed):
        answer = client.post("/api/desk/session", json={"username": name, "password": "wrong"})
        assert answer.status_code == 401
    assert everything(services) == [("admin", "sign_in_failed", {}), ("", "sign_in_failed", {})]
    assert all(typed.encode() not in (event.body or b"") for event in services.trail.stream(Sought()))


def test_changes_to_an_account_are_noted_with_its_name(services: Services, become: SignIn) -> None:
    client = become("admin")

    def press(address: str, **fields: str) -> None:
        page = client.get(address)
        assert client.post(address, data={"csrf": token_in(page.text), **fields}).status_code in (200, 303)

    press("/desk/staff", name="示例丁", role="officer")
    address = f"/desk/staff/{id_of('示例丁')}"
    for act in ("disable", "enable", "password"):
        press(address, do=act)
    press(address, do="role", role="reviewer")
    assert everything(services)[1:] == [
        ("admin", "account_added", {"account": "示例丁", "role": "officer"}),
        ("admin", "account_disabled", {"account": "示例丁"}),
        ("admin", "account_enabled", {"account": "示例丁"}),
        ("admin", "account_reset", {"account": "示例丁"}),
        ("admin", "role_changed", {"account": "示例丁", "role": "reviewer"}),
    ]


def test_a_changed_password_and_leaving_everywhere_are_noted(services: Services, become: SignIn) -> None:
    client = become("viewer")
    fields = {"old": PASSWORD, "new": "另一句足够长的口令 horse 9", "again": "另一句足够长的口令 horse 9"}
    client.post("/desk/password", data={"csrf": token_in(client.get("/desk/password").text), **fields})
    page = client.get("/desk/account")
    client.post("/desk/account/sessions", data={"csrf": token_in(page.text), "session": "all"})
    assert everything(services)[1:] == [
        ("viewer", "password_changed", {}),
        ("viewer", "signed_out", {"where": "everywhere"}),
    ]


def test_only_an_admin_sees_the_link_to_the_audit_log(become: SignIn) -> None:
    assert 'href="/desk/trail"' in become("admin").get("/desk/").text
    assert 'href="/desk/trail"' not in become("reviewer").get("/desk/").text


SILENT = {
    "/desk/sign-in",  # nobody is signed in
    "/desk/password",
    "/desk/account",
    "/desk/totp",
    "/desk/staff",
    "/desk/staff/{id}",
    "/desk/records/",  # which forms there are, and an empty one
    "/desk/records/{form}",
    "/desk/records/{form}/files",
    "/desk/rosters",  # which rosters there are, and how many rows each has
    "/desk/rosters/{roster}/template.xlsx",
    "/desk/rosters/{roster}/import",
    "/desk/rosters/{roster}/files",
    "/desk/rosters/{roster}/marked/{sha256}.xlsx",  # the file that he chose himself
}
# What an address wants besides its path.
QUERIES = {
    "/desk/export": "?format=jsonl",
    "/desk/orders/new": "?do=correction",
    "/desk/extensions/new": f"?row={'0' * 16}",
}


def test_every_route_that_shows_filings_is_noted(services: Services, become: SignIn, file: Filer) -> None:
    """A new address of the desk that is read is either noted here or shows no filing."""
    number = file()
    client = become("admin")
    paths = {
        route.path
        for route in create_app(services).routes
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path not in SILENT
    }
    units = rosters.several([1, 2])
    rosters.take(client, services, units)
    filled = {"number": number, "file": "annual-self-check.jsonl", "format": "csv", "id": "0", "sequence": "1"}
    filled |= {"sha256": hashlib.sha256(units).hexdigest(), "uscc": make_uscc(1)}
    filled |= {"order": "2026-correction-1", "extension": "2026-1"}
    filled |= {"roster": "backup-registration", "row": row_id((make_uscc(1),))}
    walked = []
    for path in sorted(paths):
        before = len(everything(services))
        address = path.format(**filled) + QUERIES.get(path, "")
        answer = client.get(address)
        if answer.status_code == 200:
            assert len(everything(services)) == before + 1, path
            walked.append(path)
        else:
            assert answer.status_code in (303, 404), path
    of_rosters = {path for path in paths if "{roster}" in path}
    assert of_rosters <= set(walked)
