"""What tests of rosters at the desk share: files of units, an import in one call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.state import Roster
from tests.desk.conftest import csrf_of
from tests.support.filings import make_uscc

LIST = "/desk/rosters/backup-registration"
HEADER = "单位名称,统一社会信用代码,联系电话"


def unit(number: int, name: str = "", phone: str = "") -> str:
    """One line of a file."""
    return f"{name or f'示例县第{number}中学'},{make_uscc(number)},{phone}"


def csv_of(*lines: str) -> bytes:
    return "\n".join((HEADER, *lines, "")).encode()


def several(numbers: Sequence[int]) -> bytes:
    return csv_of(*(unit(number) for number in numbers))


def upload(client: TestClient, services: Services, content: bytes, name: str = "名册.csv") -> Any:
    """Choose a file; the answer is the preview, or what is wrong."""
    return client.post(f"{LIST}/files", data={"csrf": csrf_of(client, services)}, files={"file": (name, content)})


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the form that confirms."""
    form = html.partition('aria-label="确认导入"')[2]
    found = re.findall(r'type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def confirm(client: TestClient, html: str, **answers: str) -> Any:
    """Press the button of the preview."""
    return client.post(f"{LIST}/import", data={**hidden(html), **answers})


def take(client: TestClient, services: Services, content: bytes, **answers: str) -> None:
    """Import a file, from choosing it to confirming it."""
    answer = confirm(client, upload(client, services, content).text, **answers)
    assert answer.status_code == 303, answer.text


def roster(services: Services) -> Roster:
    """The units as they stand."""
    return Rosters(services.ledger, services.entropy).read(services.catalogue.roster("backup-registration"))


def names(services: Services) -> list[str]:
    return [row.values["unit_name"] for row in roster(services).current().values()]
