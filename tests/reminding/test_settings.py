"""Settings of reminders: their defaults, and that a wrong one is named with its cure and without a secret."""

from __future__ import annotations

import pytest

from functions.errors import SettingError
from functions.settings import Settings

SECRET = "a secret of more than sixteen"


def test_reminders_come_30_7_and_1_days_before_and_the_day_after() -> None:
    assert Settings.from_mapping({}).reminders.days == (30, 7, 1, -1)


@pytest.mark.parametrize(("text", "days"), [("off", ()), ("14", (14,)), (" -1, 3,14 ", (14, 3, -1)), ("0", (0,))])
def test_the_days_can_be_set(text: str, days: tuple[int, ...]) -> None:
    assert Settings.from_mapping({"QINGDAN_REMIND_DAYS": text}).reminders.days == days


@pytest.mark.parametrize("text", ["soon", "61", "-31", "1,,2", "1,2,3,4,5,6,7,8,9"])
def test_wrong_days_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="QINGDAN_REMIND_DAYS"):
        Settings.from_mapping({"QINGDAN_REMIND_DAYS": text})


def test_mail_to_units_needs_a_server_and_no_superior() -> None:
    sender = {"QINGDAN_REMIND_FROM": "daj@county.example"}
    with pytest.raises(SettingError, match="QINGDAN_MAIL_SERVER"):
        Settings.from_mapping(sender)
    with pytest.raises(SettingError, match="QINGDAN_REMIND_FROM"):
        Settings.from_mapping({"QINGDAN_REMIND_FROM": "nobody", "QINGDAN_MAIL_SERVER": "smtp://m"})
    settings = Settings.from_mapping({**sender, "QINGDAN_MAIL_SERVER": "smtp://m"})
    assert (settings.reminders.sender, settings.mail_to) == ("daj@county.example", "")


@pytest.mark.parametrize(
    "address", ["https://sms.example/send", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/x"]
)
def test_a_gateway_is_reached_by_https_or_on_this_machine(address: str) -> None:
    given = {"QINGDAN_SMS_WEBHOOK": address, "QINGDAN_SMS_SECRET": SECRET}
    assert Settings.from_mapping(given).reminders.sms_webhook == address


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("http://sms.example/", SECRET),
        ("ftp://127.0.0.1/", SECRET),
        ("sms.example", SECRET),
        ("https://sms.example:x/", SECRET),
        ("https://sms.example/", ""),
        ("https://sms.example/", "short"),
        ("", SECRET),
    ],
)
def test_a_gateway_in_the_clear_or_without_a_long_secret_is_refused(address: str, secret: str) -> None:
    with pytest.raises(SettingError, match="QINGDAN_SMS_") as refused:
        Settings.from_mapping({"QINGDAN_SMS_WEBHOOK": address, "QINGDAN_SMS_SECRET": secret})
    assert SECRET not in str(refused.value)
