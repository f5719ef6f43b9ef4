"""`qingdan roster` in the shell: preview, import, any earlier day, template; a bad file changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import run
from tests.support.filings import make_uscc

HEADER = "项目名称,单位名称,统一社会信用代码,开工日期"


def roster(*arguments: str, data: Path) -> tuple[int, str, str]:
    done = run("roster", *arguments, "--data", str(data))
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def written(folder: Path, *rows: str, encoding: str = "utf-8") -> str:
    path = folder / "名册.csv"
    path.write_bytes("\n".join((HEADER, *rows)).encode(encoding))
    return str(path)


def test_a_roster_is_previewed_imported_and_shown(tmp_path: Path, data: Path) -> None:
    file = written(tmp_path, f"示例一号,示例单位,{make_uscc(1)},2026年3月1日", encoding="gb18030")
    code, said, _ = roster("import", "key-projects", file, "--yes", data=data)
    assert code == 0
    assert "新增 1 行" in said
    assert "已导入重点项目名册：1 行" in said
    code, said, _ = roster("show", "key-projects", "--json", data=data)
    (row,) = json.loads(said)
    assert (row["project_name"], row["uscc"], row["start_date"]) == ("示例一号", make_uscc(1), "2026-03-01")
    _, said, _ = roster("show", "key-projects", "--on", "2026-01-01", "--json", data=data)
    assert json.loads(said) == []
    _, said, _ = roster("import", "key-projects", file, "--yes", data=data)
    assert "和名册一样，没有要导入的" in said
    assert run("verify", str(data)).returncode == 0


def test_a_file_with_one_bad_row_changes_nothing(tmp_path: Path, data: Path) -> None:
    rows = (f"示例一号,示例单位,{make_uscc(1)},", "示例二号,示例单位,9.1E+17,2026-02-30")
    code, said, wrong = roster("import", "key-projects", written(tmp_path, *rows), "--yes", data=data)
    assert (code, said) == (1, "")
    assert wrong.splitlines()[0] == "有 2 处要改，一行也没有导入"
    assert "第 3 行 C 栏“统一社会信用代码”" in wrong
    assert "第 3 行 D 栏“开工日期”（写的是“2026-02-30”）" in wrong
    _, said, _ = roster("show", "key-projects", "--json", data=data)
    assert json.loads(said) == []


def test_without_consent_nothing_is_imported(tmp_path: Path, data: Path) -> None:
    file = written(tmp_path, f"示例一号,示例单位,{make_uscc(1)},")
    done = run("roster", "import", "key-projects", file, "--data", str(data), typed="n\n")
    assert "＋ 示例一号，示例单位" in done.stdout
    assert "没有导入" in done.stdout
    assert json.loads(roster("show", "key-projects", "--json", data=data)[1]) == []


def test_a_unit_is_renamed_and_merged_in_the_shell(tmp_path: Path, data: Path) -> None:
    file = tmp_path / "名册.csv"
    rows = (f"示例甲,{make_uscc(1)},2020-01-01", f"示例乙,{make_uscc(2)},2020-01-01")
    file.write_text("\n".join(("单位名称,统一社会信用代码,列入日期", *rows)), encoding="utf-8")
    name, one = "backup-registration", make_uscc(1)
    roster("import", name, str(file), "--yes", data=data)
    code, said, wrong = roster("change", name, one, "--set", "单位名称=示例甲甲", "--reason", "来文更名", data=data)
    assert (code, said, wrong) == (0, "已经改好\n", "")
    refused = roster("change", name, one, "--set", "联系电话=12", "--reason", "更正", data=data)
    assert refused[0] == 1
    assert "联系电话" in refused[2]
    assert "名册没有改" in refused[2]
    assert roster("end", name, one, "--why", "merged", "--into", "123", data=data)[0] == 1
    code, said, wrong = roster(
        "end", name, one, "--why", "merged", "--into", make_uscc(2), "--last", "2026-03-31", data=data
    )
    assert (code, wrong) == (0, "")
    shown = json.loads(roster("show", name, "--json", data=data)[1])
    assert [row["unit_name"] for row in shown] == ["示例乙"]
    valid = json.loads(roster("show", name, "--valid", "2026-03-31", "--json", data=data)[1])
    assert sorted(row["unit_name"] for row in valid) == ["示例乙", "示例甲甲"]
    _, said, _ = roster("import", name, str(file), data=data)
    assert "手工移出" in said
    code, _, wrong = roster("end", name, one, "--why", "dissolved", data=data)
    assert (code, "没有这一行" in wrong) == (1, True)
    assert run("verify", str(data)).returncode == 0


def test_a_template_can_be_written_before_there_is_any_data(tmp_path: Path, data: Path) -> None:
    out = tmp_path / "模板.xlsx"
    code, said, _ = roster("template", "units", "--out", str(out), data=data)
    assert (code, out.read_bytes()[:2]) == (0, b"PK")
    assert str(out) in said
    assert not data.exists()


def test_an_unknown_roster_is_refused_with_the_known_ones(data: Path) -> None:
    code, _, wrong = roster("template", "nothing", "--out", "x.xlsx", data=data)
    assert code == 1
    assert "没有名为 nothing 的名册" in wrong
    assert "key-projects（重点项目名册）" in wrong
