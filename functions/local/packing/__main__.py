"""`python -m functions.local.packing`: packs every function file, and reports the size of each package."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from functions.errors import QingdanError
from functions.forms.authoring.reader import read_catalogue
from functions.local.packing.archive import Compiler
from functions.local.packing.closure import closure_of, function_modules
from functions.local.packing.libraries import HERE, MACHINES, Libraries, install, installed, required
from functions.local.packing.pack import Package, Source, pack
from functions.local.packing.stack import describe
from functions.web.http.site_frame import SiteFrame

MB: Final = 1_000_000
LARGEST: Final[Mapping[str, int]] = {"submit": 12 * MB}
WRONG: Final = 1


def main(
    out: Annotated[Path, typer.Option(help="放到哪个文件夹。")] = Path("build/package"),
    site: Annotated[Path, typer.Option(help="生成好的网站。")] = Path("build/site"),
    machine: Annotated[str, typer.Option(help="处理器：arm64、x86_64，或 here（只在本机试用）。")] = "arm64",
) -> None:
    """把每个函数打成 AWS Lambda 的包。"""
    if machine not in (*MACHINES, HERE):
        raise typer.BadParameter(f"没有名为 {machine} 的处理器。可用的：{'、'.join((*MACHINES, HERE))}")
    root = Path()
    functions = function_modules(root)
    stack = describe(root, site, functions, machine)
    source = Source(root, read_catalogue(root / "schemas"), site)
    libraries = installed() if machine == HERE else _libraries(root, functions, machine, out)
    python = os.environ.get("PACKAGE_PYTHON")
    compiler = Compiler.of(python, libraries.python) if python else None
    made = [pack(source, function, libraries, out, compiler=compiler) for function in functions]
    (out / "stack.json").write_text(json.dumps(stack, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if not SiteFrame.load(site).assets.get("upload_host"):
        typer.echo("mkdocs.yml 里没有填 extra.upload_host：网页不能把附件传到存储桶，超过 4 MB 的就传不上来", err=True)
    _tell(made, "Python {}.{}，{}".format(*libraries.python, machine), with_bytecode=compiler is not None)
    if any(package.size > LARGEST.get(package.function, package.size) for package in made):
        raise typer.Exit(WRONG)


def _libraries(root: Path, functions: Iterable[str], machine: str, out: Path) -> Libraries:
    imported = frozenset[str]().union(*(closure_of(root, function).imported for function in functions))
    return install(required(imported), machine, out / "libraries" / machine, root / "requirements.lock")


def _tell(made: list[Package], target: str, *, with_bytecode: bool) -> None:
    typer.echo(target)
    for package in made:
        largest = LARGEST.get(package.function)
        size, unpacked = package.size / MB, package.unpacked / MB
        bar = "" if largest is None else f"，上限 {largest / MB:.0f} MB{'' if package.size <= largest else '，超过了'}"
        typer.echo(
            f"{package.path}  {size:.2f} MB（解开 {unpacked:.1f} MB）{bar}："
            f"{len(package.modules)} 个模块，{len(package.libraries)} 个库"
        )
    if not with_bytecode:
        typer.echo(
            "没有 .pyc：没有设 PACKAGE_PYTHON，冷启动会慢一些。要带上它，请把 PACKAGE_PYTHON 设为该版本的 Python"
        )


if __name__ == "__main__":
    try:
        typer.run(main)
    except QingdanError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(WRONG) from None
