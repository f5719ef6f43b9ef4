"""A body is read strictly: ambiguous or unstorable content is refused with 400."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.problem import Problem
from functions.web.http.bodies import (
    DEEPEST,
    MOST_CONTAINERS,
    _parse_strictly,
    parse_json,
    parse_pairs,
    require_type,
)
from functions.web.http.problems import HttpProblem, answer_page, content_of
from functions.web.http.site_frame import SiteFrame

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abc", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"unit": ', id="cut off"),
        pytest.param(b"{'unit': 1}", id="single quotes"),
        pytest.param(b'{"a": 1, "a": 2}', id="duplicate key"),
        pytest.param(b'{"a": {"b": 1, "b": 1}}', id="duplicate key inside"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1e999}', id="float too large"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="integer too long"),
        pytest.param(b'{"a": "\\u0000"}', id="NUL"),
        pytest.param(b'{"\\u0000": 1}', id="NUL in a key"),
        pytest.param(b'{"a": "\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"\\udc00": 1}', id="lone surrogate in a key"),
        pytest.param(b'{"a": "\xff"}', id="invalid UTF-8"),
        pytest.param("{}".encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), id="too deep"),
        pytest.param(b"[" * 400_000 + b"]" * 400_000, id="deeper than any stack"),
        pytest.param(b'{"a":' * 100_000, id="deep and cut off"),
    ],
)
def test_ambiguous_json_is_refused(body: bytes) -> None:
    with pytest.raises(HttpProblem) as refused:
        parse_json(body)
    assert refused.value.status == 400
    assert "。" in refused.value.detail, "the message names the cure"


@given(JSON_VALUES)
def test_every_other_json_value_is_read_unchanged(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"a=%00", id="NUL"),
        pytest.param(b"a=%ff%fe", id="invalid UTF-8"),
        pytest.param(b"a=%ed%a0%80", id="lone surrogate"),
        pytest.param(b"a=%4", id="cut percent"),
        pytest.param(b"a=%zz", id="no hexadecimal"),
        pytest.param(b"a&" * 6000, id="too many fields"),
    ],
)
def test_a_posted_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(HttpProblem) as refused:
        parse_pairs(body)
    assert refused.value.status == 400


@given(st.lists(st.tuples(st.text(min_size=1), st.text()).filter(lambda pair: "\0" not in "".join(pair)), max_size=8))
def test_posted_pairs_come_in_order_with_line_ends_as_lf(pairs: list[tuple[str, str]]) -> None:
    def lines(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")

    assert parse_pairs(urlencode(pairs).encode()) == [(name, lines(value)) for name, value in pairs]


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
def test_the_right_media_type_is_accepted(content_type: str) -> None:
    require_type(content_type, "application/json")


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json-patch+json", "application/json; charset=gbk", "application/xml"],
)
def test_a_wrong_media_type_is_415(content_type: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        require_type(content_type, "application/json")
    assert refused.value.status == 415


@given(JSON_VALUES, st.booleans())
def test_the_fast_and_the_strict_reader_agree(value: Any, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode()
    parsed = parse_json(body)
    assert parsed == _parse_strictly(body)
    assert json.dumps(parsed) == json.dumps(value)


@pytest.mark.parametrize("body", ['{"a":1,"a":1}', '{"a":{"b":"c","b":"c"}}', '[{"":"","":""}]'])
def test_both_readers_detect_duplicate_keys(body: str) -> None:
    with pytest.raises(HttpProblem, match="写了两次"):
        parse_json(body.encode())


@pytest.mark.parametrize(("count", "refused"), [(MOST_CONTAINERS - 1, False), (MOST_CONTAINERS, True)])
def test_a_body_of_empty_rows_is_counted_before_it_is_read(count: int, refused: bool) -> None:
    body = b"[" + b",".join([b"{}"] * count) + b"]"
    if refused:
        with pytest.raises(HttpProblem, match="超过 2000 个"):
            parse_json(body)
    else:
        assert len(parse_json(body)) == count


def test_of_many_mistakes_the_first_hundred_are_told_and_their_number() -> None:
    errors = [Problem(f"/a/{place}", "栏目", "请改", "type") for place in range(250)]
    told = content_of(HttpProblem(422, "x", errors=errors))
    assert [error["pointer"] for error in told["errors"]] == [f"/a/{place}" for place in range(100)]
    assert told["error_count"] == 250
    assert "error_count" not in content_of(HttpProblem(422, "x", errors=errors[:100]))
    page = answer_page(
        HttpProblem(422, "x", errors=errors),
        SiteFrame("<title><!--qingdan:title--></title><!--qingdan:crumbs--><!--qingdan:main-->"),
    )
    assert bytes(page.body).count(b"<li>") == 100
