"""A wrong setting names its variable and the fix; an unknown one is only a warning of `qingdan check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.bootstrap import read_forms
from functions.errors import SettingError
from functions.local.server.listen_address import Address, require_safe
from functions.settings import Settings, unknown_variables


def test_settings_come_from_variables() -> None:
    settings = Settings.from_mapping(
        {"QINGDAN_DATA": "/srv/qd", "QINGDAN_RATE_LIMIT": "off", "QINGDAN_BODY_LIMIT": "2048"}
    )
    assert (settings.data, settings.rate_limit, settings.body_limit) == (Path("/srv/qd"), False, 2048)


def test_a_scanner_is_refused_where_it_would_be_reached_in_the_clear() -> None:
    given = {"QINGDAN_CLAMD": "scanner.example.invalid:3310"}
    assert Settings.from_mapping(given).clamd == given["QINGDAN_CLAMD"]
    with pytest.raises(SettingError, match=r"QINGDAN_CLAMD.*请不设"):
        Settings.from_mapping({**given, "AWS_LAMBDA_FUNCTION_NAME": "attach"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QINGDAN_RATE_LIMIT", "no"),
        ("QINGDAN_BODY_LIMIT", "1MB"),
        ("QINGDAN_BODY_LIMIT", "1"),
        ("QINGDAN_BODY_SECONDS", "60"),
        ("QINGDAN_RATE_PER_MINUTE", "０"),
        ("QINGDAN_BEHIND_PROXY", "1"),
        ("QINGDAN_PROXY_HOPS", "0"),
        ("QINGDAN_REQUIRE_TOTP", "yes"),
        ("QINGDAN_STORE", "dynamodb"),
        ("QINGDAN_ROOT_PATH", "daj"),
        ("QINGDAN_ROOT_PATH", "/daj//tb"),
        ("QINGDAN_ROOT_PATH", "/../daj"),
        ("QINGDAN_ROOT_PATH", "/daj?"),
    ],
)
def test_a_wrong_setting_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*请"):
        Settings.from_mapping({name: value})


@pytest.mark.parametrize(
    ("value", "path"), [("", ""), ("/", "/"), ("/daj", "/daj/"), ("/daj/", "/daj/"), ("/a.b/c-1/", "/a.b/c-1/")]
)
def test_a_root_path_has_a_slash_at_both_ends(value: str, path: str) -> None:
    assert Settings.from_mapping({"QINGDAN_ROOT_PATH": value}).root_path == path


def test_an_unknown_setting_stops_nothing() -> None:
    variables = {"QINGDAN_CAPTCHA": "off", "PATH": "/bin"}
    Settings.from_mapping(variables)
    assert unknown_variables(variables) == ["QINGDAN_CAPTCHA"]


@pytest.mark.parametrize(("value", "read"), [("", "auto"), ("auto", "auto"), (" ON ", "on"), ("off", "off")])
def test_the_proof_of_work_is_left_to_a_flood_unless_it_is_set(value: str, read: str) -> None:
    assert Settings.from_mapping({"QINGDAN_PROOF_OF_WORK": value}).proof_of_work == read


def test_the_proof_of_work_knows_three_words() -> None:
    with pytest.raises(SettingError, match="QINGDAN_PROOF_OF_WORK 只能是 auto、on 或 off，现在是“yes”"):
        Settings.from_mapping({"QINGDAN_PROOF_OF_WORK": "yes"})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.gov.cn"])
def test_a_public_address_needs_encryption_and_a_rate_limit(host: str) -> None:
    with pytest.raises(SettingError, match="--behind-proxy"):
        require_safe(Address(host), Settings())
    with pytest.raises(SettingError, match="QINGDAN_RATE_LIMIT"):
        require_safe(Address(host), Settings(behind_proxy=True, rate_limit=False))
    require_safe(Address(host), Settings(behind_proxy=True))
    require_safe(Address(host, tls_cert=Path("c"), tls_key=Path("k")), Settings())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_needs_no_encryption(host: str) -> None:
    require_safe(Address(host), Settings(rate_limit=False))


@pytest.mark.parametrize("content", ["示例", "[1]", '["{"]', None])
def test_an_invalid_compiled_catalogue_names_the_variable(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "catalogue.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match="QINGDAN_CATALOGUE"):
        read_forms(Settings(catalogue=tmp_path / "catalogue.json"))


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(SettingError, match="--tls-key"):
        require_safe(Address(tls_cert=Path("c")), Settings())


CLOUD = {
    "QINGDAN_STORE": "aws",
    "QINGDAN_TABLE": "qingdan-prod",
    "QINGDAN_BUCKET": "qingdan-prod-files",
    "QINGDAN_PARAMETERS": "/qingdan/prod",
    "QINGDAN_REGION": "cn-north-1",
}


def test_the_cloud_settings_are_read_together() -> None:
    assert Settings.from_mapping({**CLOUD, "QINGDAN_STORE": "sqlite"}).cloud is None
    cloud = Settings.from_mapping(CLOUD).cloud
    assert cloud is not None
    assert (cloud.exports_bucket, cloud.endpoint) == (cloud.bucket, None)
    more = {"QINGDAN_EXPORTS_BUCKET": "qingdan-exports", "QINGDAN_ENDPOINT_URL": "http://127.0.0.1:4566"}
    other = Settings.from_mapping({**CLOUD, **more, "QINGDAN_REGION": "", "AWS_REGION": "us-east-1"}).cloud
    assert other is not None
    assert (other.exports_bucket, other.region) == ("qingdan-exports", "us-east-1")


@pytest.mark.parametrize("name", ["QINGDAN_TABLE", "QINGDAN_BUCKET", "QINGDAN_PARAMETERS", "QINGDAN_REGION"])
def test_a_cloud_without_one_of_its_places_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*"):
        Settings.from_mapping({**CLOUD, name: " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QINGDAN_TABLE", "qingdan prod"),
        ("QINGDAN_BUCKET", "Qingdan"),
        ("QINGDAN_EXPORTS_BUCKET", "x"),
        ("QINGDAN_PARAMETERS", "qingdan/prod"),
        ("QINGDAN_PARAMETERS", "/qingdan/"),
        ("QINGDAN_REGION", "north-1"),
        ("QINGDAN_ENDPOINT_URL", "127.0.0.1:4566"),
    ],
)
def test_an_impossible_path_names_its_variable_and_the_cure(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*请"):
        Settings.from_mapping({**CLOUD, name: value})
