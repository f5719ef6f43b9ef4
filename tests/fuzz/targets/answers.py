"""Posted answers to a form: what was read is read the same again, and every problem has its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.forms.page.decode import decode
from functions.forms.page.encode import encode
from functions.forms.page.field_names import name_of
from functions.forms.pointer import ANY_ROW
from tests.support.forms import registration, self_check

FORMS = (self_check(), registration())
INDEX = st.integers(0, 10_001).map(str)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=80)
NEAR = st.sampled_from(
    ["true", "2026年3月1日", "１２，３４５", "0310-3891234转8", '{"name":"甲","size":1,"sha256":"0"}']
)


@st.composite
def names(draw: st.DrawFn, place: int) -> str:
    """The name of a control of the form, with any indexes; or nearly one."""
    walked = draw(st.sampled_from([node.path for node in FORMS[place].walk()]))
    name = name_of(draw(INDEX) if part == ANY_ROW else part for part in walked)
    return draw(st.sampled_from(["", "", "", "upload:"])) + name + draw(st.sampled_from(["", "", "", "[0]", ".x"]))


@st.composite
def posted(draw: st.DrawFn) -> tuple[int, list[tuple[str, str]]]:
    """A form and pairs that somebody posts to it."""
    place = draw(st.integers(0, len(FORMS) - 1))
    return place, draw(st.lists(st.tuples(names(place) | TEXT, TEXT | NEAR), max_size=12))


@given(posted())
def _judge(given: tuple[int, list[tuple[str, str]]]) -> None:
    form, pairs = FORMS[given[0]], given[1]
    decoded = decode(form, pairs)
    again = decode(form, encode(form, decoded.data))
    assert again.data == decoded.data
    assert again.problems == ()
    assert all(problem.message for problem in decoded.problems)


# The values are made from the bytes that the fuzzer chooses.
check = _judge.hypothesis.fuzz_one_input  # type: ignore[attr-defined]


def seeds() -> list[bytes]:
    return []
