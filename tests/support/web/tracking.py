"""Follows and corrects a filing as a unit's program does, and decides on it as an officer."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.records.decision import Decision
from functions.records.transitions import decide
from functions.web.filing.stepper import Make, Stepper

SELF_CHECK = "/api/submissions/annual-self-check"


def bearer(given: dict[str, Any], **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {given['access_code']}", **{k.replace("_", "-"): v for k, v in more.items()}}


def at(given: dict[str, Any], more: str = "") -> str:
    return f"/api/submissions/{given['number']}{more}"


def officer_does(services: Services, number: str, make: Any) -> None:
    """One step of an officer, as the desk takes it."""
    stepper = Stepper(services)
    act = stepper.act("jia", role="reviewer")
    step: Make = lambda open_record: make(open_record, act)  # noqa: E731
    stepper.take(number, act, step)


def send_back(services: Services, number: str, due: date = date(2026, 9, 25)) -> None:
    decision = Decision("return", "30 年档案数量漏填。", due, ("/holdings/y30", "/unit/contact_phone"))
    officer_does(services, number, lambda open_record, act: decide(open_record, act, decision))


def accept(services: Services, number: str) -> None:
    officer_does(services, number, lambda open_record, act: decide(open_record, act, Decision("accept")))


def put(client: TestClient, given: dict[str, Any], data: Any, *, version: int = 1, **more: str) -> Any:
    return client.put(at(given), json=data, headers=bearer(given, If_Match=f'"{version}"', **more))
