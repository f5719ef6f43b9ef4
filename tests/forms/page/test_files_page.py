"""A field of files without JavaScript: the list, removing a file, adding more."""

from __future__ import annotations

import re

from functions.forms.difference import compare
from functions.forms.page.diff_table import render_differences
from functions.forms.page.form_page import render_answers, render_check, render_form
from tests.support.filings import scan, valid_self_check, with_scans
from tests.support.forms import self_check
from tests.support.markup import read_page

TITLE = "盖章扫描件（示例 {}）.pdf"


def _controls(text: str) -> list[dict[str, str]]:
    return [one.attributes for one in read_page(text).elements if one.name in ("input", "button")]


def _form(*files: object, **more: object) -> str:
    return render_form(self_check(), values=with_scans({}, *files), action="../x", **more)  # type: ignore[arg-type]


def test_each_file_has_its_name_its_size_its_value_and_a_button_to_remove_it() -> None:
    text = _form(scan(1), scan(2, size=812))
    for n, size in ((1, "1.2 MB"), (2, "812 字节")):
        entry = re.search(rf"<li>(?:(?!</li>).)*{re.escape(TITLE.format(n))}</span>.*?</li>", text)
        assert entry is not None
        assert size in entry[0]
        assert f'value="remove:files.scans:{n - 1}"' in entry[0]
        assert f'id="files-scans-{n - 1}"' in entry[0]
    values = [one["value"] for one in _controls(text) if one.get("name") == "files.scans"]
    assert values[1] == '{"name":"盖章扫描件（示例 2）.pdf","size":812,"sha256":"' + f"{2:064x}" + '"}'


def test_the_chooser_says_what_may_be_sent_and_how_much_at_once() -> None:
    text = _form(upload_limit=4 * 1024 * 1024)
    assert "可以传 PDF、OFD、JPEG、PNG、DOCX、XLSX，最多 10 个，每个不超过 50 MB。" in text
    assert "选好以后按“上传”，一次最多传 4 MB。" in text
    chooser = next(one for one in _controls(text) if one.get("type") == "file")
    assert chooser["accept"] == ".pdf,.ofd,.jpg,.jpeg,.jpe,.jfif,.png,.docx,.xlsx"
    assert chooser["name"] == "upload:files.scans"
    assert "multiple" in chooser
    button = next(one for one in _controls(text) if one.get("value") == "upload:files.scans")
    assert (button["formaction"], button["formenctype"]) == ("../x/files", "multipart/form-data")
    assert "disabled" not in button


def test_a_full_field_takes_no_more() -> None:
    controls = _controls(_form(*(scan(n) for n in range(10))))
    assert all("disabled" in one for one in controls if "upload:files.scans" in (one.get("name"), one.get("value")))


def test_after_a_removal_the_next_button_takes_the_focus_and_after_the_last_the_chooser() -> None:
    focused = [one for one in _controls(_form(scan(1), focus="/files/scans/0")) if "autofocus" in one]
    assert [one["value"] for one in focused] == ["remove:files.scans:0"]
    focused = [one for one in _controls(_form(focus="/files/scans")) if "autofocus" in one]
    assert [one["type"] for one in focused] == ["file"]


def test_an_unreadable_file_value_is_kept_and_can_be_removed() -> None:
    text = _form('"><script>')
    assert "读不出来的文件" in text
    assert '"><script>' not in text
    assert '"><script>' in [one.get("value") for one in _controls(text)]


def test_the_page_to_check_shows_the_files_and_carries_them_with_their_vouchers() -> None:
    data = with_scans(valid_self_check(), scan(1), scan(2))
    text = render_check(self_check(), data=data, action="x", vouchers=["v1", "v2"])
    assert f'{TITLE.format(1)}<span class="quiet">（1.2 MB）</span><br>{TITLE.format(2)}' in text
    names = [one.get("name") for one in _controls(text)]
    assert (names.count("files.scans"), names.count("voucher")) == (2, 2)
    assert "未填" in render_answers(self_check(), valid_self_check())


def test_the_differences_mark_the_file_that_came_and_the_one_that_went() -> None:
    before, after = (with_scans(valid_self_check(), scan(1), scan(n)) for n in (2, 3))
    table = render_differences(compare(self_check(), before, after), before=1, after=2)
    kept = f'{TITLE.format(1)}<span class="quiet">（1.2 MB）</span><br>'
    assert f'{kept}<del>{TITLE.format(2)}<span class="quiet">（1.2 MB）</span></del>' in table
    assert f'{kept}<ins>{TITLE.format(3)}<span class="quiet">（1.2 MB）</span></ins>' in table
    assert "第 2 版改了 1 处" in table
    none = render_differences(compare(self_check(), before, valid_self_check()), before=1, after=2)
    assert "没有填" in none
