"""Promises that a typo is reported to the editor, and never published."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.local.commands.cli import app
from publisher.check import check_content
from tests.publisher.conftest import ROOT
from tests.publisher.test_check import Edit, swap

NEW = "---\ntitle: 新\n---\n\n# 新 {: #title }\n\n"


def remove(words: str) -> Edit:
    return swap(words, "")


# The file, the slip, the line it is on (0: any), and words of the answer.
SLIPS: dict[str, tuple[str, Edit, int, str]] = {
    "number in words": ("duties.yml", swap("number: 2", "number: 二"), 12, "“number”应是 1 到 99 的整数，现在是 二"),
    "duties out of order": ("duties.yml", swap("number: 2", "number: 12"), 19, "序号 3 写在了 12 的下面"),
    "services out of order": ("services.yml", swap("number: 4", "number: 9"), 29, "序号 5 写在了 9 的下面"),
    "one word for a list": (
        "duties.yml", swap("sections: [office]", "sections: office"), 9, "“sections”应是几项，现在是 office",
    ),
    "section twice": (
        "duties.yml", swap("sections: [office]", "sections: [office, office]"), 9, "科室“office”写了两次",
    ),
    "file without content": ("duties.yml", lambda text: "", 1, "这里应是一组“名称: 内容”"),
    "half a title in a duty": ("duties.yml", swap("text: 制定全县", "text: 《制定全县"), 0, "《 和 》不成对"),
    "value left out": ("services.yml", swap("office: 管理科", "office:"), 26, "“office”是空的"),
    "telephone in wide digits": (
        "services.yml", swap('"18833073162"', '"１８８"'), 10, "“phone”的写法不对：１８８。电话用半角数字",
    ),
    "two offices of one name": ("sections.yml", swap("业务指导科", "办公室"), 6, "“办公室”出现了两次"),
    "stem of another regime": ("regimes.yml", swap("stem: 乙", "stem: 甲"), 10, "甲 已经是 jia 的 stem"),
    "law without its state": ("laws.yml", remove("    state: in_force\n"), 4, "没有写现状（state）"),
    "law in its brackets": ("laws.yml", swap("name: 河北省档案条例", "name: 《河北省档案条例》"), 0, "不写《》"),
    "note in no column": (
        "notes.yml", swap("at: duty-05-1\n    beside: office", "at: duty-05-1\n    beside: phone"), 27,
        "职责的表里没有电话一栏",
    ),
    "oddity of three digits": ("notes.yml", swap("  D19:", "  D190:"), 20, "编注的编号写成 D1 这样"),
    "no such day": (
        "changes.yml", lambda text: text + "  - date: 2026-13-01\n    what: 改\n", 6, "没有 2026-13-01 这一天",
    ),
    "day in words": (
        "changes.yml", lambda text: text + "  - date: 2026年1月\n    what: 改\n", 6, "“date”应是日期，现在是 2026年1月",
    ),
    "year of two digits": (
        "changes.yml", lambda text: text + "  - date: 0026-01-01\n    what: 改\n", 6, "应是日期，现在是 0026-01-01",
    ),
    "weekend worked on a Monday": (
        "holidays.yml", swap("work: [2026-01-04]", "work: [2026-01-05]"), 11, "2026-01-05 不是周六、周日"
    ),
    "deadline on no basis": ("deadlines.yml", swap("basis: 甲五4", "basis: 甲五9"), 7, "没有“甲五9”这一段"),
    "wide colons": ("regimes/bing.md", swap("::: 丙六2", "：：： 丙六2"), 107, "不会当成块。块要从行首写起"),
    "two colons": ("regimes/bing.md", swap("::: 丙六2", ":: 丙六2"), 107, "“:: 丙六2”不会当成块"),
    "space before a block": ("regimes/bing.md", swap("::: 丙六2", " ::: 丙六2"), 107, "不会当成块"),
    "number unlike the text": (
        "regimes/bing.md", swap("::: 丙六2", "::: 丙六22"), 107, "编号是“丙六22”，原文的序号却是“（二）”",
    ),
    "paragraphs out of order": (
        "regimes/jia.md", swap("::: 甲五3", "::: 甲五9"), 0, "“甲五4”写在了“甲五9”的下面",
    ),
    "paragraph of another part": (
        "regimes/bing.md", swap("::: 丙六1", "::: 丙五1续二"), 104, "“丙五1续二”写在了“六、监督检查处理”下面",
    ),
    "half a title": ("regimes/bing.md", swap("汇总表》报", "汇总表报"), 93, "《 和 》不成对"),
    "note without a number": ("regimes/bing.md", swap("::: note D10", "::: note"), 48, "note 后面没有写编号"),
    "note on nothing": ("regimes/bing.md", swap("::: note D10", "::: note D99"), 48, "oddities 里没有“D99”"),
    "regime without its article": ("regimes/bing.md", remove("::: regime bing\n"), 6, "没有 ::: regime bing"),
    "regime of another page": ("regimes/bing.md", swap("::: regime bing", "::: regime yi"), 21, "应写 ::: regime bing"),
    "no services on their page": ("services.md", remove("::: services\n"), 5, "这个网页里没有 ::: services"),
    "no form on its page": ("forms/annual-self-check.md", remove("::: form annual-self-check"), 5, "没有 ::: form"),
    "words behind a block": ("duties.md", swap("::: duties", "::: duties all"), 0, "“::: duties”后面不能写“all”"),
    "words below a block": ("duties.md", swap("::: duties\n", "::: duties\n共十项\n"), 0, "“共十项”不会显示"),
    "words behind an address": ("regimes/bing.md", swap("::: 丙六2", "::: 丙六2 （二）"), 107, "后面不能写“（二）”"),
    "paragraph without a number": ("regimes/bing.md", remove("::: 丙六4\n"), 113, "“（四）对单位在监督检查中”没有编号"),
    "number in wide digits": ("regimes/bing.md", swap("::: 丙六2", "::: 丙六２"), 107, "没有叫“丙六２”的块"),
    "left by a merge": ("privacy.md", swap("## 草稿", "<<<<<<< HEAD\n## 草稿"), 0, "合并时留下的冲突标记"),
    "comment left open": ("privacy.md", swap("## 草稿", "<!-- 先不写\n\n## 草稿"), 0, "<!-- 没有关上"),
    "heading by its underline": ("privacy.md", swap("## 草稿", "说明\n---\n\n## 草稿"), 0, "“说明”成了没有编号的标题"),
    "misspelt key of a page": ("privacy.md", swap("description:", "descripton:"), 3, "“descripton”不是这里能写的项"),
    "wide colon in data": ("services.yml", swap("office: 办公室", "office：办公室"), 8, "冒号和引号用半角"),
    "control character": ("services.yml", swap("office: 办公室", "office: 办\x08公室"), 8, "看不见的控制字符"),
    "YAML of a page": ("services.md", swap("title: 公共", "title: 甲: 公共"), 2, "文件开头的 YAML 写法不对"),
    "page without a heading": ("services.md", remove("# 公共服务事项登记表 {: #title }\n"), 5, "网页里没有标题"),
    "two first headings": ("privacy.md", swap("## 草稿", "# 草稿"), 0, "“草稿”是第二个一级标题"),
    "page in another encoding": ("new.md", lambda text: "", 1, "不是 UTF-8 编码"),
    "picture that is not there": ("new.md", lambda text: f"{NEW}![图](a.png)\n", 7, "没有“a.png”这个图片"),
    "wide brackets of a link": ("new.md", lambda text: f"{NEW}见[职责]（duties.md）。\n", 7, "用了全角的括号"),
    "half a wide bracket": ("new.md", lambda text: f"{NEW}见[职责](duties.md）。\n", 7, "用了全角的括号"),
    "link to no name": ("new.md", lambda text: f"{NEW}见[丙五2][bing]。\n", 7, "没有写“bing”指向哪里"),
    "footnote without words": ("new.md", lambda text: f"{NEW}脚注[^1]。\n", 7, "没有写脚注“1”的文字"),
    "wide braces": ("new.md", lambda text: f"{NEW}一句话\n｛: .lead }}\n", 8, "用了全角的符号"),
    "tag left open": ("new.md", lambda text: f"{NEW}<div>\n\n字\n", 7, "<div> 没有关上"),
    "tag never opened": ("new.md", lambda text: f"{NEW}字</div>\n", 7, "</div> 没有开头"),
    "name with capitals": ("New.md", lambda text: f"{NEW}字\n", 1, "这个文件名不能作网址"),
    "name in Chinese": ("新页.md", lambda text: f"{NEW}字\n", 1, "这个文件名不能作网址"),
    "address of the service": ("desk.md", lambda text: f"{NEW}字\n", 1, "网址 desk/ 已经有别的用处"),
    "address of another page": ("duties/index.md", lambda text: f"{NEW}字\n", 1, "它和 content/duties.md 是同一个网址"),
    "block nobody knows of": ("new.md", lambda text: f"{NEW}::: section nobody\n", 7, "没有代号是“nobody”的科室"),
    "site without its scheme": ("mkdocs.yml", swap('site_url: ""', "site_url: www.a.cn"), 5, "不是网站的地址"),
    "site with a query": ("mkdocs.yml", swap('site_url: ""', "site_url: https://a.cn/?x"), 5, "不是网站的地址"),
    "sources that would be emptied": ("mkdocs.yml", swap("site_dir: build/site", "site_dir: site"), 8, "源文件清空"),
    "pages without folders": ("mkdocs.yml", swap("urls: true", "urls: false"), 9, "use_directory_urls 不能关"),
    "raw data published": ("mkdocs.yml", remove("exclude_docs: |\n  data/\n"), 1, "exclude_docs 里没有 data/"),
    "blocks not drawn": ("mkdocs.yml", swap("  - qingdan ", "  - qingdam "), 27, "没有 qingdan，网页画不出来"),
    "another look": ("mkdocs.yml", remove("  custom_dir: site/theme\n"), 14, "theme 里没有 custom_dir"),
    "mark to half an address": ("mkdocs.yml", swap('icp_link: ""', "icp_link: a.gov.cn"), 74, "不是完整的网址"),
    "form on no basis": ("annual-self-check/rules.yml", swap("[丙五2]", "[丙五20]"), 13, "没有“丙五20”这一段"),
    "filing on no basis": ("annual-self-check/rules.yml", swap("basis: 丙五2", "basis: 丙五9"), 21, "没有“丙五9”"),
    "field on no basis": ("annual-self-check/form.json", swap('basis": "丙一"', 'basis": "丙九"'), 0, "没有“丙九”"),
}  # fmt: skip


def place(name: str) -> str:
    if name == "mkdocs.yml":
        return name
    folder = "schemas" if name.endswith(("rules.yml", "form.json")) else "content"
    return f"{folder}/data/{name}" if folder == "content" and name.endswith(".yml") else f"{folder}/{name}"


@pytest.mark.parametrize("slip", SLIPS)
def test_a_typo_is_reported_with_its_file_and_line(slip: str, project: Path) -> None:
    name, edit, line, words = SLIPS[slip]
    file = place(name)
    path = project / file
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(edit(before), encoding="utf-8")
    if slip == "page in another encoding":
        path.write_bytes("标题".encode("gbk"))
    found = check_content(project)
    assert [(one.file, one.line if line else 0) for one in found if words in str(one)] == [(file, line)], found


@pytest.mark.parametrize(
    "page", ["index", "duties", "services", "laws", "changes", "search", "track", "verify", "privacy"]
)
def test_a_required_page_must_exist(page: str, project: Path) -> None:
    (project / "content" / f"{page}.md").unlink()
    assert any(str(one).startswith(f"content/{page}.md:1：没有这个网页") for one in check_content(project))


def test_a_form_for_the_public_needs_its_page(project: Path) -> None:
    (project / "content" / "forms" / "annual-self-check.md").unlink()
    assert any(one.file == "content/forms/annual-self-check.md" for one in check_content(project))


def test_a_form_for_officers_needs_no_page(project: Path) -> None:
    shutil.copytree(project / "schemas" / "annual-self-check", project / "schemas" / "patrol-visit")
    rules = project / "schemas" / "patrol-visit" / "rules.yml"
    text = rules.read_text(encoding="utf-8").replace("code: SC", "code: PV")
    rules.write_text(text.replace("audience: public", "audience: staff"), encoding="utf-8")
    assert check_content(project) == []


def test_the_list_of_other_deadlines_may_be_empty(project: Path) -> None:
    path = project / "content" / "data" / "deadlines.yml"
    path.write_text("since: 2026-01-01\ndeadlines:\n", encoding="utf-8")
    assert check_content(project) == []


def test_text_that_only_looks_like_a_typo_is_accepted(project: Path) -> None:
    fenced = "```markdown\n：：： 丙六2\n ::: x\n```\n\n"
    line = "- 见〔2014〕5 号[^1]，[职责][d]；1::2，`[^a]`，`{： .b }`，`[c](d）`\n\n[^1]: 字\n[d]: duties.md\n"
    text = NEW + fenced + line
    (project / "content" / "new.md").write_text(text, encoding="utf-8")
    assert check_content(project) == []


def test_one_typo_gives_one_problem(project: Path) -> None:
    page = project / "content" / "regimes" / "bing.md"
    text = page.read_text(encoding="utf-8").replace("::: 丙六2", "：：： 丙六2")
    page.write_text(text.replace("::: 丙六4\n（四）", "（四）\n"), encoding="utf-8")
    assert [problem.line for problem in check_content(project)] == [107, 113]


def test_a_heading_without_a_space_is_a_heading_all_the_same(project: Path) -> None:
    page = project / "content" / "regimes" / "bing.md"
    page.write_text(page.read_text(encoding="utf-8").replace("## 四、", "##四、"), encoding="utf-8")
    assert check_content(project) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("basis: 丙五2", "basis: 丙五9", "schemas/annual-self-check/rules.yml:21：没有“丙五9”这一段"),
        (
            "rule: day_of_year",
            "rule: day_of_years",
            "只能写 'months_after', 'days_after', 'workdays_after' 或者 'day_of_year'",
        ),
    ],
)
def test_the_command_reports_a_mistake_in_a_form_once(old: str, new: str, words: str, project: Path) -> None:
    rules = project / "schemas" / "annual-self-check" / "rules.yml"
    rules.write_text(rules.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    told = CliRunner().invoke(app, ["check", "--root", str(project)])
    assert (told.exit_code, told.stderr.count(words)) == (1, 1), told.stderr


def test_the_command_reports_what_the_generator_would_refuse(project: Path) -> None:
    settings = project / "mkdocs.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("plugins: []", "plugin: []"), encoding="utf-8")
    told = CliRunner().invoke(app, ["check", "--root", str(project)])
    assert told.exit_code == 1
    assert told.stderr.startswith("mkdocs.yml:25：设置有错（plugin")


def test_mistakes_in_the_shared_file_and_folders_without_a_form_are_named(project: Path) -> None:
    common = project / "schemas" / "common.json"
    common.write_text(common.read_text(encoding="utf-8").replace("{", "", 1), encoding="utf-8")
    (problem,) = check_content(project)
    assert problem.file == "schemas/common.json"
    common.write_text((ROOT / "schemas" / "common.json").read_text(encoding="utf-8"), encoding="utf-8")
    (project / "schemas" / "complaint").mkdir()
    (problem,) = check_content(project)
    assert (problem.file, problem.cause) == ("schemas/complaint/form.json", "没有这个文件")
