"""Keys in the cloud are made once, encrypted and never changed; a missing key names its setting."""

from __future__ import annotations

import base64
import os
import subprocess
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from functions.errors import SettingError
from functions.records.keys import Keys
from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.parameters import Parameters
from functions.storage.aws.session import Clients
from tests.conftest import ROOT
from tests.support.serving import COMMAND

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

_paths = count(1)


@pytest.fixture
def path() -> str:
    return f"/qingdan/test-{next(_paths)}"


@pytest.fixture
def ssm(twin: str) -> SSMClient:
    return Clients("us-east-1", twin).ssm()


@pytest.fixture
def parameters(ssm: SSMClient, path: str) -> Parameters:
    return Parameters(ssm, path, Calls(Patience(lambda: 0.0), "t"))


def test_keys_are_made_once_and_stay(parameters: Parameters) -> None:
    made = parameters.make(os.urandom)
    assert [name.split("/")[3] for name in made] == ["access", "receipt", "cursor"]
    keys, cursor_key = parameters.load()
    assert parameters.make(os.urandom) == []
    again, same = parameters.load()
    assert (again.hmac, again.hmac_kid, again.signer.kid, same) == (
        keys.hmac,
        keys.hmac_kid,
        keys.signer.kid,
        cursor_key,
    )
    assert len(cursor_key) == 32
    assert cursor_key not in keys.hmac.values()


def test_a_rotation_makes_one_more_of_each_and_the_old_ones_still_read(parameters: Parameters) -> None:
    parameters.make(os.urandom)
    old, old_cursor = parameters.load()
    receipt, code = old.signer.sign({"number": "1"}), old.access_code("1", kid=old.hmac_kid, epoch=1)
    made = parameters.rotate(os.urandom)
    assert [name.split("/")[3] for name in made] == ["access", "receipt", "cursor"]
    new, new_cursor = parameters.load()
    assert (new.hmac_kid[:5], new.signer.kid[:5]) == ("0002-", "0002-")
    assert new_cursor != old_cursor
    assert new.verify(receipt) == {"number": "1"}
    assert new.access_code("1", kid=old.hmac_kid, epoch=1) == code
    parameters.rotate(os.urandom)
    assert parameters.load()[0].signer.kid.startswith("0003-")


def test_keys_from_parameters_sign_and_verify(parameters: Parameters) -> None:
    parameters.make(os.urandom)
    keys, _ = parameters.load()
    code = keys.access_code("SC-2026-34679ACE", kid=keys.hmac_kid, epoch=1)
    assert len(code.replace("-", "")) == 16
    assert keys.verify(keys.signer.sign({"number": "SC-2026-34679ACE"})) == {"number": "SC-2026-34679ACE"}


def test_keys_are_stored_as_secure_strings(parameters: Parameters, ssm: SSMClient, path: str) -> None:
    for name in parameters.make(os.urandom):
        found = ssm.get_parameter(Name=name)["Parameter"]
        assert found["Type"] == "SecureString"
        assert found["Version"] == 1


def test_newer_keys_are_used_and_older_ones_still_read(parameters: Parameters, ssm: SSMClient, path: str) -> None:
    parameters.make(os.urandom)
    old, _ = parameters.load()
    put(ssm, f"{path}/access/0002-new", base64.b64encode(b"n" * 32).decode())
    # More than one answer of SSM holds.
    for number in range(12):
        put(ssm, f"{path}/access/0001-{number:04d}", base64.b64encode(b"%032d" % number).decode())
    newer, _ = parameters.load()
    assert newer.hmac_kid == "0002-new"
    assert len(newer.hmac) == 14
    assert newer.hmac[old.hmac_kid] == old.hmac[old.hmac_kid]


def put(ssm: SSMClient, name: str, value: str) -> None:
    ssm.put_parameter(Name=name, Value=value, Type="SecureString")


def test_missing_keys_are_named_with_setting_and_cure(parameters: Parameters, path: str) -> None:
    with pytest.raises(SettingError, match=r"QINGDAN_PARAMETERS.*qingdan keys init") as told:
        parameters.load()
    assert path in str(told.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("access", "short"), ("access", base64.b64encode(b"x").decode()), ("receipt", "no key"), ("cursor", "?")],
)
def test_a_malformed_key_is_named_without_its_value(
    parameters: Parameters, ssm: SSMClient, path: str, kind: str, value: str
) -> None:
    parameters.make(os.urandom)
    put(ssm, f"{path}/{kind}/0009-bad", value)
    with pytest.raises(SettingError, match=f"{path}/{kind}/0009-bad.*请") as told:
        parameters.load()
    assert value not in str(told.value).replace(path, "")


def test_the_command_makes_what_is_missing_and_overwrites_nothing(twin: str, path: str, parameters: Parameters) -> None:
    variables = {
        **os.environ,
        "QINGDAN_STORE": "aws",
        "QINGDAN_TABLE": "qingdan-test",
        "QINGDAN_BUCKET": "qingdan-test",
        "QINGDAN_PARAMETERS": path,
        "QINGDAN_REGION": "us-east-1",
        "QINGDAN_ENDPOINT_URL": twin,
    }

    def init() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, "keys", "init"], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False
        )

    first = init()
    assert first.returncode == 0, first.stderr
    assert first.stdout.count(f"已建立 {path}/") == 3
    keys, _ = parameters.load()
    again = init()
    assert "已建立" not in again.stdout
    assert "密钥齐全" in again.stdout
    unchanged: Keys = parameters.load()[0]
    assert unchanged.hmac == keys.hmac
    for key in keys.hmac.values():
        assert base64.b64encode(key).decode() not in first.stdout + again.stdout


def test_on_one_machine_the_command_makes_the_files(tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("QINGDAN_")}
    told = subprocess.run(
        [*COMMAND, "keys", "init", "--data", str(tmp_path)],
        cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "密钥齐全" in told.stdout
    assert len(list((tmp_path / "keys").iterdir())) == 2
