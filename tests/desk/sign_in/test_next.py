"""Sign-in leads to a page of this desk, whatever the address said."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.desk.conftest import PASSWORD, post_sign_in

KNOWN = [
    "/desk/",
    "/desk/calls",
    "/desk/account",
    "/desk/submissions/SC-2026-34679ACE",
    "/desk/?form=annual-self-check&timeliness=late",
    "/desk/?q=%E7%A4%BA%E4%BE%8B+%E4%B8%AD%E5%AD%A6",
    "/desk/?q=100%25",
]
OTHER = [
    "",
    "https://evil.example/desk/",
    "//evil.example/desk/",
    "/\\evil.example",
    "/desk",
    "/desk/../track/",
    "/desk/%2e%2e/track/",
    "/desk/%2E%2E/track/",
    "/desk/%252e%252e/track/",
    "/desk/./calls",
    "/desk//evil.example",
    "/desk/%2f%2fevil.example",
    "/desk/%5cevil.example",
    "/desk/\\evil.example",
    "/desk/calls\r\nSet-Cookie: a=b",
    "/desk/?q=%0d%0aSet-Cookie:%20a=b",
    "/desk/?q=%00",
    "/desk/?q=%250a",
    "/desk/?q=//evil.example",
    "/desk/?q=%2f%2fevil.example",
    "/desk/?q=%255c",
    "/desk/?q=%2e%2e",
    "/desk/no-such-page",
    "/desk/sign-out",
    "/desk/calls/../../track/",
    "/desk/calls#//evil.example",
    "/api/desk/submissions",
]


@pytest.mark.parametrize(("asked", "given"), [(each, each) for each in KNOWN] + [(each, "/desk/") for each in OTHER])
def test_a_sign_in_leads_to_a_page_of_the_desk(client: TestClient, staff: None, asked: str, given: str) -> None:
    assert post_sign_in(client, "viewer", PASSWORD, after=asked).headers["location"] == given
