"""Promises that a filer learns who must file, when and why, and finds a form that works as it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.publisher.conftest import run_mkdocs
from tests.support.site.built_page import Node, read

FORMS = {
    "annual-self-check": ("专业档案形成单位和列入档案登记备份名册的单位", "9 月 30 日前", "regimes/bing/#bing-5-2"),
    "key-project-registration": ("列入涉县县级以上重点建设项目的建设单位", "开工后六个月内", "regimes/jia/#jia-4-1"),
}


@pytest.mark.proves("F1", "F11")
@pytest.mark.parametrize("form", FORMS)
def test_the_page_of_a_form_says_who_when_and_why(form: str, main_of: Callable[[str], Node]) -> None:
    """F1, F11; T1-T3, T5."""
    main = main_of(f"forms/{form}")
    who, when, basis = FORMS[form]
    slip = main.find("dl", class_="slip")[0]
    assert who in slip.text
    assert when in slip.text
    assert f"../../{basis}" in [node.attributes.get("href") for node in slip.find("a")]
    assert "严禁填报涉密信息" in main.text
    assert "本系统拟定，非官方格式" in main.text
    assert main.find("form")[0].attributes["action"] == f"../../forms/{form}"


def test_the_list_of_forms_states_who_when_and_why(main_of: Callable[[str], Node]) -> None:
    main = main_of("forms")
    for form, (who, when, basis) in FORMS.items():
        assert who in main.text
        assert when in main.text
        links = [node.attributes["href"] for node in main.find("a")]
        assert f"{form}/" in links
        assert f"../{basis}" in links


def test_the_home_page_links_only_to_working_services(main_of: Callable[[str], Node]) -> None:
    main = main_of("")
    tasks = {node.text: node.attributes["href"] for node in main.find("ul", class_="tasks")[0].find("a")}
    assert tasks["我要查职责"] == "duties/"
    assert tasks["我要填报"] == "forms/"
    assert tasks["我要查进度"] == "track/"
    assert "我要投诉" not in tasks


def test_the_service_may_stand_on_another_host(project: Path, tmp_path: Path) -> None:
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    assert 'service_url: ""' in text
    settings.write_text(
        text.replace('service_url: ""', 'service_url: "https://service.example.gov.cn"'), encoding="utf-8"
    )
    run = run_mkdocs(project, tmp_path / "out")
    assert run.returncode == 0, run.stderr
    page = read((tmp_path / "out" / "forms" / "annual-self-check" / "index.html").read_text(encoding="utf-8"))
    assert page.find("form")[0].attributes["action"] == "https://service.example.gov.cn/forms/annual-self-check"
    page = read((tmp_path / "out" / "track" / "index.html").read_text(encoding="utf-8"))
    assert page.find("form")[0].attributes["action"] == "https://service.example.gov.cn/track"


@pytest.mark.parametrize(("host", "words"), [("", "一次最多传 50 MB"), ("https://files.example.cn", "一次最多传 4 MB")])
def test_the_form_page_states_the_upload_limit_without_javascript(
    project: Path, tmp_path: Path, host: str, words: str
) -> None:
    """Where files have a host of their own, a gateway stands before the service."""
    settings = project / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('upload_host: ""', f'upload_host: "{host}"'), encoding="utf-8")
    run = run_mkdocs(project, tmp_path / "out")
    assert run.returncode == 0, run.stderr
    assert words in (tmp_path / "out" / "forms" / "annual-self-check" / "index.html").read_text(encoding="utf-8")
