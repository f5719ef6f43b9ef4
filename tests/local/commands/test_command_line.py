"""The command line as an operator uses it: exit codes, words, and working while the server runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.local.conftest import Start
from tests.support.command_line import run
from tests.support.filings import valid_self_check
from tests.support.web.raw_http import connect, post_bytes, read_answer


def test_help_names_every_command_in_chinese() -> None:
    told = run("--help")
    assert told.returncode == 0
    for command in ("build", "serve", "staff", "export", "check", "backup", "restore"):
        assert command in told.stdout
    assert "发布责任清单" in told.stdout


def test_misuse_exits_2() -> None:
    told = run("export", "annual-self-check")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("缺 --format")


@pytest.mark.one_machine
def test_a_missing_data_folder_is_named_and_not_created(tmp_path: Path) -> None:
    data = tmp_path / "misspelt"
    out = str(tmp_path / "out.csv")
    for typed in (
        ("staff", "list"),
        ("staff", "disable", "主管"),
        ("export", "annual-self-check", "--format", "csv", "--out", out),
        ("seal",),
        ("keys", "rotate"),
        ("rebuild",),
        ("erase", "SC-2026-7F3K9QXW", "--version", "1", "--reason", "示例"),
    ):
        told = run(*typed, "--data", str(data))
        assert (told.returncode, told.stdout) == (1, ""), typed
        assert f"{data} 里没有数据" in told.stderr
        assert "--data" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unusable_certificate_exits_1_before_anything_starts(site: Path, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("示例", encoding="utf-8")
    pair = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    told = run("serve", "--port", "0", "--data", str(tmp_path / "data"), "--site", str(site), *pair)
    assert (told.returncode, told.stdout) == (1, "")
    assert "--tls-key" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "data").exists()


def test_a_site_that_cannot_be_written_exits_1_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = run("build", "--site", str(tmp_path / "file" / "site"))
    assert told.returncode == 1
    assert str(tmp_path / "file") in told.stderr
    assert "请检查权限和磁盘空间" in told.stderr
    assert "Traceback" not in told.stderr


def test_accounts_are_added_and_listed(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    added = run("staff", "add", "示例官", "--role", "officer", *data)
    assert added.returncode == 0
    assert "一次性密码：" in added.stdout
    final = run(
        "staff", "add", "viewer", "--role", "viewer", "--password-stdin", *data, typed="示例口令 十二个字以上的\n"
    )
    assert final.returncode == 0, final.stderr
    assert "一次性密码" not in final.stdout
    listed = json.loads(run("staff", "list", "--json", *data).stdout)
    assert [(each["name"], each["role"]) for each in listed] == [("viewer", "viewer"), ("示例官", "officer")]
    again = run("staff", "add", "viewer", "--role", "viewer", *data)
    assert again.returncode == 1
    assert "请" in again.stderr
    assert "Traceback" not in again.stderr


def test_accounts_are_disabled_enabled_and_reset_while_the_server_runs(start: Start) -> None:
    server = start()
    data = ("--data", str(server.data))
    password = "示例口令 十二个字以上的"
    run("staff", "add", "示例官", "--role", "officer", "--password-stdin", *data, typed=password)
    cookie = sign_in(server.url, "示例官", password)
    assert status(server.url, cookie) == 200
    assert run("staff", "disable", "示例官", *data).stdout == "已停用账号：示例官\n"
    assert status(server.url, cookie) == 401
    assert sign_in(server.url, "示例官", password) == ""
    assert run("staff", "enable", "示例官", *data).returncode == 0
    assert status(server.url, cookie) == 401
    cookie = sign_in(server.url, "示例官", password)
    assert status(server.url, cookie) == 200
    told = run("staff", "reset", "示例官", *data)
    assert told.returncode == 0
    assert status(server.url, cookie) == 401
    assert sign_in(server.url, "示例官", password) == ""
    one_time = re.search(r"一次性密码：(\S+)", told.stdout)
    assert one_time
    cookie = sign_in(server.url, "示例官", one_time.group(1))
    assert status(server.url, cookie) == 403, "nothing is shown before the one-time password is changed"


def test_disabling_the_last_admin_or_an_unknown_name_exits_1(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    run("staff", "add", "主管", "--role", "admin", *data)
    told = run("staff", "disable", "主管", *data)
    assert (told.returncode, told.stdout) == (1, "")
    assert "请先让另一个账号做管理员" in told.stderr
    for command in ("disable", "enable", "reset"):
        told = run("staff", command, "没有这人", *data)
        assert told.returncode == 1
        assert "没有名为“没有这人”的账号" in told.stderr


def sign_in(url: str, name: str, password: str) -> str:
    """The cookie of a new session, "" when the server let nobody in."""
    body = json.dumps({"username": name, "password": password}).encode()
    try:
        with urlopen(Request(f"{url}/api/desk/session", body, {"Content-Type": "application/json"})) as answer:
            return str(answer.headers["Set-Cookie"]).partition(";")[0]
    except HTTPError as refusal:
        refusal.close()
        return ""


def status(url: str, cookie: str) -> int:
    """How the server answers a session that asks for the list."""
    try:
        with urlopen(Request(f"{url}/api/desk/submissions", headers={"Cookie": cookie})) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        refusal.close()
        return refusal.code


def test_a_wrong_setting_exits_1_and_names_the_fix(tmp_path: Path) -> None:
    told = run("staff", "list", "--data", str(tmp_path), QINGDAN_BODY_LIMIT="big")
    assert told.returncode == 1
    assert "QINGDAN_BODY_LIMIT" in told.stderr


def test_serving_an_unbuilt_site_or_a_taken_port_exits_1(start: Start, site: Path, tmp_path: Path) -> None:
    missing = run("serve", "--port", "0", "--data", str(tmp_path / "other"), "--site", str(tmp_path / "nothing"))
    assert missing.returncode == 1
    assert "qingdan build" in missing.stderr
    port = str(start().port)
    taken = run("serve", "--port", port, "--data", str(tmp_path / "other"), "--site", str(site))
    assert taken.returncode == 1
    assert "--port" in taken.stderr


def test_a_public_address_without_encryption_is_refused(site: Path, tmp_path: Path) -> None:
    told = run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path), "--site", str(site))
    assert told.returncode == 1
    assert "--behind-proxy" in told.stderr


@pytest.mark.parametrize("format", ["xlsx", "csv", "jsonl"])
def test_filings_are_exported_while_the_server_runs(start: Start, tmp_path: Path, format: str) -> None:
    server = start()
    with connect(server.port, post_bytes(valid_self_check())) as connection:
        assert read_answer(connection)[0] == 201
    out = tmp_path / f"out.{format}"
    told = run(
        "export",
        "annual-self-check",
        "--format",
        format,
        "--out",
        str(out),
        "--period",
        "2025",
        "--data",
        str(server.data),
    )
    assert told.returncode == 0, told.stderr
    assert "1 份" in told.stdout
    content = out.read_bytes()
    assert content.startswith(b"PK") if format == "xlsx" else "示例县第一中学" in content.decode()
    assert [path.name for path in tmp_path.glob(".*.part")] == []


def test_exporting_an_unknown_form_exits_1_and_an_empty_export_says_so(tmp_path: Path) -> None:
    out, data = tmp_path / "out.csv", ("--data", str(tmp_path / "data"))
    run("staff", "add", "主管", "--role", "admin", *data)
    told = run("export", "nothing", "--format", "csv", "--out", str(out), *data)
    assert told.returncode == 1
    assert "annual-self-check" in told.stderr
    assert not out.exists()
    told = run("export", "annual-self-check", "--format", "csv", "--period", "2O25", "--out", str(out), *data)
    assert (told.returncode, told.stdout) == (0, f"已导出 0 份：{out}\n")
    assert "没有一份符合" in told.stderr


def test_check_finds_this_repository_in_order_and_warns_of_unknown_settings() -> None:
    told = run("check", "--json", QINGDAN_CAPTCHA="off")
    found = json.loads(told.stdout)
    assert (told.returncode, found["errors"]) == (0, [])
    assert "QINGDAN_CAPTCHA" in found["warnings"][0]


def test_check_says_what_is_wrong_with_a_form(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "broken"
    folder.mkdir(parents=True)
    (folder / "form.json").write_text('{"title": ', encoding="utf-8")
    told = run("check", "--root", str(tmp_path))
    assert told.returncode == 1
    assert "form.json" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_first_server_makes_admin_and_the_log_holds_no_secret(start: Start) -> None:
    server = start()
    assert len(server.password.replace("-", "")) == 16
    with urlopen(f"{server.url}/desk/sign-in?next=/desk/?q=%E7%A4%BA%E4%BE%8B", timeout=10) as answer:
        assert answer.status == 200
    with connect(server.port, post_bytes(valid_self_check(), key="log-me-not")) as connection:
        assert read_answer(connection)[0] == 201
    server.stop()
    # What is said to the operator before the start names the address that is listened on; the log names none.
    log = [line for line in server.log().splitlines() if line.startswith("{")]
    lines = [json.loads(line) for line in log]
    assert {(line["method"], line["status"]) for line in lines} >= {("GET", 200), ("POST", 201)}
    for secret in (server.password, "示例", "%E7", "q=", "log-me-not", "0000-1234567", "127.0.0.1"):
        assert not any(secret in line for line in log)
    assert start().password == "", "only the first start makes an account"
