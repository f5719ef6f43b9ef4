"""Explains usage and typing errors of commands in Chinese; the command-line library has only English texts.

Knows the texts of the library's version that `pyproject.toml` pins, and no command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

_F = TypeVar("_F", bound=Callable[..., Any])

_HELP: Final[Mapping[str, str]] = {
    r"^Usage: ": "用法：",
    r"\[OPTIONS\]": "[选项]",
    r"COMMAND \[ARGS\]\.\.\.": "命令 [参数]",
    r"^Options:$": "选项：",
    r"^Commands:$": "命令：",
    r"^Arguments:$": "参数：",
    r"Show this message and exit\.$": "显示这段说明。",
    r"\[required\]$": "[必填]",
    r"; required\]$": "；必填]",
    r"\[default: ": "[默认：",
}
_WRONG: Final[Mapping[str, str]] = {
    r"No such command '([^']*)'\. Did you mean '([^']*)'.*": "没有 {} 这个命令，是不是 {}",
    r"No such command '([^']*)'.*": "没有 {} 这个命令",
    r"Missing command.*": "没有写是哪一个命令",
    r"No such option: (\S+) \(Possible options: (.*)\)": "没有 {} 这个选项，是不是 {}",
    r"No such option: (.*)": "没有 {} 这个选项",
    r"Got unexpected extra argument.*\((.*)\)": "多写了 {}",
    r"Option '([^']*)' requires an argument.*": "{} 后面要写一个值",
    r"Option '([^']*)' does not take a value.*": "{} 后面不写值",
}


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _in_chinese(super().get_usage(ctx))


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        return _in_chinese(super().get_usage(ctx))


class App(typer.Typer):
    """Commands that explain themselves in Chinese, and show their usage when none is named."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, no_args_is_help=True, rich_markup_mode=None, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[_F], _F]:
        return super().command(name, cls=_Command, **options)


def run(app: App, typed: Sequence[str] | None = None) -> int:
    """Run the typed command and return its exit code; 2 means wrong usage, explained on stderr."""
    try:
        return int(app(typed, prog_name=app.info.name, standalone_mode=False) or 0)
    except typer.TyperException as error:
        typer.echo(_explained(error), err=True)
        return error.exit_code
    except typer.Abort:
        typer.echo("没有做，已取消", err=True)
        return 1


def _explained(error: Any) -> str:
    """Explain the usage error, and where to read about the usage."""
    if error.message.startswith(_HELP["^Usage: "]):
        return str(error.message)
    if error.ctx is None:
        return f"{_wrong(error)}。"
    return f"{_wrong(error)}。\n{error.ctx.get_usage()}\n用法细说见 {error.ctx.command_path} --help"


def _wrong(error: Any) -> str:
    said, param = error.format_message(), getattr(error, "param", None)
    if param is not None:
        name, allowed = param.opts[0], _allowed(param)
        return f"缺 {name}{allowed}" if said.startswith("Missing ") else f"{name} 的值不对{allowed or _number(param)}"
    for pattern, words in _WRONG.items():
        if found := re.fullmatch(pattern, said):
            return words.format(*(each.replace(", ", "、") for each in found.groups()))
    return str(error.message)


def _allowed(param: Any) -> str:
    choices = "、".join(getattr(each, "value", str(each)) for each in param.type_descriptor.choices or ())
    return choices and f"：要从 {choices} 里选一个"


def _number(param: Any) -> str:
    least, most = param.min, param.max
    if most is not None:
        return f"：要写 {least} 到 {most} 之间的整数"
    return f"：要写 {least} 或者更大的整数" if least is not None else "：要写整数"


def _in_chinese(text: str) -> str:
    for pattern, words in _HELP.items():
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text
