"""A form as look.md draws it: words, order, ties between label, hint, message and control; nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from functions.forms.address import Links
from functions.forms.checking.validation import prune, validate
from functions.forms.definition import Definition, Field
from functions.forms.page.field_names import name_of
from functions.forms.page.form_page import render_answers, render_check, render_form, render_summary
from functions.forms.problem import Problem
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import changed, registration, self_check

TODAY = date(2026, 9, 18)
FORMS = [self_check(), registration()]
VOID = {"input", "br", "hr", "meta", "link"}


class Reader(HTMLParser):
    """Every element with its attributes, and a check that tags close as they opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.feed(str(text))
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def page(definition: Definition, values: Any = None, problems: tuple[Problem, ...] = (), **more: Any) -> str:
    return render_form(definition, values=values, problems=problems, action="/forms/x", **more)


def spoilt() -> tuple[dict[str, Any], tuple[Problem, ...]]:
    data = changed(
        valid_self_check(),
        {
            "/unit/uscc": "12000000000000000",
            "/holdings/permanent": {"permanent_volumes": 0, "permanent_items": 0},
            "/holdings/y30": {"y30_volumes": 0, "y30_items": 0},
            "/databases/databases/1": {"name": "<b>&\"'", "records": "三百", "last_backup": "2026-02-30"},
            "/checks/check_2": {"result": "part"},
        },
    )
    return data, validate(self_check(), data, TODAY)


REGIMES = {"丙": "bing"}


@pytest.mark.parametrize("definition", FORMS, ids=lambda one: one.id)
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "spoilt"])
def test_ids_are_unique_and_every_reference_leads_somewhere(definition: Definition, filled: bool) -> None:
    values, problems = spoilt() if filled and definition.id == "annual-self-check" else (None, ())
    text = page(definition, values, problems, links=Links("../../", REGIMES))
    elements = Reader(render_summary(problems) + text).elements
    ids = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
        if (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in ids


@pytest.mark.parametrize("definition", FORMS, ids=lambda one: one.id)
def test_every_answer_has_a_control_with_its_name_and_its_label(definition: Definition) -> None:
    text = page(definition)
    for item in definition.walk():
        if isinstance(item, Field):
            chosen = "upload:" if item.kind == "attachments" else ""
            assert f'name="{chosen}{name_of(item.path)}"' in text
            assert item.label in text


@pytest.mark.parametrize("definition", FORMS, ids=lambda one: one.id)
def test_the_page_is_light_and_has_no_inline_style_or_script(definition: Definition) -> None:
    text = page(definition, links=Links("../../", REGIMES))
    assert len(text.encode()) <= 100_000
    assert len(text[text.index('<script type="application/json"') :].encode()) <= 40_000
    names = {name for _, attributes in Reader(text).elements for name in attributes}
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert "maxlength" not in names


def test_the_page_opens_with_purpose_prohibitions_and_privacy() -> None:
    text = page(self_check(), links=Links("/base/", REGIMES))
    order = [
        "专业档案形成单位",
        "9 月 30 日前",
        "/base/regimes/bing/#bing-5-2",
        "严禁填报涉密信息",
        "/base/privacy/",
        "七部分都还没有填好",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "本系统拟定，非官方格式" in text


def test_without_a_way_to_link_addresses_are_text() -> None:
    text = page(self_check())
    assert "丙五2" in text
    assert 'href="regimes' not in text


def test_label_hint_message_and_control_stand_in_this_order() -> None:
    data, problems = spoilt()
    found = re.search(r'<div class="fld bad" data-f="unit.uscc">.*?</div>', page(self_check(), data, problems))
    assert found is not None
    order = [
        '<label for="unit-uscc">',
        'id="unit-uscc-h"',
        'id="unit-uscc-e"',
        "错误：",
        "应为 18 位，现在是 17 位",
        "<input",
    ]
    places = [found[0].index(words) for words in order]
    assert places == sorted(places)
    assert 'aria-invalid="true" aria-describedby="unit-uscc-h unit-uscc-e"' in found[0]
    assert 'value="12000000000000000"' in found[0]


def test_typed_values_are_shown_again_even_when_wrong() -> None:
    data, problems = spoilt()
    elements = Reader(page(self_check(), data, problems)).elements
    shown = {attributes.get("name"): attributes for tag, attributes in elements if tag == "input"}
    assert shown["databases.databases[1].name"]["value"] == "<b>&\"'"
    assert shown["databases.databases[1].records"]["value"] == "三百"
    assert shown["databases.databases[1].last_backup"]["value"] == "2026-02-30"
    odd = page(self_check(), changed(data, {"/databases/databases/1/last_backup": "去年"}), problems)
    assert re.search(r'<input class="w11" id="databases-databases-1-last_backup" name=[^>]*value="去年"', odd)


def test_a_message_on_a_group_marks_all_its_numbers() -> None:
    data, problems = spoilt()
    text = page(self_check(), data, problems)
    for key in ("y30_volumes", "y30_items"):
        found = re.search(rf'<input [^>]*id="holdings-y30-{key}"[^>]*>', text)
        assert found is not None
        assert 'aria-invalid="true"' in found[0]
        assert "holdings-y30-e" in found[0]


def test_the_summary_names_each_problem_links_to_it_and_takes_the_focus() -> None:
    _, problems = spoilt()
    text = render_summary(problems)
    assert f"还没有提交：有 {len(problems)} 处要改" in text
    assert text.count("<li>") == len(problems)
    assert 'href="#unit-uscc">统一社会信用代码应为 18 位，现在是 17 位</a>' in text
    assert 'role="alert" tabindex="-1" autofocus' in text
    assert "您填的内容都还在。" in text
    assert render_summary(()) == ""


def test_a_link_says_all_of_what_is_wrong_when_the_filer_typed_a_full_stop() -> None:
    data = valid_self_check() | {"unit": valid_self_check()["unit"] | {"report_year": "二五年。大概"}}
    text = render_summary(validate(self_check(), data, TODAY))
    assert ">报告年度应为整数，现在是“二五年。大概”</a>" in text


def test_the_summary_names_the_place_where_the_message_does_not() -> None:
    text = render_summary((Problem("/a/b", "数据库 2 名称", "不能这样写。请改正", "x"),))
    assert "数据库 2 名称：不能这样写</a>" in text


def test_progress_says_what_is_filled_what_is_missing_and_what_is_to_mend() -> None:
    data, problems = spoilt()
    text = page(self_check(), data, problems)
    assert f"还有 {len(problems)} 处要改" in text
    assert '<span class="st st--over">1 处要改</span>' in text
    full = page(self_check(), valid_self_check())
    assert "七部分都填好了" in full
    assert full.count('class="st st--ok">已填') == 6
    partly = page(self_check(), {"unit": {"unit_name": "示例县第一中学"}})
    assert "还差 4 项" in partly


def test_a_table_may_be_empty_and_each_row_has_its_buttons() -> None:
    empty = page(self_check())
    assert ">加一个数据库</button>" in empty
    assert 'data-row="databases.databases[0]"' not in empty
    text = page(self_check(), valid_self_check(databases=2))
    assert "<legend>数据库 2</legend>" in text
    assert 'value="remove:databases.databases:1">删除数据库 2</button>' in text
    assert ">再加一个数据库</button>" in text


@pytest.mark.parametrize(
    ("focus", "control"),
    [
        ("/databases/databases/1", "databases-databases-1-name"),
        ("/databases/databases", "databases-databases"),
        ("/unit/uscc", "unit-uscc"),
        ("/checks/check_3", "checks-check_3-result"),
        ("/nowhere", None),
    ],
)
def test_the_focus_returns_to_the_last_position(focus: str, control: str | None) -> None:
    elements = Reader(page(self_check(), valid_self_check(databases=2), focus=focus)).elements
    assert [attributes["id"] for _, attributes in elements if "autofocus" in attributes] == (
        [control] if control else []
    )


def test_enter_presses_next_and_never_removes_a_row() -> None:
    elements = Reader(page(self_check(), valid_self_check())).elements
    first = next(attributes for tag, attributes in elements if tag == "button")
    assert (first["value"], first["tabindex"], first["aria-hidden"]) == ("review", "-1", "true")


def test_hidden_fields_go_along_with_the_digest_of_the_form() -> None:
    text = page(self_check(), hidden={"key": '"k"'})
    assert f'name="form_digest" value="{self_check().digest}"' in text
    assert 'name="key" value="&quot;k&quot;"' in text


def test_browsers_are_told_what_they_may_fill_in_and_which_keys_to_show() -> None:
    told = {
        attributes["name"]: (attributes.get("autocomplete"), attributes.get("inputmode"), attributes.get("type"))
        for tag, attributes in Reader(page(self_check())).elements
        if tag == "input" and attributes.get("type") not in ("hidden", "radio", "checkbox")
    }
    assert told["unit.unit_name"] == ("organization", None, None)
    assert told["unit.uscc"] == ("off", None, None)
    assert told["unit.contact_name"] == ("name", None, None)
    assert told["unit.contact_phone"] == ("tel", "tel", "tel")
    assert told["unit.report_year"] == (None, "numeric", None)
    assert told["databases.databases[*].size_gb"] == (None, "decimal", None)
    assert told["databases.databases[*].last_backup"] == (None, None, "date")


def test_a_single_choice_of_eight_or_more_is_a_list() -> None:
    field = Field("a", ("a",), "甲", "", "", "choice", "never", tuple((str(n), f"第 {n} 项") for n in range(8)))
    from functions.forms.page.controls import Placed, control

    text = control(Placed(field, ("a",), "3"))
    assert text.startswith("<select")
    assert '<option value="3" selected>' in text


def test_the_answers_are_read_as_words_with_warnings_below() -> None:
    warning = Problem("/unit/report_year", "报告年度", "报的是更早的年度。", "older")
    text = render_answers(self_check(), valid_self_check(), [warning])
    for words in (
        "2025 年",
        "教育、学籍",
        "85 卷，960 件",
        "42,600 条",
        "部分符合",
        '<span class="warn">报的是更早的年度。</span>',
    ):
        assert words in text
    assert "修改" not in text
    Reader(text)


def test_numbers_that_belong_together_stay_on_their_line_above_the_warnings() -> None:
    found = [Problem(f"/holdings/y30/y30_{key}", "", f"与上年差得多（{key}）", "x") for key in ("volumes", "items")]
    text = render_answers(self_check(), valid_self_check(), found)
    warned = "".join(f'<span class="warn">与上年差得多（{key}）</span>' for key in ("volumes", "items"))
    assert f"85 卷，960 件{warned}</dd>" in text


def test_the_page_to_check_says_that_nothing_is_filed_and_names_what_is_left_out() -> None:
    definition = self_check()
    typed = changed(valid_self_check(), {"/holdings/basis": ["y30"]})
    data, dropped = prune(definition, typed)
    text = render_check(definition, data=data, typed=typed, dropped=dropped, action="x", hidden={"key": "k"})
    assert "现在还没有提交" in text
    assert "有哪些专业档案：教育、学籍" in text
    assert 'name="holdings.professional_types" value="education"' in text
    assert 'name="key" value="k"' in text
    assert "本单位对报告的真实性负责" in text
    assert text.count('value="file"') == 1
    assert 'value="edit:unit.contact_phone">修改<span class="vh">联系电话</span>' in text
    Reader(text)


def test_a_section_that_does_not_apply_has_no_heading_and_the_others_keep_their_numbers() -> None:
    before = render_answers(registration(), valid_registration("start"), ())
    after = render_answers(registration(), valid_registration("post_acceptance"), ())
    assert set(re.findall("<h2[^>]*>([^<]+)", after)) - set(re.findall("<h2[^>]*>([^<]+)", before)) == {"七、档案数量"}
