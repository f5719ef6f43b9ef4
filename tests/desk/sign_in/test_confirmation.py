"""Ten minutes after sign-in, a change of accounts requires the password or a code again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyotp import TOTP
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.desk.confirmation import NEEDED, RECENT
from functions.settings import Settings
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from tests.desk.conftest import PASSWORD, ComeIn, csrf_of, post_sign_in, token_in
from tests.support.clock import Clock

PLACE = f"/desk/staff/{id_of('officer')}"
ASKED = "登录已经超过 10 分钟"


def disable(admin: TestClient, services: Services, **proof: str) -> int:
    return admin.post(PLACE, data={"csrf": csrf_of(admin, services), "do": "disable", **proof}).status_code


@pytest.mark.parametrize(("age", "status"), [(RECENT - timedelta(seconds=1), 303), (RECENT, 422)])
def test_a_sign_in_is_proof_for_ten_minutes(
    come_in: ComeIn, services: Services, clock: Clock, age: timedelta, status: int
) -> None:
    admin = come_in("admin")
    clock.at += age
    assert (ASKED in admin.get(PLACE).text) == (status == 422)
    assert disable(admin, services) == status
    assert services.staff.account("officer").disabled == (status == 303)


def test_the_password_given_again_is_proof_for_ten_more(come_in: ComeIn, services: Services, clock: Clock) -> None:
    admin = come_in("admin")
    clock.at += RECENT
    refused = admin.post(PLACE, data={"csrf": csrf_of(admin, services), "do": "disable"})
    assert NEEDED in refused.text
    assert disable(admin, services, proof="不是这个口令 12345") == 422
    assert not services.staff.account("officer").disabled
    assert disable(admin, services, proof=PASSWORD) == 303
    clock.at += RECENT - timedelta(seconds=1)
    assert ASKED not in admin.get("/desk/staff").text
    clock.at += timedelta(seconds=1)
    answer = admin.post("/desk/staff", data={"csrf": csrf_of(admin, services), "name": "示例丁", "role": "viewer"})
    assert answer.status_code == 422
    assert 'value="示例丁"' in answer.text, "nothing typed is lost"
    assert "示例丁" not in [account.name for account in services.staff.accounts()]


def test_a_code_of_the_phone_is_proof_once(come_in: ComeIn, services: Services, clock: Clock) -> None:
    factors = SecondFactors(
        services.staff, Encryption(services.keys.hmac, services.keys.hmac_kid, services.entropy), services.entropy
    )
    secret = factors.new_secret()
    factors.turn_on("admin", secret=secret, code=TOTP(secret).at(clock()), at=clock())
    admin, other = come_in("admin"), come_in("admin")
    clock.at += RECENT
    code = TOTP(secret).at(clock())
    assert disable(admin, services, proof=f"{code[:3]} {code[3:]}") == 303
    assert disable(other, services, proof=code) == 422


def test_the_confirmation_of_one_session_does_not_count_in_another(
    come_in: ComeIn, services: Services, clock: Clock
) -> None:
    admin, other = come_in("admin"), come_in("admin")
    clock.at += RECENT
    assert disable(admin, services, proof=PASSWORD) == 303
    other.cookies.set("__Host-qingdan-confirmed", admin.cookies["__Host-qingdan-confirmed"], domain="testserver.local")
    assert disable(other, services) == 422


def test_a_phone_is_set_up_by_the_owner_alone(come_in: ComeIn, services: Services, clock: Clock) -> None:
    """Whoever passes an unlocked desk must not be able to add their own phone."""
    desk = come_in("officer")
    clock.at += RECENT
    page = desk.get("/desk/totp").text
    assert ASKED in page
    secret = page.partition('id="key">')[2].partition("<")[0].replace(" ", "")
    fields = {"csrf": token_in(page), "setup": token_in(page, "setup"), "code": TOTP(secret).at(clock())}
    refused = desk.post("/desk/totp", data=fields)
    assert (refused.status_code, NEEDED in refused.text) == (422, True)
    assert services.staff.account("officer").second_factor is None
    assert "恢复码" in desk.post("/desk/totp", data={**fields, "proof": PASSWORD}).text
    assert services.staff.account("officer").second_factor is not None


def test_a_sign_in_leads_to_the_set_up_first_and_then_where_it_was_going(
    client: TestClient, come_in: ComeIn, services: Services, clock: Clock
) -> None:
    desk = come_in("reviewer", public=True)
    desk.cookies.clear()
    place = post_sign_in(desk, "reviewer", PASSWORD, after="/desk/calls").headers["location"]
    assert place == "/desk/totp?next=%2Fdesk%2Fcalls"
    page = desk.get(place).text
    secret = page.partition('id="key">')[2].partition("<")[0].replace(" ", "")
    fields = {"csrf": token_in(page), "setup": token_in(page, "setup"), "next": token_in(page, "next")}
    assert 'href="/desk/calls"' in desk.post("/desk/totp", data={**fields, "code": TOTP(secret).at(clock())}).text


@pytest.mark.parametrize(
    ("settings", "demanded"),
    [
        (Settings(), False),
        (Settings(public=True), True),
        (Settings(public=True, require_totp=False), False),
        (Settings(require_totp=True), True),
        (Settings.from_mapping({}), False),
        (Settings.from_mapping({"QINGDAN_BEHIND_PROXY": "on"}), True),
        (Settings.from_mapping({"QINGDAN_BEHIND_PROXY": "on", "QINGDAN_REQUIRE_TOTP": "off"}), False),
    ],
)
def test_a_second_factor_is_demanded_wherever_others_can_reach_the_desk(settings: Settings, demanded: bool) -> None:
    assert settings.demands_second_factor == demanded
