"""The two validators, gate and explainer, agree on damaged valid filings and on junk in the form's shape."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.forms.checking import explain
from functions.forms.checking.gate import gate_of
from functions.forms.checking.validation import DISAGREEMENT, prune, validate
from functions.forms.definition import Definition
from tests.support.filings import make_uscc, scan, valid_registration, valid_self_check, with_scans
from tests.support.forms import changed, registration, self_check

TODAY = date(2026, 9, 1)
PHASES = ("start", "annual", "post_acceptance")
FORMS = [self_check(), registration()]

_TRAPS: st.SearchStrategy[Any] = st.sampled_from(
    [
        "",
        " ",
        "　",
        "\n",
        "18.50\n",
        "2026-03-01\n",
        "٢٠٢٦-03-01",
        "1٢",
        "20260301",
        "2026-W01-1",
        "0000-02-29",
        "2026-02-30",
        "yes\n",
        "\x00",
        "\ud800",
        "𠮷" * 50,
        "长" * 101,
        "长" * 2001,
        "a" * 10_001,
        "1.",
        "01",
        "1e3",
        "0000-1234567",
        make_uscc(7),
        make_uscc(7).lower(),
        True,
        False,
        None,
        0,
        -0.0,
        1.0,
        1.5,
        2**53,
        2**70,
        -(2**70),
        1e300,
        float("nan"),
        float("inf"),
        [],
        {},
        [{}],
        ["y30", "y30"],
        [scan(), scan()],
        scan(size=2**26),
        {**scan(), "size": 5.0},
        [None] * 1_002,
    ]
)
_JSON = st.recursive(
    st.one_of(_TRAPS, st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _shaped(schema: Any) -> st.SearchStrategy[Any]:
    """Values that look like what the schema asks for, now and then something else."""
    if "oneOf" in schema:
        good: st.SearchStrategy[Any] = st.sampled_from([option["const"] for option in schema["oneOf"]])
    elif schema["type"] == "object":
        keys = {key: _shaped(child) for key, child in schema["properties"].items()}
        good = st.fixed_dictionaries({}, optional=keys) | st.fixed_dictionaries(keys)
    elif schema["type"] == "array":
        good = st.lists(_shaped(schema["items"]), max_size=3)
    elif schema["type"] == "integer":
        good = st.integers(min_value=schema["minimum"] - 1, max_value=schema["maximum"] + 1)
    elif schema["type"] == "boolean":
        good = st.booleans()
    elif schema.get("format") == "date":
        good = st.dates().map(date.isoformat)
    elif schema.get("pattern") == "^[0-9a-f]{64}$":
        good = st.integers(0, 3).map(lambda n: f"{n:064x}")
    elif schema.get("format") == "uscc":
        good = st.integers(0, 999_999_999).map(make_uscc)
    else:
        good = st.sampled_from(["示例", "12.50", "0000-1234567", "0"]) | st.text(max_size=30)
    return st.integers(0, 30).flatmap(lambda dice: _JSON if dice == 0 else good)


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way] * bool(way) + [place for key, child in children for place in _places(child, (*way, key))]


@st.composite
def _spoiled(draw: st.DrawFn, data: Any) -> Any:
    """The valid filing with one to three places replaced, removed, or joined by a stranger."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(_places(data)))
        parent = data
        for key in way:
            parent = parent[key]
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "replace":
            parent[last] = copy.deepcopy(draw(_JSON))
        elif change == "remove":
            del parent[last]
        elif isinstance(parent, dict):
            parent[draw(st.text(max_size=8))] = copy.deepcopy(draw(_JSON))
        if not _places(data):
            break
    return data


def _agree(definition: Definition, data: Any) -> bool:
    verdict = gate_of(definition).accepts(data)
    assert explain.accepts(definition, data) == verdict
    problems = validate(definition, data, TODAY)
    assert DISAGREEMENT not in {problem.rule for problem in problems}
    if not verdict:
        assert problems
    assert len({problem.pointer for problem in problems}) == len(problems)
    for problem in problems:
        assert problem.label
        assert problem.message.strip() == problem.message
        problem.message.encode()
        problem.pointer.encode()
    pruned, _ = prune(definition, data)
    assert prune(definition, pruned)[1] == ()
    return verdict


@settings(deadline=None, max_examples=100)
@given(
    _spoiled(with_scans({"declaration": {"truth_declared": True}}, scan(1), scan(2))).map(
        lambda data: valid_self_check() | data
    )
)
def test_both_validators_agree_on_spoiled_files(data: Any) -> None:
    _agree(self_check(), data)


@settings(deadline=None, max_examples=100)
@given(_spoiled(valid_self_check()))
def test_both_validators_agree_on_spoiled_self_checks(data: Any) -> None:
    _agree(self_check(), data)


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["start", "annual", "post_acceptance"]).flatmap(lambda phase: _spoiled(valid_registration(phase)))
)
def test_both_validators_agree_on_spoiled_registrations(data: Any) -> None:
    _agree(registration(), data)


@pytest.mark.parametrize("definition", FORMS, ids=lambda definition: definition.id)
def test_both_validators_agree_on_junk_in_the_shape_of_the_form(definition: Definition) -> None:
    @settings(deadline=None, max_examples=100)
    @given(_shaped(definition.schema))
    def judged_alike(data: Any) -> None:
        _agree(definition, data)

    judged_alike()


@settings(deadline=None, max_examples=100)
@given(_JSON)
@example(None)
@example([])
def test_both_validators_agree_on_any_json(data: Any) -> None:
    assert not _agree(self_check(), data)


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("shili@example.com", True),
        ("a.b+c_d@sub.example-1.com.cn", True),
        ("a" * 64 + "@example.com", True),
        ("a" * 65 + "@example.com", False),
        ("shili@example", False),
        ("shili@-example.com", False),
        ("shili@example..com", False),
        ("@example.com", False),
        ("shili example@example.com", False),
        ('"quoted"@example.com', False),
        ("shili@[127.0.0.1]", False),
        ("示例@example.com", False),
        ("shili@示例.中国", False),
        ("", False),
    ],
)
def test_both_validators_agree_on_mail_addresses(address: str, accepted: bool) -> None:
    assert _agree(self_check(), changed(valid_self_check(), {"/unit/contact_email": address})) is accepted


@pytest.mark.parametrize("phase", PHASES)
def test_both_validators_accept_valid_filings(phase: str) -> None:
    assert _agree(registration(), valid_registration(phase))
    assert _agree(self_check(), valid_self_check())
    assert _agree(self_check(), valid_self_check(databases=0))
