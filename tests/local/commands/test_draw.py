"""`qingdan draw` gives what the documentation's shell program gives, to the byte."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from functions.bootstrap import open_services
from functions.records.ledger import Step, chain_name
from functions.settings import Settings
from functions.supervision.draws.chain import Lot, LotName, Witness
from functions.supervision.draws.ledger import Draws
from functions.supervision.draws.pool import LeftOut, Member, make_pool
from tests.conftest import ROOT
from tests.support.command_line import run
from tests.support.filings import make_uscc

SEED = "41635214662531425163"
HEADER = "单位名称,统一社会信用代码,类别"
STRATA = {"county_direct": "县直单位", "township": "乡镇", "enterprise": "企业"}
COUNTS = {"county_direct": 40, "township": 17, "enterprise": 63}
# What 12 of the 120 are, by share, with ten directly under the county first.
SIZES = {"county_direct": 10, "enterprise": 2, "township": 0}
MEMBERS = [
    Member(stratum, make_uscc(1000 * place + n), f"示例单位{place}{n:03}")
    for place, stratum in enumerate(STRATA)
    for n in range(COUNTS[stratum])
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draw")
    rows = [f"{one.name},{one.id},{STRATA[one.stratum]}" for one in reversed(MEMBERS)]
    (folder / "units.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    done = run("roster", "import", "units", str(folder / "units.csv"), "--yes", "--data", str(folder / "data"))
    assert done.returncode == 0, done.stderr
    return folder / "data"


def drawn(*arguments: str) -> str:
    done = run("draw", "--seed", SEED, "--size", "12", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return str(done.stdout)


def documented_program() -> str:
    page = (ROOT / "docs" / "draws.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(program.splitlines()) <= 20
    return str(program)


def test_roster_pool_file_and_shell_program_draw_the_same(data: Path, tmp_path: Path) -> None:
    pool = make_pool(MEMBERS)
    file, program = tmp_path / "pool.csv", tmp_path / "draw.sh"
    file.write_bytes(pool.content)
    program.write_text(documented_program(), encoding="utf-8")
    # Two processes, one over a data folder, one over the published file.
    said = drawn("--pool", "units", "--data", str(data))
    assert drawn("--pool", str(file)) == said
    told = json.loads(said)
    assert list(told) == ["pool_digest", "drawn", "ranks"]
    assert len(told["ranks"]) == 120
    sizes = [f"{name}={size}" for name, size in SIZES.items() if size]
    shell = subprocess.run(
        ["sh", str(program), str(file), SEED, *sizes], capture_output=True, text=True, check=True, timeout=60
    ).stdout.splitlines()
    assert shell[0] == told["pool_digest"] == pool.digest
    assert [line.split()[1] for line in shell[1:]] == told["drawn"]
    ranks = {one["uscc"]: f"{one['rank']} {one['uscc']} {one['stratum']}" for one in told["ranks"]}
    assert shell[1:] == [ranks[uscc] for uscc in told["drawn"]]


def test_a_size_beyond_the_rules_is_drawn_with_the_reason_said(data: Path) -> None:
    done = run("draw", "--pool", "units", "--seed", SEED, "--size", "20", "--data", str(data))
    assert done.returncode == 0
    assert "120 家，6% 是 7.2，10% 是 12，可以抽 8–12 家，现在是 20" in done.stderr
    assert len(done.stdout.splitlines()) == 21


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--pool", "units", "--seed", "123", "--size", "12"), "种子要有 20 到 200 位数字，现在是 3 位"),
        (("--pool", "units", "--seed", SEED, "--size", "121"), "名单里只有 120 家，抽不出 121 家"),
        (("--pool", "nothing", "--seed", SEED, "--size", "1"), "没有名为 nothing 的名册"),
        (("--pool", "none.csv", "--seed", SEED, "--size", "1"), "没有这个文件"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(data: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("draw", *arguments, "--data", str(data))
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


def test_who_was_left_out_is_in_the_digest_and_not_in_the_draw(tmp_path: Path) -> None:
    pool = make_pool(MEMBERS[1:], [LeftOut(MEMBERS[0].id, MEMBERS[0].name, "今年已经检查过")])
    file = tmp_path / "pool.csv"
    file.write_bytes(pool.content)
    told = json.loads(run("draw", "--pool", str(file), "--seed", SEED, "--size", "11", "--json").stdout)
    assert MEMBERS[0].id not in {one["uscc"] for one in told["ranks"]}
    assert told["pool_digest"] == pool.digest


def test_verify_recomputes_the_draws_of_a_folder_and_names_a_false_one(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    copytree(data, folder)
    at = datetime(2026, 9, 7, 1, tzinfo=UTC)
    officers = make_pool(Member("officers", f"冀D0400{n}", f"示例{n}") for n in range(1, 6))
    settings = Settings(data=folder, schemas=ROOT / "schemas")
    with closing(open_services(settings, lock=False)) as services:
        draws = Draws(services.ledger, services.entropy)
        lots: dict[LotName, Lot] = {"units": Lot(make_pool(MEMBERS), 12), "officers": Lot(officers, 2)}
        name = draws.publish(lots, title="抽查", kind="full", source="一枚骰子", actor="示例甲", at=at)
        witnesses = (Witness("示例午", "县司法局", outside=True), Witness("示例未", "本局办公室", outside=False))
        drawn = draws.draw(name, SEED, SEED, witnesses, actor="示例甲", at=at)
        assert set(drawn.placed("units")) == set(STRATA)
        done = run("verify", str(folder))
        assert (done.returncode, "重算了 1 次抽查" in done.stdout) == (0, True), done.stderr
        again = Step("drawn", "示例甲", at, {"seed": SEED, "units": [], "officers": []}, b"s" * 32)
        services.ledger.append(chain_name("draw", name), [again], expect=2)
    done = run("verify", str(folder))
    assert done.returncode == 1
    assert "@draw/2026-1 第 3 步：抽了两次" in done.stderr
