"""Help and a wrong command line give Chinese text and the right exit code, for every command."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from functions import __version__
from functions.local.commands.chinese_help import run
from functions.local.commands.cli import StatusName, app
from functions.records.store import Status

ENGLISH = re.compile(r"Usage|Options|Commands|Arguments|Error|Invalid|Missing|required|default|Try |Show ")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("fly", "没有 fly 这个命令"),
        ("servee", "没有 servee 这个命令，是不是 serve"),
        ("staff fly", "没有 fly 这个命令"),
        ("--fly", "没有 --fly 这个选项"),
        ("build --rooot .", "没有 --rooot 这个选项，是不是 --root"),
        ("build now", "多写了 now"),
        ("export annual-self-check --out a", "缺 --format：要从 xlsx、csv、tables、jsonl、pdf、zip 里选一个"),
        ("export annual-self-check --format csv --out a --status new", "--status 的值不对：要从 submitted、"),
        ("export --format csv --out a", "缺 form"),
        ("staff add 示例 --role king", "--role 的值不对：要从 viewer、officer、reviewer、admin 里选一个"),
        ("serve --port http", "--port 的值不对：要写 0 到 65535 之间的整数"),
        ("serve --port 65536", "--port 的值不对：要写 0 到 65535 之间的整数"),
        ("serve --port", "--port 后面要写一个值"),
        ("check --json=1", "--json 后面不写值"),
        ("erase SC --version 0 --reason a", "--version 的值不对：要写 1 或者更大的整数"),
        ("seal --monthly 2026-09", "--monthly 和 --out 要一起给"),
        ("staff", "用法：qingdan staff [选项] 命令 [参数]"),
        ("", "用法：qingdan [选项] 命令 [参数]"),
    ],
)
def test_a_wrong_command_line_exits_2_with_a_chinese_explanation(
    typed: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, typed.split()) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(words), told.err
    assert not ENGLISH.search(told.err), told.err


@pytest.mark.parametrize(
    "typed", ["", "build", "check", "serve", "export", "staff", "staff add", "keys", "keys rotate", "erase", "demo"]
)
def test_help_is_chinese(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, [*typed.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(" ".join(("用法：qingdan", *typed.split())))
    assert not ENGLISH.search(told), told


def test_the_program_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["--version"]) == 0
    assert capsys.readouterr().out == f"qingdan {__version__}\n"


def test_an_export_may_be_of_every_state_there_is() -> None:
    assert {status.value for status in StatusName} == {*get_args(Status), "contested"}
