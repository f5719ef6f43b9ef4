"""The running server keeps to schemas/openapi.yml for any request; every route for programs is in it."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from functions.bootstrap import Services
from functions.forms.catalogue import Catalogue
from functions.records.attachments.store import PART_BYTES
from tests.conftest import ROOT, Server
from tests.support.clock import today
from tests.support.files import followed, pdf_of, sha256
from tests.support.filings import fresh_uscc, valid_registration, valid_self_check
from tests.support.forms import changed
from tests.support.serving import COMMAND, environment
from tests.support.store.blobs import part_of

CONTRACT = ROOT / "schemas" / "openapi.yml"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PASSWORD = "shuimohua-2026-xuni"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
schema = schemathesis.openapi.from_path(CONTRACT)


@schemathesis.serializer(XLSX)
def as_sent(context: Any, value: Any) -> bytes:
    """What is to be sent as a workbook, though it is none."""
    return value if isinstance(value, bytes) else str(value).encode()


# pytest tells these apart by the operation only where there is a parameter beside it; without one all have one name.
@pytest.mark.parametrize("caller", ["stranger"])
@schema.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_contract_names(case: Any, caller: str, server: Server) -> None:
    case.call_and_validate(base_url=server.url, checks=CHECKS)


@pytest.mark.parametrize(
    ("form", "data"),
    [("annual-self-check", valid_self_check()), ("key-project-registration", valid_registration())],
)
def test_a_stored_filing_is_answered_as_the_contract_says(form: str, data: dict[str, Any], server: Server) -> None:
    operation = schema["/api/submissions/{form}"]["POST"]
    case = operation.Case(path_parameters={"form": form}, body=data, media_type="application/json")
    answer = case.call(base_url=server.url)
    assert answer.status_code == 201
    case.validate_response(answer, checks=CHECKS)


def test_a_filing_is_followed_corrected_and_withdrawn_as_the_contract_says(server: Server) -> None:
    data = valid_self_check(uscc=fresh_uscc())
    given = httpx2.post(f"{server.url}/api/submissions/annual-self-check", json=data).json()
    headers = {"Authorization": f"Bearer {given['access_code']}"}
    one = schema["/api/submissions/{form}"]
    number = {"form": given["number"]}
    steps = [
        (one["GET"], number, {}, None),
        (one["PUT"], number, {"If-Match": '"1"'}, changed(data, {"/responsible/title": "示例职务"})),
        (one["PUT"], number, {"If-Match": '"2"'}, changed(data, {"/unit/uscc": "1"})),
        (one["GET"], number, {}, None),
        (schema["/api/submissions/{number}/withdrawal"]["POST"], {"number": given["number"]}, {}, {"reason": "示例"}),
    ]
    statuses = []
    for operation, path, more, body in steps:
        kind = {"body": body, "media_type": "application/json"} if body else {}
        case = operation.Case(path_parameters=path, headers={**headers, **more}, **kind)
        answer = case.call(base_url=server.url)
        case.validate_response(answer, checks=CHECKS)
        statuses.append(answer.status_code)
    assert statuses == [200, 200, 422, 200, 200]


def sign_in(server: Server, name: str) -> str:
    """The cookie of a new reviewer of this name."""
    command = ["staff", "add", name, "--role", "reviewer", "--password-stdin", "--data", str(server.data)]
    subprocess.run(
        [*COMMAND, *command],
        input=PASSWORD,
        text=True,
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=environment(arguments=command),
    )
    signed_in = httpx2.post(f"{server.url}/api/desk/session", json={"username": name, "password": PASSWORD})
    return signed_in.headers["set-cookie"].partition(";")[0]


def test_a_filing_is_reviewed_as_the_contract_says(server: Server) -> None:
    cookie = sign_in(server, "heyue")
    data = valid_self_check(uscc=fresh_uscc())
    given = httpx2.post(f"{server.url}/api/submissions/annual-self-check", json=data).json()
    one = "/api/desk/submissions/{number}"
    due = (today() + timedelta(days=9)).isoformat()
    returned = {"decision": "return", "opinion": "示例意见", "correction_due": due, "fields": ["/unit/uscc"]}
    more = httpx2.post(
        f"{server.url}/api/submissions/annual-self-check", json=valid_self_check(uscc=fresh_uscc())
    ).json()
    seen = [{"number": given["number"], "sequence": 4}, {"number": more["number"], "sequence": 1}]
    steps: list[tuple[str, str, dict[str, str], Any]] = [
        (f"{one}/notes", "POST", {}, {"text": "示例备注"}),
        (f"{one}/decisions", "POST", {"If-Match": '"1"'}, returned),
        (f"{one}/decisions", "POST", {"If-Match": '"2"'}, returned),
        (f"{one}/decisions", "POST", {"If-Match": '"3"'}, {"decision": "return"}),
        (f"{one}/code", "POST", {"If-Match": '"3"'}, {"checked": "示例：回拨总机"}),
        (f"{one}/decisions", "POST", {"If-Match": '"4"'}, {"decision": "accept"}),
        (one, "GET", {}, None),
        ("/api/desk/submissions", "GET", {}, None),
        ("/api/desk/decisions", "POST", {}, {"decision": "accept", "filings": seen}),
        ("/api/desk/decisions", "POST", {}, {"decision": "void", "filings": seen}),
    ]
    statuses = []
    for path, method, headers, body in steps:
        places = {"number": given["number"]} if "{number}" in path else {}
        kind = {"body": body, "media_type": "application/json"} if body else {}
        case = schema[path][method].Case(path_parameters=places, headers={"Cookie": cookie, **headers}, **kind)
        answer = case.call(base_url=server.url)
        case.validate_response(answer, checks=CHECKS)
        statuses.append(answer.status_code)
    assert statuses == [201, 412, 200, 422, 201, 409, 200, 200, 200, 422]
    paper: dict[str, Any] = {"received_on": "2026-09-01", "data": valid_self_check(uscc=fresh_uscc())}
    case = schema["/api/desk/records/{form}"]["POST"].Case(
        path_parameters={"form": "annual-self-check"},
        headers={"Cookie": cookie},
        body=paper,
        media_type="application/json",
    )
    answer = case.call(base_url=server.url)
    case.validate_response(answer, checks=CHECKS)
    assert answer.status_code == 201


def test_a_file_is_sent_filed_and_given_back_as_the_contract_says(server: Server) -> None:
    content = pdf_of(PART_BYTES + 300)
    named = {"name": "盖章 扫描件.pdf", "size": len(content), "sha256": sha256(content)}
    one, part_at = "/api/attachments/{id}", "/api/attachments/{id}/parts/{part}"

    def ask(path: str, method: str, places: Any = None, body: Any = None, **more: Any) -> Any:
        kind = {"body": body, "media_type": "application/json"} if body is not None else {}
        case = schema[path][method].Case(path_parameters=places or {}, headers=more.pop("headers", {}), **kind)
        answer = case.call(base_url=server.url)
        case.validate_response(answer, checks=CHECKS)
        return answer

    assert ask("/api/attachments", "POST", body=named | {"name": "a.exe"}).status_code == 422
    told = ask("/api/attachments", "POST", body=named).json()
    own, place = {"Authorization": f"Bearer {told['token']}"}, {"id": told["id"]}
    for part in (1, 2):
        piece = part_of(content, part)
        ticket = ask(part_at, "POST", place | {"part": part}, {"sha256": sha256(piece)}, headers=own).json()
        assert ask(f"{one}/completion", "POST", place, headers=own).status_code == 409
        sent = httpx2.put(f"{server.url}{ticket['url']}", headers=ticket["headers"], content=piece)
        assert sent.status_code == 204
        assert part in ask(one, "GET", place, headers=own).json()["arrived"]
    done = ask(f"{one}/completion", "POST", place, headers=own).json()
    assert ask(one, "DELETE", place, headers=own).status_code == 204
    data = valid_self_check(uscc=fresh_uscc()) | {"files": {"scans": [named]}}
    filing = "/api/submissions/{form}"
    form = {"form": "annual-self-check"}
    assert ask(filing, "POST", form, data).status_code == 422
    given = ask(filing, "POST", form, data, headers={"Attachment-Vouchers": done["voucher"]}).json()
    code, number = {"Authorization": f"Bearer {given['access_code']}"}, {"number": given["number"]}
    file = number | {"sha256": named["sha256"]}
    given_back = ask("/api/submissions/{number}/attachments/{sha256}", "GET", file, headers=code)
    assert followed(given_back).content == content
    cookie = {"Cookie": sign_in(server, "fujian")}
    given_back = ask("/api/desk/submissions/{number}/attachments/{sha256}", "GET", file, headers=cookie)
    assert followed(given_back).content == content


def test_documents_are_given_as_the_contract_says(server: Server) -> None:
    cookie = sign_in(server, "shuji")
    data = valid_self_check(uscc=fresh_uscc(), unit_name="示例县文书中学")
    given = httpx2.post(f"{server.url}/api/submissions/annual-self-check", json=data).json()
    number = {"number": given["number"]}
    one, own = "/api/desk/submissions/{number}", {"Authorization": f"Bearer {given['access_code']}"}
    due = (today() + timedelta(days=9)).isoformat()
    returned = {"decision": "return", "opinion": "示例意见", "correction_due": due, "fields": []}
    httpx2.post(
        f"{server.url}{one.format(**number)}/decisions", json=returned, headers={"Cookie": cookie, "If-Match": '"1"'}
    )
    export = {"form": "annual-self-check"}
    steps: list[tuple[str, dict[str, Any], dict[str, str], dict[str, Any]]] = [
        ("/api/submissions/{number}/document.pdf", number, own, {}),
        ("/api/submissions/{number}/document.pdf", number, own, {"version": 2}),
        (f"{one}/document.pdf", number, {"Cookie": cookie}, {"version": 1}),
        (f"{one}/receipt.pdf", number, {"Cookie": cookie}, {}),
        (f"{one}/opinions/{{sequence}}.pdf", {**number, "sequence": 2}, {"Cookie": cookie}, {}),
        (f"{one}/opinions/{{sequence}}.pdf", {**number, "sequence": 1}, {"Cookie": cookie}, {}),
        ("/api/desk/exports/{form}.{format}", {**export, "format": "pdf"}, {"Cookie": cookie}, {"q": "文书中学"}),
        ("/api/desk/exports/{form}.{format}", {**export, "format": "zip"}, {"Cookie": cookie}, {"q": "文书中学"}),
        ("/api/desk/score-sheet.pdf", {}, {"Cookie": cookie}, {"kind": "panel"}),
    ]
    statuses = []
    for path, places, headers, query in steps:
        case = schema[path]["GET"].Case(path_parameters=places, headers=headers, query=query)
        answer = case.call(base_url=server.url)
        case.validate_response(answer, checks=CHECKS)
        statuses.append(answer.status_code)
    assert statuses == [200, 404, 200, 200, 200, 404, 200, 200, 200]


def test_the_contract_names_every_form(catalogue: Catalogue) -> None:
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    assert contract["components"]["parameters"]["Form"]["schema"]["enum"] == [form.id for form in catalogue]


def test_every_route_for_programs_is_in_the_contract(services: Services) -> None:
    from functions.attach import create_app as create_attach
    from functions.desk.app import create_app as create_desk
    from functions.seals.app import create_app as create_seals
    from functions.submit import create_app as create_submit
    from functions.track.app import create_app as create_track

    creators = (create_submit, create_track, create_attach, create_desk, create_seals)
    routes = [route for create in creators for route in create(services).routes]
    # One address in two ways of writing it, which a contract may not have: a form to file, a number to follow.
    written = {"/api/submissions/{number}": "/api/submissions/{form}"}
    served = {
        (written.get(route.path, route.path).replace("{file}", "{form}.{format}"), method)
        for route in routes
        if isinstance(route, Route) and not route.path.startswith("/desk/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    paths = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["paths"]
    assert served == {(path, method.upper()) for path, methods in paths.items() for method in methods}
