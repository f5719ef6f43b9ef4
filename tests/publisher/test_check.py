"""Promises that a mistake in the content stops the build with file, line, cause and cure, in Chinese."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.local.commands.cli import app
from publisher.check import check_content
from publisher.output.build import build
from publisher.output.generate import BuildFailed
from tests.publisher.conftest import ROOT, run_mkdocs

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


# What an editor may do wrong: the file, the slip, the line it is on, and words of cause and cure.
MISTAKES: dict[str, tuple[str, Edit, str, str, str]] = {
    "unknown section of a duty": (
        "content/data/duties.yml", swap("sections: [office]", "sections: [ofice]"),
        "sections: [ofice]", "没有代号是“ofice”的科室", "sections.yml 里有",
    ),
    "office page of another office": (
        "content/sections/office.md", swap("::: section office", "::: section nobody"),
        "::: section nobody", "这个网页应写 ::: section office", "请改正",
    ),
    "duty number twice": (
        "content/data/duties.yml", swap("- number: 2", "- number: 1"),
        "- number: 1\n    duty: 研究", "“1”出现了两次", "不能重复",
    ),
    "paragraph address twice": (
        "content/regimes/bing.md", swap("::: 丙六2", "::: 丙六1"),
        "::: 丙六1\n（二）", "编号“丙六1”用了两次", "请改正其中一个",
    ),
    "paragraph of another regime": (
        "content/regimes/bing.md", swap("::: 丙六2", "::: 乙六2"),
        "::: 乙六2", "“乙六2”不属于这个网页", "content/regimes/yi.md",
    ),
    "paragraph of a regime that is not there": (
        "content/regimes/bing.md", swap("::: 丙六2", "::: 戊六2"),
        "::: 戊六2", "没有 stem 是“戊”的监管制度", "content/data/regimes.yml",
    ),
    "heading without id": (
        "content/duties.md", swap(" {: #title }", ""),
        "# 部门职责登记表", "标题“部门职责登记表”没有编号", "{: #编号 }",
    ),
    "heading with the wrong id": (
        "content/regimes/bing.md", swap("{: #bing-5 }", "{: #bing-9 }"),
        "## 五、监督检查程序", "编号不对", "{: #bing-5 }",
    ),
    "dangling page": (
        "content/forms/index.md", swap("../privacy.md", "../secret.md"),
        "../secret.md", "“../secret.md”指向的网页不存在", "请核对文件名",
    ),
    "dangling anchor": (
        "content/laws.md", swap("#bing-6-3", "#bing-6-33"),
        "#bing-6-33", "指向的编号“bing-6-33”不存在", "请核对文件名",
    ),
    "unknown block": (
        "content/duties.md", swap("::: duties", "::: dutys"),
        "::: dutys", "没有叫“dutys”的块", "可以用",
    ),
    "unknown form": (
        "content/forms/annual-self-check.md", swap("::: form annual-self-check", "::: form self-check"),
        "::: form self-check", "没有“self-check”这份表单", "annual-self-check",
    ),
    "missing note": (
        "content/regimes/bing.md", lambda text: text.replace("::: note D10\n原文没有列出“八防”的具体内容。\n", ""),
        "", "“八防”（D10）没有编注", "::: note D10",
    ),
    "missing note on a repealed law": (
        "content/regimes/yi.md", swap("::: note D26", "::: note D16"),
        "::: 乙二", "已经废止或者被取代，本页没有编注", "::: note D26",
    ),
    "note on an unregistered oddity": (
        "content/regimes/yi.md", swap("::: note D3", "::: note D99"),
        "", "没有编注", "::: note D3",
    ),
    "unknown law": (
        "content/regimes/ding.md", swap("《档案管理违法违纪行为处分规定》", "《档案处分规定》"),
        "::: 丁六2", "laws.yml 里没有《档案处分规定》", "请在 content/data/laws.yml 里补上",
    ),
    "wrong YAML": (
        "content/data/services.yml", swap("    office: 办公室", "   office: 办公室"),
        "   office: 办公室", "YAML 写法不对", "缩进",
    ),
    "missing value": (
        "content/data/services.yml", swap("    office: 办公室\n", ""),
        "- number: 1", "缺少“office”", "请补上",
    ),
    "misspelt key": (
        "content/data/laws.yml", swap("state: repealed", "status: repealed"),
        "status: repealed", "“status”不是这里能写的项", "改正写法",
    ),
    "key written twice": (
        "content/data/sections.yml", swap("    name: 办公室", "    name: 办公室\n    name: 办公厅"),
        "name: 办公厅", "“name”写了两次", "请留一个",
    ),
    "page without title": (
        "content/services.md", swap("title: 公共服务事项登记表\n", ""),
        "---", "没有写网页的名称", "title",
    ),
    "text that a spreadsheet computes": (
        "content/data/services.yml", swap("content: 档案数据灾备服务。", "content: =1+1"),
        "content: =1+1", "下载的表格会把它当成公式", "请换一个开头",
    ),
    "note beside no row": (
        "content/data/notes.yml", swap("at: duty-10-1", "at: duty-11-1"),
        "at: duty-11-1", "没有编号是“duty-11-1”的行", "duty-10-1",
    ),
    "header to no page": (
        "mkdocs.yml", swap("page: duties/, under", "page: duty/, under"),
        "page: duty/", "没有“duty/”这个网页", "从网站首页算起",
    ),
    "footer to no page": (
        "mkdocs.yml", swap("page: laws/}", "page: /laws/}"),
        "page: /laws/", "没有“/laws/”这个网页", "不写开头的斜线",
    ),
    "mark without its picture": (
        "mkdocs.yml", swap('find_errors_image: ""', "find_errors_image: marks/errors.png"),
        "find_errors_image", "没有 content/marks/errors.png 这个图片", "content/",
    ),
    "service without its scheme": (
        "mkdocs.yml", swap('service_url: ""', "service_url: service.example.gov.cn"),
        "service_url: service", "不是服务的地址", "https://",
    ),
    "place for files without its scheme": (
        "mkdocs.yml", swap('upload_host: ""', "upload_host: files.example.gov.cn/x"),
        "upload_host: files", "不是收文件的地址", "https://",
    ),
    "no name of the bureau": (
        "mkdocs.yml", swap("  bureau: 涉县档案局\n", ""),
        "extra:", "缺少“bureau”", "请补上",
    ),
    "misspelt mark": (
        "mkdocs.yml", swap("    site_code:", "    sitecode:"),
        "sitecode", "“sitecode”不是这里能写的项", "改正写法",
    ),
    "settings that are no YAML": (
        "mkdocs.yml", swap("docs_dir: content", "docs_dir: [content"),
        "", "YAML 写法不对", "缩进",
    ),
    "script in a page": (
        "content/privacy.md", swap("## 草稿", "<script>count()</script>\n\n## 草稿"),
        "<script>", "网页里不能用 <script>", "请删去",
    ),
    "style in a page": (
        "content/privacy.md", swap("## 草稿", '<p style="color: red">红</p>\n\n## 草稿'),
        "style=", "网页里不能用 style=", "{: .lead }",
    ),
    "picture from elsewhere": (
        "content/privacy.md", swap("## 草稿", "![图](https://www.example.com/a.png)\n\n## 草稿"),
        "https://www.example.com", "网页里不能用 https://www.example.com/a.png", "请放进 content/",
    ),
    "slip line": (
        "content/regimes/bing.md", swap("- 措施 | ", "措施 | "),
        "措施 | [", "不合 slip 的写法", "竖线两边各空一格",
    ),
}  # fmt: skip


def test_the_content_as_it_stands_has_no_mistake() -> None:
    assert check_content(ROOT) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_line_cause_and_cure(mistake: str, project: Path) -> None:
    name, edit, where, cause, cure = MISTAKES[mistake]
    path = project / name
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    found = [problem for problem in check_content(project) if cause in problem.cause]
    assert found, [str(problem) for problem in check_content(project)]
    assert cure in found[0].cure
    if where:
        text = path.read_text(encoding="utf-8")
        assert found[0].file == name
        assert found[0].line == text[: text.index(where)].count("\n") + 1


def test_a_setting_that_the_generator_refuses_is_named_with_its_line(project: Path) -> None:
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8").replace("docs_dir: content", "docs_dir: contents")
    settings.write_text(text, encoding="utf-8")
    with pytest.raises(BuildFailed) as failed:
        build(project, project / "build" / "site")
    line = text[: text.index("docs_dir:")].count("\n") + 1
    assert str(failed.value).startswith(f"mkdocs.yml:{line}：设置有错（docs_dir")


def test_a_setting_that_only_the_generator_can_resolve_is_accepted(project: Path) -> None:
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8").replace('service_url: ""', 'service_url: !ENV [NO_SUCH_VARIABLE, ""]')
    settings.write_text(text, encoding="utf-8")
    assert check_content(project) == []


def test_a_form_that_cannot_be_read_is_named_once(project: Path) -> None:
    rules = project / "schemas" / "annual-self-check" / "rules.yml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("code: SC", "cod: SC"), encoding="utf-8")
    (problem,) = check_content(project)
    assert problem.file == "schemas/annual-self-check/rules.yml"
    told = CliRunner().invoke(app, ["check", "--root", str(project)])
    assert told.exit_code == 1
    assert told.stderr.count("rules.yml:1：") == 1


def test_all_mistakes_are_named_at_once(project: Path) -> None:
    for mistake in ("unknown section of a duty", "unknown block", "unknown law"):
        name, edit, *_ = MISTAKES[mistake]
        path = project / name
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert len(check_content(project)) == 3


@pytest.mark.parametrize("mistake", ["unknown block", "unknown law", "dangling anchor", "wrong YAML", "missing note"])
def test_a_strict_build_by_mkdocs_alone_stops_too(mistake: str, project: Path, tmp_path: Path) -> None:
    name, edit, *_ = MISTAKES[mistake]
    path = project / name
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    run = run_mkdocs(project, tmp_path / "out")
    assert run.returncode != 0
    assert Path(name).name in run.stderr or "D10" in run.stderr
