"""Promises of one build of the whole site: sources untouched, same bytes twice, and nothing half done."""

import hashlib
import shutil
from pathlib import Path

import pytest

from functions.errors import AuthoringError
from publisher.output.build import BuildReport, build
from tests.publisher.conftest import ROOT

Digests = dict[str, str]


def digests(*folders: Path) -> Digests:
    """SHA-256 of every file, by its path; compiled Python is nobody's source."""
    return {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def below(folder: Path) -> Digests:
    return {Path(name).relative_to(folder).as_posix(): digest for name, digest in digests(folder).items()}


def test_a_build_leaves_the_sources_alone(project: Path) -> None:
    shutil.copytree(ROOT / "site" / "publisher", project / "site" / "publisher")
    sources = [project / name for name in ("site", "content", "schemas")]
    before = digests(*sources)
    build(project, project / "build" / "site")
    assert digests(*sources) == before


def test_two_builds_give_the_same_bytes(project: Path) -> None:
    build(project, project / "build" / "one")
    build(project, project / "build" / "two")
    assert below(project / "build" / "one") == below(project / "build" / "two")


def test_the_report_counts_the_files_of_the_folder(project: Path) -> None:
    out = project / "build" / "site"
    report = build(project, out)
    pages = [path for path in out.rglob("*.html") if "_service" not in path.parts]
    assert report == BuildReport(
        out, len(pages), len(below(out)), sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    )


def test_the_steps_are_reported_in_chinese(project: Path) -> None:
    steps: list[str] = []
    build(project, project / "build" / "site", notify=steps.append)
    assert steps == ["检查内容", "生成网页", "整理样式和脚本"]


@pytest.mark.parametrize(
    ("file", "mistake", "words"),
    [
        ("content/services.md", "\n\n::: servces\n", "servces"),
        ("content/services.md", "\n\n[去看看](nowhere.md)\n", "nowhere.md"),
        ("mkdocs.yml", "\ndocs_dir: [\n", "mkdocs.yml"),
    ],
)
def test_a_failed_build_leaves_the_old_site_and_names_the_place(
    project: Path, file: str, mistake: str, words: str
) -> None:
    out = project / "build" / "site"
    build(project, out)
    before = below(out)
    with (project / file).open("a", encoding="utf-8") as text:
        text.write(mistake)
    with pytest.raises(AuthoringError) as failure:
        build(project, out)
    assert words in str(failure.value)
    assert Path(file).name in str(failure.value)
    assert below(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("folder", ["site", "content", ".", "site/theme", "schemas"])
def test_a_build_refuses_a_folder_with_sources(project: Path, folder: str) -> None:
    with pytest.raises(AuthoringError, match="源文件"):
        build(project, project / folder)


def test_a_missing_script_stops_the_build(project: Path) -> None:
    (project / "site" / "theme" / "assets" / "javascripts" / "site.js").unlink()
    with pytest.raises(AuthoringError, match=r"assets/javascripts/site\.js"):
        build(project, project / "build" / "site")


def test_a_renamed_theme_stylesheet_is_reported(project: Path) -> None:
    sheet = project / "site" / "theme" / "assets" / "stylesheets" / "qingdan.css"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("main.", "main.old."), encoding="utf-8")
    with pytest.raises(AuthoringError, match=r"main\.old\."):
        build(project, project / "build" / "site")
